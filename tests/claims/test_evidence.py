"""Each verdict follows from its evidence, and evidence that decides nothing is refused."""

from dataclasses import replace

import pytest

from helpers.claims import (
    Counterexample,
    Evidence,
    Experiment,
    Finding,
    Unsupported,
    Verdict,
    off_by,
    product_error,
)
from helpers.claims.evidence import format_error
from helpers.numerics.bootstrap import Interval

NONE, ROUNDING, VISIBLE = 0.0, 1e-15, 0.5


def found(low, high, **threshold):
    return Finding("effect", Interval((low + high) / 2, low, high, seeds=32), **threshold)


SMALL, LARGE, UNCLEAR = (0.1, 0.4), (1.1, 3.0), (0.5, 1.2)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(as_written=ROUNDING, corrected=ROUNDING), Verdict.CONFIRMED),
        (
            Evidence(as_written=ROUNDING, left_out={"elsewhere": ROUNDING}, corrected=ROUNDING),
            Verdict.CONFIRMED,
        ),
        (
            Evidence(as_written=ROUNDING, left_out={"elsewhere": VISIBLE}, corrected=ROUNDING),
            Verdict.COMPLETED,
        ),
        (Evidence(as_written=VISIBLE, as_meant=ROUNDING, corrected=ROUNDING), Verdict.REPAIRED),
        (Evidence(as_written=VISIBLE, as_meant=VISIBLE, corrected=ROUNDING), Verdict.REFUTED),
        (Evidence(as_written=float("inf"), corrected=NONE), Verdict.REFUTED),
        (Evidence(as_written=None, corrected=ROUNDING), Verdict.LOST),
        (Evidence(as_written=VISIBLE, readings={"a": ROUNDING}, corrected=ROUNDING), Verdict.REFUTED),
        (Evidence(as_written=ROUNDING, beside={"a": VISIBLE}, corrected=ROUNDING), Verdict.CONFIRMED),
        (Evidence(as_written=[VISIBLE, ROUNDING, VISIBLE], corrected=[NONE, NONE, NONE]), Verdict.REFUTED),
        (Evidence(as_written=[VISIBLE, float("inf"), VISIBLE], corrected=NONE), Verdict.REFUTED),
        (Counterexample(at_most=1.0, measured=1e9, predicted=1e9 * (1 + 1e-15)), Verdict.REFUTED),
        (Experiment(as_written=found(*SMALL, below=1)), Verdict.CONFIRMED),
        (Experiment(as_written=found(*LARGE, above=1)), Verdict.CONFIRMED),
        (Experiment(as_written=found(*SMALL, below=1), left_out=found(*LARGE, above=1)), Verdict.COMPLETED),
        (Experiment(as_written=found(*SMALL, below=1), left_out=found(*SMALL, above=1)), Verdict.CONFIRMED),
        (Experiment(as_written=found(*LARGE, below=1)), Verdict.REFUTED),
        (Experiment(as_written=found(*SMALL, above=1), corrected=found(*SMALL, below=1)), Verdict.REFUTED),
        (Experiment(as_written=found(*UNCLEAR, below=1)), Verdict.UNDECIDED),
        (Experiment(as_written=found(*UNCLEAR, above=1)), Verdict.UNDECIDED),
        (Experiment(as_written=found(0.5, 1.0, below=1)), Verdict.UNDECIDED),
        (Experiment(as_written=found(float("nan"), float("nan"), below=1)), Verdict.UNDECIDED),
        (Experiment(as_written=found(0.5, float("nan"), below=1)), Verdict.UNDECIDED),
        (
            Experiment(as_written=found(*UNCLEAR, below=1), corrected=found(*SMALL, below=1)),
            Verdict.UNDECIDED,
        ),
        (Experiment(as_written=found(*UNCLEAR, below=1), left_out=found(*LARGE, above=1)), Verdict.UNDECIDED),
    ],
)
def test_rule(evidence, verdict):
    assert evidence.verdict is verdict


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(as_written=ROUNDING, corrected=VISIBLE),
        Evidence(as_written=None, corrected=VISIBLE),
        Evidence(as_written=VISIBLE, corrected=VISIBLE),
        Evidence(as_written=1e-6, corrected=ROUNDING),
        Evidence(as_written=VISIBLE, as_meant=1e-6, corrected=ROUNDING),
        Evidence(as_written=float("nan"), corrected=ROUNDING),
        Evidence(as_written=ROUNDING, corrected=float("nan")),
        Counterexample(at_most=1.0, measured=1.0, predicted=1.0),
        Counterexample(at_most=1.0, measured=1.0001, predicted=1.0001),
        Counterexample(at_most=1.0, measured=36.0, predicted=6.0),
        Counterexample(at_most=1.0, measured=float("nan"), predicted=float("nan")),
        Evidence(as_written=VISIBLE, as_meant=[ROUNDING, ROUNDING, 1e-6], corrected=ROUNDING),
        Evidence(as_written=[VISIBLE, ROUNDING, ROUNDING], corrected=ROUNDING),
        Evidence(as_written=ROUNDING, corrected=[ROUNDING, ROUNDING, VISIBLE]),
        Experiment(as_written=found(*SMALL, below=1), left_out=found(*UNCLEAR, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*SMALL, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*UNCLEAR, above=1)),
    ],
)
def test_evidence_that_decides_nothing_is_refused(evidence):
    with pytest.raises(Unsupported):
        _ = evidence.verdict


