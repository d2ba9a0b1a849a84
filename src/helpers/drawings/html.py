"""Write HTML and SVG."""

from __future__ import annotations

from html import escape

SHAPES = {"line", "path", "rect"}
"""The elements of SVG that are empty."""


class HTML(str):
    """Text that is HTML already; all other text is escaped."""


def element(tag: str, *children: str, **attributes: object) -> HTML:
    """Return an element. An attribute's name ends in ``_`` where Python has the word, and has ``_`` for ``-``.

    Examples
    --------
    >>> element("p", "a < b ", element("b", "c"), class_="note", aria_label="so", title=None)
    '<p class="note" aria-label="so">a &lt; b <b>c</b></p>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_as_text(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in SHAPES:
        return HTML(f"<{tag}{written}/>")
    return HTML(f"<{tag}{written}>{''.join(map(escaped, children))}</{tag}>")


def escaped(text: str) -> HTML:
    """Return text as HTML."""
    return text if isinstance(text, HTML) else HTML(escape(text, quote=False))


def _as_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
