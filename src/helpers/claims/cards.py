"""Claims as a reader sees them: a card where each is worked through, the table of all, the errata, and what verdicts mean."""

from __future__ import annotations

from typing import ClassVar

from ..numerics.formatting import count
from ..numerics.oracle import is_missing
from .evidence import AnyEvidence, Verdict
from .ledger import Claim, Ledger

CORRECTION_LABEL = {
    Verdict.CONFIRMED: "Remark",
    Verdict.COMPLETED: "Left out",
    Verdict.REPAIRED: "Right is",
    Verdict.REFUTED: "Right is",
    Verdict.UNDECIDED: "What is known",
    Verdict.LOST: "The book's answer",
}
"""How a card introduces its correction, or its remark."""

ERRATUM_LABEL = {Verdict.COMPLETED: "Add", Verdict.REPAIRED: "Mend", Verdict.REFUTED: "Wrong"}
"""What is to be done with a statement. With the others nothing is."""


class NotMeasured:
    """The place of the evidence where there is no PyTorch: the first words of the evidence function."""

    heading = "PyTorch is not installed, so this is not measured"
    column = ""
    row = ("not measured", "not measured")
    table: ClassVar[dict[str, str]] = {}

    def __init__(self, claim: Claim) -> None:
        self.verdict = claim.verdict
        first, _, _ = (claim.evidence.__doc__ or "").partition("\n\n")
        self.measurements = " ".join(first.split()).removesuffix(".")


class Card:
    """A claim with its evidence: measured now, or recorded.

    Raises
    ------
    AssertionError
        If the evidence does not support the verdict in the ledger, or has not the reading that the ledger names.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        try:
            self.evidence: AnyEvidence | NotMeasured = claim.measure()
        except ModuleNotFoundError as error:
            if not is_missing(error):
                raise
            self.evidence = NotMeasured(claim)
            return
        if self.evidence.verdict is not claim.verdict:
            raise AssertionError(
                f"claim {claim.id} is marked {claim.verdict.value}, "
                f"but its evidence says {self.evidence.verdict.value}: {self.evidence}"
            )
        if claim.reading not in (self.evidence.table or [""]):
            raise AssertionError(
                f"claim {claim.id} is read as {claim.reading!r}, "
                f"but the readings of its evidence are {', '.join(self.evidence.table) or 'none'}"
            )

    def __repr__(self) -> str:
        claim, evidence = self.claim, self.evidence
        return f"{claim.id}: {claim.verdict.value}. {evidence.heading}: {evidence.measurements}."

    def _repr_markdown_(self) -> str:
        claim, evidence = self.claim, self.evidence
        sheet = "The sheet" if claim.verdict is Verdict.LOST else "The sheet says"
        paragraphs = [
            f"**Claim {claim.id} · {claim.verdict.label}**",
            f"*[{sheet}](#{claim.sheet_anchor}):* {claim.statement}",
        ]
        if claim.correction or claim.remark:
            paragraphs.append(f"*{CORRECTION_LABEL[claim.verdict]}:* {claim.correction or claim.remark}")
        paragraphs.append(f"*{evidence.heading}:* {evidence.measurements}.")
        if evidence.table:
            paragraphs += [self._why_this_reading(), self._readings()]
        return "\n\n".join(paragraphs)

    def _why_this_reading(self) -> str:
        judged = f"*Reading that is judged:* {self.claim.reading}. "
        if self.claim.settled_by:
            return f"{judged}The sheet settles it elsewhere: {self.claim.settled_by}"
        return f"{judged}The sheet does not settle it, and this reading is the closest to right."

    def _readings(self) -> str:
        """Return the table of readings; what is wrong with the statement in every reading is mended in it."""
        rows = [
            f"| {'**judged:** ' * (reading == self.claim.reading)}{reading} | {error} |"
            for reading, error in self.evidence.table.items()
        ]
        return "\n".join([f"| reading | {self.evidence.column} |", "|---|---|", *rows])


class Table:
    """The page of all claims: a row for each, with its evidence and linked to its derivation."""

    HEAD = (
        "| claim | the sheet says | verdict | correction | measured of the sheet | measured of the book |",
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
        f"[{claim.id}](#{claim.anchor})",
        f"*{claim.question}*<br>{claim.statement}",
        claim.verdict.label,
        claim.correction or (claim.remark and f"*{CORRECTION_LABEL[claim.verdict]}:* {claim.remark}"),
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


class Verdicts:
    """What each verdict means, and how many claims have it."""

    def __init__(self, ledger: Ledger) -> None:
        self.counts = ledger.counts()

    def __repr__(self) -> str:
        return "\n".join(f"{verdict.sign} {verdict.value}: {verdict.meaning}" for verdict in Verdict)

    def _repr_markdown_(self) -> str:
        return "\n".join(
            f"- {verdict.label} ({count(self.counts.get(verdict.value, 0), 'claim')}): {verdict.meaning}"
            for verdict in Verdict
        )
