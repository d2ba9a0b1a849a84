"""Reasons to give in a sentence, which is searched for patterns of words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .answer import Answer
from .exercise import Exercise


@dataclass(frozen=True, kw_only=True)
class SentenceExercise(Exercise[str]):
    """A reason to give in a sentence. Only its words are looked at.

    Parameters
    ----------
    id, given, hints, mistakes, chapter
        As in :class:`~helpers.exercises.exercise.Exercise`.
    right : str
        A pattern of words; where it is found, the reason counts as right.
    explanation : str
        The reason in full, for comparison.
    ignored : str
        A pattern of words that are taken out before the right one is looked for: "not sure" does not mean "sure".
    """

    right: str
    explanation: str
    ignored: str = ""

    def check(self, answer: object) -> Answer:
        """Judge the reader's sentence by its words."""
        if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
            return self._unanswered("Write a sentence, in quotes, and run the cell again.")
        if not isinstance(answer, str):
            return self._not_yet(f"This is no sentence. {self.given}")
        words = answer.lower()
        if re.search(self.right, re.sub(self.ignored, "", words)):
            return self._right(f"{self.explanation} (Only the words were looked at: compare.)")
        names = self._find_mistakes(lambda pattern: bool(re.search(pattern, words)))[:1]
        if names:
            return self._not_yet(*self._explain_mistakes("This", names), mistake=names[0])
        return self._not_yet(
            "No reason that is known here is in this sentence, or not in these words.", self.given
        )
