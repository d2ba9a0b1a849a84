"""Export the ledger as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io

from .ledger import Card, Ledger

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


def to_csv(ledger: Ledger) -> str:
    """Return every claim as a line of a CSV file, with evidence measured now; formulas are in LaTeX.

    Examples
    --------
    >>> from helpers.book import CLAIMS
    >>> sizes = Ledger([CLAIMS["1.2.1.c.size"]])
    >>> print(to_csv(sizes).splitlines()[0])
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
