"""The answer boxes of chapter 1.3."""

from __future__ import annotations

from math import log

from ..exercises.boxes import ChoiceBox, NumbersBox, Option
from .exercises import ACCURACY, LOSS

CAUSE_BOX = ChoiceBox(
    id="1.3.2.cause",
    question="What lets the loss of a network that has learned exceed that of one that knows nothing?",
    label="Choose the reason",
    given=f"A network that knows nothing of four classes gives each the probability ¼, and pays ln 4 = {log(4):.3f}.",
    options=(
        Option(
            "It is sure and wrong, and cross-entropy has no upper limit.",
            "Cross-entropy has no ceiling: a network that is sure of a wrong class pays −ln p of the right one, and p can be next to 0. One that knows nothing pays ln 4.",
        ),
        Option(
            "It becomes unsure, and guesses.",
            "A network that guesses pays about ln 4, and no more. To pay more, it has to be sure of something, and wrong.",
            "takes it for unsure",
        ),
        Option(
            "Labels were assigned wrongly, or swapped.",
            "Swapped labels would do it, but none is wrong in any of these spikes, and they are not needed: one long step is enough to make the network sure of a wrong "
            "class.",
            "puts it down to wrong labels",
        ),
        Option(
            "Its gradients explode.",
            "A long step is what moves the weights. But why may the loss then be higher than that of a network that knows nothing? Look at −ln p.",
            "names what moves the weights, and not why that can cost so much",
        ),
        Option(
            "The batch happened to be a hard one.",
            "Chance in the batch is measured in 1.3.1 (a). It does not say why the loss may exceed that of a network that knows nothing.",
            "puts it down to chance in the batch",
        ),
        Option(
            "It has learnt the training batches by heart.",
            "Each batch is drawn afresh, so there is little to learn by heart.",
            "puts it down to overfitting",
        ),
    ),
)

LOSS_BOX = NumbersBox(
    id="1.3.4.loss",
    question="With which loss does a network begin that gives all four classes the same probability?",
    label="Loss at the start",
    given="One number, to three digits after the point, or as a formula with ln, exp and sqrt.",
    exercise=LOSS,
)

ACCURACY_BOX = NumbersBox(
    id="1.3.4.accuracy",
    question="And with which accuracy?",
    label="Share of right answers",
    given="One number: a share, a fraction, or per cent.",
    exercise=ACCURACY,
)
