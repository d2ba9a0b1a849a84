"""The :class:`Explorer`: ipywidgets sliders linked, in the browser, to one drawing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from ..drawings.panels import EMPTY_ROLES, Grid, Lines, Text
from ..drawings.svg import draw, format_number, style
from .packing import IMPOSSIBLE, Frame, Table, evaluate, pack, part_of_frame

HERE = Path(__file__).parent
NAME = re.compile("[a-z]+(-[a-z]+)*")

Value = float | str  # of a slider
Panel = Text | Grid | Lines
MOVED_BY_SLIDERS = ("text", "cells", "lines")
"""The kinds of panel that ``drawing.js`` draws; the others are for figures."""


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
    def linked(self) -> tuple[str, int, int]:
        """The widget's trait that the drawing follows, with that trait's first value and its step."""
        if isinstance(self.values, range):
            return "value", self.values.start, self.values.step
        return "index", 0, 1

    @property
    def labels(self) -> list[str]:
        """The values as the reader sees them, here and in the page's address."""
        return [format_value(value) for value in self.values]

    def widget(self) -> ipywidgets.Widget:
        """The ipywidgets slider."""
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


def format_value(value: Value) -> str:
    """A slider's value as the reader sees it: a word, or a number without needless zeros."""
    return value if isinstance(value, str) else f"{value:g}"


class Drawing(anywidget.AnyWidget):
    """What the sliders are linked to: it looks a frame up and draws its panels."""

    _esm = HERE / "drawing.js"
    _css = HERE.parent / "drawings" / "drawings.css"
    frames = traitlets.Bytes().tag(sync=True)
    panels: traitlets.List = traitlets.List().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    sliders: traitlets.List = traitlets.List().tag(sync=True)


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

    Raises
    ------
    ValueError
        If a function has a parameter that is no slider, a slider moves nothing, a panel draws what no function returns,
        the setting at the start is impossible, the name cannot be part of an address, or a slider has the name of
        a part of the drawing.

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
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            raise ValueError(f"name must be small letters with hyphens between words, got {name!r}")
        self.place = f"explorer-{name}"
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
        tables = evaluate(functions, {parameter: slider.values for parameter, slider in sliders.items()})
        in_frames = {part for _, frames in tables for frame in frames for part in frame}
        for panel in panels:
            if (kind := getattr(panel, "kind", None)) not in MOVED_BY_SLIDERS:
                raise ValueError(f"panels must be of the kinds {MOVED_BY_SLIDERS}, got {kind}")
            missing = [part for part in panel.names if part not in in_frames]
            if missing:
                raise ValueError(
                    f"the functions must return {missing}, which a panel draws; got {sorted(in_frames)}"
                )
        self.functions = functions
        self.panels = tuple(panels)
        self.sliders = sliders

        if IMPOSSIBLE in self.frame():
            raise ValueError(f"the sliders must start at a possible setting; {self.description()}")
        self.rooms = [_largest_extent(panel, tables) for panel in panels]
        drawing = Drawing(
            frames=pack(_with_numbers_written(tables, panels)),
            panels=[
                asdict(panel) | _panel_spec(panel) | {"room": room}
                for panel, room in zip(panels, self.rooms, strict=True)
            ],
            sliders=[_reading(parameter, slider) for parameter, slider in sliders.items()],
            place=self.place,
        )
        drawing.add_traits(**{parameter: traitlets.Int().tag(sync=True) for parameter in sliders})
        widgets = []
        for parameter, slider in sliders.items():
            widget, (trait, _, _) = slider.widget(), slider.linked
            setattr(drawing, parameter, getattr(widget, trait))
            ipywidgets.jslink((widget, trait), (drawing, parameter))
            widgets.append(widget)
        super().__init__([ipywidgets.VBox(widgets), drawing])

    def frame(self, **setting: Value) -> Frame:
        """Return the frame at one setting of the sliders, computed now.

        Parameters
        ----------
        **setting : float or str
            A value for each slider; those left out stand where they start.
        """
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
            f"{slider.label} ({format_value(slider.values[0])} to {format_value(slider.values[-1])})"
            for slider in self.sliders.values()
        )
        return f"Explorer with sliders {sliders}. At the start: {self.description()}"

    def description(self, **setting: Value) -> str:
        """Return what the explorer's text panels say at one setting."""
        frame = self.frame(**setting)
        if IMPOSSIBLE in frame:
            return _sentence(frame, IMPOSSIBLE)
        names = [name for panel in self.panels if panel.kind == "text" for name in panel.sentences]
        return " ".join(_sentence(frame, name) for name in names)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        data["text/html"] = self.static_html()
        return bundle

    def static_html(self) -> str:
        """Return the explorer as it starts, as HTML that needs no script: what a page shows until sliders can move."""
        frame = self.frame()
        settings = "".join(
            f'<div class="widget-slider"><span>{escape(slider.label)}</span><i></i>'
            f'<span class="widget-value" style="min-width: {max(map(len, slider.labels))}ch">'
            f"{escape(format_value(slider.start))}</span></div>"
            for slider in self.sliders.values()
        )
        drawn = "".join(draw(panel, frame, room) for panel, room in zip(self.panels, self.rooms, strict=True))
        return (
            f'{style()}\n<div class="widget-box explorer still" id="{self.place}"><div class="widget-box">{settings}</div>'
            f'<div class="widget-any"><div class="gc gc-panels">{RESET}{drawn}</div></div></div>'
        )


