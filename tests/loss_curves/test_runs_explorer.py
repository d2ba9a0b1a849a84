"""The loss-curve lab shows the recorded runs, and loses no spike on the way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import explorers as chapter
from helpers.loss_curves import recorded_census, recorded_replay
from helpers.loss_curves.spikes import SPIKE_LOSS, spike_onsets

property_test = settings(deadline=None, max_examples=60)
curves = st.lists(st.sampled_from([0.0, 0.25, 1.0, 6.0, np.nan]), min_size=1, max_size=80)
RUNS = list(itertools.product(recorded_census.INTERVENTIONS, range(2)))
CURVES = tuple(chapter.CURVES)


def test_ends_of_buckets_by_hand():
    curve = np.zeros(3 * chapter.BUCKET)
    curve[3], curve[30], curve[35] = 5.0, -1.0, 2.0
    curve[chapter.BUCKET * 2 + 1 :] = np.nan
    np.testing.assert_array_equal(chapter.bucket_extremes(curve), [0, 5, -1, 2, 0, 0])


@property_test
@given(curves)
def test_ends_of_buckets_are_the_extremes_in_their_order(curve):
    curve = np.resize(curve, (len(curve) // chapter.BUCKET + 1) * chapter.BUCKET)
    drawn = chapter.bucket_extremes(curve).reshape(-1, 2)
    for (first, second), bucket in zip(drawn, curve.reshape(-1, chapter.BUCKET), strict=True):
        known = bucket[~np.isnan(bucket)].tolist()
        if not known:
            assert np.isnan([first, second]).all()
            continue
        assert {first, second} == {min(known), max(known)}
        assert known.index(first) <= known.index(second)


@property_test
@given(curves, st.integers(1, 30))
def test_running_mean(curve, batches):
    expected = [np.mean(curve[max(0, step - batches + 1) : step + 1]) for step in range(len(curve))]
    first_lost = next((step for step, value in enumerate(curve) if np.isnan(value)), len(curve))
    mean = chapter.running_mean(curve, batches)
    np.testing.assert_allclose(mean[:first_lost], expected[:first_lost], atol=1e-12)
    assert np.isnan(mean[first_lost:]).all()


@pytest.mark.parametrize(("training", "seed"), RUNS)
def test_what_is_drawn_is_what_was_recorded(training, seed):
    recorded, row = recorded_census.curves(training, seed), recorded_census.runs(training)
    frame = chapter.run_frame(training, seed) | chapter.smoothed_frame(training, seed, 1)
    ghost = chapter.untreated_frame(seed) | chapter.untreated_smoothed_frame(seed, 1)
    for curve in CURVES:
        untreated = recorded_census.curves("untreated", seed)[curve]
        np.testing.assert_array_equal(ghost[f"untreated_{curve}"], chapter.bucket_extremes(untreated))
    for curve in CURVES:
        buckets = recorded[curve].reshape(-1, chapter.BUCKET)
        drawn = np.asarray(frame[curve], float).reshape(-1, 2)
        finite = ~np.isnan(buckets).all(axis=1)
        np.testing.assert_allclose(
            drawn.max(axis=1)[finite], np.nanmax(buckets[finite], axis=1), rtol=1e-3, atol=1e-7
        )
        np.testing.assert_allclose(
            drawn.min(axis=1)[finite], np.nanmin(buckets[finite], axis=1), rtol=1e-3, atol=1e-7
        )
        _, _, axis = chapter.CURVES[curve]
        assert np.isfinite(drawn[finite]).all()
        assert drawn[finite].max() <= axis.high, f"{curve} is cut off at {axis.high}"
    learnt = row["learnt_at"][seed]
    begins = np.flatnonzero(spike_onsets(recorded["loss"]))
    places = frame["marked_steps"].reshape(-1, 3)
    assert (np.ptp(places, axis=1) == 0).all(), "a mark is upright"
    np.testing.assert_array_equal(places[:, 0], begins[(begins >= 31 * learnt) & (learnt > 0)])
    np.testing.assert_array_equal(frame["marks"], [0, 10, np.nan] * len(places))
    if learnt and row["steps_after"][seed]:
        assert f"in epoch {learnt}, then {row['spikes'][seed] or 'no'} spike" in frame["outcome"]
        assert f"worst loss {row['worst_loss'][seed]:.2f} nats" in frame["outcome"]


def test_places_are_within_their_buckets():
    places = chapter.steps_frame()["steps"].reshape(-1, 2)
    np.testing.assert_array_equal(
        places // chapter.BUCKET, np.arange(len(places))[:, np.newaxis].repeat(2, axis=1)
    )
    assert (np.diff(places.ravel()) > 0).all()


def test_every_place_of_every_slider_is_another_picture():
    explorer = chapter.loss_curve_lab_explorer()
    for slider, kind in explorer.sliders.items():
        drawn = {str(explorer.frame(**{slider: value})) for value in kind.values}
        assert len(drawn) == len(kind.values), slider


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"diverged_at": 7}, "has no loss from step 7 on."),
        (
            {"diverged_at": 0, "learnt_at": 0, "last_accuracy": 0.5},
            "does not learn: 50 % right in the last epoch.",
        ),
        (
            {"diverged_at": 0, "learnt_at": 90, "steps_after": 310, "spikes": 1, "worst_loss": 2.0},
            "learns in epoch 90, then 1 spike; worst loss 2.00 nats.",
        ),
        (
            {"diverged_at": 0, "learnt_at": 100, "steps_after": 0, "spikes": 0},
            "learns in epoch 100, then no spikes.",
        ),
    ],
)
def test_outcome_in_words(row, words):
    assert chapter._outcome(row) == words


def test_every_training_of_the_record_has_a_name():
    shorter = {name for name in recorded_census.trainings() if name.startswith("normal")}
    assert set(recorded_census.trainings()) - shorter == set(recorded_census.INTERVENTIONS)
    assert len(set(recorded_census.INTERVENTIONS.values())) == len(recorded_census.INTERVENTIONS)


# --- How long a spike stays away.


def naive_survival(after_step):
    """Of each moment of calm, or each replaced step: the batches to the next one above the threshold, 0 if there are none."""
    return [np.mean([first == 0 or first > n for first in after_step]) for n in range(1, 32)]


def test_survival_after_calm_is_that_of_a_loop():
    learnt, first = recorded_census.runs("untreated")["learnt_at"], []
    for seed in np.flatnonzero(learnt):
        above = recorded_census.curves("untreated", seed)["loss"] > SPIKE_LOSS
        for k in range(31 * learnt[seed] + 10, len(above) - 31):
            if not above[k - 10 : k].any():
                first.append(int(above[k : k + 31].argmax()) + 1 if above[k : k + 31].any() else 0)
    np.testing.assert_allclose(chapter.calm_survival(), naive_survival(first))


@pytest.mark.parametrize("step", chapter.REPLACED)
def test_survival_after_a_step_is_that_of_a_loop(step):
    expected = naive_survival(recorded_replay.spikes()[f"{step}_until"])
    np.testing.assert_allclose(chapter.survival_after(step), expected)
    frame = chapter.survival_explorer().frame(replaced=step, horizon=5)
    np.testing.assert_allclose(frame["survival"], 100 * np.array(expected))
    assert frame["survived"].startswith(f"After 5 batches, {100 * expected[4]:.0f} % of 212 ")
    assert f"of moments of calm, {100 * chapter.calm_survival()[4]:.0f} % are" in frame["survived"]
    assert frame["horizon_now"] == 5


def test_moments_of_calm_by_hand(monkeypatch):
    """One run of 60 batches that learnt after 5: the 51st is above the threshold."""
    loss = np.zeros(60)
    loss[50] = 1.0
    monkeypatch.setattr(recorded_census, "runs", lambda _: {"learnt_at": np.array([1])})
    monkeypatch.setattr(recorded_census, "curves", lambda *_: {"loss": loss})
    monkeypatch.setattr(recorded_census, "metadata", lambda: {"batches_per_epoch": 5})
    # Moments at batches 15 to 28; those from 20 on see the spike, 30 down to 22 batches later.
    survival = chapter.calm_survival.__wrapped__()
    sees = [50 - k + 1 if 50 - k < 31 else 0 for k in range(15, 29)]
    np.testing.assert_allclose(survival, naive_survival(sees))
    assert survival[0] == 1 > survival[-1]


def test_the_right_answers_to_the_questions():
    """Averaged over 100 batches, spikes nearly vanish; a clipped step puts many of them off, and not for long."""
    tops = [
        chapter.untreated_smoothed_frame(0, batches)["untreated_loss"][-200:].max() for batches in (1, 100)
    ]
    assert tops[1] < tops[0] / 5
    clipped = chapter.survival_after("clipped")
    assert clipped[0] > 0.85 > 0.5 > clipped[-1]
    assert chapter.calm_survival()[-1] > 0.75
