"""The marked sheet: each statement once, with its verdict's mark, its correction and a link to its derivation."""

import re

import pytest

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Verdict


def test_each_verdict_has_a_sign_of_its_own():
    assert len({verdict.sign for verdict in Verdict}) == len(Verdict)


def test_the_whole_sheet_has_every_statement_once_and_its_headings():
    text = claims.marked_sheet()._repr_markdown_()
    assert re.findall(r"\n\[([\w.]+)\]\(#claim-", text) == [claim.id for claim in CLAIMS]
    headings = re.findall("<h2>(.+?)</h2>", text)
    assert headings[:2] == [
        "1.1 Convolutional Neural Networks",
        "1.2 Recurrent Neural Networks · 1.2.1 Part 1",
    ]
    assert len(headings) == len({claim.chapter for claim in CLAIMS})


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_a_statement_has_its_mark_its_correction_and_its_place(claim):
    alone = claims.marked_sheet(claim.id)._repr_markdown_()
    first, mark, *_ = alone.split("\n\n")
    assert first == f'<div class="marked {claim.verdict.value}">'
    assert mark == f"[{claim.verdict.label}]{{.mark}}"
    assert f"[{claim.id}](#{claim.anchor})" in alone
    assert claim.statement in alone
    assert ("<details" in alone) == bool(claim.correction or claim.remark)
    assert (claim.correction or claim.remark) in alone
    assert f"{{.mark #{claim.sheet_anchor}}}" in claims.marked_sheet()._repr_markdown_(), "a card leads to it"


def test_a_number_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match=r"no claim or section '1\.9'; the ledger has 1\.1\.a, "):
        claims.marked_sheet("1.1", "1.9")
    with pytest.raises(KeyError, match=r"no claim or section '1\.1\.c\.i\.'"):
        claims.marked_sheet("1.1.c.i.")


def test_the_strip_has_a_tile_for_each_claim_and_the_counts():
    tiles, counts = claims.strip()._repr_markdown_().split("\n\n")
    assert re.findall(r"\]\(#(\S+) \"(\S+): (\w+)\"\)\]\{\.tile \.(\w+)\}", tiles) == [
        (claim.anchor, claim.id, claim.verdict.value, claim.verdict.value) for claim in CLAIMS
    ]
    assert counts == " ".join(
        f"[{Verdict(verdict).label} {n}]{{.count}}" for verdict, n in claims.counts().items()
    )
    assert repr(claims.strip()).split() == [claim.verdict.sign for claim in CLAIMS]
