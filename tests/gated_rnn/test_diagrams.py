"""The diagrams of chapter 1.2.1 are its network: a wrong arrow is a wrong number."""

import re
from dataclasses import replace

import numpy as np
import pytest

from helpers.drawings.svg import _box
from helpers.gated_rnn import diagrams as chapter
from helpers.gated_rnn import oracle
from helpers.numerics import check_close


@pytest.fixture
def instance():
    random = np.random.default_rng(0)
    weights = tuple(random.normal(size=shape) for shape in ((3, 2), (3, 3), (3, 2)))
    return weights, random.normal(size=(4, 2)), random.normal(size=3), random.normal(size=(4, 3))


def test_gated_step_is_the_network(instance):
    weights, x, h0, g = instance
    steps = chapter.forward_through(weights, x, h0)
    expected = oracle.value(oracle.gated_rnn, *weights, x, h0)
    check_close(np.array([boxes["h"] for boxes in steps]), expected)
    by_x = oracle.vjp(oracle.gated_rnn, g, *weights, x, h0)[3]
    check_close(chapter.backward_through(weights, steps, g), by_x)


@pytest.mark.parametrize("edge", chapter.CELL.edges, ids="-".join)
def test_no_arrow_can_be_missing(instance, monkeypatch, edge):
    weights, x, h0, _ = instance
    monkeypatch.setattr(
        chapter, "CELL", replace(chapter.CELL, edges=tuple(e for e in chapter.CELL.edges if e != edge))
    )
    with pytest.raises((TypeError, ValueError, KeyError)):
        chapter.forward_through(weights, x, h0)


@pytest.mark.parametrize(
    ("edge", "wrong"),
    [
        (("h_before", "keep"), ("x", "keep")),
        (("gate", "keep"), ("rest", "keep")),
        (("rest", "replace"), ("gate", "replace")),
        (("W_x", "replace"), ("W_c", "replace")),
        (("W_h", "add"), ("W_x", "add")),
        (("keep", "sum"), ("h_before", "sum")),
    ],
)
def test_a_wrong_arrow_is_caught(instance, monkeypatch, edge, wrong):
    weights, x, h0, _ = instance
    edges = tuple(wrong if e == edge else e for e in chapter.CELL.edges)
    monkeypatch.setattr(chapter, "CELL", replace(chapter.CELL, edges=edges))
    expected = oracle.value(oracle.gated_rnn, *weights, x, h0)
    with pytest.raises((AssertionError, ValueError)):
        check_close(np.array([boxes["h"] for boxes in chapter.forward_through(weights, x, h0)]), expected)


def states_and_loss(weights, x, h0, g):
    values = chapter.forward_unrolled(weights, x[:3], h0, g[:3])
    return np.concatenate([*(values[f"h[{t}]"] for t in (1, 2, 3)), [values["loss"]]])


def test_unrolled_diagram_is_the_network(instance):
    weights, x, h0, g = instance
    states = oracle.value(oracle.gated_rnn, *weights, x[:3], h0)
    check_close(states_and_loss(*instance), [*states.ravel(), (g[:3] * states).sum()])


@pytest.mark.parametrize("edge", chapter.UNROLLED.edges, ids="-".join)
def test_no_arrow_of_the_unrolled_diagram_can_be_missing(instance, monkeypatch, edge):
    edges = tuple(e for e in chapter.UNROLLED.edges if e != edge)
    monkeypatch.setattr(chapter, "UNROLLED", replace(chapter.UNROLLED, edges=edges))
    with pytest.raises((TypeError, ValueError)):
        states_and_loss(*instance)


@pytest.mark.parametrize(
    ("edge", "wrong"),
    [
        (("h[1]", "step 2"), ("h[0]", "step 2")),
        (("x[2]", "step 2"), ("x[1]", "step 2")),
        (("step 3", "h[3]"), ("step 2", "h[3]")),
        (("h[2]", "loss"), ("h[1]", "loss")),
    ],
)
def test_a_wrong_arrow_of_the_unrolled_diagram_is_caught(instance, monkeypatch, edge, wrong):
    expected = states_and_loss(*instance)
    edges = tuple(wrong if e == edge else e for e in chapter.UNROLLED.edges)
    monkeypatch.setattr(chapter, "UNROLLED", replace(chapter.UNROLLED, edges=edges))
    with pytest.raises(AssertionError):
        check_close(states_and_loss(*instance), expected)


def backward_rows(weights, x, h0, g):
    """Return λ[3], …, λ[0], and ∂ℓ/∂x of three steps, along the backward diagrams."""
    boxes = chapter.backward_unrolled(weights, chapter.forward_through(weights, x[:3], h0), g[:3])
    return [boxes[f"λ[{t}]"] for t in (3, 2, 1, 0)], [boxes[f"∂x[{t}]"] for t in (1, 2, 3)]


def check_backward_rows(instance):
    weights, x, h0, g = instance
    adjoints, by_x = backward_rows(*instance)
    *_, expected_by_x, by_h0 = oracle.vjp(oracle.gated_rnn, g[:3], *weights, x[:3], h0)
    check_close(np.array(by_x), expected_by_x)
    check_close(adjoints[-1], by_h0)
    check_close(adjoints[0], g[2])


def test_backward_diagrams_are_the_networks_gradients(instance):
    check_backward_rows(instance)


