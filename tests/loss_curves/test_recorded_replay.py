"""The record of the replay: the committed one, and its statistics by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import recorded_census, recorded_replay
from helpers.loss_curves.spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS
from helpers.numerics import check_close


def test_it_is_the_censuss_training():
    about = recorded_replay.metadata()
    assert about["settings"] == recorded_census.metadata()["trainings"]["untreated"]
    assert about["command"].startswith("python -m helpers.loss_curves replay --seeds 32 --epochs 100 ")
    assert (about["spike"], about["calm"], about["learnt"]) == (SPIKE_LOSS, CALM_STEPS, LEARNT_ACCURACY)


def test_its_spikes_are_the_censuss():
    spikes = recorded_replay.spikes()
    runs = recorded_census.runs("untreated")
    found = np.bincount(spikes["seed"], minlength=32)
    np.testing.assert_array_equal(found, np.where(runs["learnt_at"] > 0, runs["spikes"], 0))
    for seed, step, loss, taken in zip(
        *(spikes[name] for name in ("seed", "step", "loss", "taken")), strict=True
    ):
        check_close(loss, recorded_census.curves("untreated", seed)["loss"][step - 1], tolerance=1e-3)
        check_close(taken, loss, tolerance=1e-3)
    assert recorded_replay.worst()["loss"] == pytest.approx(spikes["loss"].max(), rel=1e-3)


def test_share_by_hand(monkeypatch):
    """Two seeds, of one and of three spikes: both, the first alone or the second alone may be drawn."""
    monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([4, 7, 7, 7])})
    share = recorded_replay.share_of_spikes([True, False, False, True], rng=np.random.default_rng(0))
    assert share == (0.5, pytest.approx(1 / 3), 1.0, 2)
    among = recorded_replay.share_of_spikes(
        [True, False, False, True], among=[False, True, True, True], rng=np.random.default_rng(0)
    )
    assert among[:1] == (pytest.approx(1 / 3),)
    monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([4, 5, 7, 7])})
    three = recorded_replay.share_of_spikes([True, False, False, False], rng=np.random.default_rng(0))
    assert three == (0.25, 0, 1, 3)  # of seed 4 alone, now and then


def test_median_by_hand(monkeypatch):
    """Seed 4 alone has the median 5, seed 7 alone 2, and both 2.5, the mean of 2 and 3."""
    monkeypatch.setattr(recorded_replay, "spikes", lambda: {"seed": np.array([7, 4, 7, 7])})
    values, rng = np.array([3.0, 5.0, 1.0, 2.0]), np.random.default_rng(0)
    assert recorded_replay.median_of_spikes(values, rng=rng) == (2.5, 2.0, 5.0, 2)
    among = recorded_replay.median_of_spikes(values, among=[True, True, False, False], rng=rng)
    assert among == (4.0, 3.0, 5.0, 2)


@pytest.mark.parametrize("short", ["condition", "values", "among"])
def test_columns_of_some_spikes_alone_are_refused(short):
    function = recorded_replay.median_of_spikes if short == "values" else recorded_replay.share_of_spikes
    columns = {"values" if short == "values" else "condition": [True] * 212, short: [True, False]}
    message = rf"{short} must have an entry for each of the 212 spikes, got shape \(2,\)"
    with pytest.raises(ValueError, match=message):
        function(*list(columns.values())[:1], rng=np.random.default_rng(0), among=columns.get("among"))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), min_size=1, max_size=12), st.integers(0, 99))
def test_median_naive_loop(spikes, seed):
    """Each seed that is drawn brings all of its spikes."""
    seeds, values = map(np.array, zip(*spikes, strict=True))
    there_are = np.unique(seeds)
    drawn = np.random.default_rng(seed).integers(len(there_are), size=(60, len(there_are)))
    medians = sorted(
        np.median(np.concatenate([values[seeds == there_are[place]] for place in row])) for row in drawn
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorded_replay, "spikes", lambda: {"seed": seeds})
        patch.setattr(recorded_replay, "bootstrap", lambda statistic, seeds, rng: sorted(statistic(drawn)))
        found = recorded_replay.median_of_spikes(values, rng=None)
    np.testing.assert_allclose(found, medians, atol=1e-12)
