"""Drawings in words, made from the numbers that they show: for readers who cannot see them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.formatting import count, format_number, listed
from .formulas import plain
from .panels import ForestPlot, Frame, Graph, Grid, HeatMap, Line, Lines, Panel, Products, Text


def in_words(panel: Panel, frame: Frame) -> str:
    """Return what a panel shows of a frame, in sentences.

    Examples
    --------
    >>> row = Grid("x", roles="roles", legend=("input", "dropped"), numbers="x")
    >>> in_words(row, {"roles": [[0, 0, 1]], "x": [[4, 5, 6]]})
    'x: a grid of 1 row by 3 columns; input 2, dropped 1. Its numbers: 4, 5, 6.'
    """
    return plain(_in_words(panel, frame))


@singledispatch
def _in_words(panel: Panel, frame: Frame) -> str:
    raise TypeError(f"panel must be one of the panels of this package, got {panel!r}")


@_in_words.register
def _(panel: Text, frame: Frame) -> str:
    return " ".join(frame[name] for name in panel.sentences)


@_in_words.register
def _(panel: Products, frame: Frame) -> str:
    return f"{panel.result} is the sum of the products of {panel.left} and {panel.right}."


@_in_words.register
def _(panel: Grid, frame: Frame) -> str:
    positions = panel.positions(frame)
    rows, columns = positions.shape
    words = f"{panel.title}: a grid of {count(rows, 'row')} by {count(columns, 'column')}"
    if len(panel.legend) > 1:
        cells = (f"{role} {(positions == place).sum()}" for place, role in enumerate(panel.legend))
        words += f"; {', '.join(cells)}"
    for axis, name in (("rows", panel.marked_rows), ("columns", panel.marked_columns)):
        words += f"; {axis} {listed(frame[name])} marked" if name is not None and len(frame[name]) else ""
    if panel.numbers is None:
        return f"{words}."
    return f"{words}. Its numbers: {', '.join(map(_row, np.asarray(frame[panel.numbers])))}."


def _row(numbers: Iterable[float]) -> str:
    return ", ".join(format_number(number) for number in numbers)


@_in_words.register
def _(panel: Lines, frame: Frame) -> str:
    lines = "; ".join(_course(line, frame[line.values]) for line in panel.lines)
    low, high = (extreme(frame[panel.x]) for extreme in (np.nanmin, np.nanmax))
    axes = (
        f"{panel.y_axis.label} over {panel.x_axis.label} from {format_number(low)} to {format_number(high)}"
    )
    return f"{panel.title}. {axes}. {lines}."


def _course(line: Line, values: ArrayLike) -> str:
    """Return where a line begins and ends, and its extremes where these lie between."""
    heights = np.asarray(values, float)
    heights = heights[np.isfinite(heights)]
    if not heights.size:
        return f"{line.label}: nothing"
    words = f"{line.label}: from {format_number(heights[0])} to {format_number(heights[-1])}"
    for name, extreme in (("at least", heights.min()), ("at most", heights.max())):
        words += f", {name} {format_number(extreme)}" if extreme not in (heights[0], heights[-1]) else ""
    return words


@_in_words.register
def _(panel: HeatMap, frame: Frame) -> str:
    numbers = np.asarray(frame[panel.numbers], float)
    finite = numbers[np.isfinite(numbers)]
    axes = (
        f"{label} from {format_number(at[0])} to {format_number(at[-1])}" for label, at in _axes_of(panel)
    )
    return f"{panel.title}, over {listed(axes)}: from {format_number(finite.min())} to {format_number(finite.max())}."


def _axes_of(panel: HeatMap) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return (panel.x_label, panel.x), (panel.y_label, panel.y)


@_in_words.register
def _(panel: ForestPlot, frame: Frame) -> str:
    rows = zip(panel.labels, *(frame[name] for name in panel.names), strict=True)
    effects = (
        f"{label} {format_number(effect)} ({format_number(low)} to {format_number(high)})"
        for label, effect, low, high in rows
    )
    return f"{panel.title}. {'; '.join(effects)}."


@_in_words.register
def _(panel: Graph, frame: Frame) -> str:
    targets: dict[str, list[str]] = {}
    for source, target, *_ in panel.edges:
        targets.setdefault(panel.nodes[source].label, []).append(panel.nodes[target].label)
    ways = (f"{source} leads to {listed(ends)}." for source, ends in targets.items())
    return f"{panel.title}. {' '.join(ways)}"
