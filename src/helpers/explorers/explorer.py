"""The :class:`Explorer`: ipywidgets sliders linked, in the browser, to one drawing.

One that cannot work is refused when it is made, with a ValueError or TypeError that names the cause: the functions'
parameters are not the sliders, a panel draws what no function returns, or the setting at the start is impossible.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import singledispatch
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from ..drawings.formulas import plain
from ..drawings.html import HTML, element
from ..drawings.panels import Grid, Lines, Panel, Products, Text, check_frame
from ..drawings.svg import ALL_PRODUCTS, draw, sentences, style
from ..numerics.formatting import signed
from .packing import IMPOSSIBLE, Frame, evaluate, pack, part_of_frame
from .prediction import Prediction
from .sliders import Slider, Value

HERE = Path(__file__).parent
NAME = re.compile("[a-z]+(-[a-z]+)*")

Layout = Panel | Sequence["Layout"]
"""Panels from the top; those of a tuple stand side by side, and those of a list within it one below the other."""


class Drawing(anywidget.AnyWidget):
    """The widget that the sliders are linked to: it looks a frame up, and updates the drawing of the first."""

    _esm = HERE / "drawing.js"
    _css = HERE.parent / "drawings" / "drawings.css"
    html = traitlets.Unicode().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    panels: traitlets.List = traitlets.List().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    sliders: traitlets.Dict = traitlets.Dict().tag(sync=True)
    blocked: traitlets.Dict = traitlets.Dict().tag(sync=True)
    """The positions of sliders that are impossible now, which ``drawing.js`` finds and ``mount.js`` marks."""

    def __init__(self, panels: Sequence[Panel], sliders: Mapping[str, Slider], **traits: object) -> None:
        super().__init__(
            panels=[_spec(panel) for panel in panels],
            sliders={parameter: slider.spec for parameter, slider in sliders.items()},
            **traits,
        )

    def link(self, parameter: str, slider: Slider) -> ipywidgets.Widget:
        """Return a widget for a slider; in the browser, this widget's trait of the parameter's name follows it."""
        widget, (trait, _, _) = slider.widget(), slider.trait
        self.add_traits(**{parameter: traitlets.Int(slider.spec["start"]).tag(sync=True)})
        ipywidgets.jslink((widget, trait), (self, parameter))
        return widget


def _spec(panel: Panel) -> dict[str, Any]:
    """Return a panel for ``drawing.js``: its formulas as text, and of a surface, which does not change, what numbers its points."""
    spec = {"kind": type(panel).__name__, **_as_text(asdict(panel))}
    if isinstance(panel, Lines) and panel.surface:
        spec["surface"] = panel.surface.along
    return spec


def _as_text(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _as_text(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_as_text(each) for each in part]
    return plain(part) if isinstance(part, str) else part


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
        How to draw a frame, from the top. Those of a tuple stand side by side, and those of a list within it one below
        the other: ``[Text(…), (one, [two, three]), four]``.
    predict : Prediction, optional
        A question that is asked before the drawing answers it.
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
        self,
        *functions: Callable[..., Frame],
        name: str,
        panels: Sequence[Layout],
        predict: Prediction | None = None,
        **sliders: Slider,
    ) -> None:
        _check_name(name)
        _check_sliders(functions, sliders)
        labels = {parameter: slider.label for parameter, slider in sliders.items()}
        values = {parameter: slider.values for parameter, slider in sliders.items()}
        tables = evaluate(functions, values, labels)
        frames = [frame for _, of_function in tables for frame in of_function]
        self.place = f"explorer-{name}"
        self.functions = functions
        self.panels = tuple(_flat(panels))
        self.sliders = sliders
        self.predict = predict
        _check_panels(self.panels, self.frame())
        _check_controls(self.panels, sliders)
        self.figure = _figure(panels, self.frame(), frames, predict, _play_label(self.panels, sliders))
        as_text = [panel.numbers for panel in self.panels if isinstance(panel, Grid)]
        drawing = Drawing(
            self.panels, sliders, html=self.figure, frames=pack(tables, as_text), place=self.place
        )
        widgets = {parameter: drawing.link(parameter, slider) for parameter, slider in sliders.items()}
        shown = [widget for parameter, widget in widgets.items() if sliders[parameter].shown]
        super().__init__([ipywidgets.VBox(shown), drawing])
        self.add_class("gc-explorer")

    def frame(self, **setting: Value) -> Frame:
        """Return the frame at one setting, computed now; sliders that are left out stand where they start."""
        unknown = set(setting) - set(self.sliders)
        if unknown:
            raise ValueError(f"setting must name sliders {sorted(self.sliders)}, got {sorted(unknown)}")
        for name, value in setting.items():
            if value not in self.sliders[name].values:
                raise ValueError(f"{name} must be one of {self.sliders[name].values}, got {value!r}")
        setting = {name: slider.start for name, slider in self.sliders.items()} | setting
        labels = {name: slider.label for name, slider in self.sliders.items()}
        frame: Frame = {}
        for function in self.functions:
            mine = {name: setting[name] for name in inspect.signature(function).parameters}
            frame |= part_of_frame(function, mine, labels)
        return frame

    def __repr__(self) -> str:
        sliders = ", ".join(
            f"{slider.label} ({slider.words[0]} to {slider.words[-1]})" for slider in self.sliders.values()
        )
        return f"Explorer with sliders {sliders}. At the start: {self.description()}"

    def description(self, **setting: Value) -> str:
        """Return the sentences of the explorer at one setting."""
        frame = self.frame(**setting)
        if IMPOSSIBLE in frame:
            return str(frame[IMPOSSIBLE])
        return " ".join(text for panel in self.panels for text in sentences(panel, frame) if text)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        data["text/html"] = self.static_html()
        return bundle

    def static_html(self) -> str:
        """Return the explorer as it starts, as HTML that needs no script; ``mount.js`` puts sliders into it."""
        rows = [slider.html() for slider in self.sliders.values() if slider.shown]
        controls = element("div", *rows, class_="widget-box")
        drawing = element("div", self.figure, class_="widget-any")
        return f"{style()}\n{element('div', controls, drawing, class_='explorer gc-explorer', id=self.place)}"


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


def _check_controls(panels: Sequence[Panel], sliders: Mapping[str, Slider]) -> None:
    """Refuse a panel that sets what is no slider, and a slider that nothing sets."""
    set_by_panels = {name for panel in panels for name in getattr(panel, "sliders", ())}
    if not set_by_panels <= set(sliders):
        raise ValueError(f"panels must set sliders {sorted(sliders)}, got {sorted(set_by_panels)}")
    unset = [name for name, slider in sliders.items() if not slider.shown and name not in set_by_panels]
    if unset:
        raise ValueError(f"a slider that is not shown must be set by a panel, got {unset}")


def _play_label(panels: Sequence[Panel], sliders: Mapping[str, Slider]) -> str:
    """Return what the button that plays says, or nothing where there is nothing to play."""
    plays = [slider.label for slider in sliders.values() if slider.play]
    plays += ["cells" for panel in panels if isinstance(panel, Grid) and panel.play]
    if len(plays) > 1:
        raise ValueError(f"one slider or one grid may play, got {plays}")
    return "".join(plays)


def _flat(layout: Layout) -> Iterator[Panel]:
    """Yield the panels of a layout, in the order in which they are read."""
    if isinstance(layout, Sequence):
        for part in layout:
            yield from _flat(part)
    else:
        yield layout


def _figure(
    layout: Sequence[Layout], start: Frame, frames: Sequence[Frame], predict: Prediction | None, plays: str
) -> HTML:
    """Draw the first frame, with the space that the largest needs, so that nothing moves when a slider does."""

    def drawn(part: Layout) -> HTML:
        if isinstance(part, Sequence):
            kind = "gc-row" if isinstance(part, tuple) else "gc-column"
            return element("div", *map(drawn, part), class_=kind)
        html = draw(part, start, _largest_extent(part, frames))
        veiled = predict and (not predict.veils or {*predict.veils} & {*part.names})
        return HTML(html.replace("<div ", '<div data-veiled="" ', 1)) if veiled else html

    def button(words: str, kind: str) -> HTML:
        return element("button", words, type="button", class_=kind, disabled="")

    play = [button("▶ Play", "gc-play")] if plays else []
    tools = element("div", *play, button("Reset", "gc-reset"), class_="gc-tools")
    question = [predict.html()] if predict else []
    tip = element("div", class_="gc-tip", role="status")
    return element("div", *question, *map(drawn, layout), tools, tip, class_="gc gc-panels")


@singledispatch
def _largest_extent(panel: Panel, frames: Sequence[Frame]) -> Any:
    """Return the most space that a panel takes in any frame, or None where it is the same in all."""


@_largest_extent.register
def _(panel: Grid, frames: Sequence[Frame]) -> tuple[int, ...]:
    shapes = [panel.positions(frame).shape for frame in frames if (panel.roles or panel.numbers) in frame]
    return tuple(np.max(shapes, axis=0))


@_largest_extent.register
def _(panel: Products, frames: Sequence[Frame]) -> list[list[str]]:
    def longest(name: str) -> str:
        numbers = np.unique(
            np.concatenate([np.ravel(np.asarray(frame[name])) for frame in frames if name in frame])
        )
        return max(map(signed, numbers), key=len)

    product = f"{longest(panel.left)}·{longest(panel.right)}"
    return [[f"{panel.symbol}[0, 0] = {' + '.join([product] * ALL_PRODUCTS)} = {longest(panel.result)}"]]


@_largest_extent.register
def _(panel: Text, frames: Sequence[Frame]) -> list[list[str]]:
    def longest(name: str) -> str:
        texts: list[Any] = [frame[name] for frame in frames if name in frame]
        for text in texts:
            Text((name,)).check({name: text})
        return max(texts, key=len, default="")

    return [[longest(name) for name in panel.sentences], [longest(IMPOSSIBLE)]]
