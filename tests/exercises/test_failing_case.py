"""Where an answer differs is shown, however many axes or digits that takes."""

from dataclasses import replace

import numpy as np
from small_exercises import DOUBLE


def test_of_many_axes_the_matrix_with_the_first_difference_is_shown():
    wide = replace(DOUBLE, cases=lambda draw: [(np.ones((1, 3, 2, 2)),)], mistakes={})

    def wrong(x):
        y = 2 * x
        y[0, 1, 1, 0] = 5
        return y

    text = repr(wide.check(wrong))
    assert text.splitlines()[-3:] == [
        "  expected, at [1]    yours, at [1]",
        "   2   2               2   2",
        "  *2*  2              *5*  2",
    ]


def test_a_wrong_answer_with_two_digits_too_few_is_written_with_enough():
    answer = replace(DOUBLE, mistakes={}).check(lambda x: 2 * x * (1 + 1e-6))
    assert "*6*         *6.000006*" in repr(answer)


def test_html_escapes_what_the_reader_made():
    def script(x):
        raise ValueError("<script>alert(1)</script>")

    page = DOUBLE.check(script)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<div") == page.count("</div>")
