"""Describe drawings: panels of cells, lines, boxes and sentences.

A panel's ``names`` are the parts of a frame that it draws, and its ``check`` refuses a frame that it cannot draw.
It ``moves`` if ``drawing.js`` can update it, so that an explorer can have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..numerics.arrays import plain_array, real_array

UNIT = 26
"""The side of a cell, in pixels."""

Frame = Mapping[str, Any]
"""Arrays and sentences by name."""


@dataclass(frozen=True)
class Text:
    """A panel of sentences.

    Parameters
    ----------
    sentences : tuple of str
        The frame's names for them, in the order they are read.
    """

    sentences: tuple[str, ...]
    sliders: ClassVar[tuple[str, ...]] = ()
    moves: ClassVar[bool] = True

    @property
    def names(self) -> tuple[str, ...]:
        return self.sentences

    def check(self, frame: Frame) -> None:
        for name in self.names:
            if not isinstance(frame[name], str):
                raise TypeError(f"{name} must be text, got {frame[name]!r}")


@dataclass(frozen=True)
class Grid:
    """A panel that draws a matrix, a sequence or an image as a grid of cells.

    Parameters
    ----------
    title : str
        What the grid shows.
    roles : str, optional
        The frame's name for a matrix of integers, one for each cell: its role's position in the legend. Without it,
        every cell has the first role.
    legend : tuple of str
        The roles. Each is a class of cells in ``drawings.css``.
    numbers : str, optional
        The frame's name for a matrix of the numbers to write into the cells.
    marked_rows, marked_columns : str, optional
        The frame's names for the rows and columns at whose crossings cells are marked.
        With only one of them, whole columns or rows are.
    marked : str, optional
        Instead of these two, the frame's name for a matrix that is not 0 where a cell is marked.
    unit : int
        The side of a cell, in pixels.
    unnumbered : tuple of str
        The roles in whose cells no number is written.
    legend_words : tuple of str
        What the legend says of each role, where that is not the role's own name; nothing of one whose words are empty.
    row_names, column_names : tuple of str or str, optional
        The headings of rows and columns. One text is the frame's name for a list of them.
    row_slider, column_slider : str, optional
        In an explorer, the sliders that a cell sets when it is pointed at, touched, or reached with the arrow keys.
    row_positions, column_positions : str, optional
        The frame's names for the positions to which each row and column sets them; without it, row 0 sets the first.
    cell_slider, cell_positions : str, optional
        A slider that each cell sets, and the frame's name for the matrix of positions; a cell of −1 sets nothing.
    play : float
        In an explorer, how many cells a second are chosen, row by row, at the press of a button.
    """

    title: str
    roles: str | None = None
    legend: tuple[str, ...] = ("plain",)
    numbers: str | None = None
    marked_rows: str | None = None
    marked_columns: str | None = None
    unit: int = UNIT
    unnumbered: tuple[str, ...] = ("zero", "gap")
    legend_words: tuple[str, ...] = ()
    row_names: tuple[str, ...] | str = ()
    column_names: tuple[str, ...] | str = ()
    row_slider: str | None = None
    column_slider: str | None = None
    row_positions: str | None = None
    column_positions: str | None = None
    marked: str | None = None
    cell_slider: str | None = None
    cell_positions: str | None = None
    play: float = 0
    moves: ClassVar[bool] = True

    @property
    def names(self) -> tuple[str, ...]:
        cells = (self.roles, self.numbers, self.marked_rows, self.marked_columns)
        headings = (names for names in (self.row_names, self.column_names) if isinstance(names, str))
        positions = (self.row_positions, self.column_positions, self.cell_positions)
        names = (*cells, self.marked, *headings, *positions)
        return tuple(name for name in names if name is not None)

    @property
    def sliders(self) -> tuple[str, ...]:
        """The sliders that a reader sets in the panel itself."""
        return tuple(
            name for name in (self.row_slider, self.column_slider, self.cell_slider) if name is not None
        )

    def __post_init__(self) -> None:
        if self.roles is self.numbers is None:
            raise ValueError(f"a grid must have roles or numbers, got {self}")
        if self.legend_words and len(self.legend_words) != len(self.legend):
            raise ValueError(f"legend_words must be as many as {self.legend}, got {self.legend_words}")

    def headings(self, frame: Frame, axis: int) -> tuple[str, ...]:
        """Return the headings of the rows (axis 0) or of the columns (axis 1)."""
        names = (self.row_names, self.column_names)[axis]
        return tuple(frame[names]) if isinstance(names, str) else names

    def positions(self, frame: Frame) -> NDArray[Any]:
        """Return the position of each cell's role in the legend."""
        if self.roles is None:
            return np.zeros_like(frame[str(self.numbers)], int)
        return plain_array(frame[self.roles], self.roles)

    def check(self, frame: Frame) -> None:
        shape: tuple = ("rows", "columns")
        if self.roles is not None:
            roles = self.positions(frame)
            a_matrix = roles.dtype.kind in "iu" and roles.ndim == 2 and roles.size > 0
            if not (a_matrix and np.isin(roles, range(len(self.legend))).all()):
                raise ValueError(f"{self.roles} must be a matrix of positions in {self.legend}, got {roles}")
            shape = roles.shape
        if self.numbers is not None:
            real_array(frame[self.numbers], self.numbers, shape=shape)


