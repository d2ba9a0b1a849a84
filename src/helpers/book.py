"""Every claim and every exercise of the book: the one place that knows all chapters.

A chapter is a package of ``helpers`` with a module ``claims``, and mostly one of ``exercises``. It stands where its first
claim stands on the sheet.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from .claims import Ledger
from .exercises.collection import Collection
from .exercises.exercise import Exercise


def _place(claims: ModuleType) -> list[tuple[int, str]]:
    """Return a chapter's sorting key, its first claim's number: 1.2.1.c stands before 1.10.1 and after 1.2.1.b."""
    first = next(iter(claims.SHEET))
    return [(int(part) if part.isdigit() else 0, part) for part in first.id.split(".")]


_CHAPTERS = sorted(
    (
        import_module(f"{__package__}.{path.parent.name}.claims")
        for path in Path(__file__).parent.glob("*/claims.py")
    ),
    key=_place,
)
"""The modules of claims, in the order of the sheet."""

CLAIMS = Ledger(claim for chapter in _CHAPTERS for claim in chapter.SHEET)
"""Every claim of the book, in the order of the sheet."""

EXERCISES = Collection(
    replace(exercise, chapter=chapter.__name__.split(".")[-2])
    for chapter in _CHAPTERS
    if find_spec(f"{chapter.__package__}.exercises")
    for exercise in vars(import_module(f"{chapter.__package__}.exercises")).values()
    if isinstance(exercise, Exercise)
)
"""Every exercise of the book, in the order of the sheet."""
