"""Claims: the sheet's words, which are data, and the evidence that decides on them."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import cast

import numpy as np

from ..numerics.arrays import short_repr
from ..numerics.oracle import one_thread
from .evidence import DRAWS, AnyEvidence, Evidence, Verdict

Measure = Callable[[np.random.Generator], AnyEvidence]
"""An evidence function: it draws its input from the generator."""


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
        What the sheet says, quoted; Markdown with LaTeX. ``…`` stands for what is left out.
    verdict : Verdict
        What the book says of it. The tests hold it against the evidence.
    evidence : callable
        Takes a ``numpy.random.Generator`` and returns :class:`Evidence`, a :class:`Counterexample`, or an
        :class:`Experiment`.
    chapter : str
        The notebook with the derivation.
    correction : str
        What is right instead, or what was left out; Markdown with LaTeX. Empty for a confirmed claim.
    remark : str
        What the book adds to a confirmed claim, if anything; Markdown with LaTeX.
    reading : str
        Where the statement is ambiguous: the reading that is judged, by its name in the evidence.
    settled_by : str
        How the statement's own symbols are used elsewhere on the sheet, quoted, where that settles the reading. Left empty, the
        judged reading is the one that is closest to right.
    section : str
        The sheet's heading above it.
    """

    id: str
    question: str
    statement: str
    verdict: Verdict
    evidence: Measure
    chapter: str
    correction: str = ""
    remark: str = ""
    reading: str = ""
    settled_by: str = ""
    section: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.verdict, Verdict):
            raise TypeError(f"verdict must be a Verdict, got {self.verdict!r}")
        if self.remark and self.verdict is not Verdict.CONFIRMED:
            raise ValueError(
                f"claim {self.id} is {self.verdict.value}: what there is to add belongs to its correction"
            )
        if self.settled_by and not self.reading:
            raise ValueError(f"claim {self.id} must name the reading that is settled by {self.settled_by!r}")
        if (self.verdict is Verdict.CONFIRMED) == bool(self.correction):
            raise ValueError(
                f"claim {self.id} is {self.verdict.value}: a correction belongs to every verdict but 'confirmed', "
                f"got {self.correction!r}"
            )

    def measure(self) -> AnyEvidence:
        """Return the evidence, on input drawn from the claim's own random generator: the same at every call.

        Of a formula, that is the evidence of many draws. An experiment draws as often as it needs by itself.
        """
        random = np.random.default_rng(zlib.crc32(self.id.encode()))
        with one_thread():
            first = self.evidence(random)
            if not isinstance(first, Evidence):
                return first
            others = (self.evidence(random) for _ in range(DRAWS - 1))
            return Evidence.over([first, *cast("Iterator[Evidence]", others)])

    @property
    def question_as_sentence(self) -> str:
        """The question, with a full stop where it has no other end."""
        return self.question if self.question.endswith(("?", ".")) else f"{self.question}."

    @property
    def anchor(self) -> str:
        """The name of the place in the book where the claim is worked through."""
        return "claim-" + self.id.replace(".", "-")

    @property
    def sheet_anchor(self) -> str:
        """The name of the place in the book where the sheet's statement stands."""
        return "sheet-" + self.id.replace(".", "-")


class Sheet:
    """A chapter's part of the sheet: the words of its claims, to which the chapter adds evidence.

    The words are in the chapter's ``sheet.toml``: a table for each claim, in the order of the sheet, with its ``question``,
    ``statement``, ``verdict`` and ``correction``. Iterated over, a sheet gives its claims.

    Parameters
    ----------
    package : str
        The chapter's package: its ``__package__``.
    """

    def __init__(self, package: str) -> None:
        self.chapter = package.rpartition(".")[2]
        text = (files(package) / "sheet.toml").read_text(encoding="utf-8")
        self.words: dict[str, dict[str, str]] = tomllib.loads(text)
        sheet = (files(package) / "sheet.md").read_text(encoding="utf-8")
        self.section = " · ".join(re.findall(r"^#+ (\d.*\S)", sheet, re.MULTILINE))
        self.measures: dict[str, Measure] = {}

    def evidence(self, id: str) -> Callable[[Measure], Measure]:
        """Return the decorator that makes a function the evidence for a claim."""
        if id not in self.words:
            raise ValueError(f"evidence for {id!r}, which is no claim of {self.chapter}/sheet.toml")
        if id in self.measures:
            raise ValueError(f"claim {id} has evidence twice")

        def attach(measure: Measure) -> Measure:
            self.measures[id] = measure
            return measure

        return attach

    def __iter__(self) -> Iterator[Claim]:
        for id, words in self.words.items():
            if id not in self.measures:
                raise ValueError(f"claim {id} of {self.chapter}/sheet.toml has no evidence")
            texts = {name: " ".join(text.split()) for name, text in words.items()}
            verdict = Verdict(texts.pop("verdict"))
            yield Claim(
                id,
                **texts,
                verdict=verdict,
                evidence=self.measures[id],
                chapter=self.chapter,
                section=self.section,
            )


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
            raise KeyError(f"no claim {short_repr(id)}; the ledger has {', '.join(self.claims)}")
        return self.claims[id]

    def counts(self) -> dict[str, int]:
        """Return how many claims there are of each verdict, for those that occur."""
        found = Counter(claim.verdict for claim in self)
        return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}
