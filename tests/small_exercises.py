"""Exercises whose answers are plain: what is tested is what becomes of others."""

from dataclasses import replace

import numpy as np

from helpers.exercises import (
    ChoiceExercise,
    Condition,
    ExampleExercise,
    FunctionExercise,
    Mistake,
    NumberExercise,
    Option,
    SheetMistake,
)

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


def _loss(z):
    """Return the cross-entropy of logits where class 0 is right."""
    return np.log(np.exp(z).sum()) - z[0]


BEYOND_5 = ExampleExercise(
    id="0.logits",
    given="Give four logits, such as 1, 2, 0, −1. Class 0 is right.",
    hints=("One.",),
    length=4,
    example=(0, 0, 6, 0),
    condition=Condition(value=_loss, formula="ln(sum(exp(z))) − z[0]", words="the loss", above=5),
    mistakes={
        "is sure of the right class": Mistake(
            Condition(value=lambda z: z[0] - z[1:].max(), formula="z[0] − max(z[1], max(z[2], z[3]))", words="the margin", above=0),
            "Be sure of another.",
        ),
        "gives all classes the same": SheetMistake(
            Condition(value=lambda z: np.ptp(z), formula="max(z) − min(z)", words="the range", below=1e-9),
            "Equal logits cost ln 4.",
        ),
    },
)  # fmt: skip
COLOUR = ChoiceExercise(
    id="0.colour",
    given="Choose one.",
    hints=("One.",),
    options=(
        Option("It is `blue`.", "Seen from below."),
        Option("It is green.", lambda: f"Of {2 + 2} people nobody says so.", "takes it for grass"),
        Option("It is grey.", "On some days.", "looks on a day with clouds"),
    ),
)
