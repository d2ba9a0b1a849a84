"""Numbers are read however they are written, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from small_exercises import LOSS, SIZE

from helpers.exercises import Outcome
from helpers.exercises.boxes import NumbersBox
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


# In Python and in the browser

OF_LN_4 = [
    "ln 4", "1.386 nats", "ln 4 nats", "2ln2", "2 ln 2", "log_e 4", "\\ln 4", "about 1.386", "≈ 1.386", "-ln(1/4)", "ln(¼)·−1", "math.log(4)",
    "np.log(4)", "1,386", "loss = ln 4", "log(4)", "$\\ln 4$", "-log p, p=1/4", "-ln p where p = 1/4", "ln(C), C=4", "-ln(\\frac14)", "|-ln 4|", "ln(2^2)", "log2(4) ln 2",
]  # fmt: skip
OF_A_QUARTER = [
    "¼", "0.25", "0,25", "1/4", "25 %", "25 percent", "25 per cent", "1 in 4", "1 out of 4", "1:4", "e^(-ln 4)", "a quarter", "one in four", "One out of four",
    "\\frac14", "\\frac{1}{4}", "0.25 ± 0.08", "one quarter", "1/4 = 25 %", "25%", "0.25.",
]  # fmt: skip
OF_6_TO_30 = [
    "6^30", "|-6|^30", "2^30 3^30", "$6^{30}$", "pow(6, 30)", "6**30", "221,073,919,720,733,357,899,776", "221073919720733357899776", "6³⁰", "6 ** 30", "36^15",
    "221 073 919 720 733 357 899 776", "221.073.919.720.733.357.899.776", "221'073'919'720'733'357'899'776",
]  # fmt: skip
OF_5_BY_2 = [
    "5 × 2", "5 and 2", "5 rows × 2 columns", "17//4+1, 7//4+1", "⌊17/4⌋+1 × ⌊7/4⌋+1", "$5 \\times 2$", "5⨯2", "rows=5, columns=2", "rows: 5, columns: 2", "5 × 2 = 10",
    "five by two", "(5, 2)", "R^5×2", "5 x 2", "5·2", "5*2", "[5; 2]", "{5, 2}", "((5), (2))", "(5)(1), 2(1)",
]  # fmt: skip
OF_PRODUCTS = [
    "16·27, 3072·16384", "16*27, 3072*16384", "16 × 27, 3072 × 16384", "(16·27, 3072·16384)", "16×27; 3072×16384", "16x27 and 3072x16384", "16·27 × 3072·16384",
    "432; 50,331,648", "432, 50 331 648", "432, 50'331'648", "432, 50_331_648", "432, 50\u202f331\u202f648", "432, 3072(16384)", "432, 3·2²⁴", "4.32e2, 5.0331648·10⁷",
    "16 \\cdot 27, 3072 \\cdot 16384",
]  # fmt: skip
OF_A_THOUSANDTH = [
    "10⁻³",
    "10^-3",
    "10^(-3)",
    "10^{-3}",
    "1e-3",
    "1E−3",
    "1 · 10⁻³",
    "1 x 10^-3",
    "0,001",
    ".001",
    "1/1,000.0",
    "1/1.000,0",
    "0.1 %",
    "1:1000",
]
OF_ONE_AND_A_HALF = ["1½", "1.5", "1,5", "3/2", "\\frac{3}{2}", "1 + ½", "150 %", "3·½", "3(½)", "6:4"]
SPELLINGS = [
    *((typed, (np.log(4),), 1e-3) for typed in OF_LN_4),
    *((typed, (0.25,), 0.0) for typed in OF_A_QUARTER),
    *((typed, (6.0**30,), 0.0) for typed in OF_6_TO_30),
    *((typed, (5, 2), 0.0) for typed in OF_5_BY_2),
    *((typed, (432, 50331648), 0.0) for typed in OF_PRODUCTS),
    *((typed, (1e-3,), 0.0) for typed in OF_A_THOUSANDTH),
    *((typed, (1.5,), 0.0) for typed in OF_ONE_AND_A_HALF),
]


@pytest.mark.parametrize(("typed", "answer", "tolerance"), SPELLINGS)
def test_a_spelling_is_read_alike_in_python_and_in_the_browser(node, typed, answer, tolerance):
    exercise = replace(SIZE, answer=answer, tolerance=tolerance, mistakes={})
    assert exercise.check(typed).right, exercise.check(typed)
    pack = NumbersBox(exercise=exercise, question="?", label="?").pack()
    (judged,) = node(pack, typed)
    assert judged["outcome"] == "right", judged["says"]


@pytest.mark.parametrize("typed", ["log10(4)", "log2(4)", "∞", "1.398", "221,073,919,…"])
def test_a_wrong_number_is_read_all_the_same(typed):
    assert "cannot be read" not in LOSS.check(typed).sentences[0]


@pytest.mark.parametrize("typed", ["3,072", "432, 50,331,648", "16,384.5 × 2,000"])
def test_a_comma_that_may_group_digits_is_asked_about(typed):
    said = replace(SIZE, answer=(1, 7), mistakes={}).check(typed).sentences
    assert said[-1].startswith("If a comma groups digits here, leave it out: `")
    assert "," not in said[-1].partition("`")[2].replace(", ", "")


@pytest.mark.parametrize("typed", ["∞", "+∞", "inf", "Infinity", "$\\infty$"])
def test_infinity_is_a_number(node, typed):
    pack = NumbersBox(exercise=LOSS, question="?", label="?").pack()
    assert LOSS.check(typed).sentences[0] == node(pack, typed)[0]["says"][0] == "Your answer was read as ∞."
