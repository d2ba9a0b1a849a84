"""The claims of section 1.3. They are opinions, so their evidence is experiments: recorded ones, but for untrained networks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ..claims.ledger import Claim, Experiment, Finding, Verdict
from ..numerics.arrays import Array
from ..numerics.bootstrap import Draw, Interval, bootstrap
from . import recorded_census, recorded_replay
from .spikes import SPIKE_LOSS
from .untrained import expected_loss, untrained

CHAPTER = "loss_curves"
LN_4 = float(np.log(4))
NETWORKS = 1000
"""How many untrained networks are drawn for one number of classes."""

Spikes = Mapping[str, np.ndarray]
"""The columns of the record of spikes, with an entry for each."""


def exploding_gradients(random: Generator) -> Experiment:
    """1.3.1: spikes that are gone if the gradient before them is only as long as usual.

    Left out: what RMSprop's memory has to do with it. Corrected: the gradient comes first.
    """
    spikes = recorded_replay.spikes()
    return Experiment(
        as_written=Finding(
            "spikes that vanish if the gradient before has its usual length: share",
            recorded_replay.share_of_spikes(spikes["clipped"] <= SPIKE_LOSS, rng=random),
            above=0.5,
        ),
        left_out=Finding(
            "spikes that vanish if RMSprop has forgotten nothing: share",
            recorded_replay.share_of_spikes(spikes["long_memory"] <= SPIKE_LOSS, rng=random),
            above=0.05,
        ),
        corrected=_gradient_before(spikes, random),
    )


def _gradient_before(spikes: Spikes, random: Generator, among: ArrayLike | None = None) -> Finding:
    ratio = spikes["gradient_norm"] / spikes["usual_gradient_norm"]
    return Finding(
        "gradient one batch before, times the usual, median of the spikes:",
        recorded_replay.median_of_spikes(ratio, among=among, rng=random),
        above=10,
    )


def wrong_labels(random: Generator) -> Experiment:
    """1.3.2.cause: spikes that begin above the initial loss and are one of the batch, with its labels, and not of the network.

    Where only the labels were wrong, the network would do well on fresh sequences. Corrected: those that vanish with a
    usual step.
    """
    spikes = recorded_replay.spikes()
    high = spikes["loss"] > LN_4
    return Experiment(
        as_written=Finding(
            "spikes that begin above ln 4 where the network does well on fresh sequences: share",
            recorded_replay.share_of_spikes(spikes["taken_fresh"] <= SPIKE_LOSS, among=high, rng=random),
            above=0.5,
        ),
        corrected=_high_spikes_that_need_the_step(spikes, high, random),
    )


def _high_spikes_that_need_the_step(spikes: Spikes, high: ArrayLike, random: Generator) -> Finding:
    return Finding(
        "spikes that begin above ln 4 and vanish if the step before has its usual length: share",
        recorded_replay.share_of_spikes(spikes["usual_length"] <= SPIKE_LOSS, among=high, rng=random),
        above=0.5,
    )


def initial_loss_in_general(random: Generator) -> Experiment:
    """1.3.2.start: the initial loss is ln C, within 2 %. Left out: it is above. Over C = 2, …, 16."""
    samples = {C: untrained(C, NETWORKS) for C in range(2, 17)}
    # Row i holds network i's loss for every C, relative to ln C.
    relative = np.mean([fresh.loss / np.log(C) for C, fresh in samples.items()], axis=0)
    expected = np.mean([expected_loss(fresh.variance, C) / np.log(C) for C, fresh in samples.items()])
    return _near_and_above(relative - 1, expected - 1, random, "mean initial loss, relative to ln C, less 1:")


CURE_THRESHOLD = 0.5
"""A cure leaves at most this share of the spikes, or of the time in them."""

Measured = tuple[recorded_census.Measure, str]
"""A measure of :mod:`helpers.loss_curves.recorded_census`, and what it is in words."""

SPIKES = (recorded_census.spikes_per_thousand_steps, "number of spikes after learning")
TIME = (recorded_census.share_of_steps_above, "time in spikes after learning")


def clipping(random: Generator) -> Experiment:
    """1.3.3.clipping: the clipping that leaves least time in spikes, of four, cures. Left out: it leaves their number."""
    clippings = ("norm-clipping-10", "norm-clipping-1", "norm-clipping-0.1", "value-clipping-0.01")
    name = "the best of four clippings"
    return Experiment(
        as_written=Finding(*_left(TIME, name, clippings, random), below=CURE_THRESHOLD),
        left_out=Finding(*_left(SPIKES, name, clippings, random), above=CURE_THRESHOLD),
    )


def regularisation(random: Generator) -> Experiment:
    """1.3.3.regularisation: weight decay or label noise, whichever leaves fewer spikes, cures. Corrected: Adam does."""
    regularisations = ("weight-decay-1e-4", "label-noise-0.1")
    name = "the better of two regularisations"
    return Experiment(
        as_written=Finding(*_left(SPIKES, name, regularisations, random), below=CURE_THRESHOLD),
        corrected=Finding(*_left(SPIKES, "Adam", ("adam",), random), below=CURE_THRESHOLD),
    )


def _left(measured: Measured, name: str, cures: tuple[str, ...], random: Generator) -> tuple[str, Interval]:
    """Return the share of a quantity that is left with the best of some cures: in words, and as an interval."""
    measure, quantity = measured
    *cured, untreated = map(recorded_census.runs, (*cures, "untreated"))

    def least(of: Draw) -> Array:
        return np.min([measure(runs, of) for runs in cured], axis=0) / measure(untreated, of)

    return (
        f"{quantity} with {name}, times that without:",
        bootstrap(least, len(untreated["seed"]), rng=random),
    )


def initial_loss_of_four(random: Generator) -> Experiment:
    """1.3.4.loss: ln 4, within 0.02. Left out: it is above."""
    fresh = untrained(4, NETWORKS)
    excess, expected = fresh.loss - LN_4, expected_loss(fresh.variance, 4) - LN_4
    return _near_and_above(excess, expected, random, "mean initial loss less ln 4:")


def _near_and_above(excess: Array, expected: float, random: Generator, quantity: str) -> Experiment:
    """The mean excess over the sheet's value is near 0, is above it, and near what the book's formula expects."""

    def distance_from(value: float) -> Interval:
        return bootstrap(lambda of: abs(excess[of].mean(axis=-1) - value), len(excess), rng=random)

    mean = bootstrap(lambda of: excess[of].mean(axis=-1), len(excess), rng=random)
    return Experiment(
        as_written=Finding("distance of the mean from the sheet's value", distance_from(0.0), below=0.02),
        left_out=Finding(quantity, mean, above=0.0),
        corrected=Finding(
            "distance of the mean from the book's formula", distance_from(expected), below=0.005
        ),
    )


def swapped_labels(random: Generator) -> Experiment:
    """1.3.2.swapped: trained networks that do worse than an untrained one on swapped labels, in loss and accuracy."""
    swaps = recorded_replay.swaps()
    worse = (swaps["swapped_loss"] > LN_4) & (swaps["swapped_accuracy"] < 1 / 4)
    return Experiment(
        as_written=Finding(
            "trained networks that do worse on swapped labels than untrained ones: share",
            bootstrap(lambda of: worse[of].mean(axis=-1), len(worse), rng=random),
            above=0.9,
        )
    )


def training_process(random: Generator) -> Experiment:
    """1.3.2.reasons: spikes that begin above the initial loss and vanish with a usual step. Left out: the gradient before it."""
    spikes = recorded_replay.spikes()
    high = spikes["loss"] > LN_4
    return Experiment(
        as_written=_high_spikes_that_need_the_step(spikes, high, random),
        left_out=_gradient_before(spikes, random, among=high),
    )


def initial_accuracy(random: Generator) -> Experiment:
    """1.3.4.accuracy: ¼, within 0.01."""
    accuracy = untrained(4, NETWORKS).accuracy
    return Experiment(
        as_written=Finding(
            "distance of the mean initial accuracy from ¼:",
            bootstrap(lambda of: abs(accuracy[of].mean(axis=-1) - 1 / 4), len(accuracy), rng=random),
            below=0.01,
        )
    )


CLAIMS = [
    Claim(
        id="1.3.1",
        question="What may have caused the spikes in the training loss?",
        statement="As discussed in the lecture, this may be happening due to exploding gradients.",
        verdict=Verdict.COMPLETED,
        evidence=exploding_gradients,
        chapter=CHAPTER,
        correction="The gradient is many times as long as usual one batch before the loss rises. Shortened at that moment, it makes no "
        "spike in most cases. In some it takes besides that RMSprop has forgotten larger gradients.",
    ),
    Claim(
        id="1.3.2.cause",
        question="How can a spike be higher than the initial loss?",
        statement="This is possible when the labels are being incorrectly assigned.",
        verdict=Verdict.REFUTED,
        evidence=wrong_labels,
        chapter=CHAPTER,
        correction="Wrong labels could do it, but no label is wrong in these spikes. The network itself is wrong, on fresh sequences "
        "too, after one step that was too long. Cross-entropy has no ceiling: to be "
        "confidently wrong costs more than to know nothing.",
    ),
    Claim(
        id="1.3.2.start",
        question="Where does the loss begin?",
        statement="Initially, when the weights are randomly initialised, the loss is given by $\\ln(\\text{number of classes})$.",
        verdict=Verdict.COMPLETED,
        evidence=initial_loss_in_general,
        chapter=CHAPTER,
        correction="Near it, and above it on average: by $\\frac12 s^2 (1 - \\frac1C)$, if logits have the variance $s^2$.",
    ),
    Claim(
        id="1.3.2.swapped",
        question="What would swapped labels do?",
        statement="If the labels are swapped completely, the model's loss and accuracy will be worse than a randomly initialised model's.",
        verdict=Verdict.CONFIRMED,
        evidence=swapped_labels,
        chapter=CHAPTER,
    ),
    Claim(
        id="1.3.2.reasons",
        question="What else may lead to it?",
        statement="Such a situation may arise due to several reasons related to the training process and hyperparameters.",
        verdict=Verdict.COMPLETED,
        evidence=training_process,
        chapter=CHAPTER,
        correction="The reason is a single step that is too long, after a gradient many times as long as usual.",
    ),
    Claim(
        id="1.3.3.clipping",
        question="What fixes the spikes?",
        statement="Some ways to fix them are … gradient clipping.",
        verdict=Verdict.COMPLETED,
        evidence=clipping,
        chapter=CHAPTER,
        correction="Clipping makes spikes shorter, and not rarer. Under RMSprop, less than half of the time is spent in them with "
        "the best of four clippings; but they begin no less often, and more often with low thresholds.",
    ),
    Claim(
        id="1.3.3.regularisation",
        question="What fixes the spikes?",
        statement="Some ways to fix them are regularisation techniques …",
        verdict=Verdict.REFUTED,
        evidence=regularisation,
        chapter=CHAPTER,
        correction="Neither weight decay nor label noise makes them fewer. Whether less time is spent in them, 32 seeds cannot tell. "
        "Adam in RMSprop's place makes them rare.",
    ),
    Claim(
        id="1.3.4.loss",
        question="Why does the loss start where it does?",
        statement="Initial loss $= \\ln(4) = 1.386$",
        verdict=Verdict.COMPLETED,
        evidence=initial_loss_of_four,
        chapter=CHAPTER,
        correction="That is what equal logits cost. Untrained logits are not equal, and on average that costs "
        "$\\frac12 s^2 (1 - \\frac14)$ more: about $1.40$ in all. A single batch may be below.",
    ),
    Claim(
        id="1.3.4.accuracy",
        question="Why does the accuracy start where it does?",
        statement="Initial accuracy $= \\frac14 = 0.25$",
        verdict=Verdict.CONFIRMED,
        evidence=initial_accuracy,
        chapter=CHAPTER,
    ),
]