def test_errors_are_medians_with_their_range():
    draws = [
        Evidence(as_written=error, corrected=ROUNDING, left_out={"elsewhere": 2 * error})
        for error in (0.1, 0.9, 0.25)
    ]
    together = Evidence.over(draws)
    assert together.measurements == (
        "the sheet as written: 25 % (10 to 90 %); elsewhere: 50 % (20 to 180 %); the book: < 10⁻¹⁰"
    )
    assert together.row == ("off by 25 % (10 to 90 %)", "off by < 10⁻¹⁰")


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([1e-16, 1e-15], "< 10⁻¹⁰"),
        ([0.5, 0.5], "50 %"),
        ([float("inf")] * 3, "no value"),
        ([0.012345, 3.0, 0.2], "20 % (1.2 to 300 %)"),
        (21.234, "2.1 · 10³ %"),
    ],
)
def test_errors_in_words(errors, words):
    assert format_error(errors) == words


def test_what_is_left_out_has_its_own_words_and_no_column():
    evidence = Evidence(as_written=ROUNDING, left_out={"beyond the window": 0.5}, corrected=NONE)
    assert evidence.row == ("off by < 10⁻¹⁰", "off by < 10⁻¹⁰")
    assert "; beyond the window: 50 %;" in evidence.measurements


def test_readings_are_a_table_and_one_is_nearest():
    evidence = Evidence(as_written=VISIBLE, corrected=NONE, readings={"a sum": ROUNDING, "one step": 0.25})
    assert evidence.table == {"a sum": "< 10⁻¹⁰", "one step": "25 %"}
    assert evidence.nearest() == "a sum"
    assert "one step" not in evidence.measurements


def test_the_reading_that_holds_is_nearest():
    readings = {
        "one": found(*LARGE, below=1),
        "two": found(*UNCLEAR, below=1),
        "three": found(*SMALL, below=1),
    }
    experiment = Experiment(as_written=found(*SMALL, below=1), readings=readings)
    assert experiment.nearest() == "three"
    assert experiment.table["three"] == str(readings["three"])


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [
        (0.3, 0.2, pytest.approx(0.5)),  # not floored at 1
        ([1e-9, 0], [2e-9, 0], 0.5),
        (0.0, 0.0, 0),
        (1e-20, 0.0, float("inf")),  # there is nothing to be relative to
        ([1.0], [[1.0]], float("inf")),
        (float("nan"), 1.0, float("inf")),
    ],
)
def test_errors_are_relative_to_what_is_expected(actual, expected, error):
    assert off_by(actual, expected) == error


def test_a_product_that_has_a_value_is_named():
    with pytest.raises(AssertionError, match=r"shapes \(1, 3\) and \(3, 2\) was to have no value"):
        product_error([[1, 2, 3]], [[1, 2], [3, 4], [5, 6]])


def test_an_error_below_0_and_one_that_is_no_number_are_refused():
    with pytest.raises(ValueError, match="as_written must be an error"):
        Evidence(as_written=-1.0, corrected=0.0)
    with pytest.raises(ValueError, match="a sum must be an error"):
        Evidence(as_written=1.0, corrected=0.0, readings={"a sum": -1.0})
    with pytest.raises(
        TypeError, match=r"corrected must be an error, a number or one for each draw, got '0'"
    ):
        Evidence(as_written=1.0, corrected=["0"])


@pytest.mark.parametrize("thresholds", [{}, {"above": 1, "below": 1}])
def test_a_finding_has_one_threshold(thresholds):
    with pytest.raises(ValueError, match="one threshold, above or below"):
        found(*SMALL, **thresholds)


def test_an_experiment_says_what_it_found():
    experiment = Experiment(as_written=found(-0.4, -0.2, below=0), corrected=found(1, 3, above=0))
    assert experiment.row == (
        "effect −0.3 (95 % interval −0.4 to −0.2, 32 seeds)",
        "effect 2 (95 % interval 1 to 3, 32 seeds)",
    )
    assert experiment.measurements == "; ".join(experiment.row)
    assert (experiment.heading, replace(experiment, recorded=True).heading) == ("Measured", "Recorded")


def test_an_exact_bound_is_shown_as_it_is():
    finding = Finding("share", Interval(1.0, 0.873, 1.0, seeds=22), above=0.5)
    assert str(finding) == "share 1 (95 % interval 0.87 to 1, 22 seeds)"


def test_a_verdict_has_a_word_a_sign_and_a_meaning():
    assert [verdict.value for verdict in Verdict] == [
        "confirmed",
        "completed",
        "repaired",
        "refuted",
        "undecided",
        "lost",
    ]
    for part in ("sign", "meaning", "label"):
        assert len({getattr(verdict, part) for verdict in Verdict}) == len(Verdict)
    assert (
        Verdict("undecided").label
        == '<span class="verdict undecided"><span class="sign">±</span> undecided</span>'
    )
