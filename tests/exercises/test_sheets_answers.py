"""Type what the answer sheet says into the matching exercise, as a reader would, and be told what is wrong with it."""

import numpy as np

from helpers import exercises


def told(id, answer):
    said = exercises.check(id, answer, keep=False)
    assert not said.right
    return said


# Chapter 1.1


def test_the_sheets_size_is_right():
    assert exercises.check("1.1.a", "[17/4] + 1 × [7/4] + 1 = 5 × 2", keep=False).right


def test_divides_before_the_floor():
    said = told("1.1.b", lambda H, K, S, P, D: (H + 2 * P) // S - (D * (K - 1) + 1) // S + 1)
    assert said.mistake == "divides each length before it subtracts"


def test_stops_a_row_short():
    def sheet(output_gradient, x):
        gradient = np.zeros((1, 5, 3))
        for k in range(5):
            for i in range(3):
                for r in range(2):  # the sheet: r = 1 to r = 2
                    gradient[0, k, i] += output_gradient[0, r] * x[k, 2 * r + i]
        return gradient

    said = told("1.1.c.iv", sheet)
    assert said.says[0] == "It **stops a row short**, as the sheet does."
    assert "the last row's share" in said.says[1]
    assert "*1*" in repr(said)


def test_the_stride_becomes_dilation_and_nothing_is_said_of_the_dilation():
    said = told("1.1.c.iv.likeness", lambda stride, dilation: (1, stride))
    assert said.says[0] == "It **lets the stride become dilation, and stops there**, as the sheet does."
