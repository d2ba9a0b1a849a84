"""The loss-curve lab shows the recorded runs, and loses no spike on the way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves import explorers as chapter
from helpers.loss_curves import recorded_census
from helpers.loss_curves.spikes import spike_onsets

property_test = settings(deadline=None, max_examples=60)
curves = st.lists(st.sampled_from([0.0, 0.25, 1.0, 6.0, np.nan]), min_size=1, max_size=80)
RUNS = list(itertools.product(recorded_census.trainings(), range(2)))
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
    begins = np.flatnonzero(spike_onsets(recorded["loss"])) // chapter.BUCKET
    after = [31 * learnt // chapter.BUCKET <= bucket and learnt > 0 for bucket in begins]
    marked = np.flatnonzero(~np.isnan(frame["loss_marks"]).reshape(-1, 2).all(axis=1))
    assert set(marked) <= set(begins[after])
    assert len(set(begins[after])) - len(marked) <= 1  # one may lie just before the end of the epoch
    if learnt and row["steps_after"][seed]:
        assert f"the {row['steps_after'][seed]} steps after it" in frame["outcome"]
        assert f"costs {row['worst_loss'][seed]:.2f} nats" in frame["outcome"]


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
        ({"diverged_at": 7}, "The loss is not a number from step 7 on."),
        (
            {"diverged_at": 0, "learnt_at": 0, "last_accuracy": 0.5},
            "No epoch has an accuracy of 95 %; the last has 50 %.",
        ),
        (
            {
                "diverged_at": 0, "learnt_at": 90, "steps_after": 310,
                "spikes": 1, "worst_loss": 2.0, "last_accuracy": 1.0,
            },
            "Epoch 90 is the first with an accuracy of 95 %. In the 310 steps after it 1 spike begins, and the worst "
            "batch costs 2.00 nats; the last epoch has 100 %.",
        ),
    ],
)  # fmt: skip
def test_outcome_in_words(row, words):
    assert chapter._outcome(row) == words
