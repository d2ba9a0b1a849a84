"""Answers to choose from: each is answered in words of its own."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

import numpy as np

from .answer import Answer
from .exercise import Exercise, Mistake


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from.

    Parameters
    ----------
    text : str
        Code stands between backticks.
    reply : str or callable
        What is said to it; a callable is called when it is needed, as one that reads numbers from a record.
    name : str
        Of the mistake; empty where it is right.
    """

    text: str
    reply: str | Callable[[], str]
    name: str = ""

    @property
    def words(self) -> str:
        """What is said to it."""
        return self.reply if isinstance(self.reply, str) else self.reply()


class WrongOptions(Mapping[str, Mistake[str]]):
    """The wrong options as mistakes by name."""

    def __init__(self, options: Sequence[Option]) -> None:
        self._wrong = {option.name: option for option in options if option.name}

    def __getitem__(self, name: str) -> Mistake[str]:
        option = self._wrong[name]
        return Mistake(option.text, option.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._wrong)

    def __len__(self) -> int:
        return len(self._wrong)


@dataclass(frozen=True, kw_only=True)
class ChoiceExercise(Exercise[str]):
    """One of several answers to choose.

    Parameters
    ----------
    id, given, hints, chapter
        As in :class:`~helpers.exercises.exercise.Exercise`.
    options : sequence of Option
        One of them is right. The others are the mistakes.
    ordered : bool
        Whether the options stay in their order, as sizes do; others are shuffled, the same way each time.
    """

    options: Sequence[Option]
    ordered: bool = False
    mistakes: Mapping[str, Mistake[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mistakes", WrongOptions(self.options))

    @property
    def shown(self) -> list[Option]:
        """The options as the reader sees them: where they are not ordered, in an order that says nothing of which is right."""
        order = random.Random(zlib.crc32(self.id.encode()))
        return list(self.options) if self.ordered else order.sample(self.options, len(self.options))

    @property
    def right(self) -> Option:
        """The option that is right."""
        return next(option for option in self.options if not option.name)

    def check(self, answer: object) -> Answer:
        """Judge the number of an option, its letter, or its words."""
        if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
            return self._unanswered("Give the number of an answer:", *self._listed())
        chosen = self._chosen(answer)
        if chosen is None:
            return self._not_yet("That is not one of the answers. Give the number of one:", *self._listed())
        if chosen.name:
            return self._not_yet(f"“{chosen.text}” {chosen.words}", mistake=chosen.name)
        return self._right(f"{chosen.text} {chosen.words}")

    def _listed(self) -> list[str]:
        return [f"{number}. {option.text}" for number, option in enumerate(self.shown, 1)]

    def _chosen(self, answer: object) -> Option | None:
        """Return the option of a number from 1, of a letter from a, or of the beginning of its text."""
        shown = self.shown
        if isinstance(answer, str):
            words = _plain(answer)
            begin = [option for option in shown if words and _plain(option.text).startswith(words)]
            names = {str(number): option for number, option in enumerate(shown, 1)}
            return (names | dict(zip(ascii_lowercase, shown, strict=False))).get(
                words, begin[0] if len(begin) == 1 else None
            )
        if isinstance(answer, (int, np.integer)) and not isinstance(answer, bool):
            return shown[answer - 1] if 1 <= answer <= len(shown) else None
        return None


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("`", "").replace("*", "").strip(" .)(").split())