@dataclass(frozen=True)
class Products:
    """A sentence that writes out how one number comes about: the sum of the products of two matrices, cell by cell.

    Parameters
    ----------
    symbol : str
        What the result is called; its row and column follow.
    left, right : str
        The frame's names for the matrices. Of the left, the crossings of ``rows`` and ``columns`` are read.
    rows, columns : str
    result : str
        The frame's name for the matrix that holds the sum, at ``at``.
    at : tuple of two str
        The frame's names for its row and its column, each a list of one.
    """

    symbol: str
    left: str
    right: str
    rows: str
    columns: str
    result: str
    at: tuple[str, str]
    moves: ClassVar[bool] = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.left, self.right, self.rows, self.columns, self.result, *self.at)

    def factors(self, frame: Frame) -> tuple[NDArray[Any], NDArray[Any], Any]:
        """Return the factors of each product, and the sum."""
        left = np.asarray(frame[self.left])[np.ix_(frame[self.rows], frame[self.columns])]
        (row,), (column,) = (frame[name] for name in self.at)
        return left.ravel(), np.ravel(frame[self.right]), np.asarray(frame[self.result])[row, column]

    def check(self, frame: Frame) -> None:
        left, right, result = self.factors(frame)
        if left.shape != right.shape or not np.isclose(left @ right, result):
            raise ValueError(f"{self.result} must be the sum of the products of {self.left} and {self.right}")


@dataclass(frozen=True)
class Axis:
    """The range that an axis shows at every setting, so that lines can be compared.

    Parameters
    ----------
    label : str
    low, high : float
        Its ends. What lies beyond is cut off.
    ticks : tuple of float
        Where a number stands.
    logarithmic : bool
        Whether equal steps are equal factors.
    """

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def __post_init__(self) -> None:
        real_array([self.low, self.high, *self.ticks], "axis", shape=("ends and ticks",))
        if not self.low < self.high or (self.logarithmic and self.low <= 0):
            raise ValueError(
                f"axis {self.label} must run upwards, and from above 0 if logarithmic, got {self}"
            )


@dataclass(frozen=True)
class Line:
    """One line of :class:`Lines`.

    Parameters
    ----------
    values : str
        The frame's name for the heights. A gap is left where one is not finite.
    label : str
        What it is, in the legend.
    role : str
        The quantity it shows, which gives it its colour: ``input``, ``gate``, ``output`` (a state),
        ``gradient``, ``bound`` (dashed) or ``ghost`` (grey: what would be without the change that is looked at).
    x : str, optional
        The frame's name for the line's own places along the horizontal axis, where they are not the panel's.
    steps : bool
        Whether each height holds until the next place.
    dots : bool
        Whether each point has a dot.
    """

    values: str
    label: str
    role: str
    x: str | None = None
    steps: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Surface:
    """Numbers over the two axes of :class:`Lines`, drawn as bands of shade behind the lines.

    Parameters
    ----------
    values : array_like, shape (rows, columns)
        At the middles of equal cells that fill the axes; rows run upwards.
    edges : tuple of float
        Where one band ends and the next, which is darker, begins.
    along : str
        What numbers the points of the first line, such as "step": its points are read one after the other.
    """

    values: Any
    edges: tuple[float, ...]
    along: str = "point"


