"""What a claim is, and how its verdict follows from its evidence."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from numbers import Real

import numpy as np

from ..numerics.bootstrap import Interval
from ..numerics.compare import TOLERANCE, relative_error
from ..numerics.oracle import is_missing

VISIBLE = 1e-3
"""The relative error from which on two results count as different."""


class Verdict(Enum):
    """What the book says of a statement of the sheet."""

    CONFIRMED = "confirmed"
    """As written, it is right."""
    COMPLETED = "completed"
    """As written it is right, but it leaves out part of the answer."""
    REPAIRED = "repaired"
    """As written it is wrong; with a slip mended, the sheet's own formula is right."""
    REFUTED = "refuted"
    """It is wrong, and the right answer is another one."""
    LOST = "lost"
    """It did not survive, as a drawing that is missing; the book gives an answer and no judgement."""


class Undecided(AssertionError):
    """The evidence does not support any verdict: the book's own answer fails, or an error is neither 0 nor visible."""


@dataclass(frozen=True)
class Evidence:
    """Relative errors, each against an independent oracle on random input.

    Parameters
    ----------
    as_written : float or None
        Of the sheet's statement, transcribed to code symbol for symbol. None where the statement is lost.
    corrected : float
        Of the book's answer.
    as_meant : float, optional
        Of the sheet's statement with the slip mended that the correction names. Left out where there is no such slip.
    left_out : float, optional
        Of the sheet's statement on the part of the answer that it does not speak of.
    readings : mapping of str to float, optional
        Of the statement in each way that it can be read, by name. They are reported, and decide nothing.
    """

    as_written: float | None
    corrected: float
    as_meant: float | None = None
    left_out: float | None = None
    readings: Mapping[str, float] = field(default_factory=dict)
    heading = "Off by"

    def __post_init__(self) -> None:
        errors = vars(self) | dict(self.readings)
        del errors["readings"]
        for name, error in errors.items():
            if not (error is None or isinstance(error, Real)):
                raise TypeError(f"{name} must be an error, one number, got {error!r}")
            if error is not None and error < 0:
                raise ValueError(f"{name} must be an error, 0 or larger, got {error}")

    @property
    def verdict(self) -> Verdict:
        """The verdict that these errors support.

        Raises
        ------
        Undecided
            If the book's own answer is not confirmed, or an error is neither below 1e-10 nor above 1e-3.

        Examples
        --------
        >>> Evidence(as_written=1e-16, corrected=1e-16).verdict
        <Verdict.CONFIRMED: 'confirmed'>
        >>> Evidence(as_written=0.7, as_meant=1e-16, corrected=1e-16).verdict
        <Verdict.REPAIRED: 'repaired'>
        >>> Evidence(as_written=0.7, corrected=1e-16).verdict
        <Verdict.REFUTED: 'refuted'>
        >>> Evidence(as_written=1e-16, left_out=1.0, corrected=1e-16).verdict
        <Verdict.COMPLETED: 'completed'>
        >>> Evidence(as_written=None, corrected=1e-16).verdict
        <Verdict.LOST: 'lost'>
        """
        if not _holds(self.corrected, "the correction"):
            raise Undecided(f"the book's own answer is off by {self.corrected:.2g}")
        if self.as_written is None:
            return Verdict.LOST
        if _holds(self.as_written, "the statement as written"):
            complete = self.left_out is None or _holds(self.left_out, "what is left out")
            return Verdict.CONFIRMED if complete else Verdict.COMPLETED
        mended = self.as_meant is not None and _holds(self.as_meant, "the statement as meant")
        return Verdict.REPAIRED if mended else Verdict.REFUTED

    @property
    def measurements(self) -> str:
        """The errors, in words."""
        named = {
            "the sheet as written": self.as_written,
            "the sheet with the slip mended": self.as_meant,
            "the sheet where it is silent": self.left_out,
            "the book": self.corrected,
        }
        named |= {f"read as {reading}": error for reading, error in self.readings.items()}
        return "; ".join(f"{words} {_rounded(error)}" for words, error in named.items() if error is not None)

    @property
    def row(self) -> tuple[str, str]:
        """What the table of all claims says of the sheet, and of the book."""
        if self.as_written is None:
            return "lost", _rounded(self.corrected)
        sheet = _rounded(max(self.as_written, self.left_out or 0.0))
        if np.isinf(self.as_written) and self.readings:
            sheet += f"; in the nearest reading {_rounded(min(self.readings.values()))}"
        return sheet, _rounded(self.corrected)


