"""Export the ledger as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io

from .cards import Card
from .ledger import Claim, Ledger

COLUMNS = [
    "claim",
    "question",
    "the sheet says",
    "verdict",
    "correction",
    "remark",
    "measured of the sheet",
    "measured of the book",
    "derivation",
]


def to_csv(ledger: Ledger) -> str:
    """Return every claim as a line of a CSV file, with its evidence; formulas are in LaTeX.

    Examples
    --------
    >>> print(to_csv(Ledger([])), end="")
    claim,question,the sheet says,verdict,correction,remark,measured of the sheet,measured of the book,derivation
    """
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *map(_cells, ledger)])
    return file.getvalue()


def _cells(claim: Claim) -> list[str]:
    words = [claim.id, claim.question, claim.statement, claim.verdict.value, claim.correction, claim.remark]
    return [*words, *Card(claim).evidence.row, f"notebooks/{claim.chapter}.html#{claim.anchor}"]
