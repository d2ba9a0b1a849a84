"""A drawing's words are made of what it shows, and say so where that changes."""

import ast
from pathlib import Path

import jupytext
import numpy as np
import pytest

from helpers.drawings import Axis, ForestPlot, Graph, Grid, HeatMap, Line, Lines, Node, Text, picture

ROOT = Path(__file__).parents[2]
AXIS = Axis("step t", 0, 9, (0, 9))
LINES = Lines(
    "Two lines",
    "t",
    (Line("a", "gate", "gate"), Line("b", "state", "output")),
    AXIS,
    Axis("value", 0, 9, (0,)),
)


def test_lines():
    drawn = picture(LINES, t=[0, 1, 2], a=[0.5, 4, 1], b=[1, 2, np.nan])
    assert drawn.alt == (
        "Two lines. value over step t from 0 to 2. gate: from 0.5 to 1, at most 4; state: from 1 to 2."
    )
    exchanged = picture(LINES, t=[0, 1, 2], a=[1, 2, np.nan], b=[0.5, 4, 1])
    assert exchanged.alt != drawn.alt


def test_a_line_of_nothing():
    nothing = [np.nan] * 3
    assert "gate: nothing; state: nothing" in picture(LINES, t=[0, 1, 2], a=nothing, b=nothing).alt


def test_a_grid_with_marks():
    grid = Grid("x", "roles", ("input", "dropped"), marked_rows="rows", marked_columns="columns")
    drawn = picture(grid, roles=[[0, 0, 1]] * 2, rows=[1], columns=range(2))
    assert (
        drawn.alt
        == "x: a grid of 2 rows by 3 columns; input 4, dropped 2; rows 1 marked; columns 0 and 1 marked."
    )


def test_a_graph():
    nodes = {"a": Node(0, 0, "x[t]"), "b": Node(1, 0, "q"), "c": Node(1, 1, "k")}
    assert (
        picture(Graph("A step", nodes, (("a", "b"), ("a", "c", 0.4)))).alt == "A step. x[t] leads to q and k."
    )


def test_a_map_a_forest_and_sentences():
    levels = HeatMap("map", "z", x=(1, 2, 3), x_label="scale", y=(1, 2), y_label="gain", edges=(-1, 0, 1))
    forest = ForestPlot("forest", ("one", "two"), "dots", "lows", "highs", AXIS, reference=0.5)
    drawn = picture(
        levels,
        forest,
        Text(("words",)),
        z=[[0, 1, 2], [3, 4, -np.inf]],
        dots=[1, 2],
        lows=[0, 1],
        highs=[2, 3],
        words="So.",
    )
    assert drawn.alt == (
        "map, over scale from 1 to 3 and gain from 1 to 2: from 0 to 4. forest. one 1 (0 to 2); two 2 (1 to 3). So."
    )


def typed_numbers(code):
    """Return the numbers in the words of a picture that are typed in, and not made from data."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.keyword) and node.arg == "alt":
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from (word for word in part.value.split() if any(map(str.isdigit, word)))


@pytest.mark.parametrize("chapter", ["convolution", "gated_rnn", "attention_rnn"])
def test_no_number_in_a_pictures_words_is_typed_in(chapter):
    cells = jupytext.read(ROOT / f"notebooks/{chapter}.md").cells
    found = [word for cell in cells if cell.cell_type == "code" for word in typed_numbers(cell.source)]
    assert [word for word in found if word.strip(".,") != "0"] == []


def test_a_typed_number_is_noticed():
    assert list(typed_numbers('picture(x, alt=f"near {y} and " "27 %")')) == ["27"]