@dataclass(frozen=True)
class Counterexample:
    """A statement that something stays below a bound, against one stated instance.

    Parameters
    ----------
    at_most : float
        The largest value that the sheet's statement allows.
    measured : float
        By an independent oracle, on the instance.
    predicted : float
        By the book's answer, on the instance.
    """

    at_most: float
    measured: float
    predicted: float
    heading = "Measured"

    @property
    def verdict(self) -> Verdict:
        """Refuted; no number of instances could confirm a bound.

        Raises
        ------
        Undecided
            If the book does not predict what was measured, or that does not visibly exceed the bound.

        Examples
        --------
        >>> Counterexample(at_most=1.0, measured=36.0, predicted=36.0).verdict
        <Verdict.REFUTED: 'refuted'>
        """
        if not _holds(relative_error(self.predicted, self.measured), "the prediction"):
            raise Undecided(f"the book predicts {self.predicted:.2g}, and {self.measured:.2g} was measured")
        if not self.measured > self.at_most * (1 + VISIBLE):
            raise Undecided(
                f"{self.measured:.2g} does not exceed the bound of {self.at_most:.2g}: no instance"
            )
        return Verdict.REFUTED

    @property
    def measurements(self) -> str:
        """The bound and what was measured, in words."""
        return f"{self.measured:.2g}, as the book predicts, where the sheet allows {self.at_most:g} at most"

    @property
    def row(self) -> tuple[str, str]:
        """What the table of all claims says of the sheet, and of the book."""
        error = relative_error(self.predicted, self.measured)
        return f"× {self.measured / self.at_most:.2g}", _rounded(error)


@dataclass(frozen=True)
class Finding:
    """A statement about an effect, and the interval in which an experiment found it.

    Parameters
    ----------
    quantity : str
        What the effect is, in words and with its unit.
    interval : Interval
        The effect, its interval, and the number of seeds.
    above, below : float, optional
        The threshold that the statement says the effect lies above, or below. One of the two.
    """

    quantity: str
    interval: Interval
    above: float | None = None
    below: float | None = None

    def __post_init__(self) -> None:
        if (self.above is None) == (self.below is None):
            raise ValueError(
                f"a finding has one threshold, above or below, got {self.above} and {self.below}"
            )

    @property
    def holds(self) -> bool:
        """Whether the statement is true: whether the whole interval is on its side of the threshold.

        Raises
        ------
        Undecided
            If the interval is on both sides, or there is none.

        Examples
        --------
        >>> Finding("spikes, times those without", Interval(0.25, 0.125, 0.5, seeds=32), below=1).holds
        True
        """
        _, low, high, _ = self.interval
        (threshold,) = (bound for bound in (self.above, self.below) if bound is not None)
        if not (high < threshold or low > threshold):
            raise Undecided(f"{self}: the interval does not lie on one side of {threshold:g}")
        return high < threshold if self.above is None else low > threshold

    def __str__(self) -> str:
        effect, low, high, seeds = self.interval
        effect, low, high = (
            np.format_float_positional(float(f"{number:.2g}"), trim="-").replace("-", "−")
            for number in (effect, low, high)
        )
        return f"{self.quantity} {effect} (95 % interval {low} to {high}, {seeds} seeds)"


