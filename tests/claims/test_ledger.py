"""Each verdict follows from its evidence, in both directions."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Claim, Counterexample, Evidence, Experiment, Finding, Ledger, Undecided, Verdict
from helpers.numerics.bootstrap import Interval

NONE, ROUNDING, VISIBLE = 0.0, 1e-15, 0.5


def found(low, high, **threshold):
    return Finding("effect", Interval((low + high) / 2, low, high, seeds=32), **threshold)


@functools.cache
def measured(claim):
    """The evidence of a claim of the ledger. It is the same at every call, and some takes long to measure."""
    return claim.measured()


SMALL, LARGE, UNCLEAR = (0.1, 0.4), (1.1, 3.0), (0.5, 1.2)


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_verdict_is_what_the_evidence_says(claim):
    assert claim.measured().verdict is claim.verdict


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_verdict_does_not_depend_on_the_random_input(claim):
    for seed in range(5):
        assert claim.evidence(np.random.default_rng(seed)).verdict is claim.verdict


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_every_other_verdict_is_refused(claim):
    for verdict in set(Verdict) - {claim.verdict}:
        correction = "" if verdict is Verdict.CONFIRMED else "something else"
        wrong = replace(
            claim, verdict=verdict, correction=correction, evidence=lambda random: measured(claim)
        )
        with pytest.raises(
            AssertionError, match=f"marked {verdict.value}, but its evidence says {claim.verdict.value}"
        ):
            Ledger([wrong]).card(claim.id)


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_without_pytorch_a_card_says_what_would_be_measured(claim):
    def evidence(random):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    evidence.__doc__ = claim.evidence.__doc__
    ledger = Ledger([replace(claim, evidence=evidence)])
    shown = ledger.card(claim.id)._repr_markdown_().split("\n\n")
    assert shown[0] == f"**Claim {claim.id} · {claim.verdict.value}**"
    assert shown[1] == f"*The sheet says:* {claim.statement}"
    assert claim.correction in shown[-2]
    what = shown[-1].removeprefix("*PyTorch is not installed, so this is not measured:* ")
    assert f"{claim.id}: {what.removesuffix('.')}" in " ".join(claim.evidence.__doc__.split())
    assert ledger.table()._repr_markdown_().endswith("| not measured | not measured |")


def test_another_package_that_is_missing_is_an_error():
    def evidence(random):
        import nowhere  # noqa: F401

    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        Ledger([replace(CLAIMS["1.1.a"], evidence=evidence)]).card("1.1.a")


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
        Experiment(as_written=found(*UNCLEAR, below=1)),
        Experiment(as_written=found(*UNCLEAR, above=1)),
        Experiment(as_written=found(0.5, 1.0, below=1)),
        Experiment(as_written=found(float("nan"), float("nan"), below=1)),
        Experiment(as_written=found(0.5, float("nan"), below=1)),
        Experiment(as_written=found(*SMALL, below=1), left_out=found(*UNCLEAR, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*SMALL, above=1)),
        Experiment(as_written=found(*LARGE, below=1), corrected=found(*UNCLEAR, above=1)),
    ],
)
def test_evidence_that_decides_nothing_is_refused(evidence):
    with pytest.raises(Undecided):
        _ = evidence.verdict


def test_a_formula_with_a_planted_fault_is_not_confirmed(monkeypatch):
    """The claims measure helpers.convolution, not a copy of it: break it, and the book's own answer fails."""
    from helpers.convolution import claims as convolution

    monkeypatch.setattr(convolution, "weight_vjp", lambda g, x, size, **setting: np.zeros((1, 5, 3)))
    with pytest.raises(Undecided, match="own answer"):
        claims.card("1.1.c.iv")


def test_confirmed_claims_have_no_correction_and_others_have_one():
    known = dict(id="0", question="?", statement="!", evidence=lambda random: None, chapter="none")
    with pytest.raises(ValueError, match="claim 0 is confirmed"):
        Claim(**known, verdict=Verdict.CONFIRMED, correction="no")
    with pytest.raises(ValueError, match="claim 0 is refuted"):
        Claim(**known, verdict=Verdict.REFUTED)


def test_readings_are_reported():
    evidence = Evidence(as_written=VISIBLE, corrected=NONE, readings={"a sum": ROUNDING, "one step": 0.25})
    assert evidence.measurements.endswith("; read as a sum < 10⁻¹⁰; read as one step 25 %")


