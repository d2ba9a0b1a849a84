"""The bootstrap: by hand, against a naive loop, and on experiments whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.numerics.bootstrap import bootstrap

property_test = settings(deadline=None, max_examples=100)


def of_samples(statistic, *samples, **options):
    """The interval of a statistic of samples that are paired by seed."""
    samples = [np.array(sample, float) for sample in samples]
    return bootstrap(lambda of: statistic(*(sample[of] for sample in samples)), len(samples[0]), **options)


def mean(a):
    return a.mean(axis=-1)


def mean_difference(a, b):
    return mean(a) - mean(b)


def test_two_seeds_by_hand():
    """The mean of two draws from 0 and 1 is 0, ½, ½ or 1: a quarter of the resamples lie at either end."""
    rng = np.random.default_rng(0)
    assert of_samples(mean, [0, 1], rng=rng) == (0.5, 0.0, 1.0, 2)
    assert of_samples(mean, [0, 1], rng=rng, level=0.4) == (0.5, 0.5, 0.5, 2)


@property_test
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20), st.integers(0, 2**32 - 1))
def test_naive_loop(values, seed):
    a, b = np.array(values), np.array(values[::-1])
    actual = of_samples(mean_difference, a, b, rng=np.random.default_rng(seed), resamples=50, level=0.8)
    drawn = np.random.default_rng(seed).integers(len(a), size=(50, len(a)))
    means = sorted(sum(a[i] for i in row) / len(a) - sum(b[i] for i in row) / len(a) for row in drawn)
    np.testing.assert_allclose(actual, (a.mean() - b.mean(), means[4], means[44], len(a)), atol=1e-10)


@property_test
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20), st.floats(-5, 5))
def test_what_is_paired_cancels(values, shift):
    """What all seeds gain alike is known exactly, however much the seeds differ."""
    shifted = np.array(values) + shift
    result = of_samples(mean_difference, shifted, values, rng=np.random.default_rng(0), resamples=200)
    np.testing.assert_allclose(result[:3], shift, atol=1e-10)


def test_it_covers_what_it_should():
    """Of 300 experiments, about 95 in 100 intervals hold the truth; 32 seeds make them a little short."""
    rng, held = np.random.default_rng(0), 0
    for _ in range(300):
        common = rng.normal(size=32)
        treated, untreated = common + rng.normal(0.5, 1, 32), common + rng.normal(0, 1, 32)
        interval = of_samples(mean_difference, treated, untreated, rng=rng, resamples=500)
        held += interval.low <= 0.5 <= interval.high
    assert 0.9 < held / 300 < 0.98


def test_infinite_stays_infinite_and_no_number_leaves_none():
    rng = np.random.default_rng(0)

    def largest(a):
        return a.max(axis=-1)

    assert of_samples(largest, [1, 2, math.inf], rng=rng) == (math.inf, 1, math.inf, 3)
    result = of_samples(lambda a: a.sum(axis=-1), [1, 2, math.nan], rng=rng)
    assert all(map(math.isnan, result[:3]))


@pytest.mark.parametrize(("numerator", "ratio"), [(1.0, math.inf), (0.0, math.nan)])
def test_a_statistic_may_divide_by_zero(numerator, ratio):
    result = of_samples(
        lambda a, b: mean(a) / mean(b),
        [numerator] * 3,
        [0.0] * 3,
        rng=np.random.default_rng(0),
    )
    np.testing.assert_array_equal(result[:3], ratio)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"seeds": 0}, ValueError, "seeds must be at least 1, got 0"),
        ({"seeds": [2]}, TypeError, r"seeds must be a whole number, got \[2\]"),
        ({"seeds": 2.0}, TypeError, "seeds must be a whole number, got 2.0"),
        ({"level": 1}, ValueError, "level must be between 0 and 1, got 1"),
        ({"level": 0}, ValueError, "level must be between 0 and 1, got 0"),
        ({"level": [0.9]}, ValueError, r"level must have shape \(\), got shape \(1,\)"),
        ({"resamples": 0}, ValueError, "resamples must be at least 1"),
    ],
)
def test_bad_input(changes, error, message):
    with pytest.raises(error, match=message):
        bootstrap(**{"statistic": mean, "seeds": 2, "rng": np.random.default_rng(0), **changes})


@pytest.mark.parametrize("statistic", [np.mean, np.abs, lambda a: a.mean(axis=-1, keepdims=True)])
def test_a_statistic_that_reduces_other_axes_is_refused(statistic):
    with pytest.raises(ValueError, match=r"statistic must reduce the last axis .* shape \(7, 3\)"):
        of_samples(statistic, [1, 2, 3], rng=np.random.default_rng(0), resamples=7)
