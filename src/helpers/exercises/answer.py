"""Answers to the reader, shown in a notebook, on the page, and in a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from html import escape
from pathlib import Path

from .failing_case import FailingCase


class Outcome(Enum):
    """The outcome of a check."""

    RIGHT = "Right"
    NOT_YET = "Not right yet"
    UNANSWERED = "Not answered yet"


SIGNS = {Outcome.RIGHT: "✓", Outcome.NOT_YET: "✗", Outcome.UNANSWERED: "…"}
COLOURS = {Outcome.RIGHT: "#009e73", Outcome.NOT_YET: "#d55e00", Outcome.UNANSWERED: "#8a929c"}


@dataclass(frozen=True, eq=False)
class Answer:
    """The result of :func:`helpers.exercises.check`: an outcome and sentences.

    Attributes
    ----------
    id : str
        The exercise.
    outcome : Outcome
    sentences : tuple of str
        What stands between backticks is code.
    case : FailingCase or None
        The smallest case that fails.
    mistake : str
        The name of the mistake that was recognised.
    folded : bool
        Whether the sentences are shown on a click only, as those of a solution are: they give the number away.
    """

    id: str
    outcome: Outcome
    sentences: tuple[str, ...] = ()
    case: FailingCase | None = None
    mistake: str = ""
    folded: bool = False

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome is Outcome.RIGHT

    @property
    def _heading(self) -> str:
        return f"{SIGNS[self.outcome]} {self.outcome.value}"

    def __repr__(self) -> str:
        lines = [f"{self._heading}: exercise {self.id}", *map(_plain, self.sentences)]
        return "\n".join(lines + (self.case.lines() if self.case else []))

    def _repr_html_(self) -> str:
        first, *others = [marked_up(sentence) for sentence in self.sentences] or [""]
        heading = f"<strong>{self._heading}.</strong>"
        paragraphs = "\n".join(
            f"<p>{text}</p>" for text in (first if self.folded else f"{heading} {first}", *others)
        )
        shown = STYLE + fold(heading, paragraphs) if self.folded else paragraphs
        return (
            f'<div class="gc-answer" role="group" aria-label="Answer to exercise {escape(self.id)}" '
            f'style="border-left: 4px solid {COLOURS[self.outcome]}; padding: 0.1rem 0 0.1rem 0.9rem">\n'
            f"{shown}\n{self.case.html() if self.case else ''}</div>"
        )


@dataclass(frozen=True)
class Hints:
    """Hints of an exercise, from the first on, each folded.

    Attributes
    ----------
    id : str
    hints : tuple of str
    """

    id: str
    hints: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(f"Hint {number}: {_plain(hint)}" for number, hint in enumerate(self.hints, 1))

    def _repr_html_(self) -> str:
        count = len(self.hints)
        return STYLE + "\n".join(
            fold(f"Hint {number} of {count}", f"<p>{marked_up(hint)}</p>")
            for number, hint in enumerate(self.hints, 1)
        )


@dataclass(frozen=True)
class Message:
    """Sentences for the reader: a hint, or the list of what is solved."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(map(_plain, self.sentences))

    def _repr_html_(self) -> str:
        return "\n".join(f"<p>{marked_up(sentence)}</p>" for sentence in self.sentences)


STYLE = f"<style>{Path(__file__).with_name('answer.css').read_text(encoding='utf-8')}</style>\n"


def fold(summary: str, content: str) -> str:
    """Return HTML that is shown on a click."""
    return f'<details class="gc-hint"><summary>{summary}</summary>{content}</details>'


def marked_up(text: str) -> str:
    """Return text as HTML, with code between backticks and emphasis between asterisks."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)


def _plain(text: str) -> str:
    return re.sub(r"\*\*([^*`]+)\*\*", r"\1", text)
