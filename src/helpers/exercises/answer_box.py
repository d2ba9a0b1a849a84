"""The widget of an answer box, in JupyterLab and on the published page.

``formulas/`` reads and evaluates what the reader typed, ``findings/`` compares it with what a :class:`~helpers.exercises.boxes.Box`
has packed, and ``answer_box.js`` shows what comes of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .boxes import Box

HERE = Path(__file__).parent
MODULES = (
    *(
        f"formulas/{name}.js"
        for name in ("tokens", "parser", "numbers", "matrices", "evaluator", "typesetting")
    ),
    *(f"findings/{name}.js" for name in ("comparison", "general", "judge")),
    "answer_box.js",
)
"""In the order in which each imports from those before."""


def _script() -> str:
    """Return the modules as one, since a notebook loads a widget from one text."""
    texts = [(HERE / name).read_text(encoding="utf-8") for name in MODULES]
    joined = re.sub(r'^import [^;]* from "\.{1,2}/.*";\n', "", "\n".join(texts), flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)


def _style() -> str:
    drawings = (HERE.parent / "drawings" / "drawings.css").read_text(encoding="utf-8")
    return f"{drawings}\n{(HERE / 'answer_box.css').read_text(encoding='utf-8')}"


class AnswerBox(anywidget.AnyWidget):
    """The widget of a :class:`Box`."""

    _esm = _script()
    _css = _style()
    pack = traitlets.Dict().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    sliders = traitlets.Dict().tag(sync=True)  # none: mount.js mounts a box as it does an explorer

    def __init__(self, box: Box) -> None:
        self.box = box
        super().__init__(pack=box.pack(), html=box.html(), place=box.place)

    def __repr__(self) -> str:
        return f"Answer box of exercise {self.box.id}. {self.box.question}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data: Any = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        data["text/html"] = (
            f'<style>{self._css}</style>\n<div id="{self.place}"><div class="widget-any">{self.html}</div></div>'
        )
        return bundle


def box(id: str) -> AnswerBox:
    """Return the answer box of an exercise: a question, a field, and an answer in words.

    Parameters
    ----------
    id : str
        Of the exercise, as on the page.

    Examples
    --------
    >>> from helpers import exercises
    >>> exercises.box("1.1.a")
    Answer box of exercise 1.1.a. A kernel of 4 × 5 moves by 4 over an input of 21 × 12, without padding. How large is the output?
    """
    from ..book import BOXES

    if id not in BOXES:
        raise ValueError(f"id must be one of {', '.join(BOXES)}, got {id!r}")
    return AnswerBox(BOXES[id])
