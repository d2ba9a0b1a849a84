"""The :class:`Explorer`: ipywidgets sliders linked, in the browser, to one drawing.

One that cannot work is refused when it is made, with a ValueError or TypeError that names the cause: the functions'
parameters are not the sliders, a panel draws what no function returns, or the setting at the start is impossible.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import singledispatch
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from ..drawings.html import HTML, element
from ..drawings.panels import Grid, Panel, Text, check_frame
from ..drawings.svg import draw, style
from .packing import IMPOSSIBLE, Frame, evaluate, pack, part_of_frame

HERE = Path(__file__).parent
NAME = re.compile("[a-z]+(-[a-z]+)*")

Value = float | str  # of a slider


@dataclass(frozen=True)
class Slider:
    """The values one parameter takes, and what the reader sees beside it.

    Parameters
    ----------
    label : str
        Words and a symbol, in Unicode: sliders do not render LaTeX.
    values : sequence
        Whole numbers as a ``range``; anything else as a list.
    start : float or str
        The value it begins with, one of ``values``.
    """

    label: str
    values: Sequence[Value]
    start: Value

    def __post_init__(self) -> None:
        if self.start not in self.values:
            raise ValueError(f"start must be one of the slider's values {self.values}, got {self.start!r}")

    @property
    def trait(self) -> tuple[str, int, int]:
        """The widget's trait that the drawing follows, with that trait's first value and its step."""
        if isinstance(self.values, range):
            return "value", self.values.start, self.values.step
        return "index", 0, 1

    @property
    def labels(self) -> list[str]:
        """The values as the reader sees them, here and in the page's address."""
        return [value if isinstance(value, str) else f"{value:g}" for value in self.values]

    @property
    def position(self) -> int:
        """The position of the value it begins with."""
        return list(self.values).index(self.start)

    @property
    def spec(self) -> dict[str, object]:
        """The slider for ``drawing.js`` and ``mount.js``, which know its trait, and not its values."""
        _, first, step = self.trait
        return {"first": first, "step": step, "start": first + step * self.position, "labels": self.labels}

    def widget(self) -> ipywidgets.Widget:
        """Return the ipywidgets slider."""
        look = {
            "description": self.label,
            "layout": {"width": "100%", "max_width": "30rem"},
            "style": {"description_width": "11rem"},
        }
        if isinstance(self.values, range):
            first, last, step = self.values[0], self.values[-1], self.values.step
            return ipywidgets.IntSlider(self.start, min=first, max=last, step=step, **look)
        options = list(zip(self.labels, self.values, strict=True))
        return ipywidgets.SelectionSlider(options=options, value=self.start, **look)


class Drawing(anywidget.AnyWidget):
    """The widget that the sliders are linked to: it looks a frame up, and updates the drawing of the first."""

    _esm = HERE / "drawing.js"
    _css = HERE.parent / "drawings" / "drawings.css"
    html = traitlets.Unicode().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    panels: traitlets.List = traitlets.List().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    sliders: traitlets.Dict = traitlets.Dict().tag(sync=True)

    def __init__(self, panels: Sequence[Panel], sliders: Mapping[str, Slider], **traits: object) -> None:
        super().__init__(
            panels=[{"kind": type(panel).__name__, **asdict(panel)} for panel in panels],
            sliders={parameter: slider.spec for parameter, slider in sliders.items()},
            **traits,
        )

    def link(self, parameter: str, slider: Slider) -> ipywidgets.Widget:
        """Return a widget for a slider; in the browser, this widget's trait of the parameter's name follows it."""
        widget, (trait, _, _) = slider.widget(), slider.trait
        self.add_traits(**{parameter: traitlets.Int(getattr(widget, trait)).tag(sync=True)})
        ipywidgets.jslink((widget, trait), (self, parameter))
        return widget


