"""Exercises that answer back: try a function of your own, and hear what is wrong with it.

    exercises.check("1.1.c.iv", my_weight_gradient)    # right, or the smallest case that fails, and why
    exercises.hint("1.1.c.iv")                         # the next hint
    exercises.progress()                               # what is solved

One module for each chapter holds that chapter's exercises: :mod:`helpers.exercises.convolution`, … Nothing here needs
more than NumPy.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter

from .answer import Answer, Hints, Outcome, Said
from .attention_rnn import EXERCISES as _ATTENTION_RNN
from .convolution import EXERCISES as _CONVOLUTION
from .exercise import AnyExercise, Exercise, Mistake, NumberExercise, Remark, SentenceExercise, Slip
from .gated_rnn import EXERCISES as _GATED_RNN
from .keeping import Keeper
from .loss_curves import EXERCISES as _LOSS_CURVES

__all__ = [
    "EXERCISES",
    "Answer",
    "Exercise",
    "Mistake",
    "NumberExercise",
    "Outcome",
    "Remark",
    "SentenceExercise",
    "Slip",
    "check",
    "hint",
    "hints",
    "progress",
]

EXERCISES: dict[str, AnyExercise] = {
    exercise.id: exercise for exercise in [*_CONVOLUTION, *_GATED_RNN, *_ATTENTION_RNN, *_LOSS_CURVES]
}
"""Every exercise by its id, in the order of the sheet."""

_keeper = Keeper()
_hints_given: Counter[str] = Counter()


def check(id: str, answer: object = None, *, keep: bool = True) -> Answer:
    """Judge an answer, in words. It raises for nothing that the reader's function does.

    A function is tried on small cases, on edge cases and on random ones, and compared with the reference. A number
    may be spelled in any way: ``(5, 2)``, ``"5 × 2"``, ``"ln 4"``.

    Parameters
    ----------
    id : str
        Of the exercise, as on the page: ``"1.1.c.iv"``.
    answer : callable, number or str
        The function itself, or the number.
    keep : bool
        Whether to note it in the reader's own folder, where the answer is right. The book's solutions are not noted.

    Returns
    -------
    Answer
        A notebook shows it where it is the last line of a cell.

    Examples
    --------
    >>> check("1.1.a", "6 × 3", keep=False)
    ✗ Not right yet: exercise 1.1.a
    (6, 3): this rounds up.
    A kernel that does not fit whole does not stop there: 7/4 is one whole step, not two. Take the floor.
    >>> check("1.1.a", ...)
    … Not answered yet: exercise 1.1.a
    Put your answer in the place of `...`, and run the cell again.
    """
    exercise = _found(id)
    if isinstance(exercise, Answer):
        return exercise
    judged = exercise.check(answer)
    if judged.right and keep:
        said = _keeper.keep(exercise.id)
        return Answer(judged.id, judged.outcome, (*judged.says, *said))
    return judged


def hint(id: str, number: int | None = None) -> Said | Answer:
    """Return the next hint of an exercise, or a certain one.

    Parameters
    ----------
    id : str
    number : int, optional
        From 1. Left out, it is the one after the last that was given.

    Examples
    --------
    >>> hint("1.1.a", 1)
    Hint 1 of 3: Take one dimension. Where is the first place at which the kernel can start, and where is the last?
    """
    exercise = _found(id)
    if isinstance(exercise, Answer):
        return exercise
    there_are = len(exercise.hints)
    if number is None:
        number = _hints_given[exercise.id] + 1
    if number not in range(1, there_are + 1):
        return Said((f"Exercise {exercise.id} has {there_are} hints. The solution is folded below it.",))
    _hints_given[exercise.id] = number = int(number)
    return Said((f"Hint {number} of {there_are}: {exercise.hints[number - 1]}",))


def hints(id: str) -> Hints | Answer:
    """Return all hints of an exercise, each folded by itself, as the page shows them.

    Returns
    -------
    Hints, or Answer where there is no such exercise
    """
    exercise = _found(id)
    return exercise if isinstance(exercise, Answer) else Hints(exercise.id, exercise.hints)


def progress() -> Said:
    """Return which exercises are solved, chapter by chapter.

    Returns
    -------
    Said
    """
    solved, said = _keeper.solved()
    lines = [f"{sum(id in solved for id in EXERCISES)} of {len(EXERCISES)} exercises are solved."]
    for chapter in dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()):
        marks = [
            f"{id} {'✓' if id in solved else '–'}"
            for id, exercise in EXERCISES.items()
            if exercise.chapter == chapter
        ]
        lines.append(f"**{chapter}**: {', '.join(marks)}")
    return Said((*lines, *said))


def _found(id: str) -> AnyExercise | Answer:
    """The exercise of an id; of one that there is not, a friendly answer that names the nearest."""
    if not isinstance(id, str):
        words = 'The exercise\'s number comes first, and then the answer: `check("1.1.a", my_answer)`.'
        return Answer("?", Outcome.NOT_YET, (words,))
    spelled = ".".join(re.findall(r"[a-z]+|\d+", id.lower()))
    if spelled in EXERCISES:
        return EXERCISES[spelled]
    near = difflib.get_close_matches(spelled, EXERCISES, n=1, cutoff=0.5)
    nearest = f" Did you mean {near[0]}?" if near else ""
    words = f"There is no exercise of this number.{nearest} There are {', '.join(EXERCISES)}."
    return Answer(id, Outcome.NOT_YET, (words,))
