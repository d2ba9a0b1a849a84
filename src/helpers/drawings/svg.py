"""Draw panels as HTML with inline SVG.

:func:`picture` refuses a frame that its panels cannot draw, with a ValueError or TypeError that names the part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import Array
from ..numerics.formatting import format_number, signed
from ..numerics.functions import quiet
from .formulas import in_svg, plain, typeset
from .html import HTML, element
from .in_words import in_words
from .panels import (
    Axis,
    ForestPlot,
    Frame,
    Graph,
    Grid,
    HeatMap,
    Lines,
    Node,
    Panel,
    Products,
    Surface,
    Text,
    check_frame,
)

Keys = Sequence[tuple[str, str]]
"""The entries of a legend: the classes of a sign, and what it means."""
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Two coordinates, a width and a height, in pixels; of a node, the coordinates of its middle."""


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
        drawn = [draw(panel, self.frame) for panel in self.panels]
        return (
            f"{style()}\n{element('div', *drawn, class_='gc gc-panels', role='figure', aria_label=self.alt)}"
        )


def style() -> HTML:
    """Return the style sheet of every drawing, as HTML: a notebook has no other place for it."""
    css = Path(__file__).with_name("drawings.css").read_text(encoding="utf-8")
    return element("style", HTML(css))


def picture(*panels: Panel, alt: str | None = None, **frame: Any) -> Picture:
    """Draw one frame as a figure.

    Parameters
    ----------
    *panels : Text, Grid, Lines, HeatMap, ForestPlot or Graph
        How to draw it.
    alt : str, optional
        The figure in words, for a reader who cannot see it. Left out, they are made of what is drawn.
    **frame : array_like or str
        What to draw, by the names the panels use.

    Returns
    -------
    Picture
        A notebook shows it; ``print`` gives its ``alt``.

    Examples
    --------
    >>> row = Grid("x", roles="roles", legend=("input", "dropped"), numbers="x")
    >>> picture(row, roles=[[0, 0, 1]], x=[[4, 5, 6]], alt="4, 5 and 6; the last is dropped.")
    4, 5 and 6; the last is dropped.
    """
    if not isinstance(alt, str | None):
        raise TypeError(f"alt must be text, got {alt!r}")
    check_frame(panels, frame)
    if alt is None:
        alt = " ".join(in_words(panel, frame) for panel in panels)
    return Picture(panels, frame, alt=alt)


@singledispatch
def draw(panel: Panel, frame: Frame, extent: Any = None) -> HTML:
    """Return one panel of a frame as HTML, with inline SVG.

    Parameters
    ----------
    panel : Text, Grid, Lines, HeatMap, ForestPlot or Graph
    frame : dict
    extent : optional
        The space that an explorer needs, so that nothing moves when its sliders do: of a Grid the largest numbers of
        rows and columns, of a Text lists of its longest sentences.
    """
    raise TypeError(f"panel must be one of {Panel}, got {panel!r}")


@draw.register
def _text(panel: Text | Products, frame: Frame, extent: Any = None) -> HTML:
    def spans(texts: Iterable[str], **attributes: str) -> HTML:
        return element("div", *(element("span", text) for text in texts), **attributes)

    longest = [spans(texts, class_="gc-extent", hidden="") for texts in extent or ()]
    words = spans(sentences(panel, frame), class_="gc-words")
    return element("div", *longest, words, class_="gc-panel gc-text")


def sentences(panel: Panel, frame: Frame) -> list[str]:
    """Return the sentences of a panel; a drawing has none."""
    if isinstance(panel, Products):
        return [sum_of_products(panel, frame)]
    return [frame[name] for name in panel.sentences] if isinstance(panel, Text) else []


ALL_PRODUCTS = 9
"""A sum of more products than these is written with its first three and its last."""


def sum_of_products(panel: Products, frame: Frame) -> str:
    """Return the sentence of :class:`Products`; ``drawing.js`` writes the same."""
    left, right, result = panel.factors(frame)
    products = [f"{signed(a)}·{signed(b)}" for a, b in zip(left, right, strict=True)]
    if len(products) > ALL_PRODUCTS:
        products[3:-1] = ["…"]
    place = ", ".join(str(frame[name][0]) for name in panel.at)
    return f"{panel.symbol}[{place}] = {' + '.join(products)} = {format_number(result)}"


