"""Docstrings are shown on the page as they are written."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).parent.parent / "book" / "docstrings.py"


@pytest.fixture(scope="module")
def docstrings():
    spec = importlib.util.spec_from_file_location("docstrings", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("x : array_like, shape (..., C, *input_size)", r"x : array_like, shape (..., C, \*input_size)"),
        ("The largest |s_i| there is.", r"The largest \|s_i\| there is."),
        ("This is the *transposed convolution* of it.", "This is the *transposed convolution* of it."),
        ("See ``(F, C, *kernel)`` and :func:`a|b`.", "See ``(F, C, *kernel)`` and :func:`a|b`."),
        ("    >>> 2 * 3 | 4", "    >>> 2 * 3 | 4"),
        (r"    ... 2 * 3", r"    ... 2 * 3"),
    ],
)
def test_signs_mean_themselves(docstrings, written, shown):
    assert docstrings.escaped(written) == shown


def test_indented_lines_before_the_sections_are_equations(docstrings):
    lines = [
        "Return y.",
        "",
        "    y = x",
        "    z = y",
        "",
        "More.",
        "",
        "Examples",
        "--------",
        "",
        "    >>> y",
    ]
    shown = list(docstrings.with_equations(lines))
    assert shown == ["Return y.", "", "::", "", *lines[2:]]