def test_a_reader_learns_in_a_number_how_far_off_the_sheet_is():
    """Where the statement has no value, readings near it have one, and are visibly wrong."""
    evidence = {claim.id: measured(claim) for claim in CLAIMS}
    without_value = [id for id, measured in evidence.items() if getattr(measured, "as_written", 0) == np.inf]
    assert without_value
    for id in without_value:
        errors = evidence[id].readings.values()
        assert errors, id
        assert all(1e-3 < error < np.inf for error in errors), id


def test_the_table_shows_the_nearest_reading_where_there_is_no_value():
    evidence = Evidence(as_written=float("inf"), corrected=NONE, readings={"a": 0.5, "b": 0.25})
    assert evidence.row == ("no value of this shape; in the nearest reading 25 %", "< 10⁻¹⁰")


def test_an_error_below_0_and_a_verdict_in_words_are_refused():
    with pytest.raises(ValueError, match="as_written must be an error"):
        Evidence(as_written=-1.0, corrected=0.0)
    with pytest.raises(ValueError, match="a sum must be an error"):
        Evidence(as_written=1.0, corrected=0.0, readings={"a sum": -1.0})
    with pytest.raises(TypeError, match="verdict must be a Verdict"):
        Claim(id="0", question="?", statement="!", verdict="confirmed", evidence=None, chapter="none")


def test_what_is_no_number_and_no_claim_is_refused():
    with pytest.raises(TypeError, match=r"corrected must be an error, one number, got \[0.0\]"):
        Evidence(as_written=1.0, corrected=[0.0])
    with pytest.raises(TypeError, match="claims must be Claims, got 'text'"):
        Ledger(["text"])


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


def test_bars_do_not_break_the_table():
    claim = replace(next(iter(CLAIMS)), statement=r"$\|x\| = |x|$")
    (row,) = Ledger([claim]).table()._repr_markdown_().splitlines()[2:]
    assert r"$\Vert x\Vert  = \vert x\vert $" in row


def test_ids_are_unique_and_unknown_ones_are_named():
    claim = next(iter(CLAIMS))
    with pytest.raises(ValueError, match="twice"):
        Ledger([claim, claim])
    with pytest.raises(KeyError, match=r"no claim '9\.9'"):
        claims.card("9.9")


@pytest.mark.parametrize(
    ("section", "asked"),
    [
        ("1.1", ["a", "b", "c.i", "c.ii", "c.iii", "c.iv"]),
        ("1.2.1", ["a", "b", "c", "d"]),
        ("1.2.2", ["a", "b", "c", "d", "e", *(f"e.{equation}" for equation in range(1, 7)), "f"]),
        (
            "1.3",
            [
                "1",
                "2.cause",
                "2.start",
                "2.swapped",
                "2.reasons",
                "3.clipping",
                "3.regularisation",
                "4.loss",
                "4.accuracy",
            ],
        ),
    ],
)
def test_section_is_complete(section, asked):
    """Every question of the section has a claim, and so does every numbered equation."""
    assert {f"{section}.{item}" for item in asked} <= {claim.id for claim in CLAIMS}


def test_card_shows_what_it_measured():
    card = claims.card("1.1.c.iv")
    assert "repaired" in repr(card)
    assert f"the sheet as written {100 * card.evidence.as_written:.0f} %" in repr(card)
    assert card.claim.correction in card._repr_markdown_()


def test_table_has_a_row_for_each_claim_and_counts_add_up():
    rows = claims.table()._repr_markdown_().splitlines()[2:]
    assert len(rows) == len(list(CLAIMS)) == sum(claims.counts().values())
    for row, claim in zip(rows, CLAIMS, strict=True):
        assert row.startswith(f"| [{claim.id}](#{claim.anchor}) | ")
        assert f" | {claim.verdict.value} | " in row
        assert row.count(" | ") == 5


# Planted faults


def test_a_claim_with_a_false_verdict():
    test = test_verdict_is_what_the_evidence_says
    claim = CLAIMS["1.1.c.iii"]
    test(claim)
    false = Verdict.REFUTED if claim.verdict is not Verdict.REFUTED else Verdict.REPAIRED
    with pytest.raises(AssertionError):
        test(replace(claim, verdict=false, correction="something else"))
