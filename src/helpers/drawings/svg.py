"""Draw panels as HTML with inline SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .panels import EMPTY_ROLES, Axis, ForestPlot, Frame, Graph, Grid, HeatMap, Lines, Node, Panel, Text

Extent = Mapping[str, Any]
"""What a panel keeps free."""
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""The middle, the width and the height of a node, in pixels."""


class Picture:
    """A frame, drawn: HTML with inline SVG, and in words.

    Parameters
    ----------
    panels : sequence of Text, Grid, Lines, HeatMap, ForestPlot or Graph
    frame : dict
    alt : str
        What a reader who cannot see it needs to know.
    """

    def __init__(self, panels: Sequence[Panel], frame: Frame, *, alt: str) -> None:
        self.panels = panels
        self.frame = frame
        self.alt = alt

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        drawn = "".join(draw(panel, self.frame) for panel in self.panels)
        return f'{style()}\n<div class="gc gc-panels" role="figure" aria-label="{escape(self.alt)}">{drawn}</div>'


def style() -> str:
    """The style sheet of every drawing, as HTML: a notebook has no other place for it."""
    css = Path(__file__).with_name("drawings.css").read_text(encoding="utf-8")
    return f"<style>{css}</style>"


def draw(panel: Panel, frame: Frame, room: Extent | None = None) -> str:
    """Return one panel of a frame as HTML, with inline SVG.

    Parameters
    ----------
    panel : Text, Grid, Lines, HeatMap, ForestPlot or Graph
    frame : dict
    room : dict, optional
        What an explorer keeps free so that nothing moves when its sliders do: the ``rows`` and ``columns`` of its
        largest grid, or its longest ``sentences``.
    """
    return DRAW[panel.kind](panel, frame, room or {})


def picture(*panels: Panel, alt: str, **frame: Any) -> Picture:
    """Draw one frame as a figure.

    Parameters
    ----------
    *panels : Text, Grid, Lines, HeatMap, ForestPlot or Graph
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
        If the frame lacks a name that a panel uses, a role is not in the legend, a grid is not a matrix, or two
        arrays that belong together are not of one shape.
    TypeError
        If what is drawn as numbers is not real, or what is read is not text.

    Examples
    --------
    >>> row = Grid("x", roles="roles", legend=("input", "dropped"), numbers="x")
    >>> picture(row, roles=[[0, 0, 1]], x=[[4, 5, 6]], alt="4, 5 and 6; the last is dropped.")
    4, 5 and 6; the last is dropped.
    """
    if not isinstance(alt, str):
        raise TypeError(f"alt must be text, got {alt!r}")
    for panel in panels:
        missing = [name for name in panel.names if name not in frame]
        if missing:
            raise ValueError(f"frame must have {missing}, which a panel draws; it has {sorted(frame)}")
        panel.check(frame)
    return Picture(panels, frame, alt=alt)


def format_number(number: float) -> str:
    """Return a number as a cell shows it: whole, or with three digits, and with a true minus sign.

    Examples
    --------
    >>> format_number(-2.0), format_number(0.12345), format_number(float("inf"))
    ('−2', '0.123', '∞')
    """
    text = str(int(number)) if float(number).is_integer() else f"{number:.3g}"
    return text.replace("-", "−").replace("inf", "∞")


def _text(panel: Text, frame: Frame, room: Extent) -> str:
    def sentences(texts: Iterable[str]) -> str:
        return "".join(f"<span>{escape(text)}</span>" for text in texts)

    kept_free = "".join(
        f'<div class="gc-room" aria-hidden="true">{sentences(texts)}</div>'
        for texts in room.get("sentences", ())
    )
    words = sentences(frame[name] for name in panel.sentences)
    return f'<div class="gc-panel gc-text">{kept_free}<div class="gc-words">{words}</div></div>'


