"""Drawings made from numbers: panels of cells, lines, boxes and sentences.

A *panel* says how to draw a part of a *frame*; a frame is a dict of arrays and sentences. Of these a panel's
``names`` are those it draws, and its ``check`` refuses a frame that it cannot draw. :func:`picture` draws
one frame as it stands, for a figure. :mod:`helpers.explorers` links the same panels to sliders, where
``drawing.js`` draws them; ``drawings.css`` gives both their colours, one colour for one quantity.
"""

from .panels import EMPTY_ROLES, Axis, ForestPlot, Graph, Grid, HeatMap, Line, Lines, Node, Panel, Text
from .svg import Picture, draw, format_number, picture, style

__all__ = [
    "EMPTY_ROLES",
    "Axis",
    "ForestPlot",
    "Graph",
    "Grid",
    "HeatMap",
    "Line",
    "Lines",
    "Node",
    "Panel",
    "Picture",
    "Text",
    "draw",
    "format_number",
    "picture",
    "style",
]
