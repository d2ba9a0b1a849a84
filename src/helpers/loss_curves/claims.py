"""The claims of section 1.3. They are opinions, so their evidence is experiments: recorded ones, but for untrained networks.

What is judged, by which measure and against which threshold, was chosen on the seeds for exploring; the evidence is that of the
fresh ones.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from ..claims import Experiment, Finding, Sheet
from ..numerics.arrays import Array
from ..numerics.bootstrap import Interval, bootstrap, share
from . import recorded_census, recorded_replay
from .spikes import SPIKE_LOSS, THRESHOLDS
from .untrained import expected_loss, untrained

SHEET = Sheet(__package__)
LN_4 = float(np.log(4))
NETWORKS = 1000
"""How many untrained networks are drawn for one number of classes."""

HORIZON = 31
"""The batches, an epoch of them, after which it is asked again whether a spike has begun."""

MEASURE = {
    "measure": "the number of long spikes: those with more than ten batches above the threshold, in a step after learning",
    "reason": "the plot shows these; the time in spikes, which it shows too, is ruled by the few longest of them",
    "threshold": "half of ln 4, after ten batches that are not above it",
    "a cure": "leaves less than half of them",
}
"""The measure that both cures are judged by, and why. Chosen on the seeds for exploring."""

CURE_THRESHOLD = 0.5
"""What a cure leaves less than."""

ALTERNATIVES = {
    "clipping": ("norm-clipping-10", "norm-clipping-1", "norm-clipping-0.1", "value-clipping-0.01"),
    "regularisation": (
        "weight-decay-1e-4",
        "weight-decay-1e-3",
        "label-noise-0.1",
        "label-noise-0.3",
        "dropout-0.2",
    ),
}
"""The trainings that each kind of cure was chosen from."""

JUDGED = {"clipping": "value-clipping-0.01", "regularisation": "label-noise-0.3"}
"""The one training that is judged for each kind of cure: with the fewest long spikes on the seeds for exploring."""


@SHEET.evidence("1.3.1")
def exploding_gradients(random: Generator) -> Experiment:
    """Count the spikes that do not begin with the next batch if the gradient before them is only as long as usual.

    Left out: many of them begin within an epoch. Corrected: the gradient comes first.
    """
    begins_later = recorded_replay.absent("clipped", 1, fresh=True) & ~recorded_replay.absent(
        "clipped", HORIZON, fresh=True
    )
    return Experiment(
        recorded=True,
        as_written=Finding(
            "spikes that do not begin with the next batch if the gradient before is clipped to its usual length: share",
            _share(recorded_replay.absent("clipped", 1, fresh=True), random),
            above=0.5,
        ),
        left_out=Finding(
            f"spikes that then begin within {HORIZON} batches all the same: share",
            _share(begins_later, random),
            above=0.25,
        ),
        corrected=_gradient_before(random),
    )


def _share(condition: ArrayLike, random: Generator, among: ArrayLike | None = None) -> Interval:
    return recorded_replay.share_of_spikes(condition, among=among, rng=random, fresh=True)


def _gradient_before(random: Generator) -> Finding:
    spikes = recorded_replay.spikes(fresh=True)
    ratio = spikes["gradient_norm"] / spikes["usual_gradient_norm"]
    return Finding(
        "gradient one batch before, times the usual, median of the spikes:",
        recorded_replay.median_of_spikes(ratio, rng=random, fresh=True),
        above=5,
    )


@SHEET.evidence("1.3.2.cause")
def wrong_labels(random: Generator) -> Experiment:
    """Count the high spikes in which the network assigns wrong labels, to fresh sequences as well.

    High ones begin above the initial loss. That is the sheet's parenthesis, "1s are predicted as 0s". Left out: they need
    a step that was too long.
    """
    wrong = recorded_replay.spikes(fresh=True)["taken_fresh"] > SPIKE_LOSS
    judged = Finding(
        "spikes that begin above ln 4 in which the network assigns wrong labels to fresh sequences too: share",
        _share(wrong, random, among=_high()),
        above=0.5,
    )
    return Experiment(
        recorded=True,
        readings={
            "assigned by the network": judged,
            "assigned to the data": wrong_labels_of_the_data(random),
        },
        as_written=judged,
        left_out=_high_spikes_that_need_the_step(random),
    )


def wrong_labels_of_the_data(random: Generator) -> Finding:
    """Count the high spikes whose batch has a wrong label: the other reading of 1.3.2.cause."""
    wrong = recorded_replay.spikes(fresh=True)["wrong_labels"] > 0
    return Finding(
        "spikes that begin above ln 4 on a batch with a wrong label: share",
        _share(wrong, random, among=_high()),
        above=0.5,
    )


def _high() -> NDArray[np.bool_]:
    """Return whether each spike begins above the initial loss."""
    return recorded_replay.spikes(fresh=True)["loss"] > LN_4


def _high_spikes_that_need_the_step(random: Generator) -> Finding:
    return Finding(
        "spikes that begin above ln 4, and do not with the next batch if the step before has its usual length: share",
        _share(recorded_replay.absent("usual_length", 1, fresh=True), random, among=_high()),
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


Effect = tuple[str, str]
"""A column of events of :mod:`helpers.loss_curves.recorded_census`, and what it is in words."""

SPIKES = ("spikes", "number of spikes after learning")
LONG_SPIKES = ("long_spikes", "number of long spikes after learning")


@SHEET.evidence("1.3.3.clipping")
def clipping(random: Generator) -> Experiment:
    """Count the long spikes that value clipping leaves. Left out: the number of all spikes. Corrected: it leaves fewer long ones."""
    cure = JUDGED["clipping"]
    quantity, interval = _left(LONG_SPIKES, "value clipping", cure, random)
    return Experiment(
        recorded=True,
        as_written=_best_of_its_kind("clipping", "value clipping", interval),
        left_out=Finding(*_left(SPIKES, "value clipping", cure, random), above=CURE_THRESHOLD),
        corrected=Finding(quantity, interval, below=1),
    )


@SHEET.evidence("1.3.3.regularisation")
def regularisation(random: Generator) -> Experiment:
    """Count the long spikes that label noise leaves. Corrected: Adam leaves few spikes."""
    _, interval = _left(LONG_SPIKES, "label noise of 30 %", JUDGED["regularisation"], random)
    return Experiment(
        recorded=True,
        as_written=_best_of_its_kind("regularisation", "label noise of 30 %", interval),
        corrected=Finding(*_left(SPIKES, "Adam", "adam", random), below=CURE_THRESHOLD),
    )


def _best_of_its_kind(kind: str, name: str, judged: Interval) -> Finding:
    """Return that some training of this kind leaves less than half of the long spikes.

    It leaves at most as many as the one that was judged, and perhaps none: one training can confirm this, and not refute it.
    So the interval begins at 0.
    """
    return Finding(
        f"long spikes after learning with the best {kind}, times those without; no more than with {name}, and perhaps none:",
        judged._replace(low=0.0),
        below=CURE_THRESHOLD,
    )


def _left(counted: Effect, name: str, cure: str, random: Generator) -> tuple[str, Interval]:
    """Return what a cure leaves, relative to the untreated runs of the same fresh seeds: in words, and its interval."""
    events, quantity = counted
    return (
        f"{quantity} with {name}, times that without:",
        recorded_census.ratio(events, cure, rng=random, fresh=True),
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
    swaps = recorded_replay.swaps(fresh=True)
    worse = (swaps["swapped_loss"] > LN_4) & (swaps["swapped_accuracy"] < 1 / 4)
    return Experiment(
        recorded=True,
        as_written=Finding(
            "trained networks that do worse on swapped labels than untrained ones: share",
            share(worse.astype(int), np.ones(len(worse)), rng=random),
            above=0.5,
        ),
    )


@SHEET.evidence("1.3.2.reasons")
def training_process(random: Generator) -> Experiment:
    """Count the high spikes with other hyperparameters, those of Adam. Left out: the step that they act through."""
    high = THRESHOLDS.index(2 * SPIKE_LOSS)
    return Experiment(
        recorded=True,
        as_written=Finding(
            "spikes above ln 4 with Adam, times those with RMSprop:",
            recorded_census.ratio_by("spikes", "adam", rng=random, threshold=high, fresh=True),
            below=1,
        ),
        left_out=_high_spikes_that_need_the_step(random),
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
