"""Drawings made from numbers: panels of cells, lines, boxes and sentences.

A *panel* says how to draw a part of a *frame*; a frame is a dict of arrays and sentences. :func:`picture` draws one frame,
for a figure. :mod:`helpers.explorers` links the same panels to sliders: Python draws the first frame, and ``drawing.js``
updates it. ``drawings.css`` gives the roles of cells and lines their colours, one colour for one quantity.
"""

from .panels import Axis, ForestPlot, Graph, Grid, HeatMap, Line, Lines, Node, Panel, Products, Surface, Text
from .scales import DIVERGING, diverging
from .svg import Picture, draw, picture, style

__all__ = [
    "DIVERGING",
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
    "Products",
    "Surface",
    "Text",
    "diverging",
    "draw",
    "picture",
    "style",
]