def _cells(panel: Grid, frame: Frame, room: Extent) -> str:
    roles = np.asarray(frame[panel.roles])
    numbers = None if panel.numbers is None else np.asarray(frame[panel.numbers])
    rows, columns = roles.shape
    unit = panel.unit
    marked_rows = _marks(frame, panel.marked_rows, rows, panel.marked_columns)
    marked_columns = _marks(frame, panel.marked_columns, columns, panel.marked_rows)
    cells = []
    for (row, column), position in np.ndenumerate(roles):
        role = panel.legend[position]
        marked = " marked" if row in marked_rows and column in marked_columns else ""
        number = "" if numbers is None or role in EMPTY_ROLES else format_number(float(numbers[row, column]))
        cells.append(
            f'<g class="cell {role}{marked}" transform="translate({column * unit} {row * unit})">'
            f'<rect x="0.5" y="0.5" width="{unit - 1}" height="{unit - 1}"/>'
            f'<text x="{unit // 2}" y="{unit // 2}">{number}</text></g>'
        )
    width, height = room.get("columns", columns) * unit + 4, room.get("rows", rows) * unit + 4
    keys = (
        ""
        if len(panel.legend) < 2
        else "".join(
            f'<span><i class="key {role}"></i>{role.replace("-", " ")}</span>' for role in panel.legend
        )
    )
    return _panel(panel.title, keys, _svg(f"-2 -2 {width} {height}", "".join(cells)), width)


def _lines(panel: Lines, frame: Frame, _: Extent) -> str:
    width, height, y_axis = panel.width, panel.height, panel.y_axis
    drawn, labels = _x_ticks(panel.x_axis, width, height)
    for tick in y_axis.ticks:
        (at,) = height - _places(y_axis, [tick], height)
        drawn.append(f'<line class="tick" y1="{at}" y2="{at}" x1="0" x2="{width}"/>')
        labels.append(_y_label(format_number(tick), at, height))
    labels.append(f'<span class="gc-label y name">{escape(y_axis.label)}</span>')
    for line in panel.lines:
        x = _places(panel.x_axis, frame[line.x or panel.x], width)
        y = height - _places(y_axis, frame[line.values], height)
        drawn.append(f'<path class="stroke {line.role}" d="{_path(x, y)}"/>')
    keys = "".join(
        f'<span><i class="swatch {line.role}"></i>{escape(line.label)}</span>' for line in panel.lines
    )
    return _plot(panel, keys, drawn, labels, width, height, beside=BESIDE_PLOT)


def _x_ticks(axis: Axis, width: float, height: float) -> tuple[list[str], list[str]]:
    """The upright lines at the ticks of a horizontal axis; and their numbers below, with the axis's label."""
    drawn, labels = [], [f'<span class="gc-label x name">{escape(axis.label)}</span>']
    for tick in axis.ticks:
        (at,) = _places(axis, [tick], width)
        drawn.append(f'<line class="tick" x1="{at}" x2="{at}" y1="0" y2="{height}"/>')
        labels.append(
            f'<span class="gc-label x" style="left:{100 * at / width:.4g}%">{format_number(tick)}</span>'
        )
    return drawn, labels


def _y_label(text: str, at: float, height: float) -> str:
    """A label to the left of a plot."""
    return f'<span class="gc-label y" style="top:{100 * at / height:.4g}%">{escape(text)}</span>'


def _plot(
    panel: Lines | ForestPlot,
    keys: str,
    drawn: list[str],
    labels: list[str],
    width: int,
    height: int,
    beside: int,
) -> str:
    """What is drawn is stretched to the width there is; the labels, which are no part of the SVG, keep their size."""
    return (
        f'<div class="gc-panel gc-{panel.kind}" style="width: {width + beside}px"><div class="gc-title">{escape(panel.title)}</div>'
        f'<div class="gc-legend">{keys}</div><div class="gc-plot" style="height: {height}px" role="img" aria-label="{escape(panel.title)}">'
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">{"".join(drawn)}</svg>'
        f"{''.join(labels)}</div></div>"
    )


BESIDE_PLOT = 54
"""The width that the labels of a vertical axis need, in pixels."""


def _places(axis: Axis, values: ArrayLike, length: float) -> np.ndarray:
    """Where values stand along an axis of so many pixels; those beyond its ends stand just outside."""
    values, low, high = np.asarray(values, float), axis.low, axis.high
    finite = np.isfinite(values)
    if axis.logarithmic:
        with np.errstate(divide="ignore", invalid="ignore"):
            values, low, high = np.log(values), np.log(low), np.log(high)
    share = np.where(finite, np.clip((values - low) / (high - low), -0.01, 1.01), np.nan)
    return np.round(share * length, 2)


def _path(x: np.ndarray, y: np.ndarray) -> str:
    """An SVG path through the points that are finite, lifted where one is not."""
    steps, down = [], False
    for at_x, at_y in zip(x, y, strict=True):
        finite = bool(np.isfinite(at_x) and np.isfinite(at_y))
        if finite:
            steps.append(f"{'L' if down else 'M'}{at_x:g} {at_y:g}")
        down = finite
    return "".join(steps)