RESET = '<div class="gc-tools"><button type="button" class="gc-reset" disabled>Reset</button></div>'


def _sentence(frame: Frame, name: str) -> str:
    sentence = frame[name]
    if not isinstance(sentence, str):
        raise TypeError(f"{name} must be text, which a panel draws as such, got {sentence!r}")
    return sentence


def _reading(name: str, slider: Slider) -> dict[str, object]:
    """How the drawing turns a slider's value into a position in its table, and the page's address into a value."""
    _, first, step = slider.linked
    return {
        "name": name,
        "first": first,
        "step": step,
        "size": len(slider.values),
        "start": first + step * list(slider.values).index(slider.start),
        "written": slider.labels,
    }


def _with_numbers_written(tables: list[Table], panels: Sequence[Panel]) -> list[Table]:
    """The tables, with the numbers that stand in cells as text: how they are written is Python's to say."""
    in_cells = {panel.numbers for panel in panels if panel.kind == "cells"}
    return [
        (
            sliders,
            [
                {name: _text_of(np.asarray(v)) if name in in_cells else v for name, v in frame.items()}
                for frame in frames
            ],
        )
        for sliders, frames in tables
    ]


def _text_of(matrix: np.ndarray) -> list[list[str]]:
    return [[format_number(number) for number in row] for row in matrix]


def _panel_spec(panel: Panel) -> dict[str, object]:
    """What the drawing needs to know of a panel besides itself."""
    if panel.kind == "cells":
        return {"empty_roles": EMPTY_ROLES}
    if panel.kind == "lines":
        return {
            "x_ticks": [format_number(tick) for tick in panel.x_axis.ticks],
            "y_ticks": [format_number(tick) for tick in panel.y_axis.ticks],
        }
    return {}


def _largest_extent(panel: Panel, tables: list[Table]) -> dict[str, object]:
    """The most room a panel needs at any setting, so that nothing below it moves."""
    frames = [frame for _, frames in tables for frame in frames]
    if panel.kind == "cells":
        shapes = [np.asarray(frame[panel.roles]).shape for frame in frames if panel.roles in frame]
        rows, columns = np.max(shapes, axis=0).tolist()
        return {"rows": rows, "columns": columns}
    if panel.kind == "text":

        def longest(name: str) -> str:
            return max((_sentence(frame, name) for frame in frames if name in frame), key=len, default="")

        return {"sentences": [[longest(name) for name in panel.sentences], [longest(IMPOSSIBLE)]]}
    return {}
