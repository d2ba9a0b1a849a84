"""The ledger's claims: what each measures is what its verdict says, and none is forgotten."""

import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Claim, Evidence, Ledger, Sheet, Unsupported, Verdict


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_verdict_is_what_the_evidence_says(claim):
    assert claim.measure().verdict is claim.verdict


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_verdict_does_not_depend_on_the_random_input(claim):
    """For each claim, 100 draws agree with its verdict in the test above; here are others."""
    random = np.random.default_rng(1)
    evidence = [claim.evidence(random) for _ in range(5)]
    together = Evidence.over(evidence) if isinstance(evidence[0], Evidence) else evidence[-1]
    assert together.verdict is claim.verdict


def test_a_formula_with_a_planted_fault_is_not_confirmed(monkeypatch):
    """The claims measure helpers.convolution, not a copy of it: break it, and the book's own answer fails."""
    from helpers.convolution import claims as convolution

    monkeypatch.setattr(convolution, "weight_vjp", lambda g, x, size, **setting: np.zeros((1, 5, 3)))
    with pytest.raises(Unsupported, match="own answer"):
        claims.card("1.1.c.iv")


def test_confirmed_claims_have_no_correction_and_others_have_one():
    known = dict(id="0", question="?", statement="!", evidence=lambda random: None, chapter="none")
    with pytest.raises(ValueError, match="claim 0 is confirmed"):
        Claim(**known, verdict=Verdict.CONFIRMED, correction="no")
    with pytest.raises(ValueError, match="claim 0 is refuted"):
        Claim(**known, verdict=Verdict.REFUTED)


def test_a_remark_belongs_to_what_is_confirmed_and_a_reason_to_a_reading():
    known = dict(id="0", question="?", statement="!", evidence=lambda random: None, chapter="none")
    with pytest.raises(
        ValueError, match="claim 0 is refuted: what there is to add belongs to its correction"
    ):
        Claim(**known, verdict=Verdict.REFUTED, correction="no", remark="besides")
    with pytest.raises(ValueError, match="claim 0 must name the reading that is settled by 'use'"):
        Claim(**known, verdict=Verdict.CONFIRMED, settled_by="use")


READ = [claim for claim in CLAIMS if claim.reading]


@pytest.mark.parametrize("claim", READ, ids=lambda claim: claim.id)
def test_an_ambiguous_statement_is_read_by_the_rule(claim):
    """As the sheet uses its symbols elsewhere, in words that are quoted; or as the reading that is closest to right."""
    evidence = claim.measure()
    assert claim.reading in evidence.readings
    assert len(evidence.readings) >= 2
    if claim.settled_by:
        assert re.search("“.+”", claim.settled_by)
    else:
        assert evidence.nearest() == claim.reading


def test_readings_are_named_where_there_are_some():
    assert len(READ) >= 10
    for claim in CLAIMS:
        if not claim.reading:
            assert not getattr(claim.evidence(np.random.default_rng(0)), "readings", {}), claim.id


def test_a_reading_that_is_not_the_closest_is_noticed():
    claim = replace(CLAIMS["1.2.1.c"], reading="with direct gradients")
    with pytest.raises(AssertionError):
        test_an_ambiguous_statement_is_read_by_the_rule(claim)


def test_a_verdict_in_words_and_what_is_no_claim_are_refused():
    with pytest.raises(TypeError, match="verdict must be a Verdict"):
        Claim(id="0", question="?", statement="!", verdict="confirmed", evidence=None, chapter="none")
    with pytest.raises(TypeError, match="claims must be Claims, got 'text'"):
        Ledger(["text"])


def test_ids_are_unique_and_unknown_ones_are_named():
    claim = next(iter(CLAIMS))
    with pytest.raises(ValueError, match="twice"):
        Ledger([claim, claim])
    with pytest.raises(KeyError, match=r"no claim '9\.9'"):
        claims.card("9.9")


@pytest.fixture
def sheet(tmp_path, monkeypatch):
    """Return a sheet with one claim."""
    folder = tmp_path / "a_chapter"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "sheet.toml").write_text(
        """["1.a"]\nquestion = '$\\top$?'\nstatement = '''\nOne\ntwo.\n'''\nverdict = "confirmed"\n""",
        encoding="utf-8",
    )
    (folder / "sheet.md").write_text("## 1 A chapter\n\n(a)\n\nOne two.\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield Sheet("a_chapter")
    sys.modules.pop("a_chapter", None)


def test_a_sheet_gives_its_words_with_the_evidence_attached(sheet):
    measure = sheet.evidence("1.a")(lambda random: Evidence(as_written=0.0, corrected=0.0))
    (claim,) = sheet
    assert claim == Claim(
        "1.a", r"$\top$?", "One two.", Verdict.CONFIRMED, measure, "a_chapter", section="1 A chapter"
    )


def test_a_claim_without_evidence_and_evidence_without_a_claim_are_named(sheet):
    with pytest.raises(ValueError, match=r"claim 1\.a of a_chapter/sheet\.toml has no evidence"):
        list(sheet)
    with pytest.raises(ValueError, match=r"evidence for '1\.b', which is no claim of a_chapter/sheet\.toml"):
        sheet.evidence("1.b")
    sheet.evidence("1.a")(len)
    with pytest.raises(ValueError, match=r"claim 1\.a has evidence twice"):
        sheet.evidence("1.a")


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


# Planted faults


def test_a_claim_with_a_false_verdict():
    test = test_verdict_is_what_the_evidence_says
    claim = CLAIMS["1.1.c.iii"]
    test(claim)
    false = Verdict.REFUTED if claim.verdict is not Verdict.REFUTED else Verdict.REPAIRED
    with pytest.raises(AssertionError):
        test(replace(claim, verdict=false, correction="something else"))