LEVEL_WIDTH, LEVEL_HEIGHT, LEFT_OF_LEVELS = 23, 20, 44
MANY_COLUMNS = 8
"""More than these are labelled by turns, so that labels do not touch."""


def _levels(panel: HeatMap, frame: Frame, _: Extent) -> str:
    numbers = np.asarray(frame[panel.numbers], float)
    levels = np.searchsorted(panel.edges, numbers, side="right")
    width, height = len(panel.x) * LEVEL_WIDTH, len(panel.y) * LEVEL_HEIGHT
    drawn = [
        f'<text class="label" x="{width / 2:g}" y="{height + 30}">{escape(panel.x_label)}</text>'
        f'<text class="label start" x="0" y="-10">{escape(panel.y_label)}</text>'
    ]
    by_turns = 2 if len(panel.x) > MANY_COLUMNS else 1
    for column, tick in list(enumerate(panel.x))[::by_turns]:
        at = (column + 0.5) * LEVEL_WIDTH
        drawn.append(f'<text class="label" x="{at:g}" y="{height + 12}">{format_number(tick)}</text>')
    for row, tick in enumerate(panel.y):
        at = height - (row + 0.5) * LEVEL_HEIGHT
        drawn.append(f'<text class="label end" x="-6" y="{at:g}">{format_number(tick)}</text>')
    for (row, column), number in np.ndenumerate(numbers):
        left, top = column * LEVEL_WIDTH, height - (row + 1) * LEVEL_HEIGHT
        drawn.append(
            f'<g class="cell level-{levels[row, column]}" transform="translate({left} {top})">'
            f'<rect x="0.5" y="0.5" width="{LEVEL_WIDTH - 1}" height="{LEVEL_HEIGHT - 1}"/>'
            f"<title>{format_number(number)}</title></g>"
        )
    drawn.append(f'<path class="watershed" d="{_border(numbers >= panel.edges[1])}"/>')
    low, middle, high = map(format_number, panel.edges)
    words = (f"below {low}", f"{low} to {middle}", f"{middle} to {high}", f"from {high}")
    keys = "".join(
        f'<span><i class="key level-{level}"></i>{word}</span>' for level, word in enumerate(words)
    )
    keys += f'<span><i class="swatch watershed"></i>crossing {middle}</span>'
    view = f"{-LEFT_OF_LEVELS} -20 {width + LEFT_OF_LEVELS + 4} {height + 20 + 38}"
    return _panel(panel.title, keys, _svg(view, "".join(drawn)), width + LEFT_OF_LEVELS + 4)


def _border(above: np.ndarray) -> str:
    """An SVG path between neighbouring cells of which one is above and one is not; rows run upwards."""
    width, height = LEVEL_WIDTH, LEVEL_HEIGHT
    bottom = len(above) * height
    upright = np.argwhere(above[:, 1:] != above[:, :-1])
    level = np.argwhere(above[1:] != above[:-1])
    return "".join(
        [f"M{(column + 1) * width} {bottom - row * height}v{-height}" for row, column in upright]
        + [f"M{column * width} {bottom - (row + 1) * height}h{width}" for row, column in level]
    )


BESIDE_INTERVALS, INTERVALS_WIDTH, INTERVALS_ROW = 150, 300, 20


def _intervals(panel: ForestPlot, frame: Frame, _: Extent) -> str:
    width, height = INTERVALS_WIDTH, len(panel.labels) * INTERVALS_ROW
    drawn, labels = _x_ticks(panel.axis, width, height)
    (at,) = _places(panel.axis, [panel.reference], width)
    drawn.append(f'<path class="stroke bound" d="M{at:g} 0V{height}"/>')
    places = (_places(panel.axis, frame[name], width) for name in panel.names)
    for row, (label, dot, start, end) in enumerate(zip(panel.labels, *places, strict=True)):
        y = (row + 0.5) * INTERVALS_ROW
        labels.append(_y_label(label, y, height))
        if np.isfinite([dot, start, end]).all():
            drawn.append(f'<path class="stroke output" d="M{start:g} {y:g}H{end:g}"/>')
            drawn.append(f'<path class="stroke output dot" d="M{dot:g} {y:g}h0"/>')
    return _plot(panel, "", drawn, labels, width, height, beside=BESIDE_INTERVALS)


