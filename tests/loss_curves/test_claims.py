"""The claims of chapter 1.3: what their evidence measures, and that it can come out otherwise."""

import numpy as np
import pytest

from helpers.loss_curves import claims, recorded_census, recorded_replay
from helpers.loss_curves.spikes import SPIKE_LOSS

random = np.random.default_rng(0)


@pytest.fixture
def spikes(monkeypatch):
    """The record of fresh spikes, to be changed."""
    spikes = {name: column.copy() for name, column in recorded_replay.spikes(fresh=True).items()}
    monkeypatch.setattr(recorded_replay, "spikes", lambda *, fresh=False: spikes if fresh else {})
    return spikes


def test_the_readings_of_wrong_labels_disagree():
    judged, other = claims.wrong_labels(random).as_written, claims.wrong_labels_of_the_data(random)
    assert judged.holds
    assert other.holds is False
    assert judged.interval.seeds == other.interval.seeds < len(set(recorded_census.fresh_seeds("untreated")))


def test_a_wrong_label_would_be_seen(spikes):
    spikes["wrong_labels"][:] = 1
    assert claims.wrong_labels_of_the_data(random).holds


def test_a_network_that_does_well_elsewhere_would_be_seen(spikes):
    spikes["taken_fresh"][:] = SPIKE_LOSS / 2
    assert claims.wrong_labels(random).as_written.holds is False


@pytest.mark.parametrize(
    ("first", "as_written", "left_out"),
    [(1, False, False), (0, True, False), (5, True, True)],
)
def test_what_a_clipped_step_does_is_told_from_the_clipped_step(spikes, first, as_written, left_out):
    """The spike begins with the next batch; not within an epoch; with the fifth."""
    spikes["clipped_until"][:] = first
    evidence = claims.exploding_gradients(random)
    assert (evidence.as_written.holds, evidence.left_out.holds) == (as_written, left_out)


def test_cures_are_measured_on_fresh_seeds_by_the_same_measure(monkeypatch):
    asked = []

    def ratio(events, cure, *, rng, fresh):
        asked.append((events, cure, fresh))
        return recorded_census.Interval(0.25, 0.125, 0.375, 32)

    monkeypatch.setattr(recorded_census, "ratio", ratio)
    claims.clipping(random)
    claims.regularisation(random)
    assert asked == [
        ("long_spikes", "value-clipping-0.01", True),
        ("spikes", "value-clipping-0.01", True),
        ("long_spikes", "label-noise-0.3", True),
        ("spikes", "adam", True),
    ]
