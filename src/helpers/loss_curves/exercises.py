"""The exercises of chapter 1.3: a step of RMSprop, a reason, clipping, and two numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate

import numpy as np

from ..exercises import Cases, Draw, FunctionExercise, Mistake, NumberExercise, SentenceExercise, SheetMistake
from ..numerics.arrays import Array

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


def _steps_over(divisor: Divisor, gradients: Array, learning_rate: float, decay: float) -> Array:
    return -learning_rate * gradients / (divisor(gradients, decay) + EPSILON)


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
    given="Given are `gradients` of one parameter, one for each step, `learning_rate` η and `decay` α. Return the step Δθ that RMSprop makes of "
    "each, with v = 0 before the first and ε = 1e-8.",
    hints=(
        "Go through the gradients one by one, and carry v along. When is it renewed: before the step, or after?",
        "Before: v ← α v + (1 − α) g², and then the step divides by √v + ε.",
        "`v = decay * v + (1 - decay) * g**2; steps.append(-learning_rate * g / (np.sqrt(v) + 1e-8))`",
    ),
    mistakes={
        "makes a step as long as its gradient": Mistake(
            lambda gradients, learning_rate, decay: -learning_rate * gradients,
            "That is plain gradient descent, in which a gradient that explodes makes a step that explodes. RMSprop divides by √v: it is "
            "the gradient against those before it that counts.",
        ),
        "divides by the memory from before the step": Mistake(
            partial(_steps_over, lambda gradients, decay: np.sqrt(_before(_memory(gradients, decay)))),
            "v is renewed first, with this step's own gradient. So no entry of a step exceeds η / √(1 − α).",
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
        "goes uphill": Mistake(
            lambda gradients, learning_rate, decay: -steps(gradients, learning_rate, decay),
            "Descent goes against the gradient: the step has a minus.",
        ),
    },
)

# 1.3.2

_UNSURE = (
    r"(\b(no longer|less|not|never)|n't) (as |so |very |too |that |quite )?(confident|sure|certain)|\bun(sure|certain)"
    r"|\b(confident|sure|certain)\b.{0,30}\bany ?more"
)
_MOVES_THE_WEIGHTS = r"(gradient|step|weight|parameter|learning rate)s?"
_WITHOUT_END = (
    rf"{_MOVES_THE_WEIGHTS}( (size|is|are|was|were|can|may|be|become|becomes|get|gets|grow|grows))* "
    r"(unbounded|(not|without) (a |any )?(limit|bound)(ed)?|infinit\w*|unlimited|arbitrarily)"
    rf"|(bound|limit|maximum|ceiling) (to|on|of|for) (the )?{_MOVES_THE_WEIGHTS}"
)

REASON = SentenceExercise(
    id="1.3.2.cause",
    given="Write one sentence: what lets the loss of a network that has learned exceed that of one that knows nothing?",
    right=r"ceiling|(no|without) (a |an |any )?(upper )?(bound|limit|maximum)|unbounded|(not|n't) (be )?bounded|unlimited|arbitrarily (large|high)"
    r"|infinit|confiden(t|ce)|(almost|nearly) all (of )?(the |its )?probabilit|\b(so|too|very|quite) (sure|certain)\b|\b(sure|certain) (of|and|but|about)\b"
    r"|(\bp\b|p_y|probabilit\w*).{0,40}(\b0\b|zero|tiny|small|vanish)|(no|tiny|zero|small) probabilit",
    explanation="Cross-entropy has no ceiling. A network that is sure of a wrong class pays −ln p of the right one, and p can be next to 0; one that knows "
    "nothing pays ln 4.",
    hints=(
        "How much does a sequence cost whose right class has the probability p?",
        "−ln p: at p = ¼ that is ln 4. How small can p become?",
    ),
    ignored=f"{_UNSURE}|{_WITHOUT_END}",
    mistakes={
        "takes it for unsure": Mistake(
            _UNSURE,
            "A network that is unsure pays about ln 4. To pay more, it has to be sure of something, and wrong.",
        ),
        "puts it down to wrong labels": SheetMistake(
            r"label|swap",
            "Labels that are swapped would do it, but none is wrong in any of these spikes, and they are not needed: one long step is enough to "
            "make the network sure of a wrong class, and cross-entropy has no ceiling.",
        ),
        "names what moves the weights, and not why that can cost so much": Mistake(
            r"explod|gradient|step|learning rate|clip|rmsprop|optimi[sz]er|hyperparameter|training process",
            "A long step is what does it. But why may the loss then be higher than that of a network that knows nothing? Look at −ln p.",
        ),
        "puts it down to overfitting": Mistake(
            r"overfit|memori|generali[sz]",
            "Each batch is drawn afresh, so there is little to learn by heart.",
        ),
        "puts it down to chance in the batch": Mistake(
            r"noise|noisy|chance|random|batch|sample",
            "Part (a) of 1.3.1 measures how little of the curve that explains; and it does not say why the loss may exceed that of a network that "
            "knows nothing.",
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
    given="Given are a gradient `g` of shape (P,) and a `threshold` above 0. Return the gradient with its direction kept, and shortened to the threshold "
    "where it is longer.",
    hints=(
        "How long is g? Which factor makes it as long as the threshold?",
        "threshold / ‖g‖. And if g is shorter already?",
        "`g * min(1, threshold / norm)`; take care where the norm is 0.",
    ),
    mistakes={
        "clips each entry by itself": Mistake(
            lambda g, threshold: np.clip(g, -threshold, threshold),
            "That turns the gradient: its large entries are cut, its small ones are not. Shorten all by one factor.",
        ),
        "lengthens short gradients too": Mistake(
            lambda g, threshold: g * (threshold / np.linalg.norm(g)) if g.any() else g,
            "A gradient that is shorter than the threshold stays: the factor is at most 1.",
        ),
        "measures by the largest entry": Mistake(
            lambda g, threshold: g * min(1.0, threshold / np.abs(g).max()) if g.any() else g,
            "The norm here is the root of the sum of squares.",
        ),
        "measures by the sum of squares, without the root": Mistake(
            lambda g, threshold: g * min(1.0, threshold / (g @ g)) if g.any() else g,
            "The norm is the root of the sum of squares.",
        ),
        "throws long gradients away": Mistake(
            lambda g, threshold: g * (np.linalg.norm(g) <= threshold),
            "A long gradient keeps its direction, and is shortened to the threshold.",
        ),
        "leaves the gradient as it is": Mistake(
            lambda g, threshold: g, "Where it is longer than the threshold it is to be shortened."
        ),
    },
)

CURES = SentenceExercise(
    id="1.3.3.regularisation",
    given="Name one change of the training procedure that made fewer spikes in the census.",
    right=r"\badamw?\b|(?<!\d)0?\.999|long\w* memory|(larger|higher|greater|bigger|increas\w*|rais\w*) (the )?(decay|α|alpha)"
    r"(?! (of|in|to) the (learning|weight|step))",
    explanation="Of the changes in the census that kept learning, those with a longer memory of g² made fewer spikes: Adam, AdamW, and RMSprop with α = 0.999. "
    "(They spent no less time in spikes, as far as 32 seeds can tell.)",
    hints=(
        "What does RMSprop divide a gradient by, and how far back does that look?",
        "Which changes let it look further back?",
    ),
    mistakes={
        "clips the gradient": SheetMistake(
            r"clip",
            "Under RMSprop clipping left no fewer spikes at any threshold, and with low ones there were more. They were shorter, so that with norm "
            "clipping at 10 less time was spent in them; asked for are fewer.",
        ),
        "regularises": SheetMistake(
            r"regulari|weight decay|dropout|l2|penalt|label (noise|smoothing)",
            "Weight decay and label noise made neither fewer spikes nor more, as far as 32 seeds can tell. (Label noise halves the worst loss.)",
        ),
        "shortens every step": Mistake(
            r"learning rate|smaller step|shorter step",
            "At 3·10⁻⁴ hardly a run learnt within 100 epochs, so that nothing can be said of its spikes.",
        ),
        "warms up": Mistake(
            r"warm", "A warm-up of ten epochs changed the number of spikes by nothing that shows."
        ),
        "changes the start": Mistake(
            r"orthogonal|initiali|start", "An orthogonal start made rather more spikes than fewer."
        ),
        "leaves RMSprop for plain descent": Mistake(
            r"sgd|momentum|gradient descent|epsilon|ε",
            "With these settings nearly no run learnt in the census. A curve without spikes is no success by itself.",
        ),
    },
)

# 1.3.4

LOSS = NumberExercise(
    id="1.3.4.loss",
    answer=(float(np.log(4)),),
    tolerance=1e-3,
    given='Asked for is one number, the loss of a network that gives all four classes the same probability; to three digits after the point, or as `"ln 4"`.',
    hints=("Which probability has the right class?", "p = ¼, and the loss is −ln p."),
    mistakes={
        "takes the logarithm to base 2": Mistake(
            (2.0,), "Cross-entropy is in nats here, as PyTorch has it: the natural logarithm."
        ),
        "takes the logarithm to base 10": Mistake((float(np.log10(4)),), "The natural logarithm: −ln ¼."),
        "forgets the minus": Mistake(
            (-float(np.log(4)),), "A loss is −ln p, and p is below 1: it is positive."
        ),
        "gives the probability": Mistake((0.25,), "That is the accuracy. The loss is −ln of it."),
        "takes two classes": Mistake((float(np.log(2)),), "There are four classes: XX, XY, YX, YY."),
    },
)

ACCURACY = NumberExercise(
    id="1.3.4.accuracy",
    answer=(0.25,),
    given="Asked for is one number, the share of right answers of a network that knows nothing of four equally frequent classes.",
    hints=(
        "Whatever it answers, how often is that the right class?",
        "Each of the four is as frequent: in one case of four.",
    ),
    mistakes={
        "takes two classes": Mistake((0.5,), "There are four classes: XX, XY, YX, YY."),
        "gives the loss": Mistake(
            (float(np.log(4)),), "ln 4 is what it costs. It is right in one case of four."
        ),
        "gives the share of wrong answers": Mistake(
            (0.75,), "Three of four are wrong; one of four is right."
        ),
        "gives nothing to chance": Mistake(
            (0.0,), "To know nothing is to be right by chance, in one case of four."
        ),
    },
)
