"""The answer boxes of chapter 1.3. Where an exercise asks for a whole program, its box asks for one step of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..exercises import Cases, Draw
from ..exercises.boxes import ChoiceBox, ExampleBox, FormulaBox, NumbersBox
from .exercises import (
    ACCURACY,
    ADAM,
    BEST_OF_SEVERAL,
    CAUSE,
    CLIFF,
    CLIPPING,
    CONSTANT,
    CURES,
    FAVOURITE,
    FOREST,
    INTERVAL,
    LOGITS,
    LONGEST,
    LOSS,
    MEASURES,
    PLATEAU,
    PROBABILITY,
    REPLAY,
    RMSPROP,
    SEEDS,
    SMOOTHING,
    SPREAD,
)

# 1.3.1


def _moments(draw: Draw) -> Cases:
    """Yield g, v from before the step, η, α and ε; ε is so large that its place can be seen."""
    yield 2.0, 0.0, 1.0, 0.75, 0.25
    yield 2.0, 4.0, 1.0, 0.75, 0.0
    yield -1.0, 1.0, 1.0, 0.5, 0.5
    for α in (0.5, 0.75, 0.875):
        for ε in (0.0, 0.125, 0.5):
            g, η = map(float, draw.normal(2))
            yield g, float(draw.uniform(1)[0]), abs(η), α, ε


_STEP = replace(
    RMSPROP,
    reference=lambda g, v, η, α, ε: -η * g / (np.sqrt(α * v + (1 - α) * g**2) + ε),
    cases=_moments,
    mistakes={
        name: replace(RMSPROP.mistakes[name], answer=answer)
        for name, answer in {
            "makes a step as long as its gradient": lambda g, v, η, α, ε: -η * g,
            "divides by the memory from before the step": lambda g, v, η, α, ε: (
                -η * g / (np.sqrt(v) + ε) if v else np.nan
            ),
            "forgets the root": lambda g, v, η, α, ε: -η * g / (α * v + (1 - α) * g**2 + ε),
            "adds all of each square, without the factor 1 − α": lambda g, v, η, α, ε: (
                -η * g / (np.sqrt(α * v + g**2) + ε)
            ),
            "puts ε inside of the root": lambda g, v, η, α, ε: -η * g / np.sqrt(α * v + (1 - α) * g**2 + ε),
            "leaves ε out": lambda g, v, η, α, ε: -η * g / np.sqrt(α * v + (1 - α) * g**2),
            "leaves the learning rate out": lambda g, v, η, α, ε: -g / (np.sqrt(α * v + (1 - α) * g**2) + ε),
            "exchanges α and 1 − α": lambda g, v, η, α, ε: -η * g / (np.sqrt((1 - α) * v + α * g**2) + ε),
            "never forgets, as Adagrad": lambda g, v, η, α, ε: -η * g / (np.sqrt(v + g**2) + ε),
            "goes uphill": lambda g, v, η, α, ε: η * g / (np.sqrt(α * v + (1 - α) * g**2) + ε),
        }.items()
    },
)

RMSPROP_BOX = FormulaBox(
    question="Give the step Δθ that RMSprop makes with a gradient, for one parameter.",
    label="Δθ =",
    given="Use these names: the gradient g; v before the step, which is updated first; the learning rate η, the decay α, and ε.",
    exercise=_STEP,
    inputs=lambda g, v, η, α, ε: {"g": g, "v": v, "η": η, "α": α, "ε": ε},
    tags=lambda g, v, η, α, ε: {"α": α, "v = 0": v == 0, "ε = 0": ε == 0, "η = 1": η == 1},
)

REPLAY_BOX = ChoiceBox(
    question="Suspect (c) says that v has forgotten the larger gradients. Training goes back to the step before a spike, and takes another step. Which one tests this suspect?",
    label="The other step",
    exercise=REPLAY,
)

LONGEST_BOX = FormulaBox(
    question="How long can RMSprop's step Δθ be at most, whatever the gradients were?",
    label="‖Δθ‖ is at most",
    given="Use these names: the learning rate η, the decay α, and the number P of parameters. Leave ε out.",
    exercise=LONGEST,
    inputs=lambda η, P, α: {"η": η, "P": P, "α": α},
    tags=lambda η, P, α: {"P": P, "α": α},
)

CLIFF_BOX = FormulaBox(
    question="At w = 0 the state is b after every step. Find ∂ℓ/∂w there.",
    label="∂ℓ/∂w =",
    given="Use the name b. The logistic function is σ(b) or sigmoid(b).",
    exercise=CLIFF,
    inputs=lambda b: {"b": b},
    tags=lambda b: {"b = 0": b == 0, "b": b},
)

SMOOTHING_BOX = FormulaBox(
    question="Somebody smooths a loss curve over 100 batches. A spike lasts n batches and has the loss H in each; the others cost c. How high is the smoothed curve at most?",
    label="The mean =",
    given="Use the names n, which is at most 100, H and c.",
    exercise=SMOOTHING,
    inputs=lambda n, H, c: {"n": n, "H": H, "c": c},
    tags=lambda n, H, c: {"n": n, "c": c},
    because="With H = 4 and c = 0, a spike has to last 18 batches to be above 0.69. One that lasts three batches becomes 0.12 high.",
)

SEEDS_BOX = NumbersBox(
    question="Suppose that one in seven of all seeds is different. How many seeds does it take until the probability that they all agree is below 5 %?",
    label="Number of seeds",
    given="Give one whole number.",
    exercise=SEEDS,
)

PLATEAU_BOX = NumbersBox(
    question="A network knows one of the two symbols for certain, and nothing of the other. It gives the classes that remain the same probability. What is its loss?",
    label="Loss",
    given="Give one number: with three digits after the point, or as a formula with ln, exp and sqrt.",
    exercise=PLATEAU,
)

# 1.3.2

CAUSE_BOX = ChoiceBox(
    question="Why can the loss of a network that has learnt exceed that of a network that knows nothing?",
    label="The reason",
    exercise=CAUSE,
)

LOGITS_BOX = ExampleBox(
    question="Give four logits with which a sequence costs more than 5 nats. Class 0 is right.",
    label="z_0, z_1, z_2, z_3 =",
    exercise=LOGITS,
)

PROBABILITY_BOX = NumbersBox(
    question="A network that knows nothing pays ln 4. Which probability of the right class costs exactly one nat more, ln 4 + 1?",
    label="p =",
    given="Give one number: a fraction, a formula with e, exp and ln, or three digits.",
    exercise=PROBABILITY,
)

FAVOURITE_BOX = NumbersBox(
    question="A network gives its favourite class p and the three others (1 − p)/3 each, and its favourite is always wrong. Above which p does it pay more than ln 4? What does it pay at p = 0.999?",
    label="p, and the loss",
    given="Give two numbers or formulas, separated by a comma.",
    exercise=FAVOURITE,
)

# 1.3.3


def _gradients(draw: Draw) -> Cases:
    """Yield gradients that are not 0, and thresholds."""
    yield from (([2], 1.0), ([0.5], 1.0), ([3, 4], 1.0), ([3, 4], 10.0), ([3, 0], 2.0))
    for length, threshold in ((2, 1.0), (3, 2.0), (5, 0.5), (3, 10.0), (4, 1.0)):
        yield draw.integers(length), threshold


CLIPPING_BOX = FormulaBox(
    question="Shorten a gradient to the threshold c if it is longer, and keep its direction.",
    label="g becomes",
    given="Use these names: the gradient g, a column of P entries; c; and P. The length is norm(g), and the smaller of two numbers is min(…, …).",
    exercise=replace(CLIPPING, cases=_gradients),
    inputs=lambda g, threshold: {"g": g, "c": threshold, "P": len(g)},
    tags=lambda g, threshold: {
        "P": len(g),
        "g is longer than c": float(np.linalg.norm(g)) > threshold,
        "g is shorter than c": float(np.linalg.norm(g)) < threshold,
    },
)

CURES_BOX = ChoiceBox(
    question="With which of these changes of the training did fewer than half as many spikes begin?",
    label="The change",
    exercise=CURES,
)

CONSTANT_BOX = FormulaBox(
    question="All gradients of a training are multiplied by a constant c > 0. Then SGD's step is multiplied by c, too. What is RMSprop's step, with ε = 0?",
    label="Δθ =",
    given="Use these names, from before the multiplication: the gradient g, and v after its update; η; and c.",
    exercise=CONSTANT,
    inputs=lambda g, v, η, c: {"g": g, "v": v, "η": η, "c": c},
    tags=lambda g, v, η, c: {"c": c, "v = 1": v == 1},
    because="So c does not change RMSprop's steps. If clipping shortens all gradients by the same factor, the steps stay as they are.",
)

ADAM_BOX = FormulaBox(
    question="Give the step Δθ that Adam makes with a gradient, for one parameter.",
    label="Δθ =",
    given="Use these names: the gradient g; the running means m of g and v of g² before the step, which are updated first; the number k of the step, from 1; β_1 and β_2, η and ε.",
    exercise=ADAM,
    inputs=lambda g, m, v, k, β_1, β_2, η, ε: {
        "g": g,
        "m": m,
        "v": v,
        "k": k,
        "β_1": β_1,
        "β_2": β_2,
        "η": η,
        "ε": ε,
    },
    tags=lambda g, m, v, k, β_1, β_2, η, ε: {"k": k, "β_1 = β_2": β_1 == β_2},
)

FOREST_BOX = ChoiceBox(
    question="(A) Norm clipping at 10 makes spikes rarer. (B) Adam makes spikes rarer. Which of the two does the figure of the spikes per thousand steps support?",
    label="It supports",
    given="Read the intervals of the two rows.",
    exercise=FOREST,
)

INTERVAL_BOX = ChoiceBox(
    question="With a change, the time in spikes is 0.9 times as long, with a 95 % interval from 0.5 to 1.5. What may one conclude?",
    label="The conclusion",
    given="Choose one.",
    exercise=INTERVAL,
)

BEST_OF_SEVERAL_BOX = FormulaBox(
    question="Each of n changes has no effect, but looks like a cure with the probability p, by luck. What is the probability that the best of them looks like a cure?",
    label="The probability",
    given="Use the names n and p. Each change is tried independently.",
    exercise=BEST_OF_SEVERAL,
    inputs=lambda n, p: {"n": n, "p": p},
    tags=lambda n, p: {"n": n, "p": p},
    because="If each has an even chance, the best of four changes without effect looks like a cure in 15 of 16 cases. So choose the change to be judged beforehand, or on other seeds.",
)

MEASURES_BOX = NumbersBox(
    question="Without a change the spikes last 2, 3, 3, 4 and 88 batches; with it 2, 3, 3, 4 and 8, in as many steps. Divide the number of spikes with the change by the number without. Then do the same with the time in spikes.",
    label="Number, time",
    given="Give two numbers, separated by a comma.",
    exercise=MEASURES,
)

# 1.3.4

LOSS_BOX = NumbersBox(
    question="A network gives all four classes the same probability. What is its loss?",
    label="Loss at the start",
    given="Give one number: with three digits after the point, or as a formula with ln, exp and sqrt.",
    exercise=LOSS,
)

ACCURACY_BOX = NumbersBox(
    question="And what is its accuracy, if all classes are equally frequent?",
    label="Share of right answers",
    given="Give one number: a share, a fraction, or a percentage.",
    exercise=ACCURACY,
)

SPREAD_BOX = NumbersBox(
    question="The weights and biases of the output layer begin uniform between ±1/√m, with m = 12. Suppose that h = 0. What are the variance s² of a logit, and the expected loss for C = 4?",
    label="s², and the loss",
    given="Give two numbers, separated by a comma: with four digits after the point, or as formulas.",
    exercise=SPREAD,
)
