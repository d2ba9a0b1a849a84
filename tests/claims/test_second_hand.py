"""The formulas of statements and corrections, evaluated as they are printed, say what the evidence says of them.

The input is the first that the evidence draws; what is expected comes from the oracle.
"""

import functools
import re
from pathlib import Path

import latex
import numpy as np
import pytest

from helpers.attention_rnn import claims as attention
from helpers.book import CLAIMS
from helpers.claims import off_by
from helpers.convolution import claims as convolution
from helpers.gated_rnn import claims as gated
from helpers.loss_curves.untrained import expected_loss


def first_draw():
    return np.random.default_rng(0)


def in_statement(id, containing=""):
    return one(CLAIMS[id].statement, containing)


def in_correction(id, containing=""):
    return one(CLAIMS[id].correction or CLAIMS[id].remark, containing)


def one(text, containing):
    (formula,) = [formula for formula in latex.formulas(text) if containing in formula][-1:]
    return formula


# ---------------------------------------------------------------- chapter 1.1


@functools.cache
def layer():
    """Return the environment of 1.1.c with indices from 1, and f, ∂f/∂W, ∂f/∂x and ∂ℓ/∂W by the oracle."""
    x, W, g = convolution._layer(first_draw())
    by_x, by_W = convolution.oracle.jacobian(convolution._torch_layer, x, W)
    environment = {
        "x": lambda position, k=None: x[k - 1, position - 1] if k else lambda k: x[k - 1, position - 1],
        "W": lambda c, k, i: W[c - 1, k - 1, i - 1],
        r"∂\ell/∂f_W(x)": lambda r: g[0, r - 1],
    }
    f = convolution.oracle.value(convolution._torch_layer, x, W)
    _, gradient = convolution.oracle.vjp(convolution._torch_layer, g, x, W)
    return environment, f[0], by_W[0], by_x[0], gradient


def by_indices(formula, names, shape, environment=None):
    """Return the array whose entries a formula gives, index by index from 1."""
    environment = environment or layer()[0]
    entries = [
        latex.evaluate(formula, environment | {name: i + 1 for name, i in zip(names, index, strict=True)})
        for index in np.ndindex(shape)
    ]
    return np.reshape(entries, shape)


def sizes(formula):
    return tuple(map(int, re.findall(r"\d+", formula.partition("^")[2])))


def test_1_1_a():
    rule, example = latex.formulas(CLAIMS["1.1.a"].statement)[0], in_statement("1.1.a", r"\times")
    brackets = {"[ ]": lambda x: int(np.floor(x))}
    numbers = [
        latex.evaluate(rule, brackets | {"W": W, "F": F, "P": 0, "S": 4}) for W, F in ((21, 4), (12, 5))
    ]
    worked_out, result = example.split("=")
    assert numbers == [latex.evaluate(part, brackets) for part in worked_out.split(r"\times")]
    assert numbers == [latex.evaluate(part, brackets) for part in result.split(r"\times")] == [5, 2]


def test_1_1_b():
    F, H, W, K, S, P, D = 3, 11, 14, 3, 2, 1, 2
    filters, rows, columns = in_statement("1.1.b").split(r"\times")
    environment = {"F": F, "H": H, "W": W, "K": K, "S": S, "P": P, "D": D, "[ ]": np.floor}
    y = convolution.oracle.value(
        lambda x, w: convolution.oracle.conv(x, w, stride=S, padding=P, dilation=D),
        np.zeros((2, H, W)),
        np.zeros((F, 2, K, K)),
    )
    assert tuple(latex.evaluate(part, environment) for part in (filters, rows, columns)) == y.shape


def test_1_1_c_i():
    f = layer()[1]
    assert off_by(by_indices(in_statement("1.1.c.i", r"\sum"), "r", (3,)), f) < 1e-12
    assert sizes(in_statement("1.1.c.i", r"\mathbb")) == f.shape