COLUMN, ROW, BOX_HEIGHT = 84, 58, 28


def _graph(panel: Graph, *_: object) -> str:
    boxes = {name: _box(node) for name, node in panel.nodes.items()}
    drawn = []
    for source, target, *bend in panel.edges:
        (x1, y1, *_), (x2, y2, *_) = boxes[source], boxes[target]
        # The middle of the way, moved to its left; a curve through there leaves and meets the boxes.
        length = max(float(np.hypot(x2 - x1, y2 - y1)), 1e-9)
        aside = (bend[0] if bend else 0) * COLUMN / length
        middle = ((x1 + x2) / 2 + (y2 - y1) * aside, (y1 + y2) / 2 - (x2 - x1) * aside)
        start, end = _edge_of(boxes[source], middle), _edge_of(boxes[target], middle)
        drawn.append(
            f'<path class="line" '
            f'd="M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {end[0]:.1f} {end[1]:.1f}"/>'
            f'<path class="arrow" d="{_arrow_head(middle, end)}"/>'
        )
    for name, node in panel.nodes.items():
        x, y, width, height = boxes[name]
        drawn.append(
            f'<g class="cell {node.role}"><rect rx="6" x="{x - width / 2:g}" y="{y - height / 2:g}" '
            f'width="{width:g}" height="{height:g}"/><text class="name" x="{x:g}" y="{y:g}">{escape(node.label)}</text></g>'
        )
    left = min(x - width / 2 for x, _, width, _ in boxes.values()) - 14
    right = max(x + width / 2 for x, _, width, _ in boxes.values()) + 14
    top = min(y for _, y, *_ in boxes.values()) - ROW / 2
    bottom = max(y for _, y, *_ in boxes.values()) + ROW / 2
    view = f"{left:g} {top:g} {right - left:g} {bottom - top:g}"
    return _panel(panel.title, "", _svg(view, "".join(drawn)), right - left)


def _box(node: Node) -> Box:
    """The middle, width and height of a node, in pixels."""
    return node.column * COLUMN, node.row * ROW, max(BOX_HEIGHT, 7.2 * len(node.label) + 14), BOX_HEIGHT


def _arrow_head(start: Point, end: Point) -> str:
    """A triangle that points from start to end, with its tip there."""
    along = np.subtract(end, start) / max(float(np.hypot(*np.subtract(end, start))), 1e-9)
    across = np.array([-along[1], along[0]])
    base = end - 8 * along
    corners = (np.asarray(end, float), base + 4 * across, base - 4 * across)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"


def _edge_of(box: Box, towards: Point) -> Point:
    """Where a straight way from a box's middle towards a point leaves the box."""
    x, y, width, height = box
    dx, dy = towards[0] - x, towards[1] - y
    scale = min(width / 2 / max(abs(dx), 1e-9), height / 2 / max(abs(dy), 1e-9))
    return x + dx * scale, y + dy * scale


NARROWEST = 300
"""A drawing wider than this may have to be scrolled on a phone, and so must take the keyboard's focus."""


def _svg(view: str, drawn: str) -> str:
    """An SVG of the size that its view says, so that text in it is never too small to read."""
    width, height = view.split()[2:]
    return f'<svg viewBox="{view}" width="{width}" height="{height}" aria-hidden="true">{drawn}</svg>'


def _panel(title: str, keys: str, svg: str, width: float) -> str:
    focus = ' tabindex="0"' if width > NARROWEST else ""
    return (
        f'<div class="gc-panel" style="width: {width:g}px"><div class="gc-title">{escape(title)}</div>'
        f'<div class="gc-legend">{keys}</div>'
        f'<div class="gc-grid" role="img" aria-label="{escape(title)}"{focus}>{svg}</div></div>'
    )


DRAW: dict[str, Callable[..., str]] = {
    "text": _text,
    "cells": _cells,
    "lines": _lines,
    "levels": _levels,
    "intervals": _intervals,
    "graph": _graph,
}


def _marks(frame: Frame, name: str | None, length: int, other: str | None) -> set[int]:
    """The rows or columns that are marked: those named; all, where only the other axis is named; else none."""
    if name is not None:
        return set(np.asarray(frame[name]).tolist())
    return set(range(length)) if other is not None else set()
