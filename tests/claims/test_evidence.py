"""Each verdict follows from its evidence, and evidence that decides nothing is refused."""

import pytest

from helpers.claims import Counterexample, Evidence, Experiment, Finding, Undecided, Verdict
from helpers.numerics.bootstrap import Interval

NONE, ROUNDING, VISIBLE = 0.0, 1e-15, 0.5


def found(low, high, **threshold):
    return Finding("effect", Interval((low + high) / 2, low, high, seeds=32), **threshold)


SMALL, LARGE, UNCLEAR = (0.1, 0.4), (1.1, 3.0), (0.5, 1.2)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(as_written=ROUNDING, corrected=ROUNDING), Verdict.CONFIRMED),
        (Evidence(as_written=ROUNDING, left_out=ROUNDING, corrected=ROUNDING), Verdict.CONFIRMED),
        (Evidence(as_written=ROUNDING, left_out=VISIBLE, corrected=ROUNDING), Verdict.COMPLETED),
        (Evidence(as_written=VISIBLE, as_meant=ROUNDING, corrected=ROUNDING), Verdict.REPAIRED),
        (Evidence(as_written=VISIBLE, as_meant=VISIBLE, corrected=ROUNDING), Verdict.REFUTED),
        (Evidence(as_written=float("inf"), corrected=NONE), Verdict.REFUTED),
        (Evidence(as_written=None, corrected=ROUNDING), Verdict.LOST),
        (Evidence(as_written=VISIBLE, readings={"a": ROUNDING}, corrected=ROUNDING), Verdict.REFUTED),
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
        Experiment(as_written=found(*SMALL, below=1), left_out=found(*UNCLEAR, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*SMALL, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*UNCLEAR, above=1)),
    ],
)
def test_evidence_that_decides_nothing_is_refused(evidence):
    with pytest.raises(Undecided):
        _ = evidence.verdict


def test_readings_are_reported():
    evidence = Evidence(as_written=VISIBLE, corrected=NONE, readings={"a sum": ROUNDING, "one step": 0.25})
    assert evidence.measurements.endswith("; read as a sum < 10⁻¹⁰; read as one step 25 %")


def test_the_table_shows_the_nearest_reading_where_there_is_no_value():
    evidence = Evidence(as_written=float("inf"), corrected=NONE, readings={"a": 0.5, "b": 0.25})
    assert evidence.row == ("no value of this shape; in the nearest reading 25 %", "< 10⁻¹⁰")


def test_an_error_below_0_and_one_that_is_no_number_are_refused():
    with pytest.raises(ValueError, match="as_written must be an error"):
        Evidence(as_written=-1.0, corrected=0.0)
    with pytest.raises(ValueError, match="a sum must be an error"):
        Evidence(as_written=1.0, corrected=0.0, readings={"a sum": -1.0})
    with pytest.raises(TypeError, match=r"corrected must be an error, one number, got \[0.0\]"):
        Evidence(as_written=1.0, corrected=[0.0])


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
