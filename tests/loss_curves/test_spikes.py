"""Spikes: by hand, against naive loops, and on made-up curves of every kind."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.loss_curves.spikes import (
    ACCURACIES,
    CALM_STEPS,
    CALMS,
    LEARNT_ACCURACY,
    LONG_SPIKE,
    SPIKE_LOSS,
    THRESHOLDS,
    epoch_learnt,
    sensitivity,
    spike_lengths,
    spike_onsets,
    summary,
)

property_test = settings(deadline=None, max_examples=100)
HIGH, LOW = 2 * SPIKE_LOSS, SPIKE_LOSS / 2
# Mostly low, so that ten calm batches in a row come about.
losses = st.lists(
    st.sampled_from([LOW] * 30 + [SPIKE_LOSS, HIGH, 100 * HIGH, math.nan, math.inf]), min_size=20, max_size=60
)


class TestSpikes:
    def test_a_spike_is_half_of_what_guessing_among_four_costs(self):
        assert pytest.approx(math.log(2)) == SPIKE_LOSS

    def test_by_hand(self):
        loss = np.full(40, LOW)
        loss[[0, 3]] = HIGH  # it starts within a spike
        loss[[14, 15, 16, 24]] = HIGH  # begins at 14; 24 comes after seven calm batches, and belongs to it
        loss[35] = HIGH  # after ten
        loss[30] = SPIKE_LOSS  # not above itself
        np.testing.assert_array_equal(np.flatnonzero(spike_onsets(loss)), [14, 35])
        loss[35] = math.inf  # a divergence
        np.testing.assert_array_equal(np.flatnonzero(spike_onsets(loss)), [14])

    @property_test
    @given(losses)
    def test_naive_loop(self, loss):
        begins, calm = [], 0
        for value in loss:
            above = math.isfinite(value) and value > SPIKE_LOSS
            begins.append(above and calm >= CALM_STEPS)
            calm = 0 if above else calm + 1
        np.testing.assert_array_equal(spike_onsets(loss), begins)

    def test_replicas_do_not_mix(self):
        loss = np.random.default_rng(0).choice(
            [LOW, LOW, LOW, HIGH], size=(3, 2, 50), p=[0.4, 0.3, 0.25, 0.05]
        )
        together = spike_onsets(loss)
        for place in np.ndindex(3, 2):
            np.testing.assert_array_equal(together[place], spike_onsets(loss[place]))


class TestLengths:
    def test_by_hand(self):
        loss = np.full(60, LOW)
        loss[2] = HIGH  # before any spike can begin
        loss[[14, 15, 24, 35]] = HIGH  # 24 still belongs to the first, 35 does not
        loss[30] = math.inf  # a divergence is not above
        lengths = np.zeros(60)
        lengths[[14, 35]] = 3, 1
        np.testing.assert_array_equal(spike_lengths(loss), lengths)
        lengths[14], lengths[35] = 4, 0
        np.testing.assert_array_equal(spike_lengths(loss, calm=11), lengths)
        assert not spike_lengths(loss, threshold=HIGH).any()

    @property_test
    @given(losses)
    def test_naive_loop(self, loss):
        lengths, begun = np.zeros(len(loss)), None
        for k, (value, begins) in enumerate(zip(loss, spike_onsets(loss), strict=True)):
            begun = k if begins else begun
            if begun is not None and math.isfinite(value) and value > SPIKE_LOSS:
                lengths[begun] += 1
        np.testing.assert_array_equal(spike_lengths(loss), lengths)


class TestSensitivity:
    def test_a_long_spike_has_more_batches_than_ten(self):
        loss = np.full(80, LOW)
        loss[20:30] = loss[50:61] = HIGH
        summed = summary(loss, np.ones(80), 10)
        assert (summed["spikes"], summed["long_spikes"], summed["steps_above"]) == (2, 1, 21)

    @property_test
    @given(losses, st.integers(1, 5), st.integers(0, 2**32 - 1))
    def test_naive_loop(self, loss, length, seed):
        loss = np.array(loss * 3)
        accuracy = np.random.default_rng(seed).choice([0.85, 0.92, 0.97, 1.0], size=len(loss))
        counts = sensitivity(loss, accuracy, length)
        for a, level in enumerate(ACCURACIES):
            learnt_at = epoch_learnt(accuracy, length, level)
            begin = length * learnt_at if learnt_at else len(loss)
            assert counts["steps_after"][a] == np.isfinite(loss[begin:]).sum()
            for t, threshold in enumerate(THRESHOLDS):
                above = np.isfinite(loss) & (loss > threshold)
                assert counts["steps_above"][t, a] == above[begin:].sum()
                for c, calm in enumerate(CALMS):
                    lengths = spike_lengths(loss, threshold, calm)[begin:]
                    assert counts["spikes"][t, c, a] == (lengths > 0).sum()
                    assert counts["long_spikes"][t, c, a] == (lengths > LONG_SPIKE).sum()

    def test_the_definitions_of_the_book_are_among_them(self):
        loss, accuracy = np.random.default_rng(0).exponential(0.3, 600), np.full(600, 0.96)
        accuracy[:200] = 0.5
        counts, summed = sensitivity(loss, accuracy, 20), summary(loss, accuracy, 20)
        assert (THRESHOLDS[0], CALMS[1], ACCURACIES[1]) == (SPIKE_LOSS, CALM_STEPS, LEARNT_ACCURACY)
        for name in ("spikes", "long_spikes"):
            assert counts[name][0, 1, 1] == summed[name]
        assert counts["steps_above"][0, 1] == summed["steps_above"]
        assert counts["steps_after"][1] == summed["steps_after"]


class TestLearnt:
    def test_by_hand(self):
        below, at = LEARNT_ACCURACY - 0.01, LEARNT_ACCURACY
        accuracy = [[below, below, at, 1, 0, 0, 1, 1], [1, 0.8, below, 1, 0.9, 0.8, 0, 0]]
        np.testing.assert_array_equal(epoch_learnt(accuracy, 2), [2, 2])
        np.testing.assert_array_equal(epoch_learnt(np.array(accuracy) - 0.3, 2), [0, 0])
        assert epoch_learnt([1.0], 2) == 0  # no epoch is over

    @property_test
    @given(st.lists(st.sampled_from([0.0, 0.5, 0.9, 1.0, math.nan]), max_size=60), st.integers(1, 5))
    def test_naive_loop(self, accuracy, length):
        accuracy = accuracy + [0.0] * length
        expected = 0
        for epoch in range(len(accuracy) // length, 0, -1):
            if np.mean(accuracy[(epoch - 1) * length : epoch * length]) >= LEARNT_ACCURACY:
                expected = epoch
        assert epoch_learnt(accuracy, length) == expected


class TestSummary:
    def test_of_a_run_that_learns_and_spikes(self):
        loss, accuracy = np.full(40, LOW), np.ones(40)
        accuracy[:10] = 0
        loss[[5, 25, 26, 38]] = HIGH, 3 * HIGH, HIGH, HIGH
        assert summary(loss, accuracy, 10) == {
            "diverged_at": 0,
            "learnt_at": 2,
            "steps_after": 20,
            "spikes": 2,
            "long_spikes": 0,
            "steps_above": 3,
            "worst_loss": 3 * HIGH,
        }

    def test_a_spike_just_before_learning_is_not_one_after(self):
        loss = np.full(30, LOW)
        loss[[19, 20]] = HIGH
        result = summary(loss, np.repeat([0.0, 1.0, 1.0], 10), 10)
        assert (result["spikes"], result["steps_above"], result["worst_loss"]) == (0, 1, HIGH)

    @pytest.mark.parametrize(
        ("lost_from", "expected"),
        [
            (3, {"diverged_at": 4, "learnt_at": 0, "steps_after": 0}),
            (25, {"diverged_at": 26, "learnt_at": 1, "steps_after": 15, "worst_loss": math.inf}),
        ],
    )
    def test_a_diverged_run_is_counted(self, lost_from, expected):
        loss, accuracy = np.full(30, LOW), np.ones(30)
        loss[lost_from:], accuracy[lost_from:] = math.nan, math.nan
        result = summary(loss, accuracy, 10)
        assert {key: result[key] for key in expected} == expected
        assert (result["spikes"], result["steps_above"]) == (0, 0)

    def test_of_a_run_that_never_learns(self):
        result = summary(np.full(30, HIGH), np.full(30, 0.25), 10)
        assert math.isnan(result.pop("worst_loss"))
        assert set(result.values()) == {0}

    @property_test
    @given(losses, st.lists(st.sampled_from([0.0, 1.0]), min_size=60, max_size=60), st.integers(1, 20))
    def test_counts_add_up(self, loss, accuracy, length):
        accuracy = np.where(np.isfinite(loss), accuracy[: len(loss)], math.nan)
        if len(loss) < length:
            return
        result = summary(loss, accuracy, length)
        after = loss[result["learnt_at"] * length :] if result["learnt_at"] else []
        assert result["steps_after"] == np.isfinite(after).sum()
        assert result["steps_above"] == sum(math.isfinite(value) and value > SPIKE_LOSS for value in after)
        assert result["spikes"] <= result["steps_above"] <= result["steps_after"]
        assert (result["diverged_at"] > 0) == (not np.isfinite(loss).all())
        if len(after):
            assert result["worst_loss"] == max(value if math.isfinite(value) else math.inf for value in after)

    def test_curves_of_another_shape_are_refused(self):
        with pytest.raises(ValueError, match=r"loss must have shape \(\.\.\., steps\), got shape \(\)"):
            spike_onsets(1.0)
        with pytest.raises(ValueError, match=r"accuracy must have shape \(\.\.\., steps\), got shape \(\)"):
            epoch_learnt(1.0, 1)
        with pytest.raises(ValueError, match=r"loss must have shape \(steps,\), got shape \(1, 2\)"):
            summary([[1.0, 1.0]], [0.5, 0.5], 1)
        with pytest.raises(ValueError, match=r"accuracy must have shape \(2,\), got shape \(3,\)"):
            summary([1.0, 1.0], [0.5, 0.5, 0.5], 1)
