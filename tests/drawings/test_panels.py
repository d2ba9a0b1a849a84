"""Drawings show the numbers they are given."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from helpers.drawings import (
    Axis,
    ForestPlot,
    Graph,
    Grid,
    HeatMap,
    Line,
    Lines,
    Node,
    Text,
    picture,
)

PANEL = Grid(
    "title <1>", "roles", ("zero", "input"), numbers="x", marked_rows="rows", marked_columns="columns"
)
FRAME = {"roles": [[0, 1], [1, 1]], "x": [[7, 2], [-3, 0.5]], "rows": [1], "columns": [0]}


def test_cells_by_hand():
    html = picture(PANEL, **FRAME, alt="two by two")._repr_html_()
    (svg,) = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    cells = ElementTree.fromstring(svg)
    found = [(cell.get("class"), cell.get("transform"), cell.find("text").text) for cell in cells]
    assert found == [
        ("cell zero", "translate(0 0)", None),
        ("cell input", "translate(26 0)", "2"),
        ("cell input marked", "translate(0 26)", "−3"),
        ("cell input", "translate(26 26)", "0.5"),
    ]
    assert "title &lt;1&gt;" in html
    assert 'aria-label="two by two"' in html


def test_one_marked_axis_marks_whole_columns():
    panel = Grid("t", "roles", ("zero", "input"), marked_columns="columns")
    html = picture(panel, **FRAME, alt="a")._repr_html_()
    assert html.count(" marked") == 2 + html[: html.index("</style>")].count(" marked")


def test_text_and_alt():
    drawn = picture(Text(("first",)), first="a < b", alt="one sentence")
    assert "<span>a &lt; b</span>" in drawn._repr_html_()
    assert repr(drawn) == "one sentence"


def test_bad_frames_are_refused():
    with pytest.raises(ValueError, match=r"frame must have \['x'"):
        picture(PANEL, roles=[[0]], alt="")
    with pytest.raises(ValueError, match="roles must be a matrix of positions"):
        picture(PANEL, **FRAME | {"roles": [[0, 2], [1, 1]]}, alt="")
    with pytest.raises(ValueError, match="roles must be a matrix"):
        picture(PANEL, **FRAME | {"roles": [0, 1]}, alt="")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"alt": 3}, TypeError, "alt must be text"),
        ({"roles": [[0.0, 1.0], [1.0, 1.0]]}, ValueError, "roles must be a matrix of positions"),
        ({"roles": [[]]}, ValueError, "roles must be a matrix of positions"),
        ({"x": None}, TypeError, "x must hold real numbers"),
        ({"x": [[1, 2]]}, ValueError, r"x must have shape \(2, 2\), got shape \(1, 2\)"),
        ({"words": 3}, TypeError, "words must be text, got 3"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, error, message):
    frame = {**FRAME, "words": "a sentence", "alt": ""}
    picture(PANEL, Text(("words",)), **frame)
    with pytest.raises(error, match=message):
        picture(PANEL, Text(("words",)), **frame | changes)


LINES = Lines(
    "a title",
    x="t",
    lines=(Line("y", "height", "output"),),
    x_axis=Axis("time", 0, 4, (0, 4)),
    y_axis=Axis("height", 1, 100, (1, 10, 100), logarithmic=True),
    width=400,
    height=200,
)


def test_lines_by_hand():
    """On a logarithmic axis from 1 to 100, 10 is half-way; a gap is left where a height is not finite."""
    html = picture(LINES, t=[0, 1, 2, 3, 4], y=[1, 10, float("nan"), 100, 1e9], alt="a line")._repr_html_()
    (path,) = re.findall(r'<path class="stroke output" d="([^"]*)"', html)
    assert path == "M0 200L100 100M300 0L400 -2"
    assert "height</span>" in html


def test_a_line_may_have_places_of_its_own():
    """On the axis of 400 pixels from 0 to 4, the second line stands at 1 and 3, whatever the first one does."""
    lines = (*LINES.lines, Line("z", "another", "gate", x="u"))
    html = picture(
        replace(LINES, lines=lines), t=[0, 1, 2], y=[1, 10, 100], u=[3, 1], z=[1, 100], alt="two lines"
    )._repr_html_()
    assert '<path class="stroke gate" d="M300 200L100 0"/>' in html
    assert '<path class="stroke output" d="M0 200L100 100L200 0"/>' in html
    with pytest.raises(ValueError, match="z must be as long as u"):
        picture(replace(LINES, lines=lines), t=[0, 1, 2], y=[1, 10, 100], u=[3, 1], z=[1], alt="")
    with pytest.raises(ValueError, match=r"frame must have \['u'"):
        picture(replace(LINES, lines=lines), t=[0, 1, 2], y=[1, 10, 100], z=[1, 2], alt="")


FOREST = ForestPlot(
    "a forest",
    labels=("one", "two", "three"),
    effect="dots",
    low="lows",
    high="highs",
    axis=Axis("ratio", 0.1, 10, (0.1, 1, 10), logarithmic=True),
    reference=1,
)


def test_intervals_by_hand():
    """Over 300 pixels from 0.1 to 10, 1 is in the middle; what is beyond the axis ends just outside; NaN is not drawn."""
    frame = {"dots": [1, 0.1, float("nan")], "lows": [0.1, 0.01, 1], "highs": [10, 1, 1]}
    html = picture(FOREST, **frame, alt="three rows")._repr_html_()
    assert re.findall(r'<path class="stroke output" d="([^"]*)"', html) == ["M0 10H300", "M-3 30H150"]
    assert re.findall(r'<path class="stroke output dot" d="([^"]*)"', html) == ["M150 10h0", "M0 30h0"]
    assert re.findall(r'<path class="stroke bound" d="([^"]*)"', html) == ["M150 0V60"]
    labels = re.findall(r'<span class="gc-label y" style="top:([^%]*)%">([^<]*)', html)
    assert labels == [("16.67", "one"), ("50", "two"), ("83.33", "three")]


def test_intervals_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"highs must have shape \(3,\), got shape \(2,\)"):
        picture(FOREST, dots=[1, 1, 1], lows=[1, 1, 1], highs=[1, 1], alt="")


def test_what_is_infinite_is_a_gap_and_what_is_zero_lies_below_a_logarithmic_axis():
    html = picture(LINES, t=[0, 1, 2], y=[0, float("inf"), 10], alt="a line")._repr_html_()
    (path,) = re.findall(r'<path class="stroke output" d="([^"]*)"', html)
    assert path == "M0 202M200 100"


def test_lines_and_axes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="y must be as long as t"):
        picture(LINES, t=[0, 1], y=[1], alt="")
    with pytest.raises(TypeError, match="y must hold real numbers"):
        picture(LINES, t=[0, 1], y=[1j, 1], alt="")
    with pytest.raises(ValueError, match=r"t must have shape \(length,\)"):
        picture(LINES, t=[[0, 1]], y=[[0, 1]], alt="")
    with pytest.raises(ValueError, match="axis a must run upwards"):
        Axis("a", 1, 0, ())
    with pytest.raises(ValueError, match="above 0 if logarithmic"):
        Axis("a", 0, 1, (), logarithmic=True)


def test_graph_by_hand():
    """An arrow between two boxes of the same row runs from the right edge of one to the left edge of the other."""
    graph = Graph("two boxes", {"a": Node(0, 0, "a"), "b": Node(2, 0, "b", "gate")}, (("a", "b"),))
    html = picture(graph, alt="a to b")._repr_html_()
    assert 'd="M14.0 0.0Q84.0 0.0 154.0 0.0"' in html
    assert html.count('<g class="cell') == 2


LEVELS = HeatMap(
    "exponents", "table", x=(1, 2), x_label="scale", y=(0.5, 4), y_label="gain", edges=(-1, 0, 1)
)


def test_levels_by_hand():
    drawn = picture(LEVELS, table=[[-float("inf"), -0.5], [0, 2.25]], alt="a table")._repr_html_()
    (svg,) = re.findall(r"<svg.*?</svg>", drawn, re.DOTALL)
    image = ElementTree.fromstring(svg)
    found = [(cell.get("class"), cell.get("transform"), cell.find("title").text) for cell in image.iter("g")]
    assert found == [
        ("cell level-0", "translate(0 20)", "−∞"),
        ("cell level-1", "translate(23 20)", "−0.5"),
        ("cell level-2", "translate(0 0)", "0"),
        ("cell level-3", "translate(23 0)", "2.25"),
    ]
    labels = [(label.text, label.get("x"), label.get("y")) for label in image.findall("text")]
    assert labels[2:] == [("1", "11.5", "52"), ("2", "34.5", "52"), ("0.5", "-6", "30"), ("4", "-6", "10")]
    assert "below −1" in drawn
    assert "from 1" in drawn


@pytest.mark.parametrize(
    ("table", "border"),
    [
        ([[-1, -1], [0, 2]], "M0 20h23M23 20h23"),
        ([[-1, 1], [-1, 1]], "M23 40v-20M23 20v-20"),
        ([[-1, -1], [-1, 1]], "M23 20v-20M23 20h23"),
        ([[-1, -1], [-1, -1]], ""),
    ],
)
def test_a_line_runs_between_the_cells_below_and_above_the_middle_edge(table, border):
    assert f'<path class="contour" d="{border}"/>' in picture(LEVELS, table=table, alt="")._repr_html_()


def test_many_columns_are_labelled_by_turns():
    panel = HeatMap("", "table", x=tuple(range(1, 11)), x_label="", y=(0,), y_label="", edges=(-1, 0, 1))
    drawn = picture(panel, table=[range(10)], alt="")._repr_html_()
    assert re.findall(r'<text class="label" [^>]*>(\d+)</text>', drawn) == ["1", "3", "5", "7", "9"]


def test_levels_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"table must have shape \(2, 2\), got shape \(1, 2\)"):
        picture(LEVELS, table=[[0, 1]], alt="")
    with pytest.raises(ValueError, match=r"edges must have shape \(3,\), got shape \(2,\)"):
        picture(replace(LEVELS, edges=(1, 2)), table=[[0, 1], [2, 3]], alt="")


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        (
            {"a": Node(0, 0, "a")},
            (("a", "b"), ("c", "a", 1.0)),
            r"edges must lead from one of \['a'\] to another, got \['b', 'c'\]",
        ),
        ({}, (), "nodes must not be empty"),
    ],
)
def test_graphs_without_the_nodes_of_their_edges_are_refused(nodes, edges, message):
    with pytest.raises(ValueError, match=message):
        picture(Graph("", nodes, edges), alt="")
