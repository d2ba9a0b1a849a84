"""The ledger in other forms: a file for a spreadsheet, and a sheet of errata."""

from __future__ import annotations

import csv
import io

from .ledger import Card, Ledger, Verdict

COLUMNS = (
    "claim",
    "question",
    "the sheet says",
    "verdict",
    "correction",
    "sheet off by",
    "book off by",
    "derivation",
)

INSTEAD = {Verdict.COMPLETED: "Add", Verdict.REPAIRED: "Mend", Verdict.REFUTED: "Wrong"}
"""What is to be done with a statement. Those that are confirmed or lost need nothing."""


def comma_separated(ledger: Ledger) -> str:
    """Return every claim as a line of a CSV file, with evidence measured now; formulas are in LaTeX.

    Examples
    --------
    >>> from helpers import claims
    >>> sizes = claims.Ledger([claims.LEDGER["1.2.1.c.size"]])
    >>> print(comma_separated(sizes).splitlines()[0])
    claim,question,the sheet says,verdict,correction,sheet off by,book off by,derivation
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in ledger:
        derivation = f"notebooks/{claim.chapter}.html#{claim.anchor}"
        row = Card(claim).evidence.row
        writer.writerow(
            [
                claim.id,
                claim.question,
                claim.statement,
                claim.verdict.value,
                claim.correction,
                *row,
                derivation,
            ]
        )
    return file.getvalue()


class Errata:
    """What to change on the sheet, for somebody who holds it: an entry for each claim that needs one."""

    def __init__(self, ledger: Ledger) -> None:
        self.claims = [claim for claim in ledger if claim.verdict in INSTEAD]

    def __repr__(self) -> str:
        return "\n".join(
            f"{claim.id}: {claim.asked} {INSTEAD[claim.verdict]}: {claim.correction}" for claim in self.claims
        )

    def _repr_markdown_(self) -> str:
        return "\n\n".join(
            f"**[{claim.id}](#{claim.anchor})** {claim.asked} *{INSTEAD[claim.verdict]}:* {claim.correction}"
            for claim in self.claims
        )
