"""Claims as a reader sees them: a card where each is worked through, the table of all, and the errata."""

from __future__ import annotations

from ..numerics.oracle import is_missing
from .evidence import AnyEvidence, Verdict
from .ledger import Claim, Ledger

CORRECTION_LABEL = {
    Verdict.COMPLETED: "Left out",
    Verdict.REPAIRED: "Right is",
    Verdict.REFUTED: "Right is",
    Verdict.UNDECIDED: "What is known",
    Verdict.LOST: "The book's answer",
}
"""How a card introduces its correction."""

ERRATUM_LABEL = {Verdict.COMPLETED: "Add", Verdict.REPAIRED: "Mend", Verdict.REFUTED: "Wrong"}
"""What is to be done with a statement. Those that are confirmed or lost need nothing."""


class NotMeasured:
    """The place of the evidence where there is no PyTorch: the first words of the evidence function."""

    heading = "PyTorch is not installed, so this is not measured"
    row = ("not measured", "not measured")

    def __init__(self, claim: Claim) -> None:
        self.verdict = claim.verdict
        first, _, _ = (claim.evidence.__doc__ or "").partition("\n\n")
        self.measurements = " ".join(first.split()).removesuffix(".")


class Card:
    """A claim with its evidence, measured now.

    Raises
    ------
    AssertionError
        If the evidence does not support the verdict in the ledger.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        try:
            self.evidence: AnyEvidence | NotMeasured = claim.measure()
        except ModuleNotFoundError as error:
            if not is_missing(error):
                raise
            self.evidence = NotMeasured(claim)
        if self.evidence.verdict is not claim.verdict:
            raise AssertionError(
                f"claim {claim.id} is marked {claim.verdict.value}, "
                f"but its evidence says {self.evidence.verdict.value}: {self.evidence}"
            )

    def __repr__(self) -> str:
        return f"{self.claim.id}: {self.claim.verdict.value}. {self.evidence.heading}: {self.evidence.measurements}."

    def _repr_markdown_(self) -> str:
        claim, evidence = self.claim, self.evidence
        sheet = "The sheet" if claim.verdict is Verdict.LOST else "The sheet says"
        paragraphs = [
            f"**Claim {claim.id} · {claim.verdict.value}**",
            f"*[{sheet}](#{claim.sheet_anchor}):* {claim.statement}",
        ]
        if claim.correction:
            paragraphs.append(f"*{CORRECTION_LABEL[claim.verdict]}:* {claim.correction}")
        paragraphs.append(f"*{evidence.heading}:* {evidence.measurements}.")
        return "\n\n".join(paragraphs)


class Table:
    """The page of all claims: a row for each, measured now and linked to its derivation."""

    HEAD = (
        "| claim | the sheet says | verdict | correction | sheet off by | book off by |",
        "|---|---|---|---|---|---|",
    )

    def __init__(self, ledger: Ledger) -> None:
        self.cards = [Card(claim) for claim in ledger]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.cards))

    def _repr_markdown_(self) -> str:
        return "\n".join([*self.HEAD, *map(_row, self.cards)])


def _row(card: Card) -> str:
    """Return a card as a row in Markdown: cards lead to its first cell, and claims.js finds the verdict by its class."""
    claim = card.claim
    cells = [
        f"[[{claim.id}](#{claim.anchor})]{{#{claim.sheet_anchor}}}",
        f"*{claim.question}*<br>{claim.statement}",
        f"[{claim.verdict.value}]{{.verdict}}",
        claim.correction,
        *card.evidence.row,
    ]
    # A bar would end its cell; a formula has other names for it.
    escaped = (cell.replace(r"\|", r"\Vert ").replace("|", r"\vert ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


class Errata:
    """What to change on the sheet, for somebody who holds it: an entry for each claim that needs one."""

    def __init__(self, ledger: Ledger) -> None:
        self.claims = [claim for claim in ledger if claim.verdict in ERRATUM_LABEL]

    def __repr__(self) -> str:
        return "\n".join(
            f"{claim.id}: {claim.question_as_sentence} {ERRATUM_LABEL[claim.verdict]}: {claim.correction}"
            for claim in self.claims
        )

    def _repr_markdown_(self) -> str:
        return "\n\n".join(
            f"**[{claim.id}](#{claim.anchor})** {claim.question_as_sentence} *{ERRATUM_LABEL[claim.verdict]}:* {claim.correction}"
            for claim in self.claims
        )
