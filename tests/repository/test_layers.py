"""Who may use whom in helpers: each layer those below it; the machinery knows no chapter, and no chapter another."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

import helpers

SOURCE = Path(helpers.__file__).parent
CHAPTERS = {path.parent.name for path in SOURCE.glob("*/claims.py")}
MACHINERY = {"claims", "exercises", "explorers"}
LAYERS = [{"numerics"}, {"records"}, {"drawings"}, MACHINERY, CHAPTERS, {"book"}, {"__init__"}]
LAYER = {name: number for number, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
SHARED = [
    module for module in MODULES if LAYER[module.split("/")[0].removesuffix(".py")] < LAYER[min(CHAPTERS)]
]
SCRIPTS = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.js"))

LOOK_INTO_THE_BOOK = {
    ("claims/__init__.py", "book"),
    ("exercises/__init__.py", "book"),
    ("exercises/answer_box.py", "book"),
}
"""The exception: `claims.card(…)`, `exercises.check(…)` and `exercises.box(…)` look into the book when they are called."""

ROOMS = {"boxes", "claims", "exercises", "explorers", "reference", "oracle", "diagrams"}
"""The modules that several chapters have."""

IN_EACH_CHAPTER = ("__init__.py", "claims.py", "sheet.md", "sheet.toml")
"""The files that each chapter has; one that has exercises has their boxes, too."""

MADE_WITH = {"boxes": "exercises"}
"""The machinery that a room uses, where it has another name."""

FIELD = (
    *(
        "attention",
        "census",
        "clipping",
        "convolution",
        "dilation",
        "gate",
        "LSTM",
        "optimiser",
        "propagator",
    ),
    *("RMSprop", "spike", "stride", "tap", "triple", "W_c", "W_h", "W_x"),
)
"""Words of the chapters, beside the names that they define. drawings.css has some: it gives the book its colours."""


def read(module):
    return (SOURCE / module).read_text(encoding="utf-8")


def imports(module, source):
    """Yield the path below helpers of each module or name that is imported, in functions too, as a tuple."""
    package = module.split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            paths = [alias.name.split(".") for alias in node.names]
            yield from (tuple(path[1:]) for path in paths if path[0] == "helpers" and path[1:])
        elif isinstance(node, ast.ImportFrom):
            path = ["helpers", *package[: len(package) + 1 - node.level]] if node.level else []
            path += node.module.split(".") if node.module else []
            if path[0] == "helpers":
                yield from ((*path[1:], alias.name) for alias in node.names)


def faults(module, source):
    """Return what a module of helpers imports against the rules."""
    own, name = module.split("/")[0].removesuffix(".py"), Path(module).stem
    found = []
    for path in imports(module, source):
        used = path[0]
        if used != own and LAYER[used] >= LAYER[own] and (module, used) not in LOOK_INTO_THE_BOOK:
            found.append(f"{own} uses {used}")
        if own in CHAPTERS and used in MACHINERY and used != MADE_WITH.get(name, name):
            found.append(f"{used} are used in a module {name}")
        if name == "reference" and "oracle" in path:
            found.append("a reference uses the oracle")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_each_layer_uses_those_below_it(module):
    assert not faults(module, read(module))


def test_the_exception_is_made():
    for module, used in LOOK_INTO_THE_BOOK:
        assert used in {path[0] for path in imports(module, read(module))}


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("numerics/arrays.py", "from ..records import record_path", "numerics uses records"),
        ("records/__init__.py", "import helpers.drawings.svg", "records uses drawings"),
        ("drawings/svg.py", "from helpers import explorers", "drawings uses explorers"),
        ("claims/ledger.py", "from ..exercises import Exercise", "claims uses exercises"),
        ("claims/ledger.py", "from ..book import CLAIMS", "claims uses book"),
        ("exercises/cases.py", "def f():\n    from ..convolution import conv", "exercises uses convolution"),
        ("exercises/cases.py", "import helpers.loss_curves.lab", "exercises uses loss_curves"),
        ("gated_rnn/reference.py", "from .. import convolution", "gated_rnn uses convolution"),
        (
            "loss_curves/lab/training.py",
            "from ...gated_rnn.reference import Run",
            "loss_curves uses gated_rnn",
        ),
        ("convolution/explorers.py", "from ..book import CLAIMS", "convolution uses book"),
        ("convolution/reference.py", "from ..claims import Claim", "claims are used in a module reference"),
        ("convolution/reference.py", "from . import oracle", "a reference uses the oracle"),
        ("gated_rnn/reference.py", "from ..numerics.oracle import torch", "a reference uses the oracle"),
    ],
)
def test_a_planted_import_is_found(module, source, fault):
    assert faults(module, source) == [fault]


# Words


def names_of_chapters():
    """Return what the chapters are called and define, but for names that two of them share."""
    public = Counter(
        name
        for chapter in CHAPTERS
        for name in getattr(importlib.import_module(f"helpers.{chapter}"), "__all__", ())
    )
    return CHAPTERS | {name for name, count in public.items() if count == 1}


WORD = re.compile(
    rf"(?<![A-Za-z])(?:(?:{'|'.join(FIELD)})s?|{'|'.join(names_of_chapters())})(?![A-Za-z])", re.IGNORECASE
)
EXAMPLE = re.compile(r'^ *>>> .*\n(?:(?! *""") *\S.*\n)*', re.MULTILINE)


