"""Drawings made from numbers: panels of cells and sentences, and how a frame of them looks.

A *panel* says how to draw a part of a *frame*; a frame is a dict of arrays and sentences. :func:`picture` draws
one frame as it stands, for a figure. :mod:`helpers.explorers` links the same panels to sliders, where
``drawing.js`` draws them; ``drawings.css`` gives both their colours, one colour for one quantity.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

UNIT = 22
"""The side of a cell, in the drawing's own units."""

EMPTY_ROLES = ("zero", "gap")
"""Cells in which no number is written."""


@dataclass(frozen=True)
class Text:
    """A panel of sentences.

    Parameters
    ----------
    sentences : tuple of str
        The frame's names for them, in the order they are read.
    """

    sentences: tuple[str, ...]
    kind: str = "text"


@dataclass(frozen=True)
class Cells:
    """A panel that draws a matrix, a sequence or an image as a grid of cells.

    Parameters
    ----------
    title : str
        What the grid shows.
    roles : str
        The frame's name for a matrix of integers, one for each cell: what it is.
    legend : tuple of str
        What the integers mean. Each is a class of cells in ``drawings.css``.
    numbers : str, optional
        The frame's name for a matrix of the numbers to write into the cells.
    marked_rows, marked_columns : str, optional
        The frame's names for the rows and columns at whose crossings cells are marked.
        With only one of them, whole columns or rows are.
    """

    title: str
    roles: str
    legend: tuple[str, ...]
    numbers: str | None = None
    marked_rows: str | None = None
    marked_columns: str | None = None
    kind: str = "cells"


class Picture:
    """A frame, drawn: HTML with inline SVG, and in words.

    Parameters
    ----------
    panels : sequence of Text or Cells
    frame : dict
    alt : str
        What a reader who cannot see it needs to know.
    """

    def __init__(self, panels, frame, *, alt):
        self.panels = panels
        self.frame = frame
        self.alt = alt

    def __repr__(self):
        return self.alt

    def _repr_html_(self):
        style = Path(__file__).with_name("drawings.css").read_text(encoding="utf-8")
        drawn = "".join(
            _text(panel, self.frame) if panel.kind == "text" else _cells(panel, self.frame)
            for panel in self.panels
        )
        return (
            f'<style>{style}</style>\n<div class="gc gc-panels" role="img" aria-label="{escape(self.alt)}">'
            f"{drawn}</div>"
        )


def picture(*panels, alt, **frame):
    """Draw one frame as a figure.

    Parameters
    ----------
    *panels : Text or Cells
        How to draw it.
    alt : str
        The figure in words, for a reader who cannot see it.
    **frame : array_like or str
        What to draw, by the names the panels use.

    Returns
    -------
    Picture
        A notebook shows it; ``print`` gives its ``alt``.

    Raises
    ------
    ValueError
        If the frame lacks a name that a panel uses, a role is not in the legend, or a grid is not a matrix.

    Examples
    --------
    >>> row = Cells("x", roles="roles", legend=("input", "dropped"), numbers="x")
    >>> picture(row, roles=[[0, 0, 1]], x=[[4, 5, 6]], alt="4, 5 and 6; the last is dropped.")
    4, 5 and 6; the last is dropped.
    """
    for panel in panels:
        names = panel.sentences if panel.kind == "text" else _names(panel)
        missing = [name for name in names if name not in frame]
        if missing:
            raise ValueError(f"frame must have {missing}, which a panel draws; it has {sorted(frame)}")
        if panel.kind == "cells":
            roles = np.asarray(frame[panel.roles])
            if roles.ndim != 2 or roles.min() < 0 or roles.max() >= len(panel.legend):
                raise ValueError(
                    f"{panel.roles} must be a matrix of positions in {panel.legend}, got {roles}"
                )
    return Picture(panels, frame, alt=alt)


def written(number):
    """Return a number as a cell shows it: whole, or with three digits, and with a true minus sign.

    Examples
    --------
    >>> written(-2.0), written(0.12345)
    ('−2', '0.123')
    """
    text = str(int(number)) if float(number).is_integer() else f"{number:.3g}"
    return text.replace("-", "−")


def _names(panel):
    return [
        name
        for name in (panel.roles, panel.numbers, panel.marked_rows, panel.marked_columns)
        if name is not None
    ]


def _text(panel, frame):
    sentences = "".join(f"<span>{escape(frame[name])}</span>" for name in panel.sentences)
    return f'<div class="gc-panel gc-text">{sentences}</div>'


def _cells(panel, frame):
    roles = np.asarray(frame[panel.roles])
    numbers = None if panel.numbers is None else np.asarray(frame[panel.numbers])
    rows, columns = roles.shape
    marked_rows = _marks(frame, panel.marked_rows, rows, panel.marked_columns)
    marked_columns = _marks(frame, panel.marked_columns, columns, panel.marked_rows)
    cells = []
    for (row, column), position in np.ndenumerate(roles):
        role = panel.legend[position]
        marked = " marked" if row in marked_rows and column in marked_columns else ""
        number = "" if numbers is None or role in EMPTY_ROLES else written(numbers[row, column])
        cells.append(
            f'<g class="cell {role}{marked}" transform="translate({column * UNIT} {row * UNIT})">'
            f'<rect x="0.5" y="0.5" width="{UNIT - 1}" height="{UNIT - 1}"/>'
            f'<text x="{UNIT // 2}" y="{UNIT // 2}">{number}</text></g>'
        )
    width, height = columns * UNIT + 4, rows * UNIT + 4
    keys = (
        ""
        if len(panel.legend) < 2
        else "".join(
            f'<span><i class="key {role}"></i>{role.replace("-", " ")}</span>' for role in panel.legend
        )
    )
    return (
        f'<div class="gc-panel"><div class="gc-title">{escape(panel.title)}</div>'
        f'<div class="gc-legend">{keys}</div>'
        f'<svg viewBox="-2 -2 {width} {height}" style="width: {width}px" aria-hidden="true">'
        f"{''.join(cells)}</svg></div>"
    )


def _marks(frame, name, length, other):
    """The rows or columns that are marked: those named; all, where only the other axis is named; else none."""
    if name is not None:
        return set(np.asarray(frame[name]).tolist())
    return set(range(length)) if other is not None else set()
