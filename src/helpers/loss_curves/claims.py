"""The claims of section 1.3. They are opinions, so their evidence is experiments: recorded ones, but for untrained networks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from ..claims import Experiment, Finding, Sheet
from ..numerics.arrays import Array
from ..numerics.bootstrap import Draw, Interval, bootstrap
from . import recorded_census, recorded_replay
from .spikes import SPIKE_LOSS
from .untrained import expected_loss, untrained

SHEET = Sheet(__package__)
LN_4 = float(np.log(4))
NETWORKS = 1000
"""How many untrained networks are drawn for one number of classes."""

Spikes = Mapping[str, np.ndarray]
"""The columns of the record of spikes, with an entry for each."""


@SHEET.evidence("1.3.1")
def exploding_gradients(random: Generator) -> Experiment:
    """Count the spikes that vanish if the gradient before them is only as long as usual.

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


@SHEET.evidence("1.3.2.cause")
def wrong_labels(random: Generator) -> Experiment:
    """Count the high spikes that are one of the batch, with its labels, and not of the network.

    High ones begin above the initial loss. Where only the labels were wrong, the network would do well on fresh
    sequences. Corrected: those that vanish with a usual step.
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


@SHEET.evidence("1.3.2.start")
def initial_loss_in_general(random: Generator) -> Experiment:
    """Compare the mean initial loss with ln C, within 2 %, over C = 2, …, 16. Left out: it is above."""
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


@SHEET.evidence("1.3.3.clipping")
def clipping(random: Generator) -> Experiment:
    """Measure the time in spikes that the best of four clippings leaves. Left out: it leaves their number."""
    clippings = ("norm-clipping-10", "norm-clipping-1", "norm-clipping-0.1", "value-clipping-0.01")
    name = "the best of four clippings"
    return Experiment(
        as_written=Finding(*_left(TIME, name, clippings, random), below=CURE_THRESHOLD),
        left_out=Finding(*_left(SPIKES, name, clippings, random), above=CURE_THRESHOLD),
    )


@SHEET.evidence("1.3.3.regularisation")
def regularisation(random: Generator) -> Experiment:
    """Count the spikes that weight decay or label noise leaves, whichever leaves fewer. Corrected: Adam cures."""
    regularisations = ("weight-decay-1e-4", "label-noise-0.1")
    name = "the better of two regularisations"
    return Experiment(
        as_written=Finding(*_left(SPIKES, name, regularisations, random), below=CURE_THRESHOLD),
        corrected=Finding(*_left(SPIKES, "Adam", ("adam",), random), below=CURE_THRESHOLD),
    )


def _left(measured: Measured, name: str, cures: tuple[str, ...], random: Generator) -> tuple[str, Interval]:
    """Return what the best of some cures leaves of a measure, relative to the untreated: in words, and its interval."""
    measure, quantity = measured
    *cured, untreated = map(recorded_census.runs, (*cures, "untreated"))

    def least(of: Draw) -> Array:
        return np.min([measure(runs, of) for runs in cured], axis=0) / measure(untreated, of)

    return (
        f"{quantity} with {name}, times that without:",
        bootstrap(least, len(untreated["seed"]), rng=random),
    )


@SHEET.evidence("1.3.4.loss")
def initial_loss_of_four(random: Generator) -> Experiment:
    """Compare the mean initial loss with ln 4, within 0.02. Left out: it is above."""
    fresh = untrained(4, NETWORKS)
    excess, expected = fresh.loss - LN_4, expected_loss(fresh.variance, 4) - LN_4
    return _near_and_above(excess, expected, random, "mean initial loss less ln 4:")


def _near_and_above(excess: Array, expected: float, random: Generator, quantity: str) -> Experiment:
    """Test that the mean excess over the sheet's value is near 0, is above it, and is near the book's formula."""

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


@SHEET.evidence("1.3.2.swapped")
def swapped_labels(random: Generator) -> Experiment:
    """Count the trained networks that do worse than an untrained one on swapped labels, in loss and accuracy."""
    swaps = recorded_replay.swaps()
    worse = (swaps["swapped_loss"] > LN_4) & (swaps["swapped_accuracy"] < 1 / 4)
    return Experiment(
        as_written=Finding(
            "trained networks that do worse on swapped labels than untrained ones: share",
            bootstrap(lambda of: worse[of].mean(axis=-1), len(worse), rng=random),
            above=0.9,
        )
    )


@SHEET.evidence("1.3.2.reasons")
def training_process(random: Generator) -> Experiment:
    """Count the high spikes that vanish with a usual step. Left out: the gradient before it."""
    spikes = recorded_replay.spikes()
    high = spikes["loss"] > LN_4
    return Experiment(
        as_written=_high_spikes_that_need_the_step(spikes, high, random),
        left_out=_gradient_before(spikes, random, among=high),
    )


@SHEET.evidence("1.3.4.accuracy")
def initial_accuracy(random: Generator) -> Experiment:
    """Compare the mean initial accuracy with ¼, within 0.01."""
    accuracy = untrained(4, NETWORKS).accuracy
    return Experiment(
        as_written=Finding(
            "distance of the mean initial accuracy from ¼:",
            bootstrap(lambda of: abs(accuracy[of].mean(axis=-1) - 1 / 4), len(accuracy), rng=random),
            below=0.01,
        )
    )
