"""The ledger: what the answer sheet states, what a machine measured of it, and the verdict that follows.

A chapter's module ``claims`` holds its own; :mod:`helpers.book` has them all.
"""

from __future__ import annotations

from typing import Any

from .export import to_csv
from .ledger import Claim, Counterexample, Errata, Evidence, Experiment, Finding, Ledger, Undecided, Verdict

__all__ = [
    "Claim",
    "Counterexample",
    "Errata",
    "Evidence",
    "Experiment",
    "Finding",
    "Ledger",
    "Undecided",
    "Verdict",
    "card",
    "counts",
    "errata",
    "table",
    "to_csv",
]


def __getattr__(name: str) -> Any:
    """Return a method of the book's ledger, so that ``claims.card(…)`` is all that a page writes."""
    if name not in ("card", "counts", "errata", "table"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ..book import CLAIMS

    return getattr(CLAIMS, name)
