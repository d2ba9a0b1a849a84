"""The ledger: what the answer sheet states, what a machine measured of it, and the verdict that follows.

A chapter's claims are its ``sheet.toml`` and its module ``claims``; :mod:`helpers.book` has them all. The functions here are
what a page shows of them.
"""

from __future__ import annotations

from .cards import Card, Errata, Table, Verdicts
from .evidence import (
    Counterexample,
    Evidence,
    Experiment,
    Finding,
    Unsupported,
    Verdict,
    off_by,
    product_error,
)
from .export import to_csv
from .ledger import Claim, Ledger, Sheet
from .marks import MarkedSheet, Strip

__all__ = [
    "Card",
    "Claim",
    "Counterexample",
    "Errata",
    "Evidence",
    "Experiment",
    "Finding",
    "Ledger",
    "MarkedSheet",
    "Sheet",
    "Strip",
    "Table",
    "Unsupported",
    "Verdict",
    "Verdicts",
    "card",
    "counts",
    "errata",
    "marked_sheet",
    "off_by",
    "product_error",
    "strip",
    "table",
    "to_csv",
    "verdicts",
]


def card(id: str) -> Card:
    """Return the card of one claim of the book, with its evidence.

    Raises
    ------
    AssertionError
        If the evidence does not support the verdict in the ledger.
    KeyError
        If there is no such claim.
    """
    return Card(_ledger()[id])


def table() -> Table:
    """Return all claims of the book as one table, each with its evidence."""
    return Table(_ledger())


def marked_sheet(*numbers: str) -> MarkedSheet:
    """Return the sheet with a mark beside each statement, or those of its sections and statements that are named.

    Examples
    --------
    >>> marked_sheet("1.2.1.d", "1.3.4")
    ✗ 1.2.1.d: refuted
    + 1.3.4.loss: completed
    ✓ 1.3.4.accuracy: confirmed

    Raises
    ------
    KeyError
        If there is no such claim, and no such section.
    """
    return MarkedSheet(_ledger(), *numbers)


def strip() -> Strip:
    """Return all claims in a row of marks, each a link to its derivation."""
    return Strip(_ledger())


def errata() -> Errata:
    """Return what to change on the sheet, claim by claim."""
    return Errata(_ledger())


def counts() -> dict[str, int]:
    """Return how many claims of the book there are of each verdict, for those that occur."""
    return _ledger().counts()


def verdicts() -> Verdicts:
    """Return what each verdict means, and how many claims of the book have it."""
    return Verdicts(_ledger())


def _ledger() -> Ledger:
    from ..book import CLAIMS  # which imports the chapters, and they this package

    return CLAIMS
