"""The exercises of chapter 1.1: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, wrong_answer

from helpers import exercises
from helpers.book import EXERCISES
from helpers.convolution import oracle
from helpers.numerics import check_close


@pytest.fixture
def random():
    return np.random.default_rng(6)


def torch_layer(x, W):
    return oracle.conv(x, W, stride=2)


def test_the_layer_of_chapter_1(random):
    x, W, g = random.normal(size=(5, 7)), random.normal(size=(1, 5, 3)), random.normal(size=(1, 3))
    by_x, by_W = oracle.jacobian(torch_layer, x, W)
    check_close(reference("1.1.c.i")(x, W), oracle.value(torch_layer, x, W)[0])
    check_close(reference("1.1.c.ii")(x), by_W[0])
    check_close(reference("1.1.c.iii")(W), by_x[0])
    check_close(reference("1.1.c.iv")(g, x), oracle.vjp(torch_layer, g, x, W)[1])


def test_output_size():
    for case in EXERCISES["1.1.b"].ordered_cases():
        H, K, S, P, D = case
        padded = H + 2 * P
        starts = [start for start in range(0, padded, S) if start + D * (K - 1) < padded]
        assert reference("1.1.b")(*case) == len(starts)


def torch_conv(stride, dilation):
    return lambda x, W: oracle.conv(x, W, stride=stride, dilation=dilation)


def test_backward_setting(random):
    for stride, dilation in EXERCISES["1.1.c.iv.likeness"].ordered_cases():
        forward = torch_conv(stride, dilation)
        x, W = random.normal(size=(1, 17)), random.normal(size=(1, 1, 3))
        g = random.normal(size=oracle.value(forward, x, W).shape)
        _, by_weight = oracle.vjp(forward, g, x, W)
        backward = oracle.value(torch_conv(*reference("1.1.c.iv.likeness")(stride, dilation)), x, g[None])
        check_close(backward[..., :3], by_weight[0])


def test_the_sheets_size_is_right():
    assert exercises.check("1.1.a", "[17/4] + 1 × [7/4] + 1 = 5 × 2", save=False).right


def test_divides_before_the_floor():
    answer = wrong_answer("1.1.b", lambda H, K, S, P, D: (H + 2 * P) // S - (D * (K - 1) + 1) // S + 1)
    assert answer.mistake == "divides each length before it subtracts"


def test_stops_a_row_short():
    def sheet(output_gradient, x):
        gradient = np.zeros((1, 5, 3))
        for k in range(5):
            for i in range(3):
                for r in range(2):  # the sheet: r = 1 to r = 2
                    gradient[0, k, i] += output_gradient[0, r] * x[k, 2 * r + i]
        return gradient

    answer = wrong_answer("1.1.c.iv", sheet)
    assert answer.sentences[0] == "It **stops a row short**, as the sheet does."
    assert "the last row's share" in answer.sentences[1]
    assert "*1*" in repr(answer)


def test_the_stride_becomes_dilation_and_nothing_is_said_of_the_dilation():
    answer = wrong_answer("1.1.c.iv.likeness", lambda stride, dilation: (1, stride))
    assert (
        answer.sentences[0] == "It **lets the stride become dilation, and stops there**, as the sheet does."
    )
