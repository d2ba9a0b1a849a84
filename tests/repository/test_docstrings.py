"""Docstrings are shown on the page as they are written."""

import pytest
from attrs import frozen
from docstrings import escaped, show_values, with_equations
from sphinx.ext.autodoc.preserve_defaults import update_defvalue
from sphinx.util.inspect import signature, stringify_signature


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


def test_defaults_of_an_attrs_class_are_shown_as_values():
    @frozen
    class Settings:
        rate: float = 0.25

    class App:
        class config:
            autodoc_preserve_defaults = True

    def shown():
        return stringify_signature(signature(Settings.__init__, bound_method=True), show_annotation=False)

    update_defvalue(App, Settings.__init__, True)
    assert "attr_dict" in shown()
    show_values(App, Settings.__init__, True)
    assert shown().startswith("(rate=0.25)")
