"""A quantity in a docstring, in figures or in words, is that of an example beside it, or of the code: here both are compared.

What is measured, and belongs to one machine, is no docstring's matter: the benchmarks record it.
"""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from helpers.claims.evidence import VISIBLE
from helpers.loss_curves import claims, spikes
from helpers.loss_curves.lab.condense import write_rows
from helpers.loss_curves.lab.replay import _columns
from helpers.numerics.bootstrap import misses
from helpers.numerics.compare import TOLERANCE
from helpers.numerics.oracle import difference_jacobian

SOURCE = Path(__file__).parents[2] / "src/helpers"
SMALL = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million dozen"
NUMBER = rf"(?:{SMALL.replace(' ', '|')}|\d[\d.]*)"
PART = r"(?:half|thirds?|quarters?|tenths?|hundredths?)"
QUANTITY = re.compile(
    rf"\b(?:{NUMBER} times (?:as|longer|shorter|faster|slower|larger|smaller|more)|twice as|{PART} (?:of|as)\b|half the\b"
    rf"|{NUMBER} in (?:a |an |about )?(?:several )?{NUMBER}|\d+(?:\.\d+)? ?%|{NUMBER} digits|about {NUMBER} (?!/)"
    rf"|(?:several |some )?(?:hundreds?|thousands?|millions?)\b(?! of a)|nearly (?:all|every|none) of (?:them|the|these))",
    re.IGNORECASE,
)
BEFORE_EXAMPLE = re.compile(r"[^\n]+(?:\n[^\n]+)*\n\s*\n(?=\s*>>>)|^\s*(?:>>>|\.\.\.).*$(?:\n\s*\S.*$)*", re.MULTILINE)  # fmt: skip


def six_digits():
    import io

    file = io.StringIO()
    write_rows(file, [{"a": 1.23456789}])
    return file.getvalue() == "a\n1.23457\n"


def eight_digits():
    """Return the accuracy of central differences of a function of one number."""
    error = abs(difference_jacobian(np.exp, np.array([1.0])).item() / np.e - 1)
    return 1e-12 < error < 1e-8


TIED = {
    # (module, the quantity with a word beside it): whether it is the code's.
    ("gated_rnn/claims.py", "it is 0 to ten digits"): lambda: np.isclose(TOLERANCE, 1e-10) and VISIBLE > TOLERANCE,
    ("loss_curves/claims.py", "ln C, within 2 %"): lambda: (
        claims.initial_loss_in_general(np.random.default_rng(0)).as_written.below == 0.02
    ),
    ("loss_curves/claims.py", "less than half of the long spikes"): lambda: claims.CURE_THRESHOLD == 1 / 2,
    ("loss_curves/spikes.py", "half of what guessing costs"): lambda: np.isclose(spikes.SPIKE_LOSS, np.log(4) / 2),
    ("loss_curves/lab/condense.py", "numbers with six digits"): six_digits,
    ("loss_curves/lab/replay.py", "rounded to four digits"): lambda: _columns([{"a": 1.23456}]) == {"a": [1.235]},
    ("numerics/oracle.py", "about eight digits"): eight_digits,
    ("numerics/bootstrap.py", "should miss in 2.5 %"): lambda: "of level 0.95 should" in misses.__doc__ and np.isclose((1 - 0.95) / 2, 0.025),
}  # fmt: skip


def quantities(text):
    """Yield each quantity in the docstrings of a module's text that no example stands beside, with what is around it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose = re.sub(BEFORE_EXAMPLE, "", str(node.value.value))
            prose = " ".join(prose.split())
            for match in QUANTITY.finditer(prose):
                yield match[0], prose[max(0, match.start() - 60) : match.end() + 60]


def untied(module, text):
    known = [words for of, words in TIED if of == module]
    return [
        (quantity, around)
        for quantity, around in quantities(text)
        if not any(words in around and quantity in words for words in known)
    ]


MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}


@pytest.mark.parametrize("module", MODULES)
def test_a_quantity_in_a_docstring_is_the_codes(module):
    assert untied(module, MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("module", "words"), TIED)
def test_it_is_compared(module, words):
    assert TIED[module, words]()
    docstrings = [around for _, around in quantities(MODULES[module].read_text(encoding="utf-8"))]
    assert any(words in around for around in docstrings), "no such docstring"


@pytest.mark.parametrize(
    "words",
    [
        "Nine in ten of them vanish.",
        "It takes a quarter as long.",
        "Autograd takes about three times as long.",
        "Most are found in one batch of 32 in several hundred.",
        "Starting a thread takes ten thousand times as long.",
        "Good to six digits.",
        "It is right in 97 % of all draws.",
    ],
)
def test_another_quantity_is_noticed(words):
    assert untied("loss_curves/spikes.py", f'"""Read a curve.\n\n{words}\n"""\n')


def test_what_an_example_shows_is_left_to_it():
    assert not untied("x.py", '"""Halve.\n\nHalf of the first is left:\n\n>>> 1 / 2\n0.5\n"""')
