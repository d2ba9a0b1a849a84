"""Show a case that fails: its inputs, and what was expected beside what was returned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.formatting import format_number

MOST = 12
"""The most rows, and the most columns, of an array that are shown. ``answer_box.js`` shows as many."""


class Table(NamedTuple):
    """A matrix to show."""

    title: str
    cells: list[list[tuple[str, bool]]]
    """Each cell's text, and whether it differs from the other table's."""


@dataclass(frozen=True, eq=False)
class FailingCase:
    """One input, with what was expected and what the reader's function returned.

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

    def tables(self) -> list[Table]:
        """Return the matrices to lay side by side.

        Of more than two axes, only the matrix that holds the first difference is shown.
        """
        shown = {"expected": self.expected} | ({} if self.got is None else {"yours": self.got})
        arrays = [_without_leading_ones(array) for array in shown.values()]
        masks, digits = [np.zeros(array.shape, bool) for array in arrays], 4
        if self.got is not None and arrays[0].shape == arrays[1].shape:
            mask = differing(arrays[1], arrays[0])
            masks, digits = [mask, mask], _distinguishing_digits(*(array[mask] for array in arrays))
        return [_table(*parts, digits) for parts in zip(shown, arrays, masks, strict=True)]

    def lines(self) -> list[str]:
        """Return the case as lines of text, the cells that differ between asterisks."""
        blocks = [_lines(table) for table in self.tables()]
        return [
            *(f"  {name} = {text}" for name, text in self._inputs(indent=len("   = "))),
            "",
            *(
                "  " + "    ".join(parts).rstrip()
                for parts in zip_longest(*blocks, fillvalue=" " * len(blocks[0][0]))
            ),
        ]

    def html(self) -> str:
        """Return the case as HTML, with its style."""
        style = Path(__file__).with_name("answer.css").read_text(encoding="utf-8")
        parts = [f"<style>{style}</style>", '<div class="gc-case">']
        parts += [
            f'<div><div class="gc-title"><code>{escape(name)}</code></div><pre>{escape(text)}</pre></div>'
            for name, text in self._inputs(indent=0)
        ]
        parts += map(_html, self.tables())
        return "\n".join([*parts, "</div>"])

    def _inputs(self, indent: int) -> Iterator[tuple[str, str]]:
        """Yield each input's name and its value as Python writes it."""
        for name, value in self.inputs.items():
            if np.ndim(value) == 0:
                text = f"{value:g}"
            else:
                array = np.asarray(value)
                array = array.astype(int) if np.all(array == np.round(array)) else array
                text = np.array2string(
                    array, precision=3, suppress_small=True, separator=", ", threshold=MOST**2
                )
            yield name, text.replace("\n", "\n" + " " * (indent + len(name) if indent else 0))


def differing(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return where two arrays of one shape differ by more than rounding."""
    finite = np.abs(expected[np.isfinite(expected)])
    same = np.isclose(got, expected, rtol=0, atol=1e-10 * max(1.0, finite.max(initial=0.0)), equal_nan=True)
    return ~same


def _without_leading_ones(array: ArrayLike) -> np.ndarray:
    array = np.asarray(array, float)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    return array


def _distinguishing_digits(one: np.ndarray, other: np.ndarray) -> int:
    """Return how many digits it takes until two vectors look different."""
    digits = 4
    while (
        one.size
        and digits < 17
        and all(format_number(a, digits) == format_number(b, digits) for a, b in zip(one, other, strict=True))
    ):
        digits += 4
    return digits


def _table(title: str, array: np.ndarray, mask: np.ndarray, digits: int) -> Table:
    if array.ndim > 2:
        matrix = tuple(np.argwhere(mask)[0][:-2]) if mask.any() else (0,) * (array.ndim - 2)
        title += f", at [{', '.join(map(str, matrix))}]"
        array, mask = array[matrix], mask[matrix]
    array, mask = np.atleast_2d(array), np.atleast_2d(mask)
    cut = "…", False
    cells = [
        [(format_number(value, digits), bool(differs)) for value, differs in zip(*row, strict=True)]
        + [cut] * (array.shape[1] > MOST)
        for row in zip(array[:MOST, :MOST], mask[:MOST, :MOST], strict=True)
    ]
    return Table(title, cells + [[cut] * len(cells[0])] * (len(array) > MOST))


def _html(table: Table) -> str:
    cell = {False: "<td>{}</td>", True: "<td class=differs><strong>{}</strong></td>"}
    rows = ("".join(cell[differs].format(text) for text, differs in row) for row in table.cells)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><caption>{escape(table.title)}</caption><tbody>{body}</tbody></table>"


def _lines(table: Table) -> list[str]:
    """Return the title and the rows, all of one width."""
    rows = [[f"*{text}*" if differs else f" {text} " for text, differs in row] for row in table.cells]
    width = max(len(text) for row in rows for text in row)
    lines = [table.title, *(" ".join(text.rjust(width) for text in row) for row in rows)]
    return [line.ljust(max(map(len, lines))) for line in lines]
