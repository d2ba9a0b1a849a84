"""Right calls of the public functions of helpers.claims, for tests/repository/test_bad_input.py."""

from fuzzing import Call, call_of
from hypothesis import strategies as st

from helpers import claims
from helpers.book import CLAIMS
from helpers.claims import Claim, Counterexample, Evidence, Ledger, Verdict

EXEMPT = {
    r"claims\.(table|errata|counts|strip|verdicts|marks\.\w+|evidence\.Verdict|cards\.\w+|ledger\.(Ledger\.counts|Claim\.measure))": "takes nothing from outside",
    r"claims\.marked_sheet": "takes numbers, one after the other: tests/claims/test_marks.py",
    r"claims\.ledger\.Sheet(\.evidence)?": "made by the chapters: tests/claims/test_ledger.py",
    r"claims\.evidence\.format_error": "takes an error that evidence has checked",
    r"claims\.evidence\.(off_by|product_error|Evidence\.\w+)": "takes what the oracle and a transcript of the sheet made",
    r"claims\.export\.\w+": "takes a ledger",
    r"claims\.evidence\.(Finding|Experiment)(\.\w+)?": "made by the claims of chapter 4, from what they measured",
}


@call_of(
    "claims.evidence.Evidence",
    "claims.evidence.Counterexample",
    "claims.ledger.Claim",
    "claims.ledger.Ledger",
)
def statements(draw, name):
    error = draw(st.floats(0, 1))
    return {
        "Evidence": Call(Evidence, {"as_written": error, "corrected": 0.0, "as_meant": error}),
        "Counterexample": Call(Counterexample, {"at_most": 1.0, "measured": 36.0, "predicted": 36.0}),
        "Claim": Call(
            Claim,
            {
                "id": "0",
                "question": "?",
                "statement": "!",
                "verdict": Verdict.REFUTED,
                "evidence": lambda random: Evidence(1.0, 0.0),
                "chapter": "none",
                "correction": "no",
            },
        ),
        "Ledger": Call(Ledger, {"claims": list(CLAIMS)[:2]}),
    }[name]


@call_of("claims.card")
def cards(draw, _):
    return Call(claims.card, {"id": "1.1.c.iv"}, raises=(KeyError,))