@dataclass(frozen=True)
class Experiment:
    """A statement of opinion, a cause or a cure, decided by an experiment over many seeds.

    Parameters
    ----------
    as_written : Finding
        What would be found if the sheet were right.
    corrected : Finding, optional
        What would be found if the book's correction is right. Left out where there is no correction.
    left_out : Finding, optional
        What would be found if the sheet leaves out something that the correction names.
    """

    as_written: Finding
    corrected: Finding | None = None
    left_out: Finding | None = None
    heading = "Measured"

    @property
    def verdict(self) -> Verdict:
        """The verdict that these findings support.

        Raises
        ------
        Undecided
            If an interval lies on both sides of its threshold, or the book's own statement does not hold.

        Examples
        --------
        >>> fewer = Finding("spikes, times those without", Interval(2.0, 1.5, 2.5, seeds=32), below=1)
        >>> Experiment(as_written=fewer).verdict
        <Verdict.REFUTED: 'refuted'>
        """
        if self.corrected is not None and not self.corrected.holds:
            raise Undecided(f"the book's own statement does not hold: {self.corrected}")
        if not self.as_written.holds:
            return Verdict.REFUTED
        return Verdict.COMPLETED if self.left_out is not None and self.left_out.holds else Verdict.CONFIRMED

    @property
    def measurements(self) -> str:
        """The effects with their intervals, in words."""
        findings = (self.as_written, self.left_out, self.corrected)
        # The same finding may be held against two thresholds; it is told once.
        return "; ".join(dict.fromkeys(str(finding) for finding in findings if finding is not None))

    @property
    def row(self) -> tuple[str, str]:
        """What the table of all claims says of the sheet, and of the book."""
        corrected = "" if self.corrected is None else str(self.corrected)
        return str(self.as_written), corrected


AnyEvidence = Evidence | Counterexample | Experiment


def _holds(error: float, name: str) -> bool:
    """Whether an error is 0 but for rounding; one that is neither that nor visible decides nothing."""
    if error <= TOLERANCE:
        return True
    if error >= VISIBLE:
        return False
    raise Undecided(f"{name} has error {error:.2g}: too large for rounding, too small to be sure of")


@dataclass(frozen=True)
class Claim:
    """One statement of the sheet.

    Parameters
    ----------
    id : str
        The question's number, such as ``1.1.c.iv``; a part of an answer has a word behind it.
    question : str
        In our words; Markdown.
    statement : str
        What the sheet says; Markdown with LaTeX.
    verdict : Verdict
        What the book says of it. The tests hold it against the evidence.
    evidence : callable
        Takes a ``numpy.random.Generator`` and returns :class:`Evidence`, a :class:`Counterexample`, or an
        :class:`Experiment`.
    chapter : str
        The notebook with the derivation.
    correction : str
        What is right instead, or what was left out; Markdown with LaTeX. Empty for a confirmed claim.
    """

    id: str
    question: str
    statement: str
    verdict: Verdict
    evidence: Callable[[np.random.Generator], AnyEvidence]
    chapter: str
    correction: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.verdict, Verdict):
            raise TypeError(f"verdict must be a Verdict, got {self.verdict!r}")
        if (self.verdict is Verdict.CONFIRMED) == bool(self.correction):
            raise ValueError(
                f"claim {self.id} is {self.verdict.value}: a correction belongs to every verdict but 'confirmed', "
                f"got {self.correction!r}"
            )

    def measured(self) -> AnyEvidence:
        """The evidence, on input drawn from the claim's own random generator: the same at every call."""
        return self.evidence(np.random.default_rng(zlib.crc32(self.id.encode())))

    @property
    def question_as_sentence(self) -> str:
        """The question, with a full stop where it has no other end."""
        return self.question if self.question.endswith(("?", ".")) else f"{self.question}."

    @property
    def anchor(self) -> str:
        """The name of the place in the book where the claim is worked through."""
        return "claim-" + self.id.replace(".", "-")


CORRECTION_LABEL = {Verdict.COMPLETED: "Left out", Verdict.LOST: "The book's answer"}
"""What a card calls its correction, where it does not put a wrong answer right."""


