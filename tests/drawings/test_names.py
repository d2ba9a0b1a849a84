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
    ("state", "h[t] = Σ aᵢ vᵢ"),
    ("first", "aᵢVᵢ"),
    ("second", "aᵢ(vᵢ − h[t])(kᵢᵀQᵢ + qᵢᵀKᵢ)"),
    ("both", "their sum, ∂h[t]/∂h[t−i]"),
    ("first_norms", "aᵢVᵢ"),
    ("second_norms", "aᵢ(vᵢ − h[t])(…)"),
    ("both_norms", "their sum"),
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
    ("input", "candidate W_x x[t]"),
    ("share", "λ[t] (1 − c[t]), for a loss that is h[T]"),
    ("log_norms", "ln ‖∂h[T]/∂h[t]‖"),
    ("T", "steps T"),
    ("lengths", "steps T"),
    ("loss_marks", "a spike begins"),
    ("accuracy_marks", "a spike begins"),
    ("gradient_norm_marks", "a spike begins"),
    ("step_size_marks", "a spike begins"),
    ("low_b", "ℓ = 0.02, 0.04 and 0.06"),
    ("high_b", "ℓ = 0.15 and 0.3: the wall"),
    ("way_w", "weight w"),
    ("loss", "ℓ"),
    ("norm", "‖g‖"),
    ("limit", "clipping threshold"),
    ("highest", "5 % of them are above"),
    ("lowest", "5 % of them are below"),
    ("log", "ln C"),
    ("sorted", "loss − ln C"),
    ("formula", "½ s² (1 − 1/C)"),
    ("zero", "0"),
    ("rank", "share of the networks in %"),
}
"""An array, and a name that shares no word with it."""

AXES = {
    ("The input, the gate and the state", "value"),
    ("What the last state makes of each candidate", "derivative"),
    ("How strongly the last state feels each state before it", "natural logarithm"),
    ("How strongly the last state feels the states before it", "size"),
    ("What is lost of ∂ℓ/∂W_x: median of 100 random networks", "error in %"),
    ("Loss of the batch", "nats"),
    ("Accuracy of the batch", "share right"),
    ("Gradient norm, before clipping", "‖∂ℓ/∂θ‖"),
    ("Size of the step taken", "‖Δθ‖"),
    ("The error surface from above, and the way of gradient descent", "bias b"),
    ("The gradient on the way", "norm"),
    ("1000 untrained networks for each number of classes", "loss"),
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
