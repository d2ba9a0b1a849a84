"""The base of all exercises: an id, hints, known mistakes, and the answers to the reader."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .answer import Answer, Outcome
from .failing_case import FailingCase

Solution = TypeVar("Solution")


@dataclass(frozen=True)
class Mistake(Generic[Solution]):
    """A known wrong answer.

    Parameters
    ----------
    answer : callable, tuple of float, or str
        What is wrong: a function, numbers, or a pattern of words, as the kind of exercise has it.
    hint : str
        What to look at. Code stands between backticks.
    """

    answer: Solution
    hint: str


class SheetMistake(Mistake[Solution]):
    """A mistake that the answer sheet makes."""


@dataclass(frozen=True, kw_only=True)
class Exercise(ABC, Generic[Solution]):
    """A question with hints, and the mistakes that are known.

    Parameters
    ----------
    id : str
        Of the claim that it belongs to.
    given : str
        What is given and what is to be answered.
    hints : tuple of str
        From a first push to nearly all of it.
    mistakes : dict of str to Mistake
        By name, as in "it *drops a transpose*", in the order in which they are looked for.
    chapter : str
        The folder that it is in; the book fills it in.
    """

    id: str
    given: str
    hints: tuple[str, ...]
    mistakes: Mapping[str, Mistake[Solution]]
    chapter: str = ""

    @property
    def anchor(self) -> str:
        """The name of the place in the book where the exercise is."""
        return "exercise-" + self.id.replace(".", "-")

    @abstractmethod
    def check(self, answer: object) -> Answer:
        """Judge what the reader wrote, whatever it is; nothing is raised."""

    def _right(self, *sentences: str) -> Answer:
        return Answer(self.id, Outcome.RIGHT, sentences)

    def _unanswered(self, *sentences: str) -> Answer:
        return Answer(self.id, Outcome.UNANSWERED, sentences)

    def _not_yet(self, *sentences: str, case: FailingCase | None = None, mistake: str = "") -> Answer:
        return Answer(self.id, Outcome.NOT_YET, sentences, case, mistake)

    def _find_mistakes(self, is_made: Callable[[Solution], bool]) -> list[str]:
        """Return the names of the known mistakes that are made: where several give the same numbers, all of them."""
        return [name for name, mistake in self.mistakes.items() if is_made(mistake.answer)]

    def _explain_mistakes(self, subject: str, names: Sequence[str]) -> tuple[str, ...]:
        """Return a sentence that names mistakes, and their hints, each once."""
        made = [self.mistakes[name] for name in names]
        as_in_the_sheet = ", as the sheet does" if any(isinstance(one, SheetMistake) for one in made) else ""
        alike = " They give the same numbers here." if len(made) > 1 else ""
        sentence = f"{subject} **{'**, or **'.join(names)}**{as_in_the_sheet}.{alike}"
        return sentence, *dict.fromkeys(mistake.hint for mistake in made)
