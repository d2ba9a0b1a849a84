"""The diagrams of chapter 1.2.1 are its network: a wrong arrow is a wrong number."""

from dataclasses import replace

import numpy as np
import pytest

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


@pytest.mark.parametrize(
    ("figure", "graph"),
    [(chapter.cell_diagram(), chapter.CELL), (chapter.unrolled_diagram(), chapter.UNROLLED)],
)
def test_every_box_and_arrow_is_drawn(figure, graph):
    drawn = figure._repr_html_()
    assert drawn.count("<rect") == len(graph.nodes)
    assert drawn.count('class="arrow"') == len(graph.edges)
    for node in graph.nodes.values():
        assert f">{node.label}</text>" in drawn