def test_backward_diagram_by_hand():
    """One state, W_c = 0, W_h = 2, W_x = 1: from h = 1 and x = 3 the gate is σ(2)."""
    weights = [[0.0]], [[2.0]], [[1.0]]
    weights = tuple(np.array(W) for W in weights)
    (values,) = chapter.forward_through(weights, np.array([[3.0]]), np.array([1.0]))
    c = 1 / (1 + np.exp(-2))
    boxes = chapter.one_step_back(weights, values, np.array([10.0]), direct_before=np.array([5.0]))
    check_close(boxes["ζ"], [10 * (1 - c)])
    check_close(boxes["δ"], [10 * (1 - 3) * c * (1 - c)])
    check_close(boxes["λ_before"], 5 + 10 * c + 2 * boxes["δ"])
    check_close(boxes["∂x"], boxes["ζ"])


BACKWARD = [
    *(("BACKWARD_CELL", edge) for edge in chapter.BACKWARD_CELL.edges),
    *(("BACKWARD_UNROLLED", edge) for edge in chapter.BACKWARD_UNROLLED.edges),
]


@pytest.mark.parametrize(("graph", "edge"), BACKWARD, ids=lambda part: "-".join(part))
def test_no_arrow_of_the_backward_diagrams_can_be_missing(instance, monkeypatch, graph, edge):
    drawn = getattr(chapter, graph)
    edges = tuple(e for e in drawn.edges if e != edge)
    monkeypatch.setattr(chapter, graph, replace(drawn, edges=edges))
    with pytest.raises((AssertionError, TypeError, ValueError, KeyError)):
        check_backward_rows(instance)


@pytest.mark.parametrize(
    ("graph", "edge", "wrong"),
    [
        ("BACKWARD_CELL", ("times c", "λ_before"), ("times 1 − c", "λ_before")),
        ("BACKWARD_CELL", ("times h", "slope"), ("times c", "slope")),
        ("BACKWARD_CELL", ("times 1 − c", "ζ"), ("times c", "ζ")),
        ("BACKWARD_CELL", ("slope", "δ"), ("times h", "δ")),
        ("BACKWARD_CELL", ("ζ", "W_x"), ("δ", "W_x")),
        ("BACKWARD_UNROLLED", ("g[2]", "λ[2]"), ("g[3]", "λ[2]")),
        ("BACKWARD_UNROLLED", ("step 3", "∂x[3]"), ("step 2", "∂x[3]")),
        ("BACKWARD_UNROLLED", ("step 2", "λ[1]"), ("step 3", "λ[1]")),
    ],
)
def test_a_wrong_arrow_of_the_backward_diagrams_is_caught(instance, monkeypatch, graph, edge, wrong):
    drawn = getattr(chapter, graph)
    assert edge in drawn.edges
    edges = tuple(wrong if e == edge else e for e in drawn.edges)
    monkeypatch.setattr(chapter, graph, replace(drawn, edges=edges))
    with pytest.raises(AssertionError):
        check_backward_rows(instance)


def test_the_unrolled_backward_diagram_has_the_forward_ones_arrows_reversed():
    """Its boxes λ and ∂ℓ/∂x stand where the states and the inputs do; each arrow to the loss has a box for g on its way."""

    def forward_box(box):
        return box.replace("λ", "h").replace("∂x", "x")

    reversed_arrows = {
        (forward_box(target), forward_box(source))
        for source, target in chapter.BACKWARD_UNROLLED.edges
        if "loss" not in (source, target) and source[0] != "g"
    }
    to_the_loss = {(f"h[{t}]", "loss") for t in (1, 2, 3)}
    assert reversed_arrows | to_the_loss == set(chapter.UNROLLED.edges)


@pytest.mark.parametrize(
    ("figure", "graphs"),
    [
        (chapter.cell_diagram(), [chapter.CELL]),
        (chapter.unrolled_diagram(), [chapter.UNROLLED]),
        (chapter.two_cells_diagram(), [chapter.CELL, chapter.BACKWARD_CELL]),
        (chapter.two_unrolled_diagram(), [chapter.UNROLLED, chapter.BACKWARD_UNROLLED]),
    ],
)
def test_every_box_and_arrow_is_drawn(figure, graphs):
    drawn = figure._repr_html_()
    assert drawn.count("<rect") == sum(len(graph.nodes) for graph in graphs)
    assert drawn.count('class="arrow"') == sum(len(graph.edges) for graph in graphs)
    for graph in graphs:
        for node in graph.nodes.values():
            assert f">{node.label}</text>" in drawn


@pytest.mark.parametrize(
    ("figure", "graph"),
    [
        (chapter.two_cells_diagram(), chapter.BACKWARD_CELL),
        (chapter.two_unrolled_diagram(), chapter.BACKWARD_UNROLLED),
    ],
)
def test_every_arrow_of_a_backward_diagram_is_in_its_words(figure, graph):
    for source, target in graph.edges:
        (sentence,) = re.findall(
            rf"(?<=[.] ){re.escape(graph.nodes[source].label)} leads to ([^.]*)\.", figure.alt
        )
        assert graph.nodes[target].label in sentence


@pytest.mark.parametrize(
    "graph", [chapter.CELL, chapter.UNROLLED, chapter.BACKWARD_CELL, chapter.BACKWARD_UNROLLED]
)
def test_every_arrow_is_long_enough_for_its_head(graph):
    """The middle of its way, from which the head is drawn, lies outside the box that it points to."""
    for source, target in graph.edges:
        (x1, y1, *_), (x2, y2, width, height) = (_box(graph.nodes[name]) for name in (source, target))
        assert abs(x2 - x1) > width or abs(y2 - y1) > height, (source, target)
