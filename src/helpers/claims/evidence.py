"""Evidence for a claim, and the verdict that follows from it.

A kind of evidence has a ``verdict``; a ``heading`` and ``measurements``, in words for the claim's card; its ``table`` of readings, below ``column``;
and a ``row``, the cells for the sheet and for the book in the table of all claims. ``verdict`` raises :class:`Unsupported` if the
evidence supports none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.bootstrap import Interval
from ..numerics.compare import TOLERANCE, relative_error
from ..numerics.formatting import format_number

VISIBLE = 1e-3
"""The relative error from which on two results count as different."""

DRAWS = 100
"""How often a claim's input is drawn."""

Errors = float | Sequence[float] | np.ndarray
"""Of one formula: one error, or one for each draw. Infinite where the formula has no value."""


class Verdict(Enum):
    """What the book says of a statement of the sheet: a word, a sign, and what the word means."""

    sign: str
    meaning: str

    CONFIRMED = "confirmed", "✓", "as written, it is right; the book may add a remark"
    COMPLETED = "completed", "+", "as written it is right, but part of the answer is missing"
    REPAIRED = (
        "repaired",
        "✎",
        "as written it is wrong or has no value; with one or more slips mended, the sheet's own formula is right",
    )
    REFUTED = "refuted", "✗", "it is wrong, and the right answer is another one"
    UNDECIDED = "undecided", "±", "it is an opinion, and the experiment's interval does not decide on it"
    LOST = (
        "lost",
        "?",
        "it did not survive, as a drawing that is missing; the book gives an answer and no judgement",
    )

    def __new__(cls, word: str, sign: str = "", meaning: str = "") -> Verdict:
        """Return the verdict whose value is the word."""
        verdict = object.__new__(cls)
        verdict._value_ = word
        verdict.sign, verdict.meaning = sign, meaning
        return verdict

    @property
    def label(self) -> str:
        """The sign and the word, in HTML that has the verdict's colour where the page has one."""
        return f'<span class="verdict {self.value}"><span class="sign">{self.sign}</span> {self.value}</span>'


class Unsupported(AssertionError):
    """The evidence supports no verdict: the book's own answer fails, or an error is neither 0 nor visible."""


def off_by(actual: ArrayLike, expected: ArrayLike) -> float:
    """Return the largest absolute difference, divided by the largest magnitude expected, however small that is.

    Infinite where there is no value to compare: NaN, or an array of another shape.

    Examples
    --------
    >>> off_by([0.25, 0.125], [0.5, 0.125]), off_by([float("nan")], [1.0])
    (0.5, inf)
    """
    return relative_error(actual, expected, floor=0.0)


def product_error(left: ArrayLike, right: ArrayLike) -> float:
    """Return the error of a product of matrices whose shapes do not fit: it has no value.

    Raises
    ------
    AssertionError
        If the shapes fit.

    Examples
    --------
    >>> product_error([[1], [2], [3]], [[1], [2]])
    inf
    """
    left, right = np.asarray(left), np.asarray(right)
    try:
        left @ right
    except ValueError:
        return float("inf")
    raise AssertionError(
        f"a product of shapes {left.shape} and {right.shape} was to have no value, and has one"
    )