def test_1_1_c_ii():
    by_W = layer()[2]
    assert off_by(by_indices(in_statement("1.1.c.ii", "= x"), "rcki", by_W.shape), by_W) < 1e-12
    assert sizes(in_statement("1.1.c.ii", r"\mathbb")) == by_W.shape


def test_1_1_c_iii():
    by_x = layer()[3]
    tap, condition, otherwise = latex.formulas(CLAIMS["1.1.c.iii"].statement)[2:]
    place, interval = condition.split(r"\in")
    low, high = map(int, re.findall(r"\d+", interval))
    places = by_indices(place, "rki", by_x.shape)
    kernel = layer()[0] | {"W": lambda c, k, i: layer()[0]["W"](c, k, i) if low <= i <= high else np.nan}
    values = by_indices(tap, "rki", by_x.shape, kernel | {"i": 0})
    sheet = np.where((low <= places) & (places <= high), values, latex.evaluate(otherwise, {}))
    assert off_by(sheet, by_x) < 1e-12
    assert sizes(latex.formulas(CLAIMS["1.1.c.iii"].statement)[1]) == by_x.shape


def test_1_1_c_iv():
    gradient = layer()[4]
    written = by_indices(in_statement("1.1.c.iv", r"\sum"), "ki", (5, 3))
    evidence = CLAIMS["1.1.c.iv"].evidence(first_draw())
    assert off_by(written[None], gradient) == pytest.approx(evidence.as_written, rel=1e-12)
    assert off_by(by_indices(in_correction("1.1.c.iv", r"\sum"), "ki", (5, 3))[None], gradient) < 1e-12
    assert sizes(in_statement("1.1.c.iv", r"\mathbb")) == gradient.shape


# ---------------------------------------------------------------- chapter 1.2.1


@functools.cache
def network():
    """Return the environment of 1.2.1, and ∂ℓ/∂W_x and ∂h[t]/∂W_x, by autograd."""
    weights, x, h0, g = gated._instance(first_draw())
    by_W_x, total = gated._torch_gradients(weights, x, h0, g)
    states = np.array([h0, *gated.oracle.value(gated.oracle.gated_rnn, *weights, x, h0)])
    W_c, W_h, W_x = weights
    every_path = gated._by_W_x(weights, x, h0).reshape(len(x), 3, 6)
    gates = 1 / (1 + np.exp(-(x @ W_c.T + states[:-1] @ W_h.T)))

    def step(t):
        return gated._by_h0(weights, x[t - 1 : t], states[t - 1])

    environment = {
        "c": lambda t: gates[t - 1][:, None],
        "h": lambda t: states[t][:, None],
        "x": lambda t: x[t - 1][:, None],
        "g": lambda t: g[t - 1][None],
        r"\lambda": lambda t: total[t - 1][None],
        "W_h": W_h,
        "W_x": W_x,
        "range of t": range(1, len(x) + 1),
        "∂h[t+1]/∂h[t]": lambda env: step(env["t"] + 1),
        "∂h[t]/∂h[t-1]": lambda env: step(env["t"]),
        "∂(W_xx[t])/∂W_x": lambda env: np.einsum("ik,j->ikj", np.eye(3), x[env["t"] - 1]).reshape(3, 6),
        "∂h[t-1]/∂W_x": lambda env: every_path[env["t"] - 2],
        r"∂\ell/∂h[t]": lambda env: total[env["t"] - 1][None],
    }
    return environment, by_W_x, every_path, step, total, gates, x


def test_1_2_1_c():
    environment, by_W_x, _, _, total, *_ = network()
    with pytest.raises(ValueError, match="matmul"):
        latex.evaluate(in_statement("1.2.1.c", "c[t]"), environment | {"t": 2})
    assert off_by(latex.evaluate(in_correction("1.2.1.c", r"\sum_t"), environment), by_W_x) < 1e-10
    back = in_correction("1.2.1.c", r"\lambda[t+1]")
    for t in range(1, 6):
        assert off_by(latex.evaluate(back, environment | {"t": t}), total[t - 1][None]) < 1e-10


