"""What wrong numbers have to do with those expected, whatever the exercise.

``findings/general.js`` finds the same in what is typed into an answer box, and says it in the same words; a test holds both to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ..numerics.compare import TOLERANCE, relative_error
from ..numerics.formatting import format_number, listed
from ..numerics.functions import quiet


class Pair(NamedTuple):
    """What a function returned in one case, and what was expected, without axes of length 1."""

    mine: np.ndarray
    expected: np.ndarray


class Part(NamedTuple):
    """A case: what is special about it, and whether it is right."""

    phrases: list[str]
    is_right: bool


@quiet()
def general_finding(pairs: Sequence[Pair]) -> str:
    """Return the first finding that holds in every case, as a sentence; or an empty string.

    Examples
    --------
    >>> general_finding([Pair(np.array([[1, 3], [2, 4]]), np.array([[1, 2], [3, 4]]))])
    'It is the **transpose** of what is expected.'
    """
    return next(filter(None, (finding(pairs) for finding in FINDINGS)), "")


def _same(mine: np.ndarray, expected: np.ndarray) -> bool:
    return mine.shape == expected.shape and relative_error(mine, expected, may_be_empty=True) <= TOLERANCE


def _same_entries(mine: np.ndarray, expected: np.ndarray) -> np.ndarray:
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    return np.abs(mine - expected) <= TOLERANCE * scale


def changed(pairs: Sequence[Pair]) -> str:
    """Find the transpose, the negative, and both."""
    changes: list[tuple[Callable[[np.ndarray], np.ndarray], str]] = [
        (np.transpose, "transpose"),
        (np.negative, "negative"),
        (lambda mine: -mine.T, "negative of the transpose"),
    ]
    for change, name in changes:
        plain = name == "negative" or max(pair.mine.ndim for pair in pairs) <= 2
        if plain and all(_same(change(mine), expected) for mine, expected in pairs):
            return f"It is the **{name}** of what is expected."
    return ""


def other_order(pairs: Sequence[Pair]) -> str:
    """Find axes in another order, of arrays of more than two."""
    axes = {pair.mine.ndim for pair in pairs} | {pair.expected.ndim for pair in pairs}
    if len(axes) != 1 or not 2 < (count := axes.pop()) < 6:
        return ""
    for order in permutations(range(count)):
        if all(_same(mine.transpose(order), expected) for mine, expected in pairs):
            return f"Its entries are right, with its **axes in another order**: `transpose{order}` mends it."
    return ""


def _constant(values: np.ndarray) -> float | None:
    """Return the number that more than two numbers all are, if they are."""
    if values.size < 3 or not np.isfinite(values).all():
        return None
    first = float(values[0])
    return first if (np.abs(values - first) <= 1e-8 * max(1.0, abs(first))).all() else None


def _alike(pairs: Sequence[Pair]) -> bool:
    return all(mine.shape == expected.shape for mine, expected in pairs)


def _joined(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))  # type: ignore[return-value]


def _factor(pairs: Sequence[Pair]) -> float | None:
    """Return the factor by which the entries are those expected."""
    mine, expected = _joined(pairs)
    counts = np.abs(expected) > 1e-6
    factor = _constant(mine[counts] / expected[counts])
    return factor if factor and all(_same(one / factor, other) for one, other in pairs) else None


def multiple(pairs: Sequence[Pair]) -> str:
    """Find one factor in all cases."""
    factor = _factor(pairs)
    return "" if factor is None else f"It is **{as_fraction(factor)} times** what is expected, in every case."


def multiples(pairs: Sequence[Pair]) -> str:
    """Find another factor in each case; cases of one or two numbers say nothing of it."""
    factors = [_factor([pair]) for pair in pairs if pair.expected.size > 2]
    known = [as_fraction(factor) for factor in factors if factor is not None]
    if len(factors) < 3 or len(known) < len(factors):
        return ""
    return (
        "In each case it is a **multiple** of what is expected, and by another factor each time, such as "
        f"{listed(known[-2:])}. A factor is missing, or one is too many."
    )


def added(pairs: Sequence[Pair]) -> str:
    """Find one number that is added to every entry."""
    mine, expected = _joined(pairs)
    number = _constant(mine - expected)
    if number is None:
        return ""
    return f"It is **{as_fraction(abs(number))} too {'large' if number > 0 else 'small'}**, in every case."


def signs(pairs: Sequence[Pair]) -> str:
    """Find entries that are right but for their signs."""
    if all(_same(np.abs(mine), np.abs(expected)) for mine, expected in pairs):
        return "Its entries are right **but for their signs**."
    return ""


def reversed_order(pairs: Sequence[Pair]) -> str:
    """Find entries, or rows, in reverse order."""
    if all(pair.expected.ndim and _same(pair.mine[::-1], pair.expected) for pair in pairs):
        rows = max(pair.expected.ndim for pair in pairs) > 1
        return f"Its {'rows' if rows else 'entries'} are right, in **reverse order**."
    return ""


def one_step(pairs: Sequence[Pair]) -> str:
    """Find entries, or rows, that are those of the next one or of the one before."""
    if any(pair.expected.ndim == 0 or len(pair.expected) < 3 for pair in pairs):
        return ""
    each = "row" if max(pair.expected.ndim for pair in pairs) > 1 else "entry"
    if all(_same(mine[:-1], expected[1:]) for mine, expected in pairs):
        return f"It is **shifted by one**: each {each} is that of the next."
    if all(_same(mine[1:], expected[:-1]) for mine, expected in pairs):
        return f"It is **shifted by one**: each {each} is that of the one before."
    return ""


def diagonal(pairs: Sequence[Pair]) -> str:
    """Find square matrices that are right on their diagonal only, or off it."""
    square = [(mine, other) for mine, other in pairs if other.ndim == 2 and len(set(other.shape)) == 1]
    for on, word in ((True, "on"), (False, "off")):
        if len(square) > 1 and all(
            _same_entries(mine, other)[np.eye(len(other), dtype=bool) == on].all() for mine, other in square
        ):
            return f"It is right **{word} the diagonal only**."
    return ""


def _of_one_shape(*findings: Callable[[Sequence[Pair]], str]) -> Callable[[Sequence[Pair]], str]:
    def finding(pairs: Sequence[Pair]) -> str:
        return next(filter(None, (finding(pairs) for finding in findings)), "") if _alike(pairs) else ""

    return finding


FINDINGS = (
    changed,
    other_order,
    _of_one_shape(multiple, multiples, added, signs, reversed_order, one_step, diagonal),
)


def as_fraction(number: float) -> str:
    """Return a number as a fraction of small integers, if it is one.

    Examples
    --------
    >>> as_fraction(2.0), as_fraction(-1 / 3), as_fraction(0.123456)
    ('2', '−1/3', '0.12346')
    """
    for below in range(1, 13):
        above = round(number * below)
        if above and abs(number * below - above) < 1e-9:
            return format_number(above) + (f"/{below}" if below > 1 else "")
    return format_number(number, 5)


def phrases(tags: Mapping[str, float | bool]) -> list[str]:
    """Return what is special about a case: {"m": 1, "A_1 = 0": True} is "m = 1" and "A_1 = 0"."""
    return [
        name if value is True else f"{name} = {format_number(value, 4)}"
        for name, value in tags.items()
        if value is not False
    ]


def right_where(parts: Sequence[Part]) -> str:
    """Say from which cases fail where it is right: "It is right where m = 1, and wrong elsewhere".

    Examples
    --------
    >>> right_where([Part(["m = 1"], True), Part(["m = 2"], False), Part(["m = 3"], False)])
    'It is right where **m = 1**, and wrong elsewhere.'
    """
    if not any(part.is_right for part in parts):
        return ""
    every = dict.fromkeys(phrase for part in parts for phrase in part.phrases)
    for phrase in every:
        if all((phrase in part.phrases) == part.is_right for part in parts):
            return f"It is right where **{phrase}**, and wrong elsewhere."
    for phrase in every:
        if all((phrase in part.phrases) != part.is_right for part in parts):
            return f"It is wrong where **{phrase}**, and right elsewhere."
    return _right_wherever(parts, every)


def _right_wherever(parts: Sequence[Part], every: Iterable[str]) -> str:
    """Say of which phrase all cases are right, where others are partly so."""
    having = {phrase: [part.is_right for part in parts if phrase in part.phrases] for phrase in every}
    sure = [phrase for phrase, right in having.items() if len(right) > 1 and all(right)]
    if not sure:
        return ""
    phrase = max(sure, key=lambda phrase: len(having[phrase]))
    elsewhere = [part.is_right for part in parts if phrase not in part.phrases]
    wrong = elsewhere.count(False)
    return f"It is right wherever **{phrase}**; elsewhere it is wrong in {wrong} of {len(elsewhere)}."