@dataclass(frozen=True)
class Lines:
    """A panel of lines over one axis.

    Parameters
    ----------
    title : str
    x : str
        The frame's name for the places along the horizontal axis.
    lines : tuple of Line
    x_axis, y_axis : Axis
    width, height : int
        In pixels; where there is less space, it is narrower.
    label_width : int
        Where it is not 0, the lines have their labels at their right ends, in a margin of so many pixels, and there is no legend.
    cursor : str, optional
        The frame's name for the place along the horizontal axis at which a vertical line stands, such as the present step.
    x_slider, y_slider : str, optional
        In an explorer, the sliders that a drag, a touch or the arrow keys set, to the values nearest to where that is.
    surface : Surface, optional
        What is drawn behind the lines.
    """

    title: str
    x: str
    lines: tuple[Line, ...]
    x_axis: Axis
    y_axis: Axis
    width: int = 620
    height: int = 240
    label_width: int = 0
    cursor: str | None = None
    x_slider: str | None = None
    y_slider: str | None = None
    surface: Surface | None = None
    moves: ClassVar[bool] = True

    @property
    def names(self) -> tuple[str, ...]:
        of_lines = (name for line in self.lines for name in (line.x, line.values) if name)
        return (self.x, *of_lines, *((self.cursor,) if self.cursor else ()))

    @property
    def sliders(self) -> tuple[str, ...]:
        """The sliders that a reader sets in the panel itself."""
        return tuple(name for name in (self.x_slider, self.y_slider) if name is not None)

    def check(self, frame: Frame) -> None:
        if self.cursor:
            real_array(frame[self.cursor], self.cursor, shape=())
        if self.surface:
            real_array(self.surface.values, "the surface's values", shape=("rows", "columns"))
        for line in self.lines:
            along = line.x or self.x
            x = real_array(frame[along], along, shape=("length",), may_be_empty=True)
            y = real_array(frame[line.values], line.values, may_be_empty=True)
            if y.shape != x.shape:
                raise ValueError(
                    f"{line.values} must be as long as {along}, of shape {x.shape}, got shape {y.shape}"
                )


@dataclass(frozen=True)
class HeatMap:
    """A map of numbers over two parameters, coloured by level, upwards as a graph.

    A line runs where the numbers cross the middle edge. A cell shows its number when it is pointed at.

    Parameters
    ----------
    title : str
    numbers : str
        The frame's name for the matrix: a row for each value of y, a column for each of x.
    x, y : tuple of float
        The values of the parameters, smallest first.
    x_label, y_label : str
    edges : tuple of three float
        Where one level ends and the next begins; a number on an edge belongs to the level above.
    """

    title: str
    numbers: str
    x: tuple[float, ...]
    x_label: str
    y: tuple[float, ...]
    y_label: str
    edges: tuple[float, float, float]
    moves: ClassVar[bool] = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.numbers,)

    def check(self, frame: Frame) -> None:
        real_array(frame[self.numbers], self.numbers, shape=(len(self.y), len(self.x)))
        real_array(self.edges, "edges", shape=(3,))


@dataclass(frozen=True)
class ForestPlot:
    """A forest plot: for each of several things an effect, as a dot, with its interval, as a line.

    Parameters
    ----------
    title : str
    labels : tuple of str
        What each row shows, from the top.
    effect, low, high : str
        The frame's names for the dots, and for where the lines begin and end.
    axis : Axis
    reference : float
        Where a vertical line stands, such as that of no effect.
    """

    title: str
    labels: tuple[str, ...]
    effect: str
    low: str
    high: str
    axis: Axis
    reference: float
    moves: ClassVar[bool] = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.effect, self.low, self.high)

    def check(self, frame: Frame) -> None:
        for name in self.names:
            real_array(frame[name], name, shape=(len(self.labels),))


@dataclass(frozen=True)
class Node:
    """A box of a :class:`Graph`: where it stands, in columns and rows, and what is written in it."""

    column: float
    row: float
    label: str
    role: str = "plain"


@dataclass(frozen=True)
class Graph:
    """A figure of boxes and arrows, such as a network unrolled in time.

    Parameters
    ----------
    title : str
    nodes : dict of str to Node
    edges : tuple of (str, str) or (str, str, float)
        From which node to which; with a number, bent to the left of its way by so many columns.
    """

    title: str
    nodes: dict[str, Node]
    edges: tuple[tuple, ...]
    moves: ClassVar[bool] = False
    names: ClassVar[tuple[str, ...]] = ()

    def check(self, frame: Frame) -> None:
        if not self.nodes:
            raise ValueError("nodes must not be empty")
        unknown = sorted({name for edge in self.edges for name in edge[:2]} - set(self.nodes))
        if unknown:
            raise ValueError(f"edges must lead from one of {[*self.nodes]} to another, got {unknown}")


Panel = Text | Grid | Products | Lines | HeatMap | ForestPlot | Graph


def check_frame(panels: Iterable[Panel], frame: Frame) -> None:
    """Refuse a frame that the panels cannot draw."""
    for panel in panels:
        missing = [name for name in panel.names if name not in frame]
        if missing:
            raise ValueError(f"frame must have {missing}, which a panel draws; it has {sorted(frame)}")
        panel.check(frame)
