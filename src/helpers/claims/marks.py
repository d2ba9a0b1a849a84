"""The sheet with a mark beside each statement, as a teacher would leave it."""

from __future__ import annotations

from .cards import CORRECTION_LABEL
from .evidence import Verdict
from .ledger import Claim, Ledger


class MarkedSheet:
    """Statements of the sheet, each with its mark, the correction to open below it, and a link to the derivation.

    Parameters
    ----------
    ledger : Ledger
    *numbers : str
        Of sections, such as ``1.1``, or of claims, such as ``1.1.a``. Cards lead to the statements of a section.
    """

    def __init__(self, ledger: Ledger, *numbers: str) -> None:
        self.claims: dict[Claim, bool] = {}
        """Each with whether cards lead to it."""
        for number in numbers:
            found = [claim for claim in ledger if f"{claim.id}.".startswith(f"{number}.")]
            if not found:
                raise KeyError(f"no claim or section {number!r}; the ledger has {', '.join(ledger.claims)}")
            alone = number in ledger.claims
            self.claims |= {ledger[number]: False} if alone else dict.fromkeys(found, True)

    def __repr__(self) -> str:
        return "\n".join(f"{claim.verdict.sign} {claim.id}: {claim.verdict.value}" for claim in self.claims)

    def _repr_markdown_(self) -> str:
        return "\n\n".join(_marked(claim, found) for claim, found in self.claims.items())


def _marked(claim: Claim, found: bool) -> str:
    """Return a statement as Markdown; its mark comes first, as it is read, and stands in the margin by claims.css."""
    verdict = claim.verdict.value
    anchor = f" #{claim.sheet_anchor}" if found else ""
    paragraphs = [
        f'<div class="marked {verdict}">',
        f"[{claim.verdict.label}]{{.mark{anchor}}}",
        f"[{claim.id}](#{claim.anchor}) *{claim.question}*",
        claim.statement,
    ]
    if claim.correction:
        summary = f"<summary>{CORRECTION_LABEL[claim.verdict]}</summary>"
        paragraphs += [f'<details class="correction">{summary}', claim.correction, "</details>"]
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
