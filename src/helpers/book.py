"""Every claim and every exercise of the book: the one place that knows all chapters.

A chapter is a package of ``helpers`` with a module ``claims``, and mostly one of ``exercises``. It stands where its first
claim stands on the sheet.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

from .claims.ledger import Ledger
from .exercises.collection import Collection


def _place(id: str) -> list[tuple[bool, int, str]]:
    """Return the sorting key of a question's number: 1.2.1.c stands before 1.10.1 and after 1.2.1.b."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"\.", id)]


def _modules(room: str) -> list[ModuleType]:
    """Return the module of that name of each chapter that has one, in the order of the sheet."""
    folder = Path(__file__).parent
    first = {
        path.parent.name: import_module(f"{__package__}.{path.parent.name}.claims").CLAIMS[0].id
        for path in folder.glob("*/claims.py")
    }
    chapters = sorted(first, key=lambda name: _place(first[name]))
    return [
        import_module(f"{__package__}.{name}.{room}")
        for name in chapters
        if (folder / name / f"{room}.py").exists()
    ]


CLAIMS = Ledger(claim for module in _modules("claims") for claim in module.CLAIMS)
"""Every claim of the book, in the order of the sheet."""

EXERCISES = Collection(exercise for module in _modules("exercises") for exercise in module.EXERCISES)
"""Every exercise of the book, in the order of the sheet."""

BOXES = {box.id: box for module in _modules("boxes") for box in module.BOXES}
"""Every answer box of the book, by its exercise's number."""