@draw.register
def _grid(panel: Grid, frame: Frame, extent: Any = None) -> HTML:
    positions, unit = panel.positions(frame), panel.unit
    roles = np.array(panel.legend, object)[positions]
    looks = np.full(extent or roles.shape, "absent", object)  # (rows, columns)
    texts = np.full(looks.shape, "", object)
    here = tuple(map(slice, roles.shape))
    looks[here] = roles
    if panel.numbers is not None:
        written = np.vectorize(format_number, otypes=[object])(frame[panel.numbers])
        texts[here] = np.where(np.isin(roles, panel.unnumbered), "", written)
    rows, columns = _marked(panel, frame, roles.shape)
    looks[np.ix_(rows, columns)] += " marked"
    if panel.marked is not None:
        looks[here][np.asarray(frame[panel.marked]) != 0] += " marked"
    cells = [
        _cell(look, row, column, (unit, unit), element("text", text, x=unit // 2, y=unit // 2))
        for ((row, column), look), text in zip(np.ndenumerate(looks), texts.flat, strict=True)
    ]
    outline = [_outline(rows, columns, unit)] if extent else []
    words = panel.legend_words or [role.replace("-", " ") for role in panel.legend]
    keys = [(f"key {role}", word) for role, word in zip(panel.legend, words, strict=True) if word]
    left, top, headings = _headings(panel, frame, roles.shape, looks.shape)
    view = (-2 - left, -2 - top, looks.shape[1] * unit + 4 + left, looks.shape[0] * unit + 4 + top)
    return _figure(panel.title, keys if len(panel.legend) > 1 else [], view, cells + outline + headings)


LETTER = 6.2
"""The mean width of a letter of a drawing, in pixels."""


def _headings(
    panel: Grid, frame: Frame, present: tuple[int, ...], extent: tuple[int, ...]
) -> tuple[float, float, list[HTML]]:
    """Return the space that headings of rows take on the left and those of columns above, and the headings."""
    rows, columns = (panel.headings(frame, axis) for axis in (0, 1))

    def text(axis: int, place: int, name: str) -> HTML:
        middle = (place + 0.5) * panel.unit
        look, x, y = ("label column-name", middle, -10.0) if axis else ("label end row-name", -7.0, middle)
        absent = "" if place >= present[axis] else None
        return element("text", in_svg(name), class_=look, x=x, y=y, data_absent=absent)

    texts = [
        text(axis, place, names[place] if place < len(names) else "")
        for axis, names in enumerate((rows, columns))
        for place in range(extent[axis] if names else 0)
    ]
    left = ceil(10 + LETTER * max(len(plain(name)) for name in rows)) if rows else 0
    return left, 18 if columns else 0, texts


def _marked(panel: Grid, frame: Frame, shape: tuple[int, ...]) -> list[Sequence[int]]:
    """Return the rows and the columns that are marked: all, where only the other axis is named."""
    names = panel.marked_rows, panel.marked_columns
    every = [range(length if any(names) else 0) for length in shape]
    return [all_ if name is None else frame[name] for name, all_ in zip(names, every, strict=True)]


def _cell(look: str, row: int, column: int, size: tuple[int, int], inside: HTML) -> HTML:
    width, height = size
    shape = element("rect", x=0.5, y=0.5, width=width - 1, height=height - 1)
    return element(
        "g", shape, inside, class_=f"cell {look}", transform=f"translate({column * width} {row * height})"
    )


def _outline(rows: Sequence[int], columns: Sequence[int], unit: int) -> HTML:
    """Draw the rectangle that an explorer has around all marked cells."""
    path = ""
    if len(rows) and len(columns):
        (top, left), (bottom, right) = (min(rows), min(columns)), (max(rows) + 1, max(columns) + 1)
        path = (
            f"M{left * unit - 1} {top * unit - 1}H{right * unit + 1}V{bottom * unit + 1}H{left * unit - 1}z"
        )
    return element("path", class_="span", d=path)


@draw.register
def _lines(panel: Lines, frame: Frame, extent: Any = None) -> HTML:
    width, height = panel.width, panel.height
    drawn, labels = _x_ticks(panel.x_axis, width, height)
    for tick in panel.y_axis.ticks:
        at = height - float(_places(panel.y_axis, tick, height))
        drawn.append(element("line", class_="tick", y1=at, y2=at, x1=0, x2=width))
        labels.append(_y_label(format_number(tick), at, height))
    labels.append(element("span", typeset(panel.y_axis.label), class_="gc-label y name"))
    if panel.surface:
        drawn[:0] = _surface(panel.surface, width, height)
    ends = []  # the heights at which the lines end
    for number, line in enumerate(panel.lines):
        x = _places(panel.x_axis, frame[line.x or panel.x], width)
        y = height - _places(panel.y_axis, frame[line.values], height)
        drawn.append(element("path", class_=f"stroke {line.role}", d=_path(x, y, line.steps)))
        if line.dots:
            drawn.append(element("path", class_=f"dots {line.role}", data_line=number, d=_dots(x, y)))
        ends.append(next((float(at) for at in y[::-1] if np.isfinite(at)), np.nan))
    if panel.cursor is not None:
        at = float(_places(panel.x_axis, frame[panel.cursor], width))
        labels.append(element("i", class_="gc-now", style=f"left:{_percent(at, width)}"))
    keys = [(f"swatch {line.role}", line.label) for line in panel.lines]
    if panel.label_width:
        for (_, word), line, at in zip(keys, panel.lines, spread(ends, END_LABEL, height), strict=True):
            place = {"hidden": ""} if np.isnan(at) else {"style": f"top:{at:g}px"}
            labels.append(element("span", typeset(word), class_=f"gc-label gc-end {line.role}", **place))
        keys = []
    right = max(panel.label_width, PLOT_RIGHT)
    return _plot(panel.title, keys, width, height, drawn, labels, left=LINES_LEFT, right=right)


END_LABEL = 14
"""The height of a label at the end of a line, in pixels."""


def spread(wanted: Sequence[float], height: float, lowest: float) -> list[float]:
    """Return places for labels near those wanted, so far apart that none covers another; ``drawing.js`` does the same.

    Examples
    --------
    >>> spread([50, 40, 52, 99], height=14, lowest=100)
    [54.0, 40.0, 68.0, 99.0]
    >>> spread([99, 98], height=14, lowest=100)
    [100.0, 86.0]
    """
    places, order = np.array(wanted, float), [int(i) for i in np.argsort(wanted) if np.isfinite(wanted[i])]
    for above, below in pairwise(order):
        places[below] = max(places[below], places[above] + height)
    for below in reversed(order):
        places[below] = min(places[below], lowest)
        lowest = places[below] - height
    return places.tolist()


def _dots(x: Array, y: Array) -> str:
    """Return an SVG path of lines of no length, which round ends make dots."""
    return "".join(
        f"M{at_x:g} {at_y:g}h0" for at_x, at_y in zip(x, y, strict=True) if np.isfinite([at_x, at_y]).all()
    )


def _surface(surface: Surface, width: float, height: float) -> list[HTML]:
    """Draw the bands of a surface: for each a path of the runs of its cells."""
    bands = np.searchsorted(surface.edges, np.asarray(surface.values, float), side="right")
    across, up = width / bands.shape[1], height / bands.shape[0]
    return [
        element(
            "path",
            class_="surface",
            fill_opacity=f"{0.75 * band / len(surface.edges):.2f}",
            d="".join(
                f"M{start * across:.6g} {height - (row + 1) * up:.6g}h{length * across:.6g}v{up:.6g}h{-length * across:.6g}z"
                for row, start, length in _runs(bands >= band)
            ),
        )
        for band in range(1, len(surface.edges) + 1)
    ]


def _runs(cells: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Yield the row, the start and the length of each run of cells that are set."""
    edges = np.diff(np.pad(cells.astype(int), ((0, 0), (1, 1))))
    for (row, start), (_, end) in zip(np.argwhere(edges == 1), np.argwhere(edges == -1), strict=True):
        yield int(row), int(start), int(end - start)


@draw.register
def _forest_plot(panel: ForestPlot, frame: Frame) -> HTML:
    width, height = FOREST_WIDTH, len(panel.labels) * FOREST_ROW
    drawn, labels = _x_ticks(panel.axis, width, height)
    reference = float(_places(panel.axis, panel.reference, width))
    drawn.append(element("path", class_="stroke bound", d=f"M{reference:g} 0V{height}"))
    places = (_places(panel.axis, frame[name], width) for name in panel.names)
    for row, (label, effect, low, high) in enumerate(zip(panel.labels, *places, strict=True)):
        y = (row + 0.5) * FOREST_ROW
        labels.append(_y_label(label, y, height))
        if np.isfinite([effect, low, high]).all():
            drawn.append(element("path", class_="stroke output", d=f"M{low:g} {y:g}H{high:g}"))
            drawn.append(element("path", class_="stroke output dot", d=f"M{effect:g} {y:g}h0"))
    return _plot(panel.title, [], width, height, drawn, labels, left=FOREST_LEFT, right=PLOT_RIGHT)


LINES_LEFT, FOREST_LEFT, PLOT_RIGHT = 44, 140, 10
"""The widths of the margins beside a plot, in pixels; its labels stand on the left."""
FOREST_WIDTH, FOREST_ROW = 300, 20


def _plot(
    title: str,
    keys: Keys,
    width: int,
    height: int,
    drawn: list[HTML],
    labels: list[HTML],
    *,
    left: int,
    right: int,
) -> HTML:
    """Draw a plot that is stretched to the width there is; the labels, which are no part of the SVG, keep their size."""
    box = {"viewBox": f"0 0 {width} {height}", "preserveAspectRatio": "none", "aria_hidden": "true"}
    margin = {"style": f"height: {height}px; margin-left: {left}px; margin-right: {right}px"}
    plot = _image("gc-plot", title, element("svg", *drawn, **box), *labels, **margin)
    return _panel(title, keys, left + width + right, plot)


def _x_ticks(axis: Axis, width: float, height: float) -> tuple[list[HTML], list[HTML]]:
    """Draw lines at the ticks of a horizontal axis; and label it, and them, below."""
    drawn, labels = [], [element("span", typeset(axis.label), class_="gc-label x name")]
    for tick in axis.ticks:
        at = float(_places(axis, tick, width))
        drawn.append(element("line", class_="tick", x1=at, x2=at, y1=0, y2=height))
        labels.append(
            element("span", format_number(tick), class_="gc-label x", style=f"left:{_percent(at, width)}")
        )
    return drawn, labels


def _y_label(text: str, at: float, height: float) -> HTML:
    return element("span", text, class_="gc-label y", style=f"top:{_percent(at, height)}")


def _percent(at: float, length: float) -> str:
    return f"{100 * at / length:.4g}%"


def _places(axis: Axis, values: ArrayLike, length: float) -> Array:
    """Return where values stand along an axis, in pixels; those beyond its ends stand just outside."""
    values, low, high = np.asarray(values, float), axis.low, axis.high
    finite = np.isfinite(values)
    if axis.logarithmic:
        with quiet():
            values, low, high = np.log(values), np.log(low), np.log(high)
    share = np.where(finite, np.clip((values - low) / (high - low), -0.01, 1.01), np.nan)
    return np.round(share * length, 2)


def _path(x: Array, y: Array, steps: bool = False) -> str:
    """Return an SVG path through the points that are finite, lifted where one is not; as steps, each height holds until the next."""
    parts, command, held = [], "M", ""
    for at_x, at_y in zip(x, y, strict=True):
        if np.isfinite(at_x) and np.isfinite(at_y):
            hold = f"L{at_x:g} {held}" if steps and command == "L" else ""
            parts.append(f"{hold}{command}{at_x:g} {at_y:g}")
            command, held = "L", f"{at_y:g}"
        else:
            command = "M"
    return "".join(parts)


@draw.register
def _heat_map(panel: HeatMap, frame: Frame) -> HTML:
    numbers = np.asarray(frame[panel.numbers], float)
    levels = np.searchsorted(panel.edges, numbers, side="right")
    across, up = LEVEL
    width, height = len(panel.x) * across, len(panel.y) * up

    def label(text: str, x: float, y: float, anchor: str = "") -> HTML:
        return element("text", text, class_=f"label{anchor}", x=x, y=y)

    by_turns = 2 if len(panel.x) > MANY_COLUMNS else 1
    labels = [label(panel.x_label, width / 2, height + 30), label(panel.y_label, 0, -10, " start")]
    for column in range(0, len(panel.x), by_turns):
        labels.append(label(format_number(panel.x[column]), (column + 0.5) * across, height + 12))
    for row, tick in enumerate(panel.y):
        labels.append(label(format_number(tick), -6, height - (row + 0.5) * up, " end"))
    cells = [
        _cell(
            f"level-{level}", len(panel.y) - 1 - row, column, LEVEL, element("title", format_number(number))
        )
        for ((row, column), level), number in zip(np.ndenumerate(levels), numbers.flat, strict=True)
    ]
    low, middle, high = map(format_number, panel.edges)
    ranges = (f"below {low}", f"{low} to {middle}", f"{middle} to {high}", f"from {high}")
    keys = [(f"key level-{level}", words) for level, words in enumerate(ranges)]
    keys.append(("swatch contour", f"crossing {middle}"))
    contour = element("path", class_="contour", d=_contour(numbers >= panel.edges[1]))
    view = (-HEAT_MAP_LEFT, -20, width + HEAT_MAP_LEFT + 4, height + 58)
    return _figure(panel.title, keys, view, [*labels, *cells, contour])


LEVEL = (23, 20)
"""The width and the height of a cell of a heat map, in pixels."""
HEAT_MAP_LEFT = 44
MANY_COLUMNS = 8
"""More than these are labelled by turns, so that labels do not touch."""


def _contour(above: NDArray[np.bool_]) -> str:
    """Return an SVG path between neighbouring cells of which one is above and one is not; rows run upwards."""
    width, height = LEVEL
    bottom = len(above) * height
    upright = np.argwhere(above[:, 1:] != above[:, :-1])
    level = np.argwhere(above[1:] != above[:-1])
    return "".join(
        [f"M{(column + 1) * width} {bottom - row * height}v{-height}" for row, column in upright]
        + [f"M{column * width} {bottom - (row + 1) * height}h{width}" for row, column in level]
    )


@draw.register
def _graph(panel: Graph, frame: Frame) -> HTML:
    boxes = {name: _box(node) for name, node in panel.nodes.items()}
    arrows = [part for edge in panel.edges for part in _arrow(boxes[edge[0]], boxes[edge[1]], *edge[2:])]
    nodes = [_node(boxes[name], node) for name, node in panel.nodes.items()]
    left, top = np.min([(x - width / 2 - 14, y - ROW / 2) for x, y, width, _ in boxes.values()], axis=0)
    right, bottom = np.max([(x + width / 2 + 14, y + ROW / 2) for x, y, width, _ in boxes.values()], axis=0)
    return _figure(panel.title, [], (left, top, right - left, bottom - top), [*arrows, *nodes])


COLUMN, ROW, BOX_HEIGHT = 84, 58, 28


def _box(node: Node) -> Box:
    return node.column * COLUMN, node.row * ROW, max(BOX_HEIGHT, 7.2 * len(node.label) + 14), BOX_HEIGHT


def _node(box: Box, node: Node) -> HTML:
    x, y, width, height = box
    shape = element("rect", rx=6, x=x - width / 2, y=y - height / 2, width=width, height=height)
    return element(
        "g", shape, element("text", node.label, class_="name", x=x, y=y), class_=f"cell {node.role}"
    )


def _arrow(source: Box, target: Box, bend: float = 0) -> tuple[HTML, HTML]:
    """Draw a curve through the middle of the way, moved to its left, which leaves and meets the boxes at their edges."""
    (x1, y1, *_), (x2, y2, *_) = source, target
    aside = bend * COLUMN / max(float(np.hypot(x2 - x1, y2 - y1)), 1e-9)
    middle = ((x1 + x2) / 2 + (y2 - y1) * aside, (y1 + y2) / 2 - (x2 - x1) * aside)
    start, end = _edge_of(source, middle), _edge_of(target, middle)
    curve = "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*start, *middle, *end)
    return element("path", class_="line", d=curve), element(
        "path", class_="arrow", d=_arrow_head(middle, end)
    )


def _arrow_head(start: Point, end: Point) -> str:
    """Return the path of a triangle that points from start to end, with its tip there."""
    along = np.subtract(end, start) / max(float(np.hypot(*np.subtract(end, start))), 1e-9)
    across = np.array([-along[1], along[0]])
    base = end - 8 * along
    corners = (np.asarray(end, float), base + 4 * across, base - 4 * across)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"


def _edge_of(box: Box, towards: Point) -> Point:
    """Return where a straight way from a box's middle towards a point leaves the box."""
    x, y, width, height = box
    dx, dy = towards[0] - x, towards[1] - y
    scale = min(width / 2 / max(abs(dx), 1e-9), height / 2 / max(abs(dy), 1e-9))
    return x + dx * scale, y + dy * scale


NARROWEST = 300
"""A drawing wider than this may have to be scrolled on a phone, and so must take the keyboard's focus."""


def _figure(title: str, keys: Keys, view: Box, drawn: list[HTML]) -> HTML:
    """Draw an SVG of the size of its view, so that text in it is never too small to read."""
    *_, width, height = view
    box = " ".join(f"{number:g}" for number in view)
    svg = element("svg", *drawn, viewBox=box, width=width, height=height, aria_hidden="true")
    focus = 0 if width > NARROWEST else None
    return _panel(title, keys, width, _image("gc-grid", title, svg, tabindex=focus))


def _image(kind: str, title: str, *parts: HTML, **attributes: object) -> HTML:
    return element("div", *parts, class_=kind, role="img", aria_label=plain(title), **attributes)


def _panel(title: str, keys: Keys, width: float, drawing: HTML) -> HTML:
    entries = (
        element("span", element("i", class_=key), element("span", typeset(words))) for key, words in keys
    )
    return element(
        "div",
        element("div", typeset(title), class_="gc-title"),
        element("div", *entries, class_="gc-legend"),
        drawing,
        class_="gc-panel",
        style=f"width: {width:g}px",
    )
