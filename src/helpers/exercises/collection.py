"""The exercises of a book: find one by its number, judge an answer, give hints, and save the progress."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .answer import Answer, Hints, Message, Outcome
from .exercise import Exercise
from .progress_file import Progress


class Collection:
    """Exercises by id, in the order given."""

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self.exercises: dict[str, Exercise] = {exercise.id: exercise for exercise in exercises}
        self._progress = Progress()

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises.values())

    def __len__(self) -> int:
        return len(self.exercises)

    def __getitem__(self, id: str) -> Exercise:
        return self.exercises[id]

    def check(self, id: str, answer: object = None, *, save: bool = True) -> Answer:
        """Judge an answer in words, whatever the reader's function does: it may raise, or never end.

        A function is tried on small cases, on edge cases and on random ones, and compared with the reference. A number
        may be written in any way: ``(5, 2)``, ``"5 × 2"``, ``"ln 4"``.

        Parameters
        ----------
        id : str
            Of the exercise, as on the page: ``"1.1.c.iv"``.
        answer : callable, number or str
            The function itself, or the number.
        save : bool
            Whether to save in the reader's own folder that the exercise is solved, where the answer is right. Otherwise it
            is a solution, and what is said to it is folded.

        Returns
        -------
        Answer
            A notebook shows it where it is the last line of a cell.

        Examples
        --------
        >>> from helpers import exercises
        >>> exercises.check("1.1.a", "6 × 3", save=False)
        ✗ Not right yet: exercise 1.1.a
        (6, 3): this rounds up.
        The whole kernel has to fit: 7/4 gives one whole step, not two. Take the floor.
        >>> exercises.check("1.1.a", ...)
        … Not answered yet: exercise 1.1.a
        Put your answer in the place of `...`, and run the cell again.
        """
        exercise = self._lookup(id)
        if isinstance(exercise, Answer):
            return exercise
        try:
            judged = exercise.check(answer)
        except KeyboardInterrupt:  # ■, while its function does not run
            return Answer(exercise.id, Outcome.NOT_YET, ("You interrupted it.",))
        if judged.right and save:
            return replace(judged, sentences=(*judged.sentences, *self.keep(exercise.id)))
        return replace(judged, folded=judged.right)

    def keep(self, id: str) -> tuple[str, ...]:
        """Save that an exercise is solved, and return sentences on what went wrong, if anything."""
        return self._progress.keep(id)

    def hints(self, id: str) -> Hints | Answer:
        """Return all hints of an exercise, each folded by itself, as the page shows them.

        Returns
        -------
        Hints, or Answer where there is no such exercise

        Examples
        --------
        >>> from helpers import exercises
        >>> print(repr(exercises.hints("1.1.a")).splitlines()[0])  # doctest: +ELLIPSIS
        Hint 1: ...
        """
        exercise = self._lookup(id)
        return exercise if isinstance(exercise, Answer) else Hints(exercise.id, exercise.hints)

    def progress(self) -> Message:
        """Return which exercises are solved, chapter by chapter.

        Returns
        -------
        Message
        """
        solved, warnings = self._progress.solved()
        lines = [
            f"{sum(id in solved for id in self.exercises)} of {len(self.exercises)} exercises are solved."
        ]
        for chapter in dict.fromkeys(exercise.chapter for exercise in self.exercises.values()):
            marks = [
                f"{id} {'✓' if id in solved else '–'}"
                for id, exercise in self.exercises.items()
                if exercise.chapter == chapter
            ]
            lines.append(f"**{chapter}**: {', '.join(marks)}")
        return Message((*lines, *warnings))

    def _lookup(self, id: str) -> Exercise | Answer:
        """Return the exercise of an id or, where there is none, an answer that names the nearest."""
        if not isinstance(id, str):
            words = (
                'Give the number of the exercise first, and then your answer: `check("1.1.a", my_answer)`.'
            )
            return Answer("?", Outcome.NOT_YET, (words,))
        key = ".".join(re.findall(r"[a-z]+|\d+", id.lower()))
        if key in self.exercises:
            return self.exercises[key]
        begin = [id for id in self.exercises if key and f"{id}.".startswith(f"{key}.")]
        near = begin or difflib.get_close_matches(key, self.exercises, n=1, cutoff=0.5)
        nearest = f" Did you mean {' or '.join(near)}?" if near else ""
        words = (
            f"There is no exercise with this number.{nearest} The exercises are {', '.join(self.exercises)}."
        )
        return Answer(id, Outcome.NOT_YET, (words,))
