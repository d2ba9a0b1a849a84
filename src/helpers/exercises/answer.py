"""What the reader hears: sentences, and two small arrays side by side. In a notebook, on the page, in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class Outcome(Enum):
    """What an answer comes to."""

    RIGHT = "Right"
    NOT_YET = "Not right yet"
    UNANSWERED = "Not answered yet"


SIGNS = {Outcome.RIGHT: "✓", Outcome.NOT_YET: "✗", Outcome.UNANSWERED: "…"}
COLOURS = {Outcome.RIGHT: "#009e73", Outcome.NOT_YET: "#d55e00", Outcome.UNANSWERED: "#8a929c"}


@dataclass(frozen=True, eq=False)
class Case:
    """One input, with what was expected and what the reader's function made of it.

    Attributes
    ----------
    inputs : dict of str to array
        By the names of the parameters.
    expected : numpy.ndarray
    got : numpy.ndarray or None
        None where there was no array to show.
    """

    inputs: dict[str, Any]
    expected: np.ndarray
    got: np.ndarray | None

    def grids(self) -> Iterator[tuple[str, list[list[str]], np.ndarray]]:
        """The matrices to lay side by side, each with its title and the cells in which the two differ.

        Of more than two axes, only the matrix that holds the first difference is shown.
        """
        shown = {"expected": self.expected} | ({} if self.got is None else {"yours": self.got})
        shown = {title: _without_leading_ones(array) for title, array in shown.items()}
        different = None
        if self.got is not None and len({array.shape for array in shown.values()}) == 1:
            different = differing(shown["yours"], shown["expected"])
        digits = 4 if different is None else _digits_apart(*(array[different] for array in shown.values()))
        for title, array in shown.items():
            mask = np.zeros(array.shape, bool) if different is None else different
            where = ""
            if array.ndim > 2:
                matrix = tuple(np.argwhere(mask)[0][:-2]) if mask.any() else (0,) * (array.ndim - 2)
                where = f", at [{', '.join(map(str, matrix))}]"
                array, mask = array[matrix], mask[matrix]
            yield title + where, _written(array, digits), np.atleast_2d(mask)


@dataclass(frozen=True, eq=False)
class Answer:
    """What :func:`helpers.exercises.check` says to an answer.

    Attributes
    ----------
    id : str
        The exercise.
    outcome : Outcome
    says : tuple of str
        Sentences; what stands between backticks is code.
    case : Case or None
        The smallest case that fails.
    """

    id: str
    outcome: Outcome
    says: tuple[str, ...] = ()
    case: Case | None = None
    mistake: str = ""
    """The name of the mistake that was recognised."""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome is Outcome.RIGHT

    @property
    def _heading(self) -> str:
        return f"{SIGNS[self.outcome]} {self.outcome.value}"

    def __repr__(self) -> str:
        lines = [f"{self._heading}: exercise {self.id}", *(_plain(text) for text in self.says)]
        if self.case is not None:
            lines += [f"  {name} = {text}" for name, text in _inputs(self.case, indent=len("   = "))]
            lines += ["", *_side_by_side(self.case)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *others = self.says or ("",)
        parts = [
            f'<div class="gc-answer" role="group" aria-label="Answer to exercise {escape(self.id)}" '
            f'style="border-left: 4px solid {COLOURS[self.outcome]}; padding: 0.1rem 0 0.1rem 0.9rem">',
            f"<p><strong>{self._heading}.</strong> {marked_up(first)}</p>",
            *(f"<p>{marked_up(text)}</p>" for text in others),
        ]
        if self.case is not None:
            style = Path(__file__).with_name("answer.css").read_text(encoding="utf-8")
            parts += [f"<style>{style}</style>", '<div class="gc-case">']
            parts += [
                f'<div><div class="gc-title"><code>{escape(name)}</code></div><pre>{escape(text)}</pre></div>'
                for name, text in _inputs(self.case, indent=0)
            ]
            parts += [_table(*grid) for grid in self.case.grids()]
            parts.append("</div>")
        return "\n".join([*parts, "</div>"])


@dataclass(frozen=True)
class Hints:
    """Hints of an exercise, from the first on, each folded.

    Attributes
    ----------
    id : str
    hints : tuple of str
    """

    id: str
    hints: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(f"Hint {number}: {_plain(hint)}" for number, hint in enumerate(self.hints, 1))

    def _repr_html_(self) -> str:
        return "\n".join(
            f'<details class="gc-hint"><summary>Hint {number} of {len(self.hints)}</summary>'
            f"<p>{marked_up(hint)}</p></details>"
            for number, hint in enumerate(self.hints, 1)
        )


@dataclass(frozen=True)
class Message:
    """Sentences for the reader, as a hint or the list of what is solved has them."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(map(_plain, self.sentences))

    def _repr_html_(self) -> str:
        return "\n".join(f"<p>{marked_up(sentence)}</p>" for sentence in self.sentences)


