"""What a reader sees of the claims: cards, the table and the errata."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Card, Claim, Errata, Experiment, Finding, Ledger, Table, Verdict
from helpers.numerics.bootstrap import Interval


@functools.cache
def measured(claim):
    """Return the evidence of a claim of the ledger. It is the same at every call, and some takes long to measure."""
    return claim.measure()


@functools.cache
def first_draw(claim):
    """Return the evidence of one draw, which supports the same verdict."""
    return claim.evidence(np.random.default_rng(0))


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_every_other_verdict_is_refused(claim):
    for verdict in set(Verdict) - {claim.verdict}:
        correction = "" if verdict is Verdict.CONFIRMED else "something else"
        wrong = replace(
            claim,
            verdict=verdict,
            correction=correction,
            remark="",
            evidence=lambda random: first_draw(claim),
        )
        with pytest.raises(
            AssertionError, match=f"marked {verdict.value}, but its evidence says {claim.verdict.value}"
        ):
            Card(wrong)


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_without_pytorch_a_card_says_what_would_be_measured(claim):
    def evidence(random):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    evidence.__doc__ = claim.evidence.__doc__
    claim = replace(claim, evidence=evidence)
    shown = Card(claim)._repr_markdown_().split("\n\n")
    assert shown[0] == f"**Claim {claim.id} · {claim.verdict.label}**"
    label = "The sheet" if claim.verdict is Verdict.LOST else "The sheet says"
    assert shown[1] == f"*[{label}](#{claim.sheet_anchor}):* {claim.statement}"
    assert (claim.correction or claim.remark) in shown[-2]
    what = shown[-1].removeprefix("*PyTorch is not installed, so this is not measured:* ")
    assert " ".join(claim.evidence.__doc__.split()).startswith(what)
    assert Table(Ledger([claim]))._repr_markdown_().endswith("| not measured | not measured |")


def test_another_package_that_is_missing_is_an_error():
    def evidence(random):
        import nowhere  # noqa: F401

    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        Card(replace(CLAIMS["1.1.a"], evidence=evidence))


def test_a_reader_learns_in_a_number_how_far_off_the_sheet_is():
    """Where the statement has no value, a reading of it or a part of it has one, and is visibly wrong."""
    formulas = {claim.id: measured(claim) for claim in CLAIMS if isinstance(measured(claim), claims.Evidence)}
    without_value = [id for id, evidence in formulas.items() if evidence.row[0] == "off by no value"]
    assert without_value
    for id in without_value:
        near = {**formulas[id].readings, **formulas[id].beside}
        assert any(1e-3 < np.median(errors) < np.inf for errors in near.values()), id


def test_a_card_has_its_readings_in_a_table_and_says_which_is_judged():
    shown = claims.card("1.2.1.c.step")._repr_markdown_()
    assert "| reading | off by |\n|---|---|\n| **judged:** with h[t−1] held fixed | < 10⁻¹⁰ |" in shown
    assert "this reading is the closest to right" in shown
    assert "The sheet settles it elsewhere: “" in claims.card("1.1.a")._repr_markdown_()


def test_a_reading_that_the_evidence_lacks_is_refused():
    claim = replace(CLAIMS["1.1.a"], reading="upside down")
    with pytest.raises(
        AssertionError, match="read as 'upside down', but the readings of its evidence are with"
    ):
        Card(claim)
    claim = replace(CLAIMS["1.1.b"], reading="upside down")
    with pytest.raises(AssertionError, match="the readings of its evidence are none"):
        Card(claim)
    with pytest.raises(AssertionError, match="read as ''"):
        Card(replace(CLAIMS["1.1.a"], reading="", settled_by=""))


UNDECIDED = Claim(
    id="0",
    question="Does it help?",
    statement="It helps.",
    verdict=Verdict.UNDECIDED,
    evidence=lambda random: Experiment(
        Finding("effect", Interval(0.9, 0.7, 1.2, seeds=8), below=1), recorded=True
    ),
    chapter="none",
    correction="Eight seeds cannot tell.",
)


def test_an_undecided_claim_has_a_card_and_a_row_and_is_no_erratum():
    shown = Card(UNDECIDED)._repr_markdown_()
    assert shown.startswith(
        '**Claim 0 · <span class="verdict undecided"><span class="sign">±</span> undecided</span>**'
    )
    assert "*What is known:* Eight seeds cannot tell." in shown
    assert "*Recorded:* effect 0.9 (95 % interval 0.7 to 1.2, 8 seeds)." in shown
    ledger = Ledger([UNDECIDED])
    assert ledger.counts() == {"undecided": 1}
    assert Errata(ledger)._repr_markdown_() == ""
    assert "| effect 0.9 (95 % interval 0.7 to 1.2, 8 seeds) |" in Table(ledger)._repr_markdown_()
    assert ",undecided,Eight seeds cannot tell.," in claims.to_csv(ledger)


def test_what_verdicts_mean_is_shown_with_their_numbers():
    lines = claims.verdicts()._repr_markdown_().splitlines()
    for verdict, line in zip(Verdict, lines, strict=True):
        number = claims.counts().get(verdict.value, 0)
        assert line == f"- {verdict.label} ({number or 'no'} claim{'s' * (number != 1)}): {verdict.meaning}"


def test_bars_do_not_break_the_table():
    claim = replace(next(iter(CLAIMS)), statement=r"$\|x\| = |x|$")
    (row,) = Table(Ledger([claim]))._repr_markdown_().splitlines()[2:]
    assert r"$\Vert x\Vert  = \vert x\vert $" in row


def test_card_shows_what_it_measured():
    card = claims.card("1.1.c.iv")
    assert "repaired" in repr(card)
    assert f"the sheet as written: {100 * np.median(card.evidence.as_written):.2g} % (" in repr(card)
    assert card.claim.correction in card._repr_markdown_()


def test_table_has_a_row_for_each_claim_and_counts_add_up():
    rows = claims.table()._repr_markdown_().splitlines()[2:]
    assert len(rows) == len(list(CLAIMS)) == sum(claims.counts().values())
    for row, claim in zip(rows, CLAIMS, strict=True):
        assert row.startswith(f"| [{claim.id}](#{claim.anchor}) | ")
        assert f" | {claim.verdict.label} | " in row
        assert row.count(" | ") == 5
