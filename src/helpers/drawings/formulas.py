"""Formulas within the words of a drawing: ``"the gate $c[t]$ of $W_{hx}$"``.

Between dollars a letter is a variable, which is italic; ``_`` lowers, and ``^`` raises, the character or the group in braces
that follows. A name of several letters, such as ln, is a function, which is upright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .html import HTML, element, escaped

PART = re.compile(r"(?P<script>[_^])(?:\{(?P<group>[^}]*)\}|(?P<one>.))|(?P<name>[^\W\d_]+)|(?P<other>.)")


def plain(text: str) -> str:
    """Return words with their formulas as plain text, for where nothing can be set.

    Examples
    --------
    >>> plain("the gate $c[t]$ of $W_{hx}$")
    'the gate c[t] of W_hx'
    """
    return "".join(re.sub(r"[{}]", "", part) if is_formula else part for is_formula, part in _parts(text))


def typeset(text: str) -> HTML:
    """Return words with their formulas as HTML.

    Examples
    --------
    >>> typeset("ln of $W_h^2 < x$")
    'ln of <i>W</i><sub><i>h</i></sub><sup>2</sup> &lt; <i>x</i>'
    """
    parts = []
    for is_formula, part in _parts(text):
        for script, letters, is_variable in _letters(part) if is_formula else [("", part, False)]:
            piece = element("i", letters) if is_variable else escaped(letters)
            parts.append(element({"_": "sub", "^": "sup"}[script], piece) if script else piece)
    return HTML("".join(parts))


def in_svg(text: str) -> HTML:
    """Return words with their formulas as the inside of an SVG text.

    Examples
    --------
    >>> in_svg("$W_h x$")
    '<tspan class="i">W</tspan><tspan class="i sub" dy="3">h</tspan><tspan dy="-3"> </tspan><tspan class="i">x</tspan>'
    """
    raised, parts = 0, []
    for is_formula, part in _parts(text):
        for script, letters, is_variable in _letters(part) if is_formula else [("", part, False)]:
            level = {"_": 3, "^": -4}.get(script, 0)
            look = " ".join(["i"] * is_variable + ["sub"] * bool(script)) or None
            shift = level - raised or None
            parts.append(
                element("tspan", letters, class_=look, dy=shift) if look or shift else escaped(letters)
            )
            raised = level
    return HTML("".join(parts))


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the pieces between dollars, and whether each is a formula."""
    for place, part in enumerate(text.split("$")):
        yield place % 2 == 1, part


def _letters(formula: str, script: str = "") -> Iterator[tuple[str, str, bool]]:
    """Yield the pieces of a formula: the sign that moves it, what it is, and whether that is a variable."""
    for part in PART.finditer(formula):
        if part["script"]:
            yield from _letters(part["group"] or part["one"], part["script"])
        else:
            yield script, part[0], bool(part["name"]) and len(part[0]) == 1
