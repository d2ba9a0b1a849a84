"""The exercises of chapter 1.1: its references agree with the oracle, and the sheet's answers are recognised."""

import numpy as np
import pytest
from answers import reference, wrong_answer

from helpers import exercises
from helpers.book import BOXES, EXERCISES
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


def torch_conv(stride=1, dilation=1, padding=0):
    return lambda x, W: oracle.conv(x, W, stride=stride, dilation=dilation, padding=padding)


def size_in_torch(H, K, **setting):
    return oracle.value(torch_conv(**setting), np.zeros((1, H)), np.zeros((1, 1, K))).shape[-1]


def test_backward_setting(random):
    for stride, dilation in EXERCISES["1.1.c.iv.likeness"].ordered_cases():
        forward = torch_conv(stride, dilation)
        x, W = random.normal(size=(1, 17)), random.normal(size=(1, 1, 3))
        g = random.normal(size=oracle.value(forward, x, W).shape)
        _, by_weight = oracle.vjp(forward, g, x, W)
        backward = oracle.value(torch_conv(*reference("1.1.c.iv.likeness")(stride, dilation)), x, g[None])
        check_close(backward[..., :3], by_weight[0])


def test_the_input_that_leaves_nothing_over():
    (rows, columns), kernel = EXERCISES["1.1.a.fit"].answer, (4, 5)
    y = oracle.value(
        lambda x, W: oracle.conv(x, W, stride=4), np.zeros((1, rows, columns)), np.zeros((1, 1, *kernel))
    )
    assert y.shape == (1, 5, 2)
    by_x, _ = oracle.vjp(
        lambda x, W: oracle.conv(x, W, stride=4),
        np.ones((1, 5, 2)),
        np.zeros((1, rows, columns)),
        np.ones((1, 1, *kernel)),
    )
    assert (by_x > 0).all()


def test_the_inputs_of_ten_samples():
    fitting = [H for H in range(45, 60) if size_in_torch(H, 3, stride=5, padding=2, dilation=4) == 10]
    assert (fitting[0], fitting[-1]) == EXERCISES["1.1.b.inputs"].answer


def test_same_padding():
    for K, D in EXERCISES["1.1.b.same"].ordered_cases():
        P = int(reference("1.1.b.same")(K, D))
        assert size_in_torch(30, K, padding=P, dilation=D) == 30


def test_how_many_weights_a_dense_layer_has():
    x, W = np.zeros((3, 32, 32)), np.zeros((16, 3, 3, 3))
    y = oracle.value(lambda x, W: oracle.conv(x, W, padding=1), x, W)
    assert EXERCISES["1.1.b.weights"].answer == (W.size, x.size * y.size)


def two_layers(S_1, S_2):
    return lambda x, W_1, W_2: oracle.conv(oracle.conv(x, W_1, stride=S_1), W_2, stride=S_2)[0, :1]


def test_the_receptive_field_of_two_layers():
    for K_1, S_1, K_2, S_2 in EXERCISES["1.1.b.receptive"].ordered_cases():
        x = np.zeros((1, S_1 * (K_2 - 1) + K_1 + 4))
        by_x = oracle.jacobian(two_layers(S_1, S_2), x, np.ones((1, 1, K_1)), np.ones((1, 1, K_2)))[0]
        read = np.flatnonzero(by_x)
        assert reference("1.1.b.receptive")(K_1, S_1, K_2, S_2) == read[-1] - read[0] + 1


def test_the_size_of_a_transposed_convolution():
    for H, K, S, P, D in EXERCISES["1.1.c.iv.transposed"].ordered_cases():
        grown = oracle.torch.conv_transpose1d(
            oracle.torch.zeros(1, 1, H), oracle.torch.zeros(1, 1, K), stride=S, padding=P, dilation=D
        )
        assert grown.shape[-1] == reference("1.1.c.iv.transposed")(H, K, S, P, D)


def test_the_padded_layer():
    y = oracle.value(
        lambda x, W: oracle.conv(x, W, stride=2, padding=1),
        np.array([[1.0, 3, 2, 5, 4]]),
        np.array([[[2.0, 1, -1]]]),
    )
    assert tuple(y[0]) == EXERCISES["1.1.c.i.padding"].answer


def test_the_window_view(random):
    x = random.normal(size=(5, 7))
    view = np.lib.stride_tricks.sliding_window_view(x, 3, axis=1)[:, ::2]
    check_close(reference("1.1.c.i.view")(x), view)
    assert BOXES["1.1.c.i.view"].exercise.answer == view.strides


def test_the_output_of_its_own_jacobian(random):
    x, W = random.normal(size=(2, 7)), random.normal(size=(1, 2, 3))
    by_W = oracle.jacobian(torch_layer, x, W)[1][0]
    check_close(reference("1.1.c.ii.back")(by_W, W), oracle.value(torch_layer, x, W)[0])


def test_the_positions_that_two_windows_read(random):
    by_x = oracle.jacobian(torch_layer, random.normal(size=(5, 7)), np.ones((1, 5, 3)))[0]
    assert (
        tuple(np.flatnonzero((by_x[0, :, 0] != 0).sum(axis=0) == 2)) == EXERCISES["1.1.c.iii.overlap"].answer
    )


