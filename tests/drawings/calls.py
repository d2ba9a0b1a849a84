"""Right calls of the public functions of helpers.drawings, for tests/repository/test_bad_input.py."""

import numpy as np
from fuzzing import Call, call_of, normal

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
    diverging,
    picture,
)

EXEMPT = {
    r"drawings\.graphs\.\w+": "takes diagrams and functions that this package makes for each other",
    r"drawings\.panels\.(Text|Grid|Products|ForestPlot|Line|Lines|Surface|HeatMap|Node|Graph)(\.(check|positions|headings|factors))?": "says what to draw; picture holds it against a frame",
    r"drawings\.in_words\.\w+": "picture calls it with what it has checked",
    r"drawings\.panels\.check_frame": "picture and Explorer call it with what they are given, and they are fuzzed",
    r"drawings\.svg\.Picture": "made by picture, from what it has checked",
    r"drawings\.(svg\.(draw|style|spread|sentences|sum_of_products)|html\.\w+|formulas\.\w+)": "what picture and Explorer draw with, when they have checked",
}


@call_of("drawings.panels.Axis", "drawings.svg.picture", "drawings.scales.diverging")
def drawings(draw, name):
    if name == "diverging":
        return Call(diverging, {"values": normal(draw, 2, 3), "limit": 1.0})
    if name == "Axis":
        return Call(Axis, {"label": "x", "low": 0.0, "high": 1.0, "ticks": (0.0, 1.0), "logarithmic": False})
    axis = Axis("x", 0.0, 1.0, (0.0, 1.0))
    cells = Grid("matrix", "roles", ("input", "zero"), numbers="numbers")
    lines = Lines("curve", "at", (Line("heights", "height", "gate"),), axis, axis)
    levels = HeatMap("map", "numbers", x=(1, 2, 3), x_label="", y=(1, 2), y_label="", edges=(-1, 0, 1))
    forest = ForestPlot("forest", ("one", "two"), "dots", "lows", "highs", axis, reference=0.5)
    graph = Graph("graph", {"a": Node(0, 0, "a"), "b": Node(1, 0, "b")}, (("a", "b"),))
    matrix = normal(draw, 2, 3)
    return Call(
        lambda **frame: picture(cells, lines, levels, forest, graph, Text(("words",)), **frame)._repr_html_(),
        {
            "roles": (matrix > 0).astype(int),
            "numbers": matrix,
            "at": np.linspace(0, 1, 4),
            "heights": normal(draw, 4),
            "dots": normal(draw, 2),
            "lows": normal(draw, 2),
            "highs": normal(draw, 2),
            "words": "A sentence.",
            "alt": "A picture.",
        },
    )
