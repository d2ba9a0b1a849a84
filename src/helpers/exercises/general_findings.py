"""What wrong numbers have to do with those expected, whatever the exercise.

``findings/general.js`` finds the same in what is typed into an answer box, and says it in the same words; a test holds both to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
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


Relation = tuple[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]]
"""A sentence, and two arrays to make of what was returned and what was expected: where they are the same, it holds."""


@quiet()
def general_finding(pairs: Sequence[Pair]) -> str:
    """Return the first finding that holds in every case, as a sentence; or an empty string.

    Examples
    --------
    >>> general_finding([Pair(np.array([[1, 3], [2, 4]]), np.array([[1, 2], [3, 4]]))])
    'It is the **transpose** of what is expected.'
    """
    if found := _first(pairs, _turned(pairs)):
        return found
    if any(mine.shape != expected.shape for mine, expected in pairs):
        return ""
    by_numbers = _multiple(pairs) or _multiples(pairs) or _added(pairs)
    return by_numbers or _first(pairs, _moved(pairs)) or _diagonal(pairs) or _not_whole(pairs)


def _same(mine: np.ndarray, expected: np.ndarray) -> bool:
    return mine.shape == expected.shape and relative_error(mine, expected, may_be_empty=True) <= TOLERANCE


def _first(pairs: Sequence[Pair], relations: Iterable[Relation]) -> str:
    """Return the first sentence that holds in every case."""
    return next(
        (sentence for sentence, related in relations if all(_same(*related(*pair)) for pair in pairs)), ""
    )


def _turned(pairs: Sequence[Pair]) -> Iterable[Relation]:
    """Yield the transpose, the negative, and both; of more than two axes, these in another order."""
    axes = {array.ndim for pair in pairs for array in pair}
    if max(axes) <= 2:
        yield "It is the **transpose** of what is expected.", lambda mine, expected: (mine.T, expected)
    yield "It is the **negative** of what is expected.", lambda mine, expected: (-mine, expected)
    if max(axes) <= 2:
        words = "It is the **negative of the transpose** of what is expected."
        yield words, lambda mine, expected: (-mine.T, expected)
    elif len(axes) == 1 and max(axes) < 6:
        for order in permutations(range(max(axes))):
            words = f"Its entries are right, but its **axes are in another order**. `transpose{order}` puts them right."
            yield words, partial(_in_order, order)


def _in_order(order: Sequence[int], mine: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return mine.transpose(order), expected


def _moved(pairs: Sequence[Pair]) -> Iterable[Relation]:
    """Yield other signs, and entries or rows in reverse order or shifted by one."""
    row, rows = ("row", "rows") if max(pair.expected.ndim for pair in pairs) > 1 else ("entry", "entries")
    yield (
        "Its entries are right **except for their signs**.",
        lambda mine, expected: (abs(mine), abs(expected)),
    )
    if all(pair.expected.ndim for pair in pairs):
        yield f"Its {rows} are right, in **reverse order**.", lambda mine, expected: (mine[::-1], expected)
    if all(pair.expected.ndim and len(pair.expected) > 2 for pair in pairs):
        words = f"It is **shifted by one**: each {row} is that of the"
        yield f"{words} next.", lambda mine, expected: (mine[:-1], expected[1:])
        yield f"{words} one before.", lambda mine, expected: (mine[1:], expected[:-1])


def _diagonal(pairs: Sequence[Pair]) -> str:
    """Find square matrices that are right on their diagonal only, or off it."""
    square = [pair for pair in pairs if pair.expected.ndim == 2 and len(set(pair.expected.shape)) == 1]
    relations: list[Relation] = [
        (
            "It is right **on the diagonal only**.",
            lambda mine, expected: (mine.diagonal(), expected.diagonal()),
        ),
        (
            "It is right **off the diagonal only**.",
            lambda *pair: tuple(one * (1 - np.eye(len(one))) for one in pair),
        ),
    ]
    return _first(square, relations) if len(square) > 1 else ""


def _not_whole(pairs: Sequence[Pair]) -> str:
    mine, expected = ((numbers % 1 == 0).all() for numbers in _joined(pairs))
    return "It is not always a **whole number**, and what is expected is." if expected and not mine else ""


def _constant(values: np.ndarray) -> float | None:
    """Return the number that more than two numbers all are, if they are."""
    if values.size < 3 or not np.isfinite(values).all():
        return None
    first = float(values[0])
    return first if (np.abs(values - first) <= 1e-8 * max(1.0, abs(first))).all() else None


def _joined(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))  # type: ignore[return-value]


def _factor(pairs: Sequence[Pair]) -> float | None:
    """Return the factor by which the entries are those expected."""
    mine, expected = _joined(pairs)
    counts = np.abs(expected) > 1e-6
    factor = _constant(mine[counts] / expected[counts])
    return factor if factor and all(_same(one / factor, other) for one, other in pairs) else None


def _multiple(pairs: Sequence[Pair]) -> str:
    """Find one factor in all cases."""
    factor = _factor(pairs)
    return "" if factor is None else f"It is **{as_fraction(factor)} times** what is expected, in every case."


def _multiples(pairs: Sequence[Pair]) -> str:
    """Find another factor in each case; cases of one or two numbers say nothing of it."""
    factors = [_factor([pair]) for pair in pairs if pair.expected.size > 2]
    known = [as_fraction(factor) for factor in factors if factor is not None]
    if len(factors) < 3 or len(known) < len(factors):
        return ""
    return (
        "In each case it is a **multiple** of what is expected, but the factor changes from case to case: "
        f"{listed(known[-2:])}, for example. A factor is missing, or there is one too many."
    )


def _added(pairs: Sequence[Pair]) -> str:
    """Find one number that is added to every entry."""
    mine, expected = _joined(pairs)
    number = _constant(mine - expected)
    if number is None:
        return ""
    return f"It is **{as_fraction(abs(number))} too {'large' if number > 0 else 'small'}**, in every case."


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
    having = _having(parts)
    right = frozenset(number for number, part in enumerate(parts) if part.is_right)
    wrong = frozenset(range(len(parts))) - right
    if right and right in having:
        return f"It is right where **{having[right]}**, and wrong elsewhere."
    if right and wrong in having:
        return f"It is wrong where **{having[wrong]}**, and right elsewhere."
    sure = max((numbers for numbers in having if numbers <= right), key=len, default=frozenset())
    if len(sure) < 2:
        return ""
    elsewhere = len(parts) - len(sure)
    return f"It is right wherever **{having[sure]}**; elsewhere it is wrong in {len(wrong)} of {elsewhere} cases."


def _having(parts: Sequence[Part]) -> dict[frozenset[int], str]:
    """Return what is special about sets of cases, by their numbers."""
    having: dict[frozenset[int], str] = {}
    for phrase in dict.fromkeys(phrase for part in parts for phrase in part.phrases):
        having.setdefault(frozenset(k for k, part in enumerate(parts) if phrase in part.phrases), phrase)
    return having
