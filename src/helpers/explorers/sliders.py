"""The :class:`Slider`: the values of one parameter of an explorer, and how a reader sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from ..drawings.html import HTML, element
from ..numerics.formatting import format_number

Value = float | str  # of a slider


@dataclass(frozen=True)
class Slider:
    """The values one parameter takes, and what the reader sees beside it.

    Values that are all names make a menu; any others, a slider.

    Parameters
    ----------
    label : str
        Words and a symbol, in Unicode: sliders do not render LaTeX.
    values : sequence
        Whole numbers as a ``range``; anything else as a list.
    start : float or str
        The value it begins with, one of ``values``.
    names : dict, optional
        What the reader sees in place of a value. The page's address keeps the values.
    shown : bool
        Whether it stands among the controls. If not, a panel sets it.
    play : float
        For time: how many values a second it goes through at the press of a button.
    """

    label: str
    values: Sequence[Value]
    start: Value
    names: Mapping[Any, str] | None = None
    shown: bool = True
    play: float = 0

    def __post_init__(self) -> None:
        if self.start not in self.values:
            raise ValueError(f"start must be one of the slider's values {self.values}, got {self.start!r}")
        unknown = [value for value in self.names or () if value not in self.values]
        if unknown:
            raise ValueError(f"names must be of the slider's values {self.values}, got {unknown}")

    @property
    def is_menu(self) -> bool:
        """Whether all values are names."""
        return all(isinstance(value, str) for value in self.values)

    @property
    def trait(self) -> tuple[str, int, int]:
        """The widget's trait that the drawing follows, with that trait's first value and its step."""
        if isinstance(self.values, range) and not self.names:
            return "value", self.values.start, self.values.step
        return "index", 0, 1

    @property
    def labels(self) -> list[str]:
        """The values as the page's address has them."""
        return [value if isinstance(value, str) else f"{value:g}" for value in self.values]

    @property
    def words(self) -> list[str]:
        """The values as the reader sees them."""
        names: Mapping[Any, str] = self.names or {}
        own = (value if isinstance(value, str) else format_number(value) for value in self.values)
        return [names.get(value, word) for value, word in zip(self.values, own, strict=True)]

    @property
    def position(self) -> int:
        """The position of the value it begins with."""
        return list(self.values).index(self.start)

    @property
    def spec(self) -> dict[str, Any]:
        """The slider for ``drawing.js`` and ``mount.js``, which know its trait, and not its values."""
        _, first, step = self.trait
        spec: dict[str, Any] = {
            "first": first,
            "step": step,
            "start": first + step * self.position,
            "labels": self.labels,
        }
        return spec | {"words": self.words, "shown": self.shown, "menu": self.is_menu, "play": self.play}

    def widget(self) -> ipywidgets.Widget:
        """Return the ipywidgets slider or menu."""
        look = {"description": self.label, "layout": {"width": "100%"}}
        if isinstance(self.values, range) and not self.names:
            first, last, step = self.values[0], self.values[-1], self.values.step
            return ipywidgets.IntSlider(self.start, min=first, max=last, step=step, **look)
        options = list(zip(self.words, self.values, strict=True))
        kind = ipywidgets.Dropdown if self.is_menu else ipywidgets.SelectionSlider
        return kind(options=options, value=self.start, **look)

    def html(self) -> HTML:
        """Return its row, with its value, as HTML; ``mount.js`` puts the browser's own control into it."""
        width = f"min-width: {max(map(len, self.words))}ch"
        readout = element("span", self.words[self.position], class_="widget-value", style=width)
        kind = "widget-slider widget-menu" if self.is_menu else "widget-slider"
        return element("label", element("span", self.label), element("i"), readout, class_=kind)