def test_the_gradients_of_a_batch(random):
    x, W, b = random.normal(size=(2, 2, 7)), random.normal(size=(3, 2, 3)), random.normal(size=(3, 1))
    g = random.normal(size=(2, 3, 3))
    autograd = oracle.vjp(lambda x, W, b: oracle.conv(x, W, stride=2) + b, g, x, W, b)
    check_close(reference("1.1.c.iv.batch")(g, x), autograd[1])
    check_close(reference("1.1.c.iv.bias")(g), autograd[2][:, 0])


def test_the_gradient_of_the_input(random):
    x, W, g = random.normal(size=(5, 7)), random.normal(size=(1, 5, 3)), random.normal(size=(1, 3))
    check_close(reference("1.1.c.iv.input")(g, W), oracle.vjp(torch_layer, g, x, W)[0])


def test_stride_and_dilation_at_once():
    x, W, g = np.arange(13.0)[None], np.zeros((1, 1, 3)), np.array([[1.0, -1.0, 2.0]])
    by_W = oracle.vjp(torch_conv(3, 2), g, x, W)[1]
    assert tuple(by_W[0, 0]) == EXERCISES["1.1.c.iv.both"].answer
    assert BOXES["1.1.c.iv.likeness"].exercise.answer == reference("1.1.c.iv.likeness")(3, 2)


def test_how_much_the_backward_convolution_finds_too_much():
    K, R = 3, 4
    for dropped, S, D in EXERCISES["1.1.c.iv.excess"].ordered_cases():
        H = S * (R - 1) + D * (K - 1) + 1 + dropped
        assert size_in_torch(H, K, stride=S, dilation=D) == R
        assert size_in_torch(H, R, stride=D, dilation=S) - K == reference("1.1.c.iv.excess")(dropped, S, D)


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
    assert "the term of the last row" in answer.sentences[1]
    assert "*1*" in repr(answer)


def test_the_stride_becomes_dilation_and_nothing_is_said_of_the_dilation():
    answer = wrong_answer("1.1.c.iv.likeness", lambda stride, dilation: (1, stride))
    assert answer.sentences[0] == "It **lets the stride become dilation, and stops there**."


# What readers answer


@pytest.mark.parametrize(
    ("id", "answer", "mistake"),
    [
        ("1.1.b", lambda H, K, S, P, D: (H + 2 * P - D * (K - 1)) // S + 1, "gives the dilated kernel a span of D(K − 1)"),
        ("1.1.b", lambda H, K, S, P, D: (H - D * (K - 1) - 1) // S + 1, "forgets the padding"),
        ("1.1.c.i", lambda x, W: sum(np.correlate(x[c], W[0, c]) for c in range(5)), "forgets the stride"),
        ("1.1.c.i", lambda x, W: [[x[c, 2 * r : 2 * r + 3] @ W[0, c] for c in range(5)] for r in range(3)], "keeps the channels apart, one row for each output"),
        (
            "1.1.c.i",
            lambda x, W: [sum(x[c, 2 * (r - 1) + k] * W[0, c, k] for c in range(5) for k in range(3)) for r in range(3)],
            "reads the sheet's indices as if they began at 0",
        ),
        ("1.1.c.ii", lambda x: reference("1.1.c.ii")(x).reshape(3, 1, 5, 3).T, "exchanges outputs and taps"),
        ("1.1.c.iii", lambda W: reference("1.1.c.iii")(W).sum(axis=0), "adds up the rows"),
        ("1.1.c.iii", lambda W: np.moveaxis(reference("1.1.c.iii")(W), 0, 2), "puts the output's axis last"),
        ("1.1.c.iv", lambda output_gradient, x: [[output_gradient[0, 2] * x[c, 4:7] for c in range(5)]], "keeps only the last row's term"),
        ("1.1.c.iv", lambda output_gradient, x: np.stack([output_gradient[0, r] * x[:, 2 * r : 2 * r + 3] for r in range(3)]), "keeps the rows apart"),
        (
            "1.1.c.iv",
            lambda output_gradient, x: np.stack([np.correlate(x[c], output_gradient[0]) for c in range(5)])[None],
            "convolves x with ∂ℓ/∂f and forgets the dilation",
        ),
        ("1.1.c.iv.input", lambda output_gradient, W: _transposed_without_flip(output_gradient, W), "turns the kernel around"),
    ],
)  # fmt: skip
def test_a_natural_slip_is_named(id, answer, mistake):
    assert wrong_answer(id, answer).mistake == mistake


def _transposed_without_flip(output_gradient, W):
    spaced = np.zeros(5)
    spaced[::2] = output_gradient[0]
    return np.stack([np.correlate(np.pad(spaced, 2), W[0, c]) for c in range(5)])


def test_a_transposed_jacobian_is_not_taken_for_spread_taps_alone():
    answer = wrong_answer("1.1.c.ii", lambda x: reference("1.1.c.ii")(x).reshape(3, 1, 5, 3).T)
    assert "If you transposed the array" in answer.sentences[1]
