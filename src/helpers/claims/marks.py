"""The sheet with a mark beside each statement, as a teacher would leave it."""

from __future__ import annotations

from html import escape
from itertools import groupby

from .cards import CORRECTION_LABEL
from .evidence import Verdict
from .ledger import Claim, Ledger


class MarkedSheet:
    """Statements of the sheet, each with its mark, the correction to open below it, and a link to the derivation.

    Parameters
    ----------
    ledger : Ledger
    *numbers : str
        Of claims, such as ``1.1.a``, or of sections, such as ``1.1``. Without any it is the whole sheet, with its headings, to which
        cards lead.
    """

    def __init__(self, ledger: Ledger, *numbers: str) -> None:
        self.whole = not numbers
        self.claims = [claim for number in numbers for claim in _numbered(ledger, number)] or list(ledger)

    def __repr__(self) -> str:
        return "\n".join(f"{claim.verdict.sign} {claim.id}: {claim.verdict.value}" for claim in self.claims)

    def _repr_markdown_(self) -> str:
        parts = []
        for section, claims in groupby(self.claims, key=lambda claim: claim.section):
            parts += [f"<h2>{escape(section)}</h2>"] if self.whole else []
            parts += [_marked(claim, self.whole) for claim in claims]
        return "\n\n".join(parts)


def _numbered(ledger: Ledger, number: str) -> list[Claim]:
    """Return the claim of that number, or those of that section."""
    found = [claim for claim in ledger if f"{claim.id}.".startswith(f"{number}.")]
    if not found:
        raise KeyError(f"no claim or section {number!r}; the ledger has {', '.join(ledger.claims)}")
    return [ledger[number]] if number in ledger.claims else found


def _marked(claim: Claim, whole: bool) -> str:
    """Return a statement as Markdown; its mark comes first, as it is read, and stands in the margin by marks.css."""
    verdict = claim.verdict.value
    anchor = f" #{claim.sheet_anchor}" if whole else ""
    paragraphs = [
        f'<div class="marked {verdict}">',
        f"[{claim.verdict.label}]{{.mark{anchor}}}",
        f"[{claim.id}](#{claim.anchor}) *{claim.question}*",
        claim.statement,
    ]
    below = claim.correction or claim.remark
    if below:
        summary = f"<summary>{CORRECTION_LABEL[claim.verdict]}</summary>"
        paragraphs += [f'<details class="correction">{summary}', below, "</details>"]
    return "\n\n".join([*paragraphs, "</div>"])


class Strip:
    """All claims in a row, each a mark that leads to the derivation; below, how many there are of each."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def __repr__(self) -> str:
        return " ".join(claim.verdict.sign for claim in self.ledger)

    def _repr_markdown_(self) -> str:
        counts = (
            f"[{Verdict(verdict).label} {number}]{{.count}}"
            for verdict, number in self.ledger.counts().items()
        )
        return "\n\n".join([" ".join(map(_tile, self.ledger)), " ".join(counts)])


def _tile(claim: Claim) -> str:
    verdict = claim.verdict.value
    return f'[[{claim.verdict.sign}](#{claim.anchor} "{claim.id}: {verdict}")]{{.tile .{verdict}}}'
