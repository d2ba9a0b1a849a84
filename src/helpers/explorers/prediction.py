"""The :class:`Prediction`: a question that a reader answers before the drawing does."""

from __future__ import annotations

from dataclasses import dataclass

from ..drawings.formulas import typeset
from ..drawings.html import HTML, element

SHOW = "Just show me"


@dataclass(frozen=True)
class Prediction:
    """A question with two or three answers. Until one is chosen, what would give it away is veiled.

    Parameters
    ----------
    question : str
    answers : tuple of str
    right : str
        One of ``answers``.
    because : str
        A sentence or two that say what the drawing now shows.
    veils : tuple of str
        The names in a frame whose panels are veiled; left out, every panel is.
    """

    question: str
    answers: tuple[str, ...]
    right: str
    because: str
    veils: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.right not in self.answers:
            raise ValueError(f"right must be one of the answers {self.answers}, got {self.right!r}")

    def verdicts(self) -> list[str]:
        """Return what is said to each answer, and to a reader who gives none."""
        answer = f"The answer: {self.right}. {self.because}"
        of_answers = (f"Right. {self.because}" if a == self.right else f"No. {answer}" for a in self.answers)
        return [*of_answers, answer]

    def html(self) -> HTML:
        """Return the question, with all verdicts below it: unseen, they take the space of the one that will stand there."""
        buttons = [
            element("button", typeset(answer), type="button", disabled="") for answer in (*self.answers, SHOW)
        ]
        verdicts = [element("p", typeset(words), hidden="", tabindex=-1) for words in self.verdicts()]
        question = element("p", element("b", "Predict first. "), typeset(self.question))
        asked = element("div", question, element("div", *buttons, class_="gc-answers"))
        return element("div", asked, *verdicts, class_="gc-predict", role="group", aria_label="Predict first")
