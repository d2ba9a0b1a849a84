"""Docstrings are shown on the page as they are written."""

import pytest
from docstrings import escaped, with_equations


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("x : array_like, shape (..., C, *input_size)", r"x : array_like, shape (..., C, \*input_size)"),
        ("The largest |s_i| there is.", r"The largest \|s_i\| there is."),
        ("This is the *transposed convolution* of it.", "This is the *transposed convolution* of it."),
        ("*States stay in a box.* And more.", "*States stay in a box.* And more."),
        ("See ``(F, C, *kernel)`` and :func:`a|b`.", "See ``(F, C, *kernel)`` and :func:`a|b`."),
        ("    >>> 2 * 3 | 4", "    >>> 2 * 3 | 4"),
        (r"    ... 2 * 3", r"    ... 2 * 3"),
    ],
)
def test_signs_mean_themselves(written, shown):
    assert escaped(written) == shown


def test_indented_lines_before_the_sections_are_equations():
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
    shown = list(with_equations(lines))
    assert shown == ["Return y.", "", "::", "", *lines[2:]]