def test_1_2_1_c_step():
    environment, _, every_path, _, _, gates, x = network()
    with pytest.raises(ValueError, match="matmul"):
        latex.evaluate(in_statement("1.2.1.c.step"), environment | {"t": 2})
    entry = in_correction("1.2.1.c.step", "c_i[t]")
    named = {"c_i": lambda t: gates[t - 1, 1], "x_j": lambda t: x[t - 1, 0]}
    assert latex.evaluate(entry, named | {"t": 1}) == pytest.approx(every_path[0].reshape(3, 3, 2)[1, 1, 0])
    assert "if $k = i$, else 0" in CLAIMS["1.2.1.c.step"].correction
    for t in range(2, 7):
        value = latex.evaluate(in_correction("1.2.1.c.step", r"\odot"), environment | {"t": t})
        assert off_by(value, every_path[t - 1]) < 1e-10


def test_1_2_1_d():
    evidence = CLAIMS["1.2.1.d"].evidence(first_draw())
    assert latex.evaluate(in_correction("1.2.1.d", r"\partial"), {}) == pytest.approx(evidence.measured)


def test_1_2_1_d_reason():
    environment, *_ = network()
    for t in (2, 5):
        value = latex.evaluate(in_correction("1.2.1.d.reason", "diag"), environment | {"t": t})
        assert off_by(value, network()[3](t)) < 1e-10


# ---------------------------------------------------------------- chapter 1.2.2


@functools.cache
def step():
    """Return the environment of 1.2.2.e, and the derivatives that its equations name, by autograd."""
    step = attention._step(first_draw())
    autograd = attention._autograd(step)
    E = [np.exp((q.T @ k).item()) for q, k in zip(step.q, step.k, strict=True)]
    matrices = {
        f"{letter}_{i}": triple[j] for i, triple in enumerate(step.triples) for j, letter in enumerate("QKV")
    }
    environment = matrices | {
        "t": 6,
        "q": lambda i: step.q[i],
        "k": lambda i: step.k[i],
        "v": lambda i: step.v[i],
        "a": lambda i: E[i] / sum(E),
        "h": lambda t: step.run.states[t - 1][:, None],
        r"\sum": ("i", range(3)),
        "∂a_1[t]/∂h[t-1]": lambda env: autograd[6],
        "∂v_1[t]/∂h[t-1]": lambda env: autograd[5],
    }
    return environment, autograd, E


EQUATIONS = {"1.2.2.e": 1, "1.2.2.e.2": 2, "1.2.2.e.3": 3, "1.2.2.e.6": 6}


@pytest.mark.parametrize("id", EQUATIONS)
def test_1_2_2_e(id):
    environment, autograd, _ = step()
    right = in_correction(id, r"K_1")
    assert off_by(latex.evaluate(right, environment), autograd[EQUATIONS[id]]) < 1e-10


@pytest.mark.parametrize("id", ["1.2.2.e.2", "1.2.2.e.3", "1.2.2.e.6"])
def test_1_2_2_e_has_no_value_as_written(id):
    for formula in latex.formulas(CLAIMS[id].statement):
        with pytest.raises((ValueError, SyntaxError)):
            latex.evaluate(formula, step()[0])


@pytest.mark.parametrize(("id", "equation"), [("1.2.2.e.4", 4), ("1.2.2.e.5", 5)])
def test_1_2_2_e_as_written(id, equation):
    environment, autograd, _ = step()
    assert off_by(latex.evaluate(in_statement(id), environment), autograd[equation]) < 1e-10


