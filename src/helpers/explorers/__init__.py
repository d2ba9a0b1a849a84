"""Sliders that make a pure function move, in JupyterLab and on a page that has no kernel.

An :class:`Explorer` evaluates functions of its sliders over their whole grid when it is made, packs what
they return into one binary table, and draws the first frame. In the browser, its sliders are linked to that drawing,
which looks the frames up: Python computes every number, once, and JavaScript shows it.

A chapter's module ``explorers`` holds its own.
"""

from .explorer import Explorer
from .prediction import Prediction
from .sliders import Slider

__all__ = ["Explorer", "Prediction", "Slider"]