class NotMeasured:
    """What a card has for evidence where there is no PyTorch to give it: in the words of the evidence function."""

    heading = "PyTorch is not installed, so this is not measured"
    row = ("not measured", "not measured")

    def __init__(self, claim: Claim) -> None:
        self.verdict = claim.verdict
        first, _, _ = (claim.evidence.__doc__ or "").partition("\n\n")
        self.measurements = " ".join(first.split()).removeprefix(f"{claim.id}: ").removesuffix(".")


class Card:
    """A claim with its evidence, measured now. It raises where the evidence does not bear the verdict out."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        try:
            self.evidence: AnyEvidence | NotMeasured = claim.measured()
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
        lines = [
            f"**Claim {self.claim.id} · {self.claim.verdict.value}**",
            f"*The sheet says:* {self.claim.statement}",
        ]
        if self.claim.correction:
            said = CORRECTION_LABEL.get(self.claim.verdict, "Right is")
            lines.append(f"*{said}:* {self.claim.correction}")
        lines.append(f"*{self.evidence.heading}:* {self.evidence.measurements}.")
        return "\n\n".join(lines)


def _rounded(error: float) -> str:
    """An error in words that are the same on every machine: rounding differs, its order does not."""
    if error <= TOLERANCE:
        return "< 10⁻¹⁰"
    if np.isinf(error):
        return "no value of this shape"
    return f"{100 * error:.0f} %" if error > 0.1 else f"{100 * error:.2g} %"


class Ledger:
    """Claims by id, in the order of the sheet."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims: dict[str, Claim] = {}
        for claim in claims:
            if not isinstance(claim, Claim):
                raise TypeError(f"claims must be Claims, got {claim!r}")
            if claim.id in self.claims:
                raise ValueError(f"claim id must be unique, got {claim.id!r} twice")
            self.claims[claim.id] = claim

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims.values())

    def __getitem__(self, id: str) -> Claim:
        if id not in self.claims:
            raise KeyError(f"no claim {id!r}; the ledger has {', '.join(self.claims)}")
        return self.claims[id]

    def card(self, id: str) -> Card:
        """Return the card of one claim, with its evidence measured now.

        Raises
        ------
        AssertionError
            If the evidence does not support the verdict in the ledger.
        KeyError
            If there is no such claim.
        """
        return Card(self[id])

    def counts(self) -> dict[str, int]:
        """Return how many claims there are of each verdict, for those that occur."""
        found = Counter(claim.verdict for claim in self)
        return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}

    def errata(self) -> Errata:
        """Return what to change on the sheet, claim by claim."""
        return Errata(self)

    def table(self) -> Table:
        """Return all claims as one table, each with evidence measured now."""
        return Table([Card(claim) for claim in self])


class Table:
    """The claims page: a row for each claim, linked to its derivation."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = cards

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.cards))

    def _repr_markdown_(self) -> str:
        rows = [
            "| claim | the sheet says | verdict | correction | sheet off by | book off by |",
            "|---|---|---|---|---|---|",
        ]
        for card in self.cards:
            claim = card.claim
            cells = [
                f"[{claim.id}](#{claim.anchor})",
                f"*{claim.question}*<br>{claim.statement}",
                claim.verdict.value,
                claim.correction,
                *card.evidence.row,
            ]
            rows.append(f"| {' | '.join(map(_in_a_table, cells))} |")
        return "\n".join(rows)


def _in_a_table(cell: str) -> str:
    """A cell without the bar that would end it; a formula has other names for its bars."""
    return cell.replace(r"\|", r"\Vert ").replace("|", r"\vert ")


ERRATUM_LABEL = {Verdict.COMPLETED: "Add", Verdict.REPAIRED: "Mend", Verdict.REFUTED: "Wrong"}
"""What is to be done with a statement. Those that are confirmed or lost need nothing."""


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