def test_1_2_2_e_1():
    """Each of its three terms, by the equation for it, and together ∂h[t]/∂h[t−1]."""
    _, autograd, _ = step()
    above = re.search(r"\\partial \((.*)\)\}", in_statement("1.2.2.e.1"))[1]
    environment, _, _ = step()
    assert off_by(latex.evaluate(above, environment), environment["h"](6)) < 1e-10
    assert off_by(autograd[2] + autograd[4] + autograd[3], autograd[1]) < 1e-10


def test_1_2_2_e_6_square():
    environment, _, E = step()
    with pytest.raises(SyntaxError):
        latex.evaluate(in_statement("1.2.2.e.6.square"), environment)
    assert latex.evaluate(in_correction("1.2.2.e.6.square"), environment) == pytest.approx(sum(E) ** 2)
    settled = one(CLAIMS["1.2.2.e.6.square"].settled_by, r"\sum")
    assert latex.evaluate(settled, environment) == pytest.approx(sum(E) ** 2)


def test_1_2_2_f():
    later = attention._later(first_draw())
    looking = later.direct_gradients.copy()
    looking[attention._T - 1] = [1, -2, 3, -1]
    total = attention._total_gradients(later.run, looking)
    environment = {
        "T": attention._T,
        "t": None,
        "range of i": (1, 2),
        "g": lambda t: looking[t - 1][None],
        r"\lambda": lambda t: total[t - 1][None],
        "k": 2,
        "direct ∂h[T+i]/∂h[T]": lambda env: later.direct_jacobians[env["i"] - 1],
        "∂h[i+T]/∂h[T]": lambda env: later.direct_jacobians[env["i"] - 1],
        r"∂\ell/∂h[i+T]": lambda env: total[attention._T + env["i"] - 1][None],
    }
    value = latex.evaluate(in_correction("1.2.2.f", r"\sum"), environment)
    assert off_by(value, total[attention._T - 1][None]) < 1e-10
    for id in ("1.2.2.f", "1.2.2.f.order"):
        with pytest.raises(ValueError, match="matmul"):
            latex.evaluate(in_statement(id), environment | {"i": 1})


@pytest.mark.parametrize("id", ["1.2.2.c", "1.2.2.d"])
def test_1_2_2_c_and_d(id):
    """The lists, place by place; and the average, at a step of each network."""
    statement = CLAIMS[id].statement
    left, right = next(formula for formula in latex.formulas(statement) if "q_0[t]" in formula).split("=")
    queries = re.findall(r"q_(\{t-1\}|\w)\[t\]", left)
    values = re.findall(r"Q(?:_(\w))? (x|h)\[t?-?(\w)?\]", right)
    assert queries[:3] == ["0", "1", "2"]
    assert values[0] == ("0", "x", "t") or values[0][:2] == ("0", "x")
    lags = [lag for _, letter, lag in values if letter == "h"]
    if id == "1.2.2.c":
        assert [index for index, *_ in values] == queries == ["0", "1", "2", "k"]
        assert lags == ["1", "2", "k"]
    else:
        assert {index for index, *_ in values[1:]} == {""}
        assert queries[-1] == "{t-1}"
        assert right.split()[-1] == "h[1]"
        assert lags[:2] == ["1", "2"]
    environment, _, E = step()
    average = in_statement(id, r"\sum_{i=0}")
    steps = {"k": 2} if id == "1.2.2.c" else {"t": 3}
    state = sum(E[i] / sum(E) * environment["v"](i) for i in range(3))
    assert off_by(latex.evaluate(average, environment | steps), state) < 1e-10
    score = one(statement, "w_i[t]")
    named = {"q_i": environment["q"](1), "k_i": environment["k"](1)}
    assert latex.number(latex.evaluate(score, environment | named)) == pytest.approx(np.log(E[1]))


