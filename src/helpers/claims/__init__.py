"""The ledger: what the answer sheet states, what a machine measured of it, and the verdict that follows.

One module for each chapter holds that chapter's claims: :mod:`helpers.claims.convolution`, … To add a claim, append a
:class:`Claim` to its chapter's ``CLAIMS``.
"""

from .attention_rnn import CLAIMS as _ATTENTION_RNN
from .convolution import CLAIMS as _CONVOLUTION
from .gated_rnn import CLAIMS as _GATED_RNN
from .ledger import Claim, Counterexample, Evidence, Experiment, Finding, Ledger, Undecided, Verdict
from .loss_curves import CLAIMS as _LOSS_CURVES
from .published import Errata, comma_separated

LEDGER = Ledger([*_CONVOLUTION, *_GATED_RNN, *_ATTENTION_RNN, *_LOSS_CURVES])
"""Every claim of the book, in the order of the sheet."""

card = LEDGER.card
counts = LEDGER.counts
table = LEDGER.table


def errata() -> Errata:
    """Return what to change on the sheet, claim by claim."""
    return Errata(LEDGER)


__all__ = [
    "LEDGER",
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
    "comma_separated",
    "counts",
    "errata",
    "table",
]