def words(source):
    """Return the words of chapters in a text, but for its examples and ``literals``."""
    return WORD.findall(re.sub(r"``.*?``", "", EXAMPLE.sub("", source)))


@pytest.mark.parametrize("module", SHARED + SCRIPTS)
def test_no_chapters_word_stands_in_the_machinery(module):
    assert not words(read(module))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("spike_rate = 1", ["spike"]),
        ('"""The gates of a cell."""', ["gates"]),
        ("x = W_x @ x  # the input", ["W_x"]),
        ("from helpers import loss_curves", ["loss_curves"]),
        ("y = conv(x)", ["conv"]),
        ('"""An example.\n\n    >>> stride = 2\n    2\n\n    The role ``gate``.\n"""', []),
        ('"""An example.\n\n    >>> stride = 2\n    """\n    tap = 1', ["tap"]),
        ("converted, tapped, Run", []),
    ],
)
def test_a_planted_word_is_found(source, found):
    assert words(source) == found


# Names


def shared_names(modules):
    """Return the names that several modules have, each with its number."""
    names = Counter(name for name in map(name_of, modules) if name not in ("__init__", "__main__"))
    return {name for name, count in names.items() if count > 1}


def name_of(module):
    path = Path(module)
    return path.parent.name if path.stem == "__init__" else path.stem


def test_no_two_modules_share_a_name_but_for_those_that_each_chapter_has():
    assert not shared_names(SHARED)
    assert shared_names(module for module in MODULES if module not in SHARED) <= ROOMS
    assert shared_names(["claims/cases.py", "exercises/cases.py", "exercises/__init__.py"]) == {"cases"}


def lacking(chapter, files):
    """Return the files that each chapter has, and this one has not."""
    boxes = ("boxes.py",) if f"{chapter}/exercises.py" in files else ()
    return {name for name in (*IN_EACH_CHAPTER, *boxes) if f"{chapter}/{name}" not in files}


@pytest.mark.parametrize("chapter", sorted(CHAPTERS))
def test_each_chapter_has_the_same_files_and_a_page(chapter):
    assert not lacking(chapter, {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.*")})
    assert (SOURCE.parents[1] / "notebooks" / f"{chapter}.md").exists()


def test_a_file_that_a_chapter_lacks_is_found():
    files = {f"new/{name}" for name in (*IN_EACH_CHAPTER, "exercises.py")}
    assert lacking("new", files) == {"boxes.py"}
    assert lacking("new", files - {"new/claims.py", "new/exercises.py"}) == {"claims.py"}
