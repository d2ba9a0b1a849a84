"""Numbers are read however they are written, and nothing else is."""

import numpy as np
import pytest
from small_exercises import LOSS, SIZE

from helpers.exercises import Outcome
from helpers.exercises.parse_numbers import Unreadable, parse_numbers


@pytest.mark.parametrize(
    "written",
    [
        "5×2",
        "5 x 2",
        "5 X 2",
        "5 by 2",
        "5*2",
        "(5, 2)",
        "[5, 2]",
        "5, 2",
        "5;2",
        "R^5×2",
        "ℝ^{5×2}",
        "R^(5 x 2)",
        (5, 2),
        [5, 2],
        (5.0, 2),
        np.array([5, 2]),
        np.array([[5], [2]]),
        ["5", "2"],
        (np.int64(5), 2),
        "[17/4] + 1 × [7/4] + 1 = 5 × 2",
    ],
)
def test_any_spelling_of_a_size(written):
    assert SIZE.check(written).right


@pytest.mark.parametrize(
    "written",
    [
        "ln 4",
        "ln(4)",
        "ln4",
        "log 4",
        "math.log(4)",
        "np.log(4)",
        "numpy.log(4)",
        "2 ln 2",
        "2·ln 2",
        "2 × ln(2)",
        "-ln 1/4",
        "−ln(¼)",
        "1.386",
        "1,386",
        "1.3863",
        "ln(4) = 1.386",
        "≈ 1.386",
        "+1.386",
        "log(e**2) + ln 4 − 2",
        1.386,
        np.log(4),
        np.float32(1.3863),
        np.array(1.386),
        [1.386],
        "1386/1000",
        "138.6 %",
        "exp(0)*ln 4",
    ],
)
def test_any_spelling_of_a_logarithm(written):
    assert LOSS.check(written).right


@pytest.mark.parametrize(
    "written",
    [
        "many",
        "",
        "   ",
        "5 2",
        "((((",
        "(" * 150,
        "1/0",
        "9**9**9**9",
        "__import__('os').system('true')",
        "open('x')",
        "().__class__",
        "[x for x in (5, 2)]",
        "lambda: 5",
        "1e999 - 1e999 if 1 else 2",
        "5" * 500,
        "True",
        "'5'",
        "(-8)**0.5",
        True,
        b"5",
        object(),
        {"a": 1},
        5j,
        lambda: 5,
    ],
)
def test_what_cannot_be_read_is_never_evaluated(written):
    with pytest.raises(Unreadable):
        parse_numbers(written, several=True)
    assert SIZE.check(written).outcome is not Outcome.RIGHT
