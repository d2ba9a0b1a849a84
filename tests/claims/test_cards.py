"""What a reader sees of the claims: cards, the table and the errata."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Card, Ledger, Table, Verdict


@functools.cache
def measured(claim):
    """Return the evidence of a claim of the ledger. It is the same at every call, and some takes long to measure."""
    return claim.measure()


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
            Card(wrong)


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_without_pytorch_a_card_says_what_would_be_measured(claim):
    def evidence(random):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    evidence.__doc__ = claim.evidence.__doc__
    claim = replace(claim, evidence=evidence)
    shown = Card(claim)._repr_markdown_().split("\n\n")
    assert shown[0] == f"**Claim {claim.id} · {claim.verdict.value}**"
    label = "The sheet" if claim.verdict is Verdict.LOST else "The sheet says"
    assert shown[1] == f"*[{label}](#{claim.sheet_anchor}):* {claim.statement}"
    assert claim.correction in shown[-2]
    what = shown[-1].removeprefix("*PyTorch is not installed, so this is not measured:* ")
    assert " ".join(claim.evidence.__doc__.split()).startswith(what)
    assert Table(Ledger([claim]))._repr_markdown_().endswith("| not measured | not measured |")


def test_another_package_that_is_missing_is_an_error():
    def evidence(random):
        import nowhere  # noqa: F401

    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        Card(replace(CLAIMS["1.1.a"], evidence=evidence))


def test_a_reader_learns_in_a_number_how_far_off_the_sheet_is():
    """Where the statement has no value, readings near it have one, and are visibly wrong."""
    evidence = {claim.id: measured(claim) for claim in CLAIMS}
    without_value = [id for id, measured in evidence.items() if getattr(measured, "as_written", 0) == np.inf]
    assert without_value
    for id in without_value:
        errors = evidence[id].readings.values()
        assert errors, id
        assert all(1e-3 < error < np.inf for error in errors), id


def test_bars_do_not_break_the_table():
    claim = replace(next(iter(CLAIMS)), statement=r"$\|x\| = |x|$")
    (row,) = Table(Ledger([claim]))._repr_markdown_().splitlines()[2:]
    assert r"$\Vert x\Vert  = \vert x\vert $" in row


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
        assert f" | [{claim.verdict.value}]{{.verdict}} | " in row
        assert row.count(" | ") == 5
