"""Diagrams compute what they show: a wrong arrow is a wrong number."""

from helpers.drawings import Graph, Node
from helpers.drawings.graphs import backward, forward

SQUARE = Graph("", {"a": Node(0, 0, "a"), "times": Node(1, 0, "×")}, (("a", "times"), ("a", "times")))


def test_by_hand():
    values = forward(SQUARE, {"times": lambda left, right: left * right}, a=3)
    assert values == {"a": 3, "times": 9}
    pullbacks = {"times": lambda g, left, right: [g * right, g * left]}
    assert backward(SQUARE, pullbacks, values, times=2) == {"times": 2, "a": 12}
