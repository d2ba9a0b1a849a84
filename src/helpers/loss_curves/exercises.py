"""The exercises of chapter 1.3: steps of an optimiser, the cost of a prediction, and what one may conclude from a measurement."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import accumulate

import numpy as np

from ..exercises import (
    Cases,
    ChoiceExercise,
    Condition,
    Draw,
    ExampleExercise,
    FunctionExercise,
    Mistake,
    NumberExercise,
    Option,
)
from ..numerics.arrays import Array
from ..numerics.bootstrap import Interval
from ..numerics.functions import sigmoid
from . import recorded_census, recorded_replay
from .cliff import TARGET, loss_and_gradient
from .spikes import SPIKE_LOSS

EPSILON = 1e-8
Divisor = Callable[[Array, float], Array]
"""Of the gradients and the decay."""

# 1.3.1: the steps that RMSprop makes of a sequence of gradients


def steps(gradients: Array, learning_rate: float, decay: float) -> Array:
    return -learning_rate * gradients / (np.sqrt(_memory(gradients, decay)) + EPSILON)


def _memory(gradients: Array, decay: float, gain: float | None = None) -> Array:
    """Return v after each step, from 0: v ← α v + (1 − α) g²."""
    gain = 1 - decay if gain is None else gain
    return np.array(list(accumulate(gain * gradients**2, lambda v, new: decay * v + new)))


def _steps_over(
    divisor: Divisor, gradients: Array, learning_rate: float, decay: float, *, epsilon: float = EPSILON
) -> Array:
    return -learning_rate * gradients / (divisor(gradients, decay) + epsilon)


def _root(gradients: Array, decay: float) -> Array:
    return np.sqrt(_memory(gradients, decay))


def _adams_steps(gradients: Array, learning_rate: float, decay: float, momentum: float = 0.9) -> Array:
    """Return the steps of Adam with this decay for g²."""
    number = np.arange(1, len(gradients) + 1)
    mean = np.array(list(accumulate((1 - momentum) * gradients, lambda m, new: momentum * m + new)))
    v = _memory(gradients, decay) / (1 - decay**number)
    return -learning_rate * mean / (1 - momentum**number) / (np.sqrt(v) + EPSILON)


def _before(v: Array) -> Array:
    """Return v as it was before each step."""
    return np.append(0.0, v[:-1])


def _gradients(draw: Draw) -> Cases:
    for gradients in ([4], [4, 4], [0, 2], [1, 0, 8]):
        yield gradients, 1.0, 0.75
    for decay in (0.5, 0.75):
        for K in (2, 3, 4):
            yield draw.integers(K), 1.0, decay
    for K in (5, 10, 40):
        yield draw.normal(K) * np.exp(draw.normal(K)), 0.001, 0.99


RMSPROP = FunctionExercise(
    id="1.3.1",
    reference=steps,
    cases=_gradients,
    given="Given are the `gradients` of one parameter, one for each step, the `learning_rate` η and the `decay` α. Return the step Δθ that RMSprop makes "
    "with each, where v = 0 before the first and ε = 1e-8.",
    hints=(
        "Go through the gradients one by one, and carry v along. Is v updated before the step, or after it?",
        "Before it. With v = 0 the first gradient gives `v = (1 - decay) * gradients[0] ** 2`. Each later one adds its square to what is left of v.",
        "Then the step goes against g, and is divided by √v + ε. So ε stands outside the root.",
    ),
    mistakes={
        "makes a step as long as its gradient": Mistake(
            lambda gradients, learning_rate, decay: -learning_rate * gradients,
            "That is plain gradient descent: a gradient that explodes makes a step that explodes. RMSprop divides by √v, so what counts is "
            "the gradient relative to the earlier ones.",
        ),
        "divides by the memory from before the step": Mistake(
            partial(_steps_over, lambda gradients, decay: np.sqrt(_before(_memory(gradients, decay)))),
            "v is updated first, with this step's own gradient. So no entry of a step exceeds η / √(1 − α).",
        ),
        "forgets the root": Mistake(
            partial(_steps_over, _memory), "v is a mean square; the step divides by its root."
        ),
        "adds all of each square, without the factor 1 − α": Mistake(
            partial(_steps_over, lambda gradients, decay: np.sqrt(_memory(gradients, decay, gain=1.0))),
            "v ← α v + (1 − α) g²: the two shares add up to 1.",
        ),
        "makes up for the start at 0": Mistake(
            partial(
                _steps_over,
                lambda gradients, decay: np.sqrt(
                    _memory(gradients, decay) / (1 - decay ** np.arange(1, len(gradients) + 1))
                ),
            ),
            "That is Adam's correction. RMSprop, as PyTorch has it, divides by √v as it is.",
        ),
        "puts ε inside of the root": Mistake(
            partial(
                _steps_over,
                lambda gradients, decay: np.sqrt(_memory(gradients, decay) + EPSILON),
                epsilon=0.0,
            ),
            "Some libraries and textbooks divide by √(v + ε). PyTorch and this chapter divide by √v + ε.",
        ),
        "takes another ε, 1e-7": Mistake(
            partial(_steps_over, _root, epsilon=1e-7),
            "1e-7 is TensorFlow's value. Here ε is 1e-8, as in PyTorch.",
        ),
        "takes another ε, 1e-6": Mistake(
            partial(_steps_over, _root, epsilon=1e-6), "Here ε is 1e-8, as in PyTorch."
        ),
        "leaves ε out": Mistake(
            partial(_steps_over, _root, epsilon=0.0),
            "Without ε, a gradient of 0 gives 0/0, and every other step is a little too long.",
        ),
        "returns positions, not steps": Mistake(
            lambda gradients, learning_rate, decay: np.cumsum(steps(gradients, learning_rate, decay)),
            "The task asks for each Δθ by itself; you add them up.",
        ),
        "leaves the learning rate out": Mistake(
            lambda gradients, learning_rate, decay: steps(gradients, 1.0, decay), "The step has the factor η."
        ),
        "exchanges α and 1 − α": Mistake(
            lambda gradients, learning_rate, decay: steps(gradients, learning_rate, 1 - decay),
            "α is the share of the old v, and near 1. The new square has the share 1 − α.",
        ),
        "begins v at the first square": Mistake(
            partial(
                _steps_over,
                lambda gradients, decay: np.sqrt(
                    _memory(np.append(gradients[0] / np.sqrt(1 - decay), gradients[1:]), decay)
                ),
            ),
            "v is 0 before the first step, so it is (1 − α) g² after it.",
        ),
        "never forgets, as Adagrad": Mistake(
            partial(_steps_over, lambda gradients, decay: np.sqrt(np.cumsum(gradients**2))),
            "Adagrad adds up all squares. RMSprop takes their running mean: v ← α v + (1 − α) g².",
        ),
        "makes Adam's steps": Mistake(
            _adams_steps,
            "Adam averages g as well, and corrects both means for their start at 0. RMSprop does neither.",
        ),
        "goes uphill": Mistake(
            lambda gradients, learning_rate, decay: -steps(gradients, learning_rate, decay),
            "Descent goes against the gradient: the step has a minus.",
        ),
    },
)


def _percent(made: np.ndarray) -> str:
    return f"{100 * np.mean(made):.0f} %"


def _vanish(step: str) -> str:
    """Return which share of the recorded spikes does not begin with the next batch, with another step in place of the last."""
    return f"In the record {_percent(recorded_replay.spikes()[step] <= SPIKE_LOSS)} of the spikes do not begin with it."


REPLAY = ChoiceExercise(
    id="1.3.1.replay",
    given="Choose the step that differs from RMSprop's in one way only: in what v remembers.",
    hints=(
        "A test of a suspect changes what is suspected, and nothing else.",
        "Which of these steps has another v, and the same gradient and the same formula?",
    ),
    options=(
        Option(
            "RMSprop's step, with the mean of all earlier g² for v",
            lambda: (
                f"It has another memory, but the same gradient and the same formula. {_vanish('long_memory')} The others did not need the forgetting."
            ),
        ),
        Option(
            "No step at all",
            lambda: (
                f"That tests suspect (a): whether the next batch alone makes the spike. {_vanish('none')}"
            ),
            "takes the step away, memory and all",
        ),
        Option(
            "The same step, shortened to the usual length",
            lambda: (
                f"That tests suspect (b): whether the length of the step caused the spike, whatever made the step long. {_vanish('usual_length')}"
            ),
            "changes the length, whatever made it",
        ),
        Option(
            "RMSprop's step of the gradient shortened to the usual length",
            lambda: (
                f"That changes the gradient, and tests suspect (b): whether the gradient was too large. v has forgotten as much as before. {_vanish('clipped')}"
            ),
            "changes the gradient and not the memory",
        ),
        Option(
            "A step in proportion to the gradient, as SGD's",
            lambda: (
                f"That takes v away altogether: what it has forgotten, and what this gradient adds to it. These are two changes at once. {_vanish('sgd')}"
            ),
            "takes the division away, not the forgetting",
        ),
    ),
)

LONGEST = FunctionExercise(
    id="1.3.1.longest",
    reference=lambda η, P, α: η * np.sqrt(P / (1 - α)),
    cases=lambda draw: (
        (η, P, α) for η, P in ((1.0, 4), (2.0, 1), (0.5, 16), (0.25, 100)) for α in (0.75, 0.5, 0.96)
    ),
    given="The names: the learning rate η, the decay α, and the number P of parameters. Return the bound on the length of RMSprop's step Δθ, whatever the gradients were.",
    hints=(
        "Take one entry. What is the smallest value that v can have after its update with g?",
        "v ≥ (1 − α) g², so no entry of the step exceeds η/√(1 − α). How long is a vector of P such entries?",
    ),
    mistakes={
        "gives the bound of one entry": Mistake(
            lambda η, P, α: η / np.sqrt(1 - α), "A vector of P entries of this size is √P times as long."
        ),
        "adds the entries up": Mistake(
            lambda η, P, α: η * P / np.sqrt(1 - α),
            "The length is the root of the sum of squares, so the factor is √P, not P.",
        ),
        "forgets the root over 1 − α": Mistake(
            lambda η, P, α: η * np.sqrt(P) / (1 - α), "The step divides by √v, and v is at least (1 − α) g²."
        ),
        "forgets the decay": Mistake(
            lambda η, P, α: η * np.sqrt(P), "After a calm, v is only (1 − α) g², so g/√v is more than 1."
        ),
        "takes α for 1 − α": Mistake(
            lambda η, P, α: η * np.sqrt(P / α), "The new square has the share 1 − α in v."
        ),
    },
)

CLIFF = FunctionExercise(
    id="1.3.1.cliff",
    reference=lambda b: loss_and_gradient(0.0, b)[1][..., 0],
    cases=lambda draw: ((b,) for b in (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 0.25, 1.5)),
    given="The name: b. Return ∂ℓ/∂w at w = 0 of the network with the cliff, whose target is 0.7.",
    hints=(
        "At w = 0 the state is b after every step. Which term is left in the recurrence for ∂h[t]/∂w?",
        "∂h[50]/∂w = σ(h[49]) = σ(b). Then the chain rule: ℓ = (σ(h[50]) − 0.7)².",
    ),
    mistakes={
        "gives ∂ℓ/∂b": Mistake(
            lambda b: loss_and_gradient(0.0, b)[1][..., 1],
            "That is the derivative with respect to b. What multiplies w is σ(h[49]), which is σ(b).",
        ),
        "forgets the derivative of σ": Mistake(
            lambda b: 2 * (sigmoid(b) - TARGET) * sigmoid(b),
            "ℓ contains σ(h[50]), so there is a factor σ′(b) = σ(b) (1 − σ(b)).",
        ),
        "forgets the 2 of the square": Mistake(
            lambda b: loss_and_gradient(0.0, b)[1][..., 0] / 2,
            "The derivative of a square has a factor of 2.",
        ),
        "forgets the target": Mistake(
            lambda b: 2 * sigmoid(b) ** 3 * (1 - sigmoid(b)), "What is squared is σ(h[50]) − 0.7."
        ),
        "takes the first state for the one before the last": Mistake(
            lambda b: loss_and_gradient(0.0, b)[1][..., 1] * sigmoid(np.array(0.5)),
            "h[0] = ½, but h[49] = b: what multiplies w in the last step is σ(b).",
        ),
        "adds up all steps": Mistake(
            lambda b: loss_and_gradient(0.0, b)[1][..., 0] * 50,
            "At w = 0 no state has an influence on the next one, so only the last step counts.",
        ),
    },
)


SMOOTHING = FunctionExercise(
    id="1.3.1.smoothing",
    reference=lambda n, H, c: (n * H + (100 - n) * c) / 100,
    cases=lambda draw: (
        (n, H, c) for n, H in ((1, 4.0), (3, 2.0), (10, 1.0), (50, 0.75)) for c in (0.0, 0.25, 0.02)
    ),
    given="A spike lasts n batches and has the loss H in each; in the other batches the loss is c. Return the mean over 100 batches that contain the whole spike.",
    hints=("How many of the 100 batches are calm?", "Add up n of one kind and 100 − n of the other."),
    mistakes={
        "forgets the calm batches": Mistake(
            lambda n, H, c: n * H / 100, "The other 100 − n batches cost c each."
        ),
        "takes the spike on top of the calm": Mistake(
            lambda n, H, c: c + n * H / 100,
            "H is the loss in the spike, not the increase: n of the batches do not cost c.",
        ),
        "takes the mean of the two": Mistake(
            lambda n, H, c: (H + c) / 2, "There are n batches of one kind and 100 − n of the other."
        ),
        "gives the height": Mistake(
            lambda n, H, c: H, "A curve of every batch shows that. The mean over 100 batches is lower."
        ),
        "divides by the spike's batches": Mistake(
            lambda n, H, c: (n * H + (100 - n) * c) / n, "The mean is over all 100."
        ),
    },
)

SEEDS = NumberExercise(
    id="1.3.1.seeds",
    answer=(20,),
    given="Give one whole number: the smallest n for which n seeds all agree with a probability below 5 %, although one in seven of all seeds is different.",
    hints=(
        "If one in seven is different, what is the probability that n seeds all agree?",
        "(6/7)ⁿ < 0.05. Take logarithms, and round up.",
    ),
    mistakes={
        "rounds down": Mistake((19,), "(6/7)¹⁹ is 0.053, which is still above 0.05. It takes one more."),
        "expects one that is different in seven": Mistake(
            (7,), "Seven seeds agree with the probability (6/7)⁷ = 0.34, although one in seven is different."
        ),
        "takes the rule of three": Mistake(
            (21,),
            "3/p is quick and nearly right: 3 approximates −ln 0.05 = 2.996, and p approximates −ln(1 − p). But (6/7)²⁰ is below 0.05 already.",
        ),
        "asks for 24": Mistake(
            (24,), "24 seeds agree with the probability (6/7)²⁴ = 0.025. For 0.05, fewer are enough."
        ),
        "multiplies 7 by 20": Mistake((140,), "The probabilities multiply: (6/7)ⁿ falls faster than that."),
        "waits until the one is there": Mistake(
            (2,), "(1/7)² is the probability that two seeds are both different. Here none of them is."
        ),
    },
)

PLATEAU = NumberExercise(
    id="1.3.1.plateau",
    answer=(float(np.log(2)),),
    tolerance=1e-3,
    given="Give one number: the loss of a network that knows one of the two symbols for certain and nothing of the other, with three digits after the point, or as a formula.",
    hints=(
        "If the first symbol is known, how many of the four classes are still possible?",
        "Two classes are possible, with the probability ½ each. The loss is −ln p.",
    ),
    mistakes={
        "gives the loss of a network that knows nothing": Mistake(
            (float(np.log(4)),),
            "A network that knows neither symbol pays ln 4. With one symbol known, two classes are left.",
        ),
        "rules out one class": Mistake(
            (float(np.log(3)),), "One known symbol rules out two of the four classes, not one."
        ),
        "gives the probability": Mistake(
            (0.5,), "That is the probability of the right class. The loss is −ln p."
        ),
        "takes the logarithm to base 2": Mistake(
            (1.0,), "Cross-entropy is in nats here: use the natural logarithm."
        ),
        "takes the network for sure": Mistake(
            (0.0,), "The other symbol has to be guessed, so the right class has the probability ½ and not 1."
        ),
    },
)

# 1.3.2


def _highest() -> str:
    return f"The highest spike of the record begins at {recorded_replay.spikes()['loss'].max():.1f}."


def _of_high_spikes() -> tuple[int, int]:
    """Return how many spikes begin above ln 4, and in how many of them the network does well on fresh sequences."""
    spikes = recorded_replay.spikes()
    high = spikes["loss"] > np.log(4)
    return int(high.sum()), int((spikes["taken_fresh"][high] <= SPIKE_LOSS).sum())


def _wrong_labels() -> str:
    wrong = recorded_replay.spikes()["wrong_labels"]
    return f"{int(np.sum(wrong))} labels are wrong in the batches of {len(wrong)} spikes"


CAUSE = ChoiceExercise(
    id="1.3.2.cause",
    given=f"A network that knows nothing of four classes gives each the probability ¼, and pays ln 4 = {np.log(4):.3f}. Choose the reason why a network that has learnt may pay more.",
    hints=(
        "What does a sequence cost if its right class has the probability p?",
        "It costs −ln p, which is ln 4 at p = ¼. How small can p become, and in which network?",
    ),
    options=(
        Option(
            "It is sure and wrong, and cross-entropy has no upper limit.",
            lambda: (
                "A network that is sure of a wrong class pays −ln p, where p is the probability of the right class and can be close to 0. One that knows nothing pays ln 4. "
                f"{_highest()}"
            ),
        ),
        Option(
            "It becomes unsure, and guesses.",
            lambda: (
                f"A network that guesses pays about ln 4, and no more. {_highest()} To pay that much, it has to be sure of a wrong class."
            ),
            "takes it for unsure",
        ),
        Option(
            "Labels of the data were wrong, or swapped.",
            lambda: (
                f"Swapped labels could make the loss this high. But {_wrong_labels()}. One long step is enough to make the network sure of a wrong class."
            ),
            "puts it down to wrong labels",
        ),
        Option(
            "Its gradients explode.",
            lambda: (
                "A long step moves the weights: one batch before a spike the gradient is "
                f"{np.median(recorded_replay.spikes()['gradient_norm'] / recorded_replay.spikes()['usual_gradient_norm']):.0f} times the usual (median). "
                "But why can the loss then be higher than that of a network that knows nothing? Look at −ln p."
            ),
            "names what moves the weights, and not why that can cost so much",
        ),
        Option(
            "Its weights have grown large.",
            "Large weights in the output layer only let the network be sure. Where it is sure and right, it pays next to nothing.",
            "names what lets it be sure, and not that it is wrong",
        ),
        Option(
            "The batch happened to be a hard one.",
            lambda: (
                f"Of the spikes of the record {_percent(recorded_replay.spikes()['none'] > SPIKE_LOSS)} are there without the last step, too. Those may be due to the batch. "
                "But why can a batch cost this network more than one that knows nothing?"
            ),
            "puts it down to chance in the batch",
        ),
        Option(
            "It has learnt the training batches by heart.",
            lambda: (
                "Each batch is drawn afresh, so there is little to learn by heart. "
                "Of {} spikes that begin above ln 4 the network does well on fresh sequences in {}.".format(
                    *_of_high_spikes()
                )
            ),
            "puts it down to overfitting",
        ),
    ),
)

LOGITS = ExampleExercise(
    id="1.3.2.logits",
    given="Four numbers, such as 1, 2, 0, −1: the logits of classes 0 to 3. Class 0 is right. Make the loss, ln Σ exp(z_c) − z_0, larger than 5.",
    hints=(
        "The loss is at least z_c − z_0, for every class c.",
        "Which class needs the largest logit, and by how much?",
    ),
    length=4,
    example=(0.0, 6.0, 0.0, 0.0),
    condition=Condition(
        value=lambda z: float(np.log(np.exp(z - z.max()).sum()) + z.max() - z[0]),
        formula="ln(sum(exp(z − max(z)))) + max(z) − z[0]",
        words="the loss",
        above=5,
    ),
    mistakes={
        "prefers no class": Mistake(
            Condition(
                value=lambda z: float(np.ptp(z)), formula="max(z) − min(z)", words="the range", below=1e-9
            ),
            "With equal logits each class has the probability ¼, and the loss is ln 4. Only differences between logits count.",
        ),
        "is sure and right": Mistake(
            Condition(
                value=lambda z: float(z[0] - z[1:].max()),
                formula="z[0] − max(z[1], z[2], z[3])",
                words="the right class's lead",
                above=0,
            ),
            "The right class has the largest logit, so p is above ¼ and the loss is below ln 4. Give a wrong class the largest one.",
        ),
        "is wrong, and not sure enough": Mistake(
            Condition(
                value=lambda z: float(z[1:].max() - z[0]),
                formula="max(z[1], z[2], z[3]) − z[0]",
                words="a wrong class's lead",
                above=0,
                below=5,
            ),
            "A wrong class has the largest logit. The loss grows with its lead, by about one nat for each unit.",
        ),
    },
)


PROBABILITY = NumberExercise(
    id="1.3.2.probability",
    answer=(float(1 / (4 * math.e)),),
    tolerance=1e-3,
    given="Give one number, a probability: with three digits, or as a formula.",
    hints=(
        "The loss is −ln p. Which p costs ln 4?",
        "Set −ln p = ln 4 + 1, and solve for p with the exponential function.",
    ),
    mistakes={
        "gives the loss": Mistake(
            (float(np.log(4) + 1),),
            "The task asks for the probability that costs this much: −ln p = ln 4 + 1.",
        ),
        "gives the probability that costs 1": Mistake(
            (float(np.exp(-1)),),
            "−ln p = 1 at p = 1/e. The loss here is ln 4 + 1, so the probabilities ¼ and 1/e are multiplied.",
        ),
        "takes the mistake for certain": Mistake((0.0,), "−ln 0 is infinite, but ln 4 + 1 is only 2.39."),
        "multiplies by e": Mistake(
            (float(math.e / 4),), "A higher loss means a smaller probability: divide ¼ by e."
        ),
        "inverts it": Mistake((float(4 * math.e),), "−ln p = ln(4e), so p = 1/(4e), which is below 1."),
        "gives the probability of the other classes": Mistake(
            (float(1 - 1 / (4 * math.e)),),
            "p is the probability of the right class. This number is what is left for the others.",
        ),
        "takes the logarithm to base 10": Mistake((0.025,), "Use the natural logarithm: p = e^(−ln 4 − 1)."),
        "takes the logarithm to base 2": Mistake(
            (0.125,), "Use the natural logarithm: p = e^(−ln 4 − 1). One bit more would halve p."
        ),
    },
)

FAVOURITE = NumberExercise(
    id="1.3.2.favourite",
    answer=(0.25, float(np.log(3000))),
    tolerance=1e-3,
    given="Give two numbers: the p above which it pays more than ln 4, and what it pays at p = 0.999.",
    hints=(
        "What is the probability of the right class, if it is one of the other three?",
        "The network pays −ln((1 − p)/3), which is ln 4 if (1 − p)/3 = ¼.",
    ),
    mistakes={
        "leaves all that is left to the right class": Mistake(
            (0.75, float(np.log(1000))),
            "The three other classes share 1 − p, so the right one has a third of it.",
        ),
        "forgets the third in what it pays": Mistake(
            (0.25, float(np.log(1000))),
            "It pays −ln((1 − p)/3), since the right class has a third of what is left.",
        ),
        "takes the favourite for the right class": Mistake(
            (0.25, float(-np.log(0.999))),
            "The favourite is always wrong, so the network pays −ln((1 − p)/3).",
        ),
        "asks for more than one half": Mistake(
            (0.5, float(np.log(3000))),
            "At p = ½ each of the others has 1/6, which costs ln 6. That is more than ln 4 already.",
        ),
        "compares p with what the rest has": Mistake(
            (0.75, float(np.log(3000))),
            "At p = ¾ each of the others has 1/12, which costs ln 12. Set (1 − p)/3 = ¼.",
        ),
    },
)

# 1.3.3


def clipped(g: Array, threshold: float) -> Array:
    norm = float(np.linalg.norm(g))
    return g * min(1.0, threshold / norm) if norm else g


def _long_and_short(draw: Draw) -> Cases:
    yield from (([0], 1.0), ([2], 1.0), ([0.5], 1.0), ([3, 4], 1.0), ([3, 4], 10.0), ([0, 0], 2.0))
    for length in (2, 3, 5):
        yield draw.integers(length), 2.0
    for length in (4, 10):
        yield draw.normal(length), float(draw.random.uniform(0.1, 3))


CLIPPING = FunctionExercise(
    id="1.3.3.clipping",
    reference=clipped,
    cases=_long_and_short,
    given="Given are a gradient `g` of shape (P,) and a `threshold` above 0. Return a gradient of the same direction, shortened to the threshold if it "
    "is longer.",
    hints=(
        "How long is g? Which factor makes its length equal to the threshold?",
        "The factor is threshold / ‖g‖, with `norm = np.linalg.norm(g)`. And if g is shorter already?",
        "Then the factor is 1. Take care where the norm is 0.",
    ),
    variants={
        "adds 1e-6 to the norm, as PyTorch's `clip_grad_norm_` does": Mistake(
            lambda g, threshold: g * min(1.0, threshold / (np.linalg.norm(g) + 1e-6)),
            "This avoids a division by 0. A long gradient then becomes very slightly shorter than the threshold.",
        ),
    },
    mistakes={
        "clips each entry by itself": Mistake(
            lambda g, threshold: np.clip(g, -threshold, threshold),
            "That changes the direction: large entries are cut, and small ones are not. Multiply all entries by the same factor.",
        ),
        "lengthens short gradients too": Mistake(
            lambda g, threshold: g * (threshold / np.linalg.norm(g)) if g.any() else g,
            "A gradient that is shorter than the threshold stays as it is: the factor is at most 1.",
        ),
        "measures by the largest entry": Mistake(
            lambda g, threshold: g * min(1.0, threshold / np.abs(g).max()) if g.any() else g,
            "The norm here is the root of the sum of squares.",
        ),
        "measures by the sum of squares, without the root": Mistake(
            lambda g, threshold: g * min(1.0, threshold / (g @ g)) if g.any() else g,
            "The norm is the root of the sum of squares.",
        ),
        "measures by the sum of magnitudes": Mistake(
            lambda g, threshold: g * min(1.0, threshold / np.abs(g).sum()) if g.any() else g,
            "That is the L1 norm. The norm here is the root of the sum of squares.",
        ),
        "measures by the root of the mean square": Mistake(
            lambda g, threshold: g * min(1.0, threshold / np.sqrt(np.mean(g**2))) if g.any() else g,
            "The norm is the root of the sum of squares, not of their mean.",
        ),
        "has the factor upside down": Mistake(
            lambda g, threshold: g * min(1.0, np.linalg.norm(g) / threshold),
            "A long gradient is shortened, so the factor is threshold/‖g‖.",
        ),
        "makes each entry as large as the threshold": Mistake(
            lambda g, threshold: threshold * np.sign(g),
            "Only the length changes. The ratios of the entries stay the same.",
        ),
        "turns the gradient around": Mistake(
            lambda g, threshold: -clipped(g, threshold), "The direction is kept."
        ),
        "throws long gradients away": Mistake(
            lambda g, threshold: g * (np.linalg.norm(g) <= threshold),
            "A long gradient is not set to 0. It keeps its direction, and is shortened to the threshold.",
        ),
        "leaves the gradient as it is": Mistake(
            lambda g, threshold: g, "If it is longer than the threshold, it has to be shortened."
        ),
    },
)


def times_the_untreated(events: str, training: str) -> Interval:
    """Return how often something is counted in a step after learning, relative to the untreated runs."""
    return recorded_census.ratio(events, training, rng=np.random.default_rng(0))


def _in_words(events: str, training: str, what: str) -> str:
    effect, low, high, _ = times_the_untreated(events, training)
    return f"{effect:.2f} times {what} (95 % interval {low:.2f} to {high:.2f})"


def _spikes(training: str) -> str:
    return _in_words("spikes", training, "the spikes of the untreated runs")


def _time(training: str) -> str:
    return _in_words("steps_above", training, "their time in spikes")


def _of_change(training: str, comment: str = "") -> str:
    """Return what the census says about a change."""
    share = recorded_census.estimate(recorded_census.share_learnt, training, rng=np.random.default_rng(0))
    if share.high <= 0.25:
        return f"Only {100 * share.effect:.0f} % of its runs learnt, so nothing can be said about spikes after learning. {comment}".strip()
    return f"In the census: {_spikes(training)}, and {_time(training)}. {comment}".strip()


def _change(text: str, training: str, name: str = "", comment: str = "") -> Option:
    return Option(text, partial(_of_change, training, comment), name)


CURES = ChoiceExercise(
    id="1.3.3.regularisation",
    given="Choose a change with which, in the census, fewer than half as many spikes begin per step after learning. More than one option is right.",
    hints=(
        "What does RMSprop divide a gradient by, and how far back does that number look?",
        "Which changes let it look further back? Which average the gradient itself?",
    ),
    options=(
        _change("Adam in place of RMSprop", "adam"),
        _change("AdamW in place of RMSprop", "adamw"),
        _change("Adam with β₂ = 0.99", "adam-0.99"),
        _change("RMSprop with α = 0.999", "decay-0.999"),
        _change("RMSprop with a momentum of 0.9", "rmsprop-momentum"),
        _change(
            "A learning rate that falls to 0 along half a cosine",
            "cosine-decay",
            comment="It has to be fixed beforehand, and fewer runs learn.",
        ),
        _change(
            "Clipping to a norm of 10 at most",
            "norm-clipping-10",
            "clips the norm at 10",
            "The question is which change makes fewer.",
        ),
        _change(
            "Clipping to a norm of 1 at most",
            "norm-clipping-1",
            "clips the norm at 1",
            "A low threshold does not make spikes rarer.",
        ),
        _change(
            "Clipping to a norm of 0.1 at most",
            "norm-clipping-0.1",
            "clips the norm at 0.1",
            "A low threshold does not make spikes rarer.",
        ),
        _change(
            "Value clipping at 0.01",
            "value-clipping-0.01",
            "clips each entry",
            "The question is which change makes fewer.",
        ),
        _change("Weight decay of 10⁻⁴", "weight-decay-1e-4", "decays the weights"),
        _change("Label noise of 10 %", "label-noise-0.1", "blurs the labels"),
        _change("Label noise of 30 %", "label-noise-0.3", "blurs the labels more"),
        _change("Dropout of 20 %", "dropout-0.2", "drops units"),
        _change("Batches of 128", "batch-128", "averages over more sequences"),
        _change("A learning rate of 3·10⁻⁴", "learning-rate-3e-4", "shortens every step"),
        _change("A warm-up of ten epochs", "warm-up-10-epochs", "warms up"),
        _change("An orthogonal start", "orthogonal-start", "changes the start"),
        _change("ε = 10⁻³", "epsilon-1e-3", "raises ε", "With a large ε the division has less effect."),
        _change(
            "SGD with momentum",
            "sgd-momentum-0.9",
            "leaves RMSprop for plain descent",
            "A curve without spikes is not a success by itself.",
        ),
    ),
    ordered=True,
)

FOREST = ChoiceExercise(
    id="1.3.3.forest",
    given="Here are two claims: (A) norm clipping at 10 makes spikes rarer; (B) Adam makes spikes rarer. Choose what the figure of the spikes per thousand steps supports.",
    hints=(
        "The line at 1 stands for no change. On which side of it is each interval?",
        "An interval that contains 1 allows both fewer spikes and more.",
    ),
    options=(
        Option(
            "(B) alone",
            lambda: (
                f"Adam: {_spikes('adam')}. The interval is wholly below 1. Norm clipping at 10: {_spikes('norm-clipping-10')}. This interval is not."
            ),
        ),
        Option(
            "(A) alone",
            lambda: (
                f"Norm clipping at 10: {_spikes('norm-clipping-10')}. The interval is not below 1. Look at Adam's."
            ),
            "takes the time in spikes for their number",
        ),
        Option(
            "Both",
            lambda: (
                f"Adam: {_spikes('adam')}. But norm clipping at 10: {_spikes('norm-clipping-10')}. This interval is not below 1."
            ),
            "takes any cure for a cure of their number",
        ),
        Option(
            "Neither",
            lambda: f"Adam: {_spikes('adam')}. This interval is wholly below 1.",
            "believes no interval",
        ),
    ),
)

INTERVAL = ChoiceExercise(
    id="1.3.3.interval",
    given="With a change, the time in spikes is 0.9 times as long, with a 95 % interval from 0.5 to 1.5. Choose what one may conclude.",
    hints=(
        "Which effects are in the interval? Is “no effect” among them? Is a cure?",
        "“We do not know” is not the same as “there is no effect”.",
    ),
    options=(
        Option(
            "It may halve the time, or lengthen it by a half: the seeds do not decide.",
            lambda: (
                f"Both effects are in the interval. In the census, label noise is such a case: {_time('label-noise-0.1')}."
            ),
        ),
        Option(
            "The change does nothing.",
            "1 is in the interval, but so is 0.5. The lack of a proof is not a proof of the opposite.",
            "takes what is not shown for what is not there",
        ),
        Option(
            "The change shortens the time, by 10 %.",
            "0.9 is only the estimate. The interval contains 1, and numbers above 1.",
            "takes the estimate for the truth",
        ),
        Option(
            "In 95 % of trainings the time is between 0.5 and 1.5 times as long.",
            "The interval is for the effect over all seeds. Single trainings differ far more.",
            "takes it for the spread of single runs",
        ),
        Option(
            "With more seeds the interval will lie below 1.",
            "With more seeds the interval becomes narrower. These seeds do not say on which side of 1 it will be.",
            "expects more seeds to confirm",
        ),
    ),
)

CONSTANT = FunctionExercise(
    id="1.3.3.constant",
    reference=lambda g, v, η, c: -η * g / np.sqrt(v),
    cases=lambda draw: (
        (g, v, η, c)
        for g, v, η in ((2.0, 4.0, 1.0), (3.0, 1.0, 2.0), (-1.0, 9.0, 0.5), (0.5, 0.25, 1.0))
        for c in (2.0, 0.25, 10.0)
    ),
    given="Given are the gradient g, the mean square v after its update, and η; ε is 0. Now all gradients since the start are multiplied by c > 0. Return the step that RMSprop then makes.",
    hints=("By which factor is each square multiplied, and so v?", "v is multiplied by c². And its root?"),
    mistakes={
        "multiplies the step, as SGD": Mistake(
            lambda g, v, η, c: -η * c * g / np.sqrt(v),
            "v is computed from the same gradients, so it is multiplied as well.",
        ),
        "makes SGD's step": Mistake(lambda g, v, η, c: -η * c * g, "RMSprop divides by √v."),
        "multiplies v by c alone": Mistake(
            lambda g, v, η, c: -η * np.sqrt(c) * g / np.sqrt(v),
            "v is a mean of squares: it is multiplied by c².",
        ),
        "multiplies v and not g": Mistake(
            lambda g, v, η, c: -η * g / (c * np.sqrt(v)), "The last gradient is multiplied by c, too."
        ),
        "divides by c once too often": Mistake(
            lambda g, v, η, c: -η * g / (c * c * np.sqrt(v)), "c g is divided by √(c² v) = c √v."
        ),
        "forgets the root": Mistake(lambda g, v, η, c: -η * g / (c * v), "The step divides by √v, not by v."),
        "goes uphill": Mistake(
            lambda g, v, η, c: η * g / np.sqrt(v), "Descent goes against the gradient: the step has a minus."
        ),
    },
)


def adams_step(g: float, m: float, v: float, k: int, β_1: float, β_2: float, η: float, ε: float) -> float:
    m, v = β_1 * m + (1 - β_1) * g, β_2 * v + (1 - β_2) * g**2
    return -η * m / (1 - β_1**k) / (np.sqrt(v / (1 - β_2**k)) + ε)


def _moments(draw: Draw) -> Cases:
    yield 2.0, 0.0, 0.0, 1, 0.5, 0.75, 1.0, 0.25
    yield 2.0, 1.0, 1.0, 2, 0.5, 0.75, 1.0, 0.25
    yield -2.0, 1.0, 1.0, 2, 0.5, 0.5, 1.0, 0.5
    for k in (1, 2, 3, 4, 5, 7, 10):
        g, m = map(float, draw.normal(2))
        v = float(draw.uniform(1)[0]) + m**2
        yield g, m * (k > 1), v * (k > 1), k, 0.75, 0.875, 0.5, 0.125


ADAM = FunctionExercise(
    id="1.3.3.adam",
    reference=adams_step,
    cases=_moments,
    given="Given are the gradient g; the running means m of g and v of g² before this step; the number k of the step, from 1; the decays β_1 of m and β_2 of v; η and ε. Return the step Δθ.",
    hints=(
        "As in RMSprop, the means are updated first: m becomes β_1 m + (1 − β_1) g, and v likewise with g².",
        "Both began at 0, which Adam corrects: divide the new m by 1 − β_1ᵏ, and the new v by 1 − β_2ᵏ.",
    ),
    mistakes={
        "corrects nothing for the start at 0": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: (
                -η * (β_1 * m + (1 - β_1) * g) / (np.sqrt(β_2 * v + (1 - β_2) * g**2) + ε)
            ),
            "Both means began at 0: divide the new m by 1 − β_1ᵏ and the new v by 1 − β_2ᵏ.",
        ),
        "corrects m alone": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: (
                -η * (β_1 * m + (1 - β_1) * g) / (1 - β_1**k) / (np.sqrt(β_2 * v + (1 - β_2) * g**2) + ε)
            ),
            "v began at 0 as well: divide it by 1 − β_2ᵏ, inside the root.",
        ),
        "averages g² alone, as RMSprop": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: -η * g / (np.sqrt(β_2 * v + (1 - β_2) * g**2) + ε),
            "Adam averages g as well, and corrects both means for their start at 0.",
        ),
        "steps along the gradient, not along its mean": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: (
                -η * g / (np.sqrt((β_2 * v + (1 - β_2) * g**2) / (1 - β_2**k)) + ε)
            ),
            "Adam steps along the running mean of g.",
        ),
        "takes the means from before the step": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: -η * m / (1 - β_1**k) / (np.sqrt(v / (1 - β_2**k)) + ε),
            "Both means are updated with g first.",
        ),
        "puts ε inside of the root": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: (
                -η
                * (β_1 * m + (1 - β_1) * g)
                / (1 - β_1**k)
                / np.sqrt((β_2 * v + (1 - β_2) * g**2) / (1 - β_2**k) + ε)
            ),
            "Adam's ε stands outside the root.",
        ),
        "forgets the root": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: (
                -η
                * (β_1 * m + (1 - β_1) * g)
                / (1 - β_1**k)
                / ((β_2 * v + (1 - β_2) * g**2) / (1 - β_2**k) + ε)
            ),
            "v is a mean square; the step divides by its root.",
        ),
        "exchanges the two decays": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: adams_step(g, m, v, k, β_2, β_1, η, ε),
            "β_1 is the decay of m, and β_2 that of v.",
        ),
        "goes uphill": Mistake(
            lambda g, m, v, k, β_1, β_2, η, ε: -adams_step(g, m, v, k, β_1, β_2, η, ε),
            "Descent goes against the gradient: the step has a minus.",
        ),
    },
)

BEST_OF_SEVERAL = FunctionExercise(
    id="1.3.3.winner",
    reference=lambda n, p: 1 - (1 - p) ** n,
    cases=lambda draw: ((n, p) for n in (1, 2, 4, 14) for p in (0.5, 0.25, 0.75)),
    given="Given are the number n of changes, and the probability p that a change without effect looks like a cure by luck. Return the probability that the best of n changes without effect, each "
    "tried independently, looks like a cure.",
    hints=(
        "When does the best of them not look like a cure?",
        "It does not if none of them does. The probability of that is (1 − p)ⁿ.",
    ),
    mistakes={
        "takes one change for all": Mistake(
            lambda n, p: p, "The best of several has several chances, and one of them is enough."
        ),
        "wants all of them to": Mistake(
            lambda n, p: p**n, "pⁿ is the probability that all look like cures. It is enough if one does."
        ),
        "wants none of them to": Mistake(
            lambda n, p: (1 - p) ** n, "That is the probability that none does. Subtract it from 1."
        ),
        "adds the probabilities up": Mistake(
            lambda n, p: n * p, "That counts a case twice if two of them do. With many changes it exceeds 1."
        ),
        "wants exactly one of them to": Mistake(
            lambda n, p: n * p * (1 - p) ** (n - 1), "It may also be two or more that look like cures."
        ),
    },
)

MEASURES = NumberExercise(
    id="1.3.3.measures",
    answer=(1.0, 0.2),
    tolerance=1e-3,
    given="Give two numbers: the ratio of the numbers of spikes, and the ratio of the times in them, each with the change divided by without.",
    hints=(
        "Count the spikes of each training. Then add up their batches.",
        "Without the change there are five spikes and 100 batches in them.",
    ),
    mistakes={
        "takes the number for both": Mistake(
            (1.0, 1.0), "There are as many spikes as before, but how many batches do they last together?"
        ),
        "takes the time for both": Mistake(
            (0.2, 0.2), "How many spikes begin? Count each once, whatever its length."
        ),
        "has the two the wrong way round": Mistake(
            (0.2, 1.0), "First the number of spikes, then the time in them."
        ),
        "turns the ratio around": Mistake(
            (1.0, 5.0), "Divide by the time without the change: 20 batches against 100."
        ),
        "compares the longest": Mistake((1.0, 8 / 88), "The time is the sum over all spikes."),
    },
)

# 1.3.4

LOSS = NumberExercise(
    id="1.3.4.loss",
    answer=(float(np.log(4)),),
    tolerance=1e-3,
    given='Give one number: the loss of a network that gives all four classes the same probability, with three digits after the point, or as `"ln 4"`.',
    hints=(
        "What is the probability of the right class?",
        "It is one of four equal shares, and the loss is −ln p.",
    ),
    mistakes={
        "takes the logarithm to base 2": Mistake(
            (2.0,), "Cross-entropy is in nats here, as in PyTorch: use the natural logarithm."
        ),
        "takes the logarithm to base 10": Mistake((float(np.log10(4)),), "Use the natural logarithm: −ln ¼."),
        "forgets the minus": Mistake(
            (-float(np.log(4)),), "The loss is −ln p, and p is below 1, so it is positive."
        ),
        "gives the probability": Mistake((0.25,), "That is the probability. The loss is −ln p."),
        "takes two classes": Mistake((float(np.log(2)),), "There are four classes: XX, XY, YX, YY."),
        "gives the mean of untrained networks": Mistake(
            (float(np.log(4) + 1 / 96),),
            "That is the average over networks whose logits differ a little by chance. The question is what equal logits cost.",
        ),
    },
)

ACCURACY = NumberExercise(
    id="1.3.4.accuracy",
    answer=(0.25,),
    given="Give one number: the share of right answers of a network that knows nothing, if the four classes are equally frequent.",
    hints=(
        "Whatever the network answers, how often is that the right class?",
        "Each of the four classes is as frequent as the others.",
    ),
    mistakes={
        "takes two classes": Mistake((0.5,), "There are four classes: XX, XY, YX, YY."),
        "gives the loss": Mistake(
            (float(np.log(4)),), "ln 4 is the loss. The network is right in one case of four."
        ),
        "gives the share of wrong answers": Mistake(
            (0.75,), "Three of four answers are wrong, and one is right."
        ),
        "gives nothing to chance": Mistake(
            (0.0,), "A network that knows nothing is right by chance in one case of four."
        ),
    },
)

SPREAD = NumberExercise(
    id="1.3.4.spread",
    answer=(1 / 36, float(np.log(4) + 1 / 96)),
    tolerance=1e-4,
    given="Give two numbers: s², and the expected loss for C = 4. Write them with four digits after the point, or as formulas.",
    hints=(
        "With h = 0 a logit equals its bias. What is the variance of a number that is uniform between −a and a?",
        "It is a²/3, with a² = 1/12. The loss is about ln C + ½ s² (1 − 1/C).",
    ),
    mistakes={
        "takes the square of the bound for the variance": Mistake(
            (1 / 12, float(np.log(4) + 1 / 32)), "Numbers between −a and a have the variance a²/3, not a²."
        ),
        "forgets that the mean takes its share": Mistake(
            (1 / 36, float(np.log(4) + 1 / 72)),
            "Deviations are measured from the mean of the four logits, which gives the factor 1 − 1/C.",
        ),
        "forgets the half": Mistake(
            (1 / 36, float(np.log(4) + 1 / 48)), "The formula is ln C + ½ s² (1 − 1/C)."
        ),
        "leaves the cost of the preferences out": Mistake(
            (1 / 36, float(np.log(4))),
            "Equal logits would cost ln 4. These differ, and a preference without knowledge always costs something.",
        ),
        "takes the whole width for the bound": Mistake(
            (1 / 9, float(np.log(4) + 1 / 24)), "The variance is (2a)²/12 = a²/3, with a = 1/√12."
        ),
    },
)