def differing(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape differ by more than rounding."""
    finite = np.abs(expected[np.isfinite(expected)])
    same = np.isclose(got, expected, rtol=0, atol=1e-10 * max(1.0, finite.max(initial=0.0)), equal_nan=True)
    return ~same


def _digits_apart(one: np.ndarray, other: np.ndarray) -> int:
    """How many digits it takes until two arrays, where there is anything in them, are written in different ways."""
    digits = 4
    while one.size and digits < 17 and _written(one, digits) == _written(other, digits):
        digits += 4
    return digits


def _written(array: np.ndarray, digits: int) -> list[list[str]]:
    """A matrix of texts: whole numbers as they are, others with so many digits."""
    return [[_number(value, digits) for value in row] for row in np.atleast_2d(array)]


def _number(value: float, digits: int) -> str:
    value = float(value)
    text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.{digits}g}"
    return text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


def _without_leading_ones(array: ArrayLike) -> np.ndarray:
    array = np.asarray(array, float)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    return array


def _inputs(case: Case, indent: int) -> Iterator[tuple[str, str]]:
    """Each input's name and its value in Python's spelling."""
    for name, value in case.inputs.items():
        if np.ndim(value) == 0:
            text = f"{value:g}"
        else:
            array = np.asarray(value)
            array = array.astype(int) if np.all(array == np.round(array)) else array
            text = np.array2string(array, precision=3, suppress_small=True, separator=", ")
        yield name, text.replace("\n", "\n" + " " * (indent + len(name) if indent else 0))


def marked_up(text: str) -> str:
    """Text as HTML, with code between backticks and emphasis between asterisks."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)


def _plain(text: str) -> str:
    return re.sub(r"\*\*([^*`]+)\*\*", r"\1", text)


def _table(title: str, rows: list[list[str]], mask: np.ndarray) -> str:
    cells = [
        "".join(
            f"<td{' class=differs' if wrong else ''}>{f'<strong>{text}</strong>' if wrong else text}</td>"
            for text, wrong in zip(row, wrongs, strict=True)
        )
        for row, wrongs in zip(rows, mask, strict=True)
    ]
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"


def _side_by_side(case: Case) -> list[str]:
    """The grids as lines of text, the cells that differ between asterisks."""
    blocks = []
    for title, rows, mask in case.grids():
        starred = [
            [f"*{text}*" if wrong else f" {text} " for text, wrong in zip(row, wrongs, strict=True)]
            for row, wrongs in zip(rows, mask, strict=True)
        ]
        width = max(len(text) for row in starred for text in row)
        lines = [title, *(" ".join(text.rjust(width) for text in row) for row in starred)]
        across = max(map(len, lines))
        blocks.append([line.ljust(across) for line in lines])
    return [
        "  " + "    ".join(parts).rstrip()
        for parts in zip_longest(*blocks, fillvalue=" " * len(blocks[0][0]))
    ]