def test_1_2_2_d_has_what_h_1_is():
    assert "$h[1] = V_0 x[1]$" in CLAIMS["1.2.2.d"].remark
    shared = attention._network(first_draw(), 1)
    x = first_draw().normal(size=(1, 3))
    expected = attention._states(
        attention.UnboundedAttentionRNN(shared.input_triple, shared.past_triples[0]), x, np.zeros((0, 4))
    )
    value = latex.evaluate(
        "h[1] = V_0 x[1]", {"V_0": shared.input_triple[2], "x": lambda t: x[t - 1][:, None]}
    )
    assert off_by(value.T, expected) < 1e-10


# ---------------------------------------------------------------- chapter 1.3


@pytest.mark.parametrize(("id", "classes"), [("1.3.2.start", 9), ("1.3.4.loss", 4)])
def test_the_initial_loss(id, classes):
    excess = in_correction(id, "s^2 (")
    value = latex.evaluate(excess, {"s": 0.3, "C": classes})
    assert value == pytest.approx(expected_loss(0.09, classes) - np.log(classes))


def test_what_is_written_of_four_classes():
    loss, accuracy = in_statement("1.3.4.loss"), in_statement("1.3.4.accuracy")
    for formula, value in ((loss, np.log(4)), (accuracy, 1 / 4)):
        *_, symbols, digits = formula.split("=")
        assert latex.evaluate(symbols, {}) == pytest.approx(value)
        assert round(value, 3) == pytest.approx(latex.evaluate(digits, {}))


# ---------------------------------------------------------------- and none is left out

TESTS_ABOVE, _, _ = Path(__file__).read_text(encoding="utf-8").partition("and none is left out")
EVALUATED = set(re.findall(r'"(1\.\d[\w.]*)"', TESTS_ABOVE))
WITHOUT = {
    "1.1.c.iv.likeness": "its formulas are names",
    "1.2.1.a": "its formulas are names",
    "1.2.1.b": "it is a size, which its evidence counts",
    "1.2.1.c.size": "it is a size, which its evidence counts",
    "1.2.1.c.likeness": "its formulas are names",
    "1.2.1.d.vanishing": "its formulas are names",
    "1.2.2.a": "its formulas are names",
    "1.2.2.b": "it is a size, which its evidence counts",
}


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_a_claim_with_a_formula_is_evaluated(claim):
    text = claim.statement + claim.correction + claim.remark
    has_formula = any(re.search(r"=|\\frac|\\sum|\\mathbb", formula) for formula in latex.formulas(text))
    assert claim.id in EVALUATED or claim.id in WITHOUT or not has_formula


# Planted faults


@pytest.mark.parametrize(
    ("id", "old", "new", "test"),
    [
        ("1.2.1.d.reason", r") + \mathrm", r") - \mathrm", test_1_2_1_d_reason),
        ("1.2.1.c", r"g[t] + \lambda[t+1]", r"g[t] - \lambda[t+1]", test_1_2_1_c),
        ("1.1.c.iv", "^{3}", "^{2}", test_1_1_c_iv),
        ("1.2.2.f", r"\lambda[T+i]", r"g[T+i]", test_1_2_2_f),
        (
            "1.2.2.f",
            r"\left.\frac{\partial h[T+i]}{\partial h[T]}\right|_{\text{direct}}",
            r"\frac{\partial h[T+i]}{\partial h[T]}",
            test_1_2_2_f,
        ),
        ("1.2.2.e", r"k_1^\top Q_1", r"k_1^\top K_1", lambda: test_1_2_2_e("1.2.2.e")),
        ("1.3.4.loss", r"\frac12 s^2", r"s^2", lambda: test_the_initial_loss("1.3.4.loss", 4)),
    ],
)
def test_a_wrong_correction_is_noticed(id, old, new, test, monkeypatch):
    claim = CLAIMS[id]
    assert claim.correction.count(old) >= 1
    wrong = claim.correction.replace(old, new)
    monkeypatch.setitem(CLAIMS.claims, id, type(claim)(**vars(claim) | {"correction": wrong}))
    with pytest.raises((AssertionError, KeyError, SyntaxError)):
        test()
