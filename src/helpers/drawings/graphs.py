"""Diagrams of networks that compute what they show.

A diagram is a :class:`helpers.drawings.Graph` whose boxes are values and operations. :func:`forward` follows its
arrows and :func:`backward` follows them the other way, so that a missing or a wrong arrow is a wrong number.
A chapter's module ``diagrams`` holds its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from .panels import Graph

__all__ = ["backward", "forward"]


def forward(graph: Graph, operations: Mapping[str, Callable], **given: Any) -> dict[str, Any]:
    """Return the value of every box of a diagram.

    Parameters
    ----------
    graph : helpers.drawings.Graph
        Without a loop.
    operations : dict of str to callable
        For each box that is not given, a function of the boxes that point to it, in the order of the arrows.
    **given : object
        The values of the boxes to begin with.

    Returns
    -------
    dict of str to object

    Raises
    ------
    KeyError
        If a box is neither given nor has an operation.

    Examples
    --------
    >>> from helpers.drawings import Graph, Node
    >>> square = Graph("", {"a": Node(0, 0, "a"), "times": Node(1, 0, "×")}, (("a", "times"), ("a", "times")))
    >>> forward(square, {"times": lambda left, right: left * right}, a=3)
    {'a': 3, 'times': 9}
    """
    values = dict(given)
    for box in _ordered(graph):
        if box not in values:
            values[box] = operations[box](*(values[source] for source in sources(graph, box)))
    return {box: values[box] for box in graph.nodes}


def backward(
    graph: Graph, pullbacks: Mapping[str, Callable], values: Mapping[str, Any], **gradients: Any
) -> dict[str, Any]:
    """Return ∂ℓ/∂(box) for every box of a diagram: the same arrows, followed from their points to their tails.

    A box hands its gradient back to each box that points to it, through the derivative of its operation. What
    comes back to a box along several arrows adds up.

    Parameters
    ----------
    graph : helpers.drawings.Graph
    pullbacks : dict of str to callable
        For each operation, a function of the gradient with respect to its result and of the values it was given.
        It returns a list: the gradients with respect to these values.
    values : dict of str to object
        The result of :func:`forward`.
    **gradients : object
        ∂ℓ/∂ the boxes in which the diagram ends.

    Returns
    -------
    dict of str to object

    Examples
    --------
    >>> from helpers.drawings import Graph, Node
    >>> square = Graph("", {"a": Node(0, 0, "a"), "times": Node(1, 0, "×")}, (("a", "times"), ("a", "times")))
    >>> backward(square, {"times": lambda g, left, right: [g * right, g * left]}, {"a": 3, "times": 9}, times=1)
    {'times': 1, 'a': 6}
    """
    gradients = dict(gradients)
    for box in reversed(_ordered(graph)):
        if before := sources(graph, box):
            shares = pullbacks[box](gradients[box], *(values[source] for source in before))
            for source, share in zip(before, shares, strict=True):
                gradients[source] = gradients[source] + share if source in gradients else share
    return gradients


def _ordered(graph: Graph) -> list[str]:
    """Return the boxes, each after those that point to it."""
    return [*TopologicalSorter({box: sources(graph, box) for box in graph.nodes}).static_order()]


def sources(graph: Graph, box: str) -> list[str]:
    """Return the boxes that point to a box, in the order of the arrows."""
    return [source for source, target, *_ in graph.edges if target == box]