@dataclass(frozen=True)
class Evidence:
    """Relative errors, each against an independent oracle on random input; of one draw, or of several.

    Parameters
    ----------
    as_written : float or sequence of float, or None
        Of the sheet's statement, transcribed to code symbol for symbol. None where the statement is lost.
    corrected : float or sequence of float
        Of the book's answer.
    as_meant : float or sequence of float, optional
        Of the sheet's statement with the slips mended that the correction names. Left out where there is no such slip.
    left_out : mapping of str to float or sequence of float, optional
        Of the sheet's statement on a part of the answer that it does not speak of, by what that is.
    readings : mapping of str to float or sequence of float, optional
        Of the statement in each way that it can be read, by name; what is wrong with it in every reading is mended. They
        are reported, and decide nothing.
    beside : mapping of str to float or sequence of float, optional
        What is reported besides, in its own words, and decides nothing.

    Examples
    --------
    >>> Evidence(as_written=1e-16, corrected=1e-16).verdict
    <Verdict.CONFIRMED: 'confirmed'>
    >>> Evidence(as_written=0.7, as_meant=1e-16, corrected=1e-16).verdict
    <Verdict.REPAIRED: 'repaired'>
    >>> Evidence(as_written=[0.7, 0.1, 0.4], corrected=1e-16).verdict
    <Verdict.REFUTED: 'refuted'>
    >>> Evidence(as_written=1e-16, left_out={"elsewhere": 1.0}, corrected=1e-16).verdict
    <Verdict.COMPLETED: 'completed'>
    >>> Evidence(as_written=None, corrected=1e-16).verdict
    <Verdict.LOST: 'lost'>
    """

    as_written: Errors | None
    corrected: Errors
    as_meant: Errors | None = None
    left_out: Mapping[str, Errors] = field(default_factory=dict)
    readings: Mapping[str, Errors] = field(default_factory=dict)
    beside: Mapping[str, Errors] = field(default_factory=dict)
    column = "off by"

    def __post_init__(self) -> None:
        for name, errors in self._by_name().items():
            for error in np.ravel(np.asarray(errors, object)) if errors is not None else ():
                if not isinstance(error, Real):
                    raise TypeError(f"{name} must be an error, a number or one for each draw, got {error!r}")
                if error < 0:
                    raise ValueError(f"{name} must be an error, 0 or larger, got {error}")

    @classmethod
    def over(cls, draws: Iterable[Evidence]) -> Evidence:
        """Return the evidence of several draws as one.

        Examples
        --------
        >>> Evidence.over([Evidence(0.25, 0.0), Evidence(0.75, 0.0), Evidence(0.5, 0.0)]).measurements
        'the sheet as written: 50 % (25 to 75 %); the book: < 10⁻¹⁰'
        """
        drawn = list(draws)
        return cls(
            **{part.name: _together([getattr(one, part.name) for one in drawn]) for part in fields(cls)}
        )

    @property
    def verdict(self) -> Verdict:
        """The verdict that these errors support."""
        if not _vanishes(self.corrected, "the correction"):
            raise Unsupported(f"the book's own answer is off by {np.max(self.corrected):.2g}")
        if self.as_written is None:
            return Verdict.LOST
        if _vanishes(self.as_written, "the statement as written"):
            complete = all([_vanishes(errors, name) for name, errors in self.left_out.items()])
            return Verdict.CONFIRMED if complete else Verdict.COMPLETED
        mended = self.as_meant is not None and _vanishes(self.as_meant, "the statement as meant")
        return Verdict.REPAIRED if mended else Verdict.REFUTED

    @property
    def heading(self) -> str:
        """What the numbers are, and how often the input was drawn."""
        return f"Error, median of {DRAWS} draws (smallest to largest)"

    @property
    def measurements(self) -> str:
        """The errors, in words."""
        errors = {
            "the sheet as written": self.as_written,
            "the sheet mended": self.as_meant,
            **self.left_out,
            "the book": self.corrected,
            **self.beside,
        }
        return "; ".join(
            f"{name}: {format_error(error)}" for name, error in errors.items() if error is not None
        )

    @property
    def table(self) -> dict[str, str]:
        """What each reading is off by."""
        return {reading: format_error(errors) for reading, errors in self.readings.items()}

    @property
    def row(self) -> tuple[str, str]:
        """The errors of the sheet as written, and of the book."""
        sheet = "lost" if self.as_written is None else f"off by {format_error(self.as_written)}"
        return sheet, f"off by {format_error(self.corrected)}"

    def nearest(self) -> str:
        """Return the name of the reading that is closest to right."""
        return min(self.readings, key=lambda reading: float(np.median(self.readings[reading])))

    def _by_name(self) -> dict[str, Errors | None]:
        single = {"as_written": self.as_written, "corrected": self.corrected, "as_meant": self.as_meant}
        return {**single, **self.left_out, **self.readings, **self.beside}


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
    column = ""
    table: ClassVar[dict[str, str]] = {}

    @property
    def verdict(self) -> Verdict:
        """Refuted, if the book predicts what was measured, and that visibly exceeds the bound."""
        if not _vanishes(off_by(self.predicted, self.measured), "the prediction"):
            raise Unsupported(f"the book predicts {self.predicted:.2g}, and {self.measured:.2g} was measured")
        if not self.measured > self.at_most * (1 + VISIBLE):
            raise Unsupported(
                f"{self.measured:.2g} does not exceed the bound of {self.at_most:.2g}: no instance"
            )
        return Verdict.REFUTED

    @property
    def measurements(self) -> str:
        """The bound and what was measured, in words."""
        measured, allowed = format_number(self.measured, digits=2), format_number(self.at_most)
        return f"{measured}, as the book predicts, where the sheet allows {allowed} at most"

    @property
    def row(self) -> tuple[str, str]:
        """The factor by which the bound is broken, and the prediction's error."""
        error = off_by(self.predicted, self.measured)
        return f"× {format_number(self.measured / self.at_most, digits=2)}", f"off by {format_error(error)}"


