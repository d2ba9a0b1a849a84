"""The name of what a drawing shows belongs to the array that it shows: in a legend, a title, and at an axis.

The two share a word, or stand together in the table below, which was written from what the arrays are. So names that are exchanged
are noticed.
"""

import ast
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import jupytext
import pytest
from every_explorer import CASES, made

from helpers.drawings import Grid, Lines

ROOT = Path(__file__).parents[2]
CHAPTERS = ("convolution", "gated_rnn", "attention_rnn")

NAMES = {
    ("x", "Padded input $x$"),
    ("y", "Output $y$"),
    ("signal", "The sum of one tap"),
    ("weight", "The taps"),
    ("input_jacobian", "$∂f/∂x$: a band of taps"),
    ("weight_jacobian", "$∂f/∂W$"),
    ("numbers", "From $∂ℓ/∂f$ to $∂ℓ/∂x$"),
    ("x", "x, and what f[1] reads"),
    ("weight", "W"),
    ("y", "f(x), and f[1]"),
    ("left_over", "The input, and the last of the ten windows"),
    ("T", "steps T"),
    ("lengths", "steps T"),
    ("map", "The weights $a_i[t]$ of each step $t$"),
    ("numbers", "The marked step"),
    *((f"median_{k}", f"$k$ = {k}") for k in ("1", "2", "5", "∞")),
    ("lowest", "¼ below"),
    ("median", "this $k$"),
    ("highest", "¼ above"),
    ("input", "candidate"),
    ("share", "derivative"),
    ("log_norms", "gradient"),
    ("log_gates", "the sheet"),
    ("factors", "From $h[t]$ back to $h[t−1]$: the factors along each path"),
    ("marks", "a spike begins"),
    *((curve, "this run") for curve in ("loss", "gradient_norm", "step_size")),
    ("clipped_w", "weight $w$"),
    ("none", "no step"),
    ("sgd", "SGD"),
    ("survival", "this step"),
    ("log_height", "ln C"),
    ("losses", "loss − ln C, in nats"),
}
"""An array, and a name that shares no word with it."""

AXES = {
    ("How strongly the last state depends on earlier states", "natural logarithm"),
    ("The candidate $W_x x[t]$, the gate $c[t]$ and the state $h[t]$", "value"),
    ("$ln ‖∂h[60]/∂h[60−n]‖$, and what the sheet says: the product of the gates", "natural logarithm"),
    ("How much the last state depends on the states before it", "size"),
    ("$‖∂h[45]/∂h[45−n]‖$, the median of 30 random networks for each window", "norm"),
    ("Loss, and gradient", "size"),
    ("Histogram of 500 untrained networks: the loss minus ln C", "count, relative to the fullest bin"),
    ("Share of the cases without a spike so far", "%"),
    ("What is lost of ∂ℓ/∂W_x: median of 100 random networks", "error in %"),
    ("Loss of the batch", "nats"),
    ("The loss over $w$ and $b$: the bluer, the higher", "bias $b$"),
}
"""A title, and a vertical axis that shares no word with it."""


def words(text):
    """Return the words of a name, without their endings."""
    return {word.lower().rstrip("s") for word in re.findall(r"[^\W_\d]{3,}", text.replace("_", " "))}


def belongs(array, name):
    return bool(words(array) & words(name)) or (array, name) in NAMES | AXES


def pairs(panel):
    """Yield each array of a panel with its name, and the title with the vertical axis."""
    if isinstance(panel, Lines):
        for line in panel.lines:
            yield line.values, line.label
        yield panel.x, panel.x_axis.label
        yield panel.title, panel.y_axis.label
    if isinstance(panel, Grid):
        yield panel.numbers or panel.roles, panel.title


@pytest.mark.parametrize(("page", "number"), CASES)
def test_a_name_in_an_explorer_belongs_to_its_array(page, number):
    for panel in made(page, number).panels:
        assert [pair for pair in pairs(panel) if not belongs(*pair)] == []


def of_call(call, position, keyword):
    """Return an argument of a call as text, by its place or its name; the changing parts of it are left out."""
    found = [k.value for k in call.keywords if k.arg == keyword] or call.args[position : position + 1]
    parts = [part.value for node in found for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return "".join(part for part in parts if isinstance(part, str))


def pairs_in(code):
    """Yield the pairs of the panels that a notebook's cell makes, as far as they stand there."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in calls:
        kind = ast.unparse(call.func)
        if kind == "Line":
            yield of_call(call, 0, "values"), of_call(call, 1, "label")
        if kind == "Grid":
            yield of_call(call, 3, "numbers") or of_call(call, 1, "roles"), of_call(call, 0, "title")
        if kind == "Lines":
            axes = {
                k.arg: of_call(k.value, 0, "label") for k in call.keywords if k.arg in ("x_axis", "y_axis")
            }
            yield of_call(call, 1, "x"), axes["x_axis"]
            yield of_call(call, 0, "title"), axes["y_axis"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_name_in_a_picture_belongs_to_its_array(chapter):
    cells = jupytext.read(ROOT / f"notebooks/{chapter}.md").cells
    found = [pair for cell in cells if cell.cell_type == "code" for pair in pairs_in(cell.source)]
    assert [pair for pair in found if not belongs(*pair)] == []


# Planted faults


@pytest.mark.parametrize(("page", "number"), CASES)
def test_names_that_are_exchanged_are_noticed(page, number):
    for panel in made(page, number).panels:
        lines = panel.lines if isinstance(panel, Lines) else ()
        for one, other in pairwise(lines):
            exchanged = replace(one, label=other.label), replace(other, label=one.label)
            assert one.label == other.label or not all(belongs(line.values, line.label) for line in exchanged)


def test_another_unit_is_noticed():
    (pair,) = [
        pair
        for cell in jupytext.read(ROOT / "notebooks/attention_rnn.md").cells
        if cell.cell_type == "code"
        for pair in pairs_in(cell.source)
        if pair[1] == "seconds"
    ]
    assert belongs(*pair)
    assert not belongs(pair[0], "milliseconds")
