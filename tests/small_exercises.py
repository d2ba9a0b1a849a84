"""Exercises whose answers are plain: what is tested is what becomes of others."""

from dataclasses import replace

import numpy as np

from helpers.exercises import FunctionExercise, Mistake, NumberExercise, SheetMistake

DOUBLE = FunctionExercise(
    id="0.double",
    reference=lambda x: 2 * x,
    cases=lambda draw: [
        ([[7, 8], [9, 1]],),
        ([3],),
        (draw.normal(5),),
    ],
    given="Given is `x`. Return twice of it.",
    hints=("One.", "Two."),
    mistakes={
        "squares": Mistake(lambda x: x**2, "Multiply by 2."),
        "halves": SheetMistake(lambda x: x / 2, "The other way."),
    },
)
SIZE = NumberExercise(
    id="0.size",
    answer=(5, 2),
    given="Two numbers.",
    hints=("One.",),
    mistakes={"rounds up": SheetMistake((5, 3), "Take the floor.")},
)
LOSS = replace(SIZE, id="0.loss", answer=(np.log(4),), tolerance=1e-3, mistakes={})