@dataclass(frozen=True)
class Finding:
    """A statement about an effect, and the interval in which an experiment found it.

    Parameters
    ----------
    quantity : str
        What the effect is, in words and with its unit.
    interval : Interval
        The effect, its interval, and the number of seeds that have it.
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
    def holds(self) -> bool | None:
        """Whether the statement is true: whether the whole interval is on its side of the threshold; None if it is on both."""
        _, low, high, *_ = self.interval
        (threshold,) = (bound for bound in (self.above, self.below) if bound is not None)
        if not (high < threshold or low > threshold):
            return None
        return high < threshold if self.above is None else low > threshold

    def __str__(self) -> str:
        effect, low, high = (format_number(number, digits=2) for number in self.interval[:3])
        return f"{self.quantity} {effect} (95 % interval {low} to {high}, {self.interval.seeds} seeds)"


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
    readings : mapping of str to Finding, optional
        What would be found if the sheet were right, in each way that it can be read. They decide nothing.
    recorded : bool
        Whether the experiment was made once and is recorded, and not repeated each time that the claim is shown.

    Examples
    --------
    >>> fewer = Finding("failures, times those without", Interval(2.0, 1.5, 2.5, seeds=32), below=1)
    >>> Experiment(as_written=fewer).verdict
    <Verdict.REFUTED: 'refuted'>
    >>> unclear = Finding("failures, times those without", Interval(0.9, 0.7, 1.2, seeds=32), below=1)
    >>> Experiment(as_written=unclear).verdict
    <Verdict.UNDECIDED: 'undecided'>
    """

    as_written: Finding
    corrected: Finding | None = None
    left_out: Finding | None = None
    readings: Mapping[str, Finding] = field(default_factory=dict)
    recorded: bool = False
    column = "found"

    @property
    def verdict(self) -> Verdict:
        """The verdict that these findings support."""
        if self.corrected is not None and not self.corrected.holds:
            raise Unsupported(f"the book's own statement does not hold: {self.corrected}")
        if self.left_out is not None and self.left_out.holds is None:
            raise Unsupported(f"whether something is left out is not decided: {self.left_out}")
        if self.as_written.holds is None:
            return Verdict.UNDECIDED
        if not self.as_written.holds:
            return Verdict.REFUTED
        return Verdict.COMPLETED if self.left_out is not None and self.left_out.holds else Verdict.CONFIRMED

    @property
    def heading(self) -> str:
        """Whether it was measured now."""
        return "Recorded" if self.recorded else "Measured"

    @property
    def measurements(self) -> str:
        """The effects with their intervals, in words."""
        findings = (self.as_written, self.left_out, self.corrected)
        # One finding may be held against two thresholds; it is shown once.
        return "; ".join(dict.fromkeys(str(finding) for finding in findings if finding is not None))

    @property
    def table(self) -> dict[str, str]:
        """What was found for each reading."""
        return {reading: str(finding) for reading, finding in self.readings.items()}

    @property
    def row(self) -> tuple[str, str]:
        """The effects that decide on the sheet, and on the book."""
        return str(self.as_written), "" if self.corrected is None else str(self.corrected)

    def nearest(self) -> str:
        """Return the name of the reading that is closest to right: the first that holds, or else is not refuted."""
        return max(self.readings, key=lambda reading: _rank(self.readings[reading].holds))


AnyEvidence = Evidence | Counterexample | Experiment


def format_error(errors: Errors) -> str:
    """Return errors in words that are the same on every machine: their median and range; of rounding, its order only.

    Examples
    --------
    >>> [format_error(error) for error in (2e-16, 0.0123, 0.34, 2.107, float("inf"))]
    ['< 10⁻¹⁰', '1.2 %', '34 %', '210 %', 'no value']
    >>> format_error([0.5, 0.006, 0.9])
    '50 % (0.6 to 90 %)'
    """
    if np.max(errors) <= TOLERANCE:
        return "< 10⁻¹⁰"
    median, least, most = (float(statistic(errors)) for statistic in (np.median, np.min, np.max))
    if np.isinf(median):
        return "no value"
    between = f" ({_percent(least)} to {_percent(most)} %)" if least < most else ""
    return f"{_percent(median)} %{between}"


def _percent(error: float) -> str:
    return format_number(100 * error, digits=2)


def _rank(holds: bool | None) -> int:
    """Return an order: what holds, what is not decided, and what does not hold."""
    return {True: 2, None: 1, False: 0}[holds]


def _together(parts: list[Any]) -> Any:
    """Return the errors of several draws, which have the same parts, as one array or as a mapping of arrays."""
    first = parts[0]
    if isinstance(first, Mapping):
        return {name: _together([part[name] for part in parts]) for name in first}
    return None if first is None else np.array(parts, float)


def _vanishes(errors: Errors, name: str) -> bool:
    """Return whether an error is 0 but for rounding in every draw; refuse one that is neither that nor visible in the median."""
    if np.max(errors) <= TOLERANCE:
        return True
    if np.median(errors) >= VISIBLE:
        return False
    raise Unsupported(
        f"{name} has error {np.median(errors):.2g} in the median and {np.max(errors):.2g} at most: "
        "too large for rounding, too small to be sure of"
    )
