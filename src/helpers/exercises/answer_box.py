"""The widget of an answer box, in JupyterLab and on the published page.

``formulas/`` reads and evaluates what the reader typed, ``findings/`` compares it with what a :class:`~helpers.exercises.boxes.Box`
has packed, and ``answer_box.js`` shows what comes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .boxes import Box

HERE = Path(__file__).parent
MODULES = (
    *(
        f"formulas/{name}.js"
        for name in ("tokens", "parser", "spellings", "numbers", "matrices", "evaluator", "typesetting")
    ),
    *(f"findings/{name}.js" for name in ("comparison", "general", "judge")),
    "kept.js",
    "answer_box.js",
)
"""In the order in which each imports from those before."""


def joined(*modules: str) -> str:
    """Return modules as one, since a notebook loads a widget from one text."""
    texts = [(HERE / name).read_text(encoding="utf-8") for name in modules]
    script = re.sub(r'^import [^;]* from "\.{1,2}/.*";\n', "", "\n".join(texts), flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", script, flags=re.MULTILINE)


def style() -> str:
    """Return the style of a box, with the colours of drawings."""
    drawings = (HERE.parent / "drawings" / "drawings.css").read_text(encoding="utf-8")
    return f"{drawings}\n{(HERE / 'answer_box.css').read_text(encoding='utf-8')}"


class Placed(anywidget.AnyWidget):
    """A widget that is drawn as HTML, has a place on the page, and is mounted there by ``mount.js`` as an explorer is."""

    _css = style()
    html = traitlets.Unicode().tag(sync=True)
    place = traitlets.Unicode().tag(sync=True)
    sliders = traitlets.Dict().tag(sync=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude)
        data: Any = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = repr(self)
        data["text/html"] = (
            f'<style>{self._css}</style>\n<div id="{self.place}"><div class="widget-any">{self.html}</div></div>'
        )
        return bundle


class AnswerBox(Placed):
    """The widget of a :class:`Box`."""

    _esm = joined(*MODULES)
    pack = traitlets.Dict().tag(sync=True)
    solved = traitlets.Bool(False).tag(sync=True)

    def __init__(self, box: Box) -> None:
        self.box = box
        super().__init__(pack=box.pack(), html=box.html(), place=box.place)

    @traitlets.observe("solved")
    def _keep(self, _: object) -> None:
        """Save in the reader's own folder that the exercise is solved."""
        from ..book import EXERCISES

        EXERCISES.keep(self.box.id)

    def __repr__(self) -> str:
        return f"Answer box of exercise {self.box.id}. {self.box.question}"


class ProgressPanel(Placed):
    """What is solved in this browser, and buttons to save it as a file, to bring one back, and to forget it."""

    _esm = joined("kept.js", "progress_panel.js")
    ids = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, ids: Iterable[str]) -> None:
        buttons = {"save": "Save as a file", "bring": "Add from a file", "forget": "Forget all"}
        html = "".join(
            f'<button type="button" data-{name}>{words}</button> ' for name, words in buttons.items()
        )
        super().__init__(
            ids=list(ids),
            place="progress",
            html=f'<div class="gc gc-progress"><p data-count role="status"></p><p>{html}</p><p data-news role="status"></p>'
            '<input type="file" accept=".json,application/json" data-file hidden aria-label="A file of solved exercises"></div>',
        )

    def __repr__(self) -> str:
        return f"What is solved of {len(self.ids)} exercises."


def progress_panel() -> ProgressPanel:
    """Return the panel of what is solved in this browser.

    Examples
    --------
    >>> from helpers import exercises
    >>> exercises.progress_panel() # doctest: +ELLIPSIS
    What is solved of ... exercises.
    """
    from ..book import EXERCISES

    return ProgressPanel(exercise.id for exercise in EXERCISES)


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
