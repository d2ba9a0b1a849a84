"""The record of the replay: the committed one, and its statistics by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import recorded_census, recorded_replay
from helpers.loss_curves.spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS
from helpers.numerics import check_close

both_records = pytest.mark.parametrize("fresh", [False, True])


def seeds_of(about):
    """The first seed, and their number, as the record's command says."""
    words = about["command"].split()
    return int(words[words.index("--first-seed") + 1]), int(words[words.index("--seeds") + 1])


@both_records
def test_it_is_the_censuss_training(fresh):
    about = recorded_replay.metadata(fresh=fresh)
    assert about["settings"] == recorded_census.metadata()["trainings"]["untreated"]
    first, count = seeds_of(about)
    assert first == recorded_census.runs("untreated", fresh=fresh)["seed"][0]
    assert count >= (64 if fresh else 32)
    assert about["command"].startswith("python -m helpers.loss_curves replay --first-seed ")
    assert " --epochs 100 --record src/helpers/records/data/" in about["command"]
    assert (about["spike"], about["calm"], about["learnt"]) == (SPIKE_LOSS, CALM_STEPS, LEARNT_ACCURACY)


@both_records
def test_its_spikes_are_the_censuss(fresh):
    spikes, runs = recorded_replay.spikes(fresh=fresh), recorded_census.runs("untreated", fresh=fresh)
    first, count = seeds_of(recorded_replay.metadata(fresh=fresh))
    found = [(spikes["seed"] == seed).sum() for seed in range(first, first + count)]
    np.testing.assert_array_equal(found, runs["spikes"][:count])
    assert spikes["seed"].max() < first + count
    np.testing.assert_allclose(spikes["taken"], spikes["loss"], rtol=1e-3)
    assert not recorded_replay.absent("taken", 1, fresh=fresh).any()
    for step in recorded_replay.STEPS:
        np.testing.assert_array_equal(
            recorded_replay.absent(step, 1, fresh=fresh), spikes[step] <= SPIKE_LOSS, err_msg=step
        )


def test_its_losses_are_the_curves():
    spikes = recorded_replay.spikes()
    for seed, step, loss in zip(*(spikes[name] for name in ("seed", "step", "loss")), strict=True):
        check_close(loss, recorded_census.curves("untreated", seed)["loss"][step - 1], tolerance=2e-3)
    assert recorded_replay.worst()["loss"] == pytest.approx(spikes["loss"].max(), rel=1e-3)


def test_what_is_replaced_is_the_step_one_batch_before_the_spike():
    """Its loss, its gradient and its length are the curve's there, and what is usual is the median of the hundred before it."""
    spikes = recorded_replay.spikes()
    for seed, step, *recorded in zip(*(spikes[name] for name in ("seed", "step", *BEFORE)), strict=True):
        curves = recorded_census.curves("untreated", seed)
        before = step - 1  # counted from 1, as the spike's
        usual = slice(before - 1 - 100, before - 1)
        expected = (
            curves["loss"][before - 1],
            curves["gradient_norm"][before - 1],
            curves["step_size"][before - 1],
            np.median(curves["gradient_norm"][usual]),
            np.median(curves["step_size"][usual]),
        )
        np.testing.assert_allclose(recorded, expected, rtol=5e-3)


BEFORE = ("loss_before", "gradient_norm", "step_size", "usual_gradient_norm", "usual_step_size")


def test_absence_by_hand(monkeypatch):
    monkeypatch.setattr(
        recorded_replay,
        "spikes",
        lambda fresh: {"none_until": np.array([1, 2, 10, 0]), "none_until_ln4": np.array([0, 0, 1, 2])},
    )
    assert recorded_replay.absent("none", 1).tolist() == [False, True, True, True]
    assert recorded_replay.absent("none", 9).tolist() == [False, False, True, True]
    assert recorded_replay.absent("none", 31).tolist() == [False, False, False, True]
    assert recorded_replay.absent("none", 1, until="until_ln4").tolist() == [True, True, False, True]


def test_what_is_absent_stays_away_for_fewer_batches_too():
    for step in recorded_replay.STEPS:
        for until in ("until", "until_ln4"):
            survival = [recorded_replay.absent(step, n, until=until) for n in range(1, 32)]
            assert (np.diff(np.array(survival, int), axis=0) <= 0).all()


def test_share_counts_by_seed(monkeypatch):
    """Two seeds, of one and of three spikes; and of two, if only the last three are asked for."""
    monkeypatch.setattr(recorded_replay, "spikes", lambda fresh: {"seed": np.array([4, 7, 7, 7])})
    monkeypatch.setattr(recorded_replay, "share", lambda *counts, rng: [*map(list, counts)])
    held = [True, False, False, True]
    assert recorded_replay.share_of_spikes(held, rng=None) == [[1, 1], [1, 3]]
    among = [False, True, True, True]
    assert recorded_replay.share_of_spikes(held, among=among, rng=None) == [[0, 1], [0, 3]]


def test_median_by_hand(monkeypatch):
    """Seed 4 alone has the median 5, seed 7 alone 2, and both 2.5, the mean of 2 and 3."""
    monkeypatch.setattr(recorded_replay, "spikes", lambda fresh: {"seed": np.array([7, 4, 7, 7])})
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
        patch.setattr(recorded_replay, "spikes", lambda fresh: {"seed": seeds})
        patch.setattr(recorded_replay, "bootstrap", lambda statistic, seeds, rng: sorted(statistic(drawn)))
        found = recorded_replay.median_of_spikes(values, rng=None)
    np.testing.assert_allclose(found, medians, atol=1e-12)
