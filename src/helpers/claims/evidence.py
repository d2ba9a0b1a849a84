"""Evidence for a claim, and the verdict that follows from it.

A kind of evidence has a ``verdict``; a ``heading`` and ``measurements``, in words for the claim's card; and a ``row``, the cells
for the sheet and for the book in the table of all claims. ``verdict`` raises :class:`Undecided` if the evidence supports none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from numbers import Real

import numpy as np

from ..numerics.bootstrap import Interval
from ..numerics.compare import TOLERANCE, relative_error

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
    UNDECIDED = "undecided"
    """It is an opinion, and the experiment's interval does not decide on it."""
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
        """The verdict that these errors support."""
        if not _vanishes(self.corrected, "the correction"):
            raise Undecided(f"the book's own answer is off by {self.corrected:.2g}")
        if self.as_written is None:
            return Verdict.LOST
        if _vanishes(self.as_written, "the statement as written"):
            complete = self.left_out is None or _vanishes(self.left_out, "what is left out")
            return Verdict.CONFIRMED if complete else Verdict.COMPLETED
        mended = self.as_meant is not None and _vanishes(self.as_meant, "the statement as meant")
        return Verdict.REPAIRED if mended else Verdict.REFUTED

    @property
    def measurements(self) -> str:
        """The errors, in words."""
        errors = {
            "the sheet as written": self.as_written,
            "the sheet with the slip mended": self.as_meant,
            "the sheet where it is silent": self.left_out,
            "the book": self.corrected,
            **{f"read as {reading}": error for reading, error in self.readings.items()},
        }
        return "; ".join(
            f"{name} {format_error(error)}" for name, error in errors.items() if error is not None
        )

    @property
    def row(self) -> tuple[str, str]:
        """The sheet's error, the nearest reading's where it has no value, and the book's."""
        if self.as_written is None:
            return "lost", format_error(self.corrected)
        sheet = format_error(max(self.as_written, self.left_out or 0.0))
        if np.isinf(self.as_written) and self.readings:
            sheet += f"; in the nearest reading {format_error(min(self.readings.values()))}"
        return sheet, format_error(self.corrected)


@dataclass(frozen=True)
class Counterexample:
    """A statement that something stays below a bound, against one stated instance.

    The verdict is refuted; no number of instances could confirm a bound.

    Parameters
    ----------
    at_most : float
        The largest value that the sheet's statement allows.
    measured : float
        By an independent oracle, on the instance.
    predicted : float
        By the book's answer, on the instance.

    Examples
    --------
    >>> Counterexample(at_most=1.0, measured=36.0, predicted=36.0).verdict
    <Verdict.REFUTED: 'refuted'>
    """

    at_most: float
    measured: float
    predicted: float
    heading = "Measured"

    @property
    def verdict(self) -> Verdict:
        """Refuted, if the book predicts what was measured, and that visibly exceeds the bound."""
        if not _vanishes(relative_error(self.predicted, self.measured), "the prediction"):
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
        """The factor by which the bound is broken, and the prediction's error."""
        error = relative_error(self.predicted, self.measured)
        return f"× {self.measured / self.at_most:.2g}", format_error(error)


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
        The threshold that the statement puts the effect above, or below. One of the two.

    Examples
    --------
    >>> Finding("failures, times those without", Interval(0.25, 0.125, 0.5, seeds=32), below=1).holds
    True
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
        """Whether the statement is true: whether the whole interval is on its side of the threshold."""
        _, low, high, _ = self.interval
        (threshold,) = (bound for bound in (self.above, self.below) if bound is not None)
        if not (high < threshold or low > threshold):
            raise Undecided(f"{self}: the interval does not lie on one side of {threshold:g}")
        return high < threshold if self.above is None else low > threshold

    def __str__(self) -> str:
        *numbers, seeds = self.interval
        effect, low, high = (
            np.format_float_positional(float(f"{number:.2g}"), trim="-").replace("-", "−")
            for number in numbers
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

    Examples
    --------
    >>> fewer = Finding("failures, times those without", Interval(2.0, 1.5, 2.5, seeds=32), below=1)
    >>> Experiment(as_written=fewer).verdict
    <Verdict.REFUTED: 'refuted'>
    """

    as_written: Finding
    corrected: Finding | None = None
    left_out: Finding | None = None
    heading = "Measured"

    @property
    def verdict(self) -> Verdict:
        """The verdict that these findings support."""
        if self.corrected is not None and not self.corrected.holds:
            raise Undecided(f"the book's own statement does not hold: {self.corrected}")
        try:
            right = self.as_written.holds
        except Undecided:
            return Verdict.UNDECIDED
        if not right:
            return Verdict.REFUTED
        return Verdict.COMPLETED if self.left_out is not None and self.left_out.holds else Verdict.CONFIRMED

    @property
    def measurements(self) -> str:
        """The effects with their intervals, in words."""
        findings = (self.as_written, self.left_out, self.corrected)
        # One finding may be held against two thresholds; it is shown once.
        return "; ".join(dict.fromkeys(str(finding) for finding in findings if finding is not None))

    @property
    def row(self) -> tuple[str, str]:
        """The effects that decide on the sheet, and on the book."""
        return str(self.as_written), "" if self.corrected is None else str(self.corrected)


AnyEvidence = Evidence | Counterexample | Experiment


def format_error(error: float) -> str:
    """Return an error in words that are the same on every machine: rounding differs, its order does not.

    Examples
    --------
    >>> [format_error(error) for error in (2e-16, 0.012, 0.34, float("inf"))]
    ['< 10⁻¹⁰', '1.2 %', '34 %', 'no value of this shape']
    """
    if error <= TOLERANCE:
        return "< 10⁻¹⁰"
    if np.isinf(error):
        return "no value of this shape"
    return f"{100 * error:.0f} %" if error > 0.1 else f"{100 * error:.2g} %"


def _vanishes(error: float, name: str) -> bool:
    """Return whether an error is 0 but for rounding; refuse one that is neither that nor visible."""
    if error <= TOLERANCE:
        return True
    if error >= VISIBLE:
        return False
    raise Undecided(f"{name} has error {error:.2g}: too large for rounding, too small to be sure of")