class Explorer(ipywidgets.VBox):
    """Sliders over pure functions, with a drawing of what they return.

    Parameters
    ----------
    *functions : callable
        Pure functions. Their parameters are names of sliders; each returns a dict, its part of the frame. A function
        is evaluated only over the sliders it names. Where one raises
        :class:`~helpers.numerics.arrays.DoesNotFit` the reader sees its message.
    name : str
        What links to it are made of, and so never changes: ``"layer"`` stands at ``#explorer-layer``, and
        ``#explorer-layer.stride=3`` opens it with that setting.
    panels : sequence of Text, Grid or Lines
        How to draw a frame.
    **sliders : Slider

    Examples
    --------
    >>> from helpers.drawings import Text
    >>> explorer = Explorer(
    ...     lambda n: {"sentence": f"{n} squared is {n * n}"},
    ...     name="squares",
    ...     panels=[Text(("sentence",))],
    ...     n=Slider("number n", range(1, 4), start=2),
    ... )
    >>> explorer.frame(n=3)
    {'sentence': '3 squared is 9'}
    >>> explorer
    Explorer with sliders number n (1 to 3). At the start: 2 squared is 4
    """

    def __init__(
        self, *functions: Callable[..., Frame], name: str, panels: Sequence[Panel], **sliders: Slider
    ) -> None:
        _check_name(name)
        _check_sliders(functions, sliders)
        tables = evaluate(functions, {parameter: slider.values for parameter, slider in sliders.items()})
        frames = [frame for _, of_function in tables for frame in of_function]
        self.place = f"explorer-{name}"
        self.functions = functions
        self.panels = tuple(panels)
        self.sliders = sliders
        _check_panels(self.panels, self.frame())
        self.figure = _figure(self.panels, self.frame(), frames)
        as_text = [panel.numbers for panel in panels if isinstance(panel, Grid)]
        drawing = Drawing(panels, sliders, html=self.figure, frames=pack(tables, as_text), place=self.place)
        widgets = [drawing.link(parameter, slider) for parameter, slider in sliders.items()]
        super().__init__([ipywidgets.VBox(widgets), drawing])

    def frame(self, **setting: Value) -> Frame:
        """Return the frame at one setting, computed now; sliders that are left out stand where they start."""
        unknown = set(setting) - set(self.sliders)
        if unknown:
            raise ValueError(f"setting must name sliders {sorted(self.sliders)}, got {sorted(unknown)}")
        for name, value in setting.items():
            if value not in self.sliders[name].values:
                raise ValueError(f"{name} must be one of {self.sliders[name].values}, got {value!r}")
        setting = {name: slider.start for name, slider in self.sliders.items()} | setting
        frame: Frame = {}
        for function in self.functions:
            mine = {name: setting[name] for name in inspect.signature(function).parameters}
            frame |= part_of_frame(function, mine)
        return frame

    def __repr__(self) -> str:
        sliders = ", ".join(
            f"{slider.label} ({slider.labels[0]} to {slider.labels[-1]})" for slider in self.sliders.values()
        )
        return f"Explorer with sliders {sliders}. At the start: {self.description()}"

    def description(self, **setting: Value) -> str:
        """Return the sentences of the explorer at one setting."""
        frame = self.frame(**setting)
        names = [name for panel in self.panels if isinstance(panel, Text) for name in panel.sentences]
        return str(frame.get(IMPOSSIBLE) or " ".join(str(frame[name]) for name in names))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        data["text/html"] = self.static_html()
        return bundle

    def static_html(self) -> str:
        """Return the explorer as it starts, as HTML that needs no script; ``mount.js`` puts sliders into it."""
        sliders = element("div", *map(_static_slider, self.sliders.values()), class_="widget-box")
        drawing = element("div", self.figure, class_="widget-any")
        return f"{style()}\n{element('div', sliders, drawing, class_='widget-box explorer', id=self.place)}"


def _check_name(name: str) -> None:
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ValueError(f"name must be small letters with hyphens between words, got {name!r}")


def _check_sliders(functions: Sequence[Callable[..., Frame]], sliders: Mapping[str, Slider]) -> None:
    used = {parameter for function in functions for parameter in inspect.signature(function).parameters}
    if used != set(sliders):
        raise ValueError(
            f"the functions' parameters must be the sliders {sorted(sliders)}, got {sorted(used)}"
        )
    for parameter, slider in sliders.items():
        if not isinstance(slider, Slider):
            raise TypeError(f"{parameter} must be a Slider, got {slider!r}")
        if parameter in Drawing.class_trait_names():
            raise ValueError(f"a slider may not be called {parameter}, as a part of the drawing is")


def _check_panels(panels: Sequence[Panel], start: Frame) -> None:
    for panel in panels:
        if not getattr(panel, "moves", False):
            raise ValueError(f"panels must be Text, Grid or Lines, which sliders can move, got {panel!r}")
    if IMPOSSIBLE in start:
        raise ValueError(f"the sliders must start at a possible setting; {start[IMPOSSIBLE]}")
    check_frame(panels, start)


def _figure(panels: Sequence[Panel], start: Frame, frames: Sequence[Frame]) -> HTML:
    """Draw the first frame, with the space that the largest needs, so that nothing moves when a slider does."""
    reset = element("button", "Reset", type="button", class_="gc-reset", disabled="")
    drawn = [draw(panel, start, _largest_extent(panel, frames)) for panel in panels]
    tip = element("div", class_="gc-tip", role="status")
    return element("div", element("div", reset, class_="gc-tools"), *drawn, tip, class_="gc gc-panels")


@singledispatch
def _largest_extent(panel: Panel, frames: Sequence[Frame]) -> Any:
    """Return the most space that a panel takes in any frame, or None where it is the same in all."""


@_largest_extent.register
def _(panel: Grid, frames: Sequence[Frame]) -> tuple[int, ...]:
    shapes = [panel.positions(frame).shape for frame in frames if (panel.roles or panel.numbers) in frame]
    return tuple(np.max(shapes, axis=0))


@_largest_extent.register
def _(panel: Text, frames: Sequence[Frame]) -> list[list[str]]:
    def longest(name: str) -> str:
        texts: list[Any] = [frame[name] for frame in frames if name in frame]
        for text in texts:
            Text((name,)).check({name: text})
        return max(texts, key=len, default="")

    return [[longest(name) for name in panel.sentences], [longest(IMPOSSIBLE)]]


def _static_slider(slider: Slider) -> HTML:
    """Return a slider's row with its value; it is as wide as the widest."""
    value = slider.labels[slider.position]
    width = f"min-width: {max(map(len, slider.labels))}ch"
    readout = element("span", value, class_="widget-value", style=width)
    return element("label", element("span", slider.label), element("i"), readout, class_="widget-slider")
