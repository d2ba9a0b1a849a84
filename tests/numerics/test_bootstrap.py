"""The bootstrap: by hand, against a naive loop, and on experiments whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.numerics import check_close
from helpers.numerics.bootstrap import Interval, bootstrap, misses, rate_ratio, share

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


counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=20)


class TestShare:
    def test_two_kinds_of_seeds_by_hand(self):
        """Half of the seeds hold 1 of 4, half 3 of 4: p is ½, and a seed adds ±1/4 to it."""
        held = [1, 3] * 50
        interval = share(held, [4] * 100, rng=np.random.default_rng(0))
        error = 0.25 / np.sqrt(100)  # of p, and four times that of its logit
        assert interval.effect == 0.5
        np.testing.assert_allclose(interval[1:3], [0.5 - 1.96 * error, 0.5 + 1.96 * error], atol=0.005)
        assert interval.seeds == 100

    @pytest.mark.parametrize("held", [0, 1])
    def test_all_alike_has_the_exact_bound_of_seeds(self, held):
        """If each seed is otherwise with the probability beyond the bound, all agree in fewer than 2.5 %."""
        interval = share([held * 3] * 22 + [0] * 2, [3] * 22 + [0] * 2, rng=np.random.default_rng(0))
        otherwise = 1 - interval.low if held else interval.high
        check_close((1 - otherwise) ** 22, 0.025)
        assert (interval.effect, interval.seeds) == (held, 22)
        assert held in interval[1:3]

    @property_test
    @given(counts, st.integers(0, 2**32 - 1))
    def test_naive_loop(self, pairs, seed):
        cases = np.array([max(pair) for pair in pairs])
        held = np.array([min(pair) for pair in pairs])
        kept = [(h, n) for h, n in zip(held, cases, strict=True) if n]
        if not kept or held.sum() in (0, cases.sum()):
            return
        interval = share(held, cases, rng=np.random.default_rng(seed), resamples=40, level=0.8)
        drawn = np.random.default_rng(seed).integers(len(kept), size=(40, len(kept)))

        def logit_and_error(rows):
            h, n = (sum(column) for column in zip(*rows, strict=True))
            if h in (0, n):
                return math.copysign(math.inf, h - 1), math.nan
            squares = sum((a - h / n * b) ** 2 for a, b in rows)
            return math.log(h / (n - h)), math.sqrt(squares) / n / (h / n * (1 - h / n))

        value, error = logit_and_error(kept)
        t = []
        for row in drawn:
            other, its_error = logit_and_error([kept[i] for i in row])
            t += [(other - value) / its_error] if its_error > 1e-12 else [0.0] * (other == value)
        ends = sorted(x for x in t if math.isfinite(x))
        if len(ends) < 40:  # draws without an error: not in the naive order
            return
        z = 1.2815515655446004  # at least as wide as a normal interval of 80 %
        expected = [1 / (1 + math.exp(-(value - t * error))) for t in (max(ends[35], z), min(ends[3], -z))]
        np.testing.assert_allclose(interval[1:3], expected, atol=1e-9)

    def test_bad_input(self):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match="held must be at most as many as cases"):
            share([2], [1], rng=rng)
        with pytest.raises(ValueError, match="cases must hold at least one, got none"):
            share([0], [0], rng=rng)
        with pytest.raises(ValueError, match="cases must have a number for each of 2 seeds, got 1"):
            share([0, 1], [1], rng=rng)


class TestRateRatio:
    def test_by_hand(self):
        """Rates of 2 in 10 and of 4 in 10; each seed has one event more or less than the mean of each."""
        events, reference = np.array([1, 3] * 100), np.array([3, 3, 5, 5] * 50)
        interval = rate_ratio(events, [10] * 200, reference, [10] * 200, rng=np.random.default_rng(0))
        check_close(interval.effect, 0.5)
        error = np.sqrt((1 / 2) ** 2 + (1 / 4) ** 2) / np.sqrt(200)
        np.testing.assert_allclose(
            np.log(interval[1:3]), np.log(0.5) + 1.96 * error * np.array([-1, 1]), atol=0.01
        )

    def test_what_is_paired_cancels(self):
        events = np.random.default_rng(0).integers(1, 30, 25)
        interval = rate_ratio(3 * events, [2] * 25, events, [1] * 25, rng=np.random.default_rng(0))
        np.testing.assert_allclose(interval[:3], 1.5)

    def test_seeds_without_exposure_have_no_weight_and_are_not_counted(self):
        of_all = rate_ratio(
            [4, 2, 0, 6], [9, 9, 0, 9], [5, 0, 7, 3], [9, 0, 9, 9], rng=np.random.default_rng(0)
        )
        check_close(of_all.effect, (12 / 27) / (15 / 27))
        assert of_all.seeds == 2

    def test_two_events_are_few(self):
        """Of 2 events against 20, a Poisson variable of mean 2 alone leaves a factor of two open."""
        few, many = np.zeros(30), np.ones(30)
        few[[4, 17]] = 1
        interval = rate_ratio(few, many, many, many, rng=np.random.default_rng(0))
        assert interval.low < 0.4 * interval.effect
        assert interval.high > 2.5 * interval.effect

    @pytest.mark.parametrize("events", [[0, 0], [1, 2]])
    def test_no_rate_has_no_ends(self, events):
        exposure = [5, 5] if not any(events) else [0, 0]
        interval = rate_ratio(events, exposure, [1, 2], [5, 5], rng=np.random.default_rng(0))
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)


def heavy_tailed(rng, seeds):
    """Events of which one seed in ten has most: a mean of which a percentile interval misses on one side."""
    return np.where(rng.random(seeds) < 0.1, 100, 1) * rng.integers(1, 4, seeds)


def test_misses_are_counted_on_their_own_side():
    def one_side(of):
        return Interval(0.5, 0.4 if of[0] < 3 else 0.6, 0.7, 10)

    below, above = misses(one_side, 10, size=4, rng=np.random.default_rng(0))
    assert below == 0
    assert above == pytest.approx(0.7, abs=0.05)  # the first of the sample is 3 or more


def test_a_studentised_ratio_covers_better_than_a_percentile_one():
    """A miniature of benchmarks/coverage.py: see the record that it makes, and its test."""
    rng = np.random.default_rng(0)
    events, reference = heavy_tailed(rng, 200), rng.integers(1, 4, 200)
    ones = np.ones(200)

    def studentised(of):
        return rate_ratio(events[of], ones[of], reference[of], ones[of], rng=rng, resamples=300)

    def percentile(of):
        a, b = events[of], reference[of]
        return bootstrap(lambda d: a[d].sum(-1) / b[d].sum(-1), len(of), rng=rng, resamples=300)

    new, old = (misses(f, 200, size=50, rng=rng, samples=300) for f in (studentised, percentile))
    assert max(new) < 0.05
    assert max(old) > 0.05


def test_the_least_of_several_is_not_covered():
    """The minimum of four alike, taken inside the bootstrap, is too low too often: nothing may be chosen there."""
    rng = np.random.default_rng(0)
    four = rng.normal(size=(4, 64))

    def least(of):
        sample = four[:, of]
        return bootstrap(lambda d: sample[:, d].mean(axis=-1).min(axis=0), len(of), rng=rng, resamples=300)

    assert misses(least, 64, size=64, rng=rng, samples=200)[0] > 0.04
