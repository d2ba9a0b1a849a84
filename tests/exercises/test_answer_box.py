"""The answer boxes: what a reader types, judged by the same JavaScript as on the page, run by Node.js."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from typed_answers import MADE, RIGHT, SHEETS
from typed_convolution import S
from typed_gated_rnn import C
from vendor import with_node

from helpers import exercises
from helpers.book import BOXES, EXERCISES
from helpers.exercises import answer_box

ROOT = Path(__file__).parents[2]
FORMULAS = [id for id, box in BOXES.items() if box.kind == "formula"]


@pytest.fixture(scope="module")
def packs():
    return {id: json.loads(json.dumps(box.pack())) for id, box in BOXES.items()}


@pytest.fixture(scope="module")
def judge(node, packs):
    """Judges what was typed into the box of an id: one answer, or a list."""

    def judge(id, *typed):
        answers = node(packs[id], *typed)
        return answers if len(typed) != 1 else answers[0]

    return judge


@pytest.mark.parametrize("id", BOXES)
def test_right_answers_are_right(judge, id):
    for typed, answer in zip(RIGHT[id], [judge(id, text) for text in RIGHT[id]], strict=True):
        assert answer["outcome"] == "right", (typed, answer["says"])


@pytest.mark.parametrize("id", FORMULAS)
def test_javascript_and_python_agree_on_every_case(node, packs, id):
    pack = packs[id]
    (mine,) = node(pack, RIGHT[id][0], want="values")
    for value, case in zip(mine["values"], pack["cases"], strict=True):
        assert value == pytest.approx(np.ravel(case["expected"]), rel=1e-9, abs=1e-9)
    known = {mistake["name"]: mistake["values"] for mistake in pack["mistakes"]}
    for name, typed in MADE.get(id, {}).items():
        (mine,) = node(pack, typed, want="values")
        compared = 0
        for value, expected in zip(mine["values"], known[name], strict=True):
            if expected is not None:
                assert value == pytest.approx(np.ravel(expected), rel=1e-9, abs=1e-9), name
                compared += 1
        assert compared > 1


@pytest.mark.parametrize("id", FORMULAS)
def test_each_known_mistake_is_named(judge, packs, id):
    """Where two give the same numbers, both are."""
    made = MADE.get(id, {})
    missing = {mistake["name"] for mistake in packs[id]["mistakes"]} - set(made)
    assert not missing, f"no test types {missing}"
    for name, typed in made.items():
        answer = judge(id, typed)
        assert answer["outcome"] == "not-yet", name
        assert name in answer["mistake"].split("; "), (name, answer)
        assert f"**{name}**" in " ".join(answer["says"])


@pytest.mark.parametrize("id", [id for id, box in BOXES.items() if box.kind == "numbers"])
def test_each_known_number_is_named(judge, packs, id):
    for mistake in packs[id]["mistakes"]:
        answer = judge(id, " × ".join(map(str, mistake["numbers"])))
        assert answer["outcome"] == "not-yet"
        assert mistake["name"] in answer["mistake"].split("; ")
        assert mistake["hint"] in answer["says"]


@pytest.mark.parametrize("id", [id for id, box in BOXES.items() if box.kind == "choice"])
def test_each_choice_is_answered(judge, id):
    options = BOXES[id].exercise.options
    for number, option in enumerate(options):
        answer = judge(id, str(number))
        assert answer["outcome"] == ("not-yet" if option.name else "right")
        assert (answer["mistake"], answer["says"]) == (option.name, [option.words])
    assert 1 <= sum(not option.name for option in options) < len(options)
    assert judge(id, "")["outcome"] == "unanswered"


@pytest.mark.parametrize("id", [id for id, box in BOXES.items() if box.kind != "choice"])
def test_nothing_typed_is_no_mistake(judge, id):
    for typed in ("", "  ", "\n\u00a0"):
        assert judge(id, typed)["outcome"] == "unanswered"


@pytest.mark.parametrize("id", SHEETS)
def test_the_sheets_answers_are_named(judge, id):
    for typed, name in SHEETS[id].items():
        answer = judge(id, typed)
        assert answer["outcome"] == "not-yet"
        assert answer["mistake"].startswith(name), (typed, answer)
        assert "as the sheet does" in " ".join(answer["says"])


def test_a_product_that_does_not_fit_is_said_in_shapes(judge):
    says = judge("1.2.2.e", "k_1Q_1")["says"]
    assert (
        says[0] == "m = 2: k_1 is 2 × 1 and Q_1 is 2 × 2: they do not multiply in this order; k_1ᵀ Q_1 does."
    )


RJ = RIGHT["1.2.2.e"][0]
SAID = [
    ("1.2.2.e", f"({RJ})ᵀ", "It is the **transpose** of what is expected."),
    ("1.2.2.e", f"−({RJ})", "It is the **negative** of what is expected."),
    ("1.2.2.e", f"−({RJ})ᵀ", "It is the **negative of the transpose** of what is expected."),
    ("1.2.2.e", f"2({RJ})", "It is **2 times** what is expected, in every case."),
    ("1.2.2.e", f"({RJ})/3", "It is **1/3 times** what is expected, in every case."),
    ("1.2.2.e", f"a_0 ({RJ})", "In each case it is a **multiple** of what is expected"),
    ("1.2.2.e", f"{RJ} + Q_1 − diag(diag(Q_1))", "It is right **on the diagonal only**."),
    ("1.2.2.e", f"{RJ} + diag(diag(Q_1))", "It is right **off the diagonal only**."),
    ("1.2.2.e", "v_1", "It is 2 × 1, and 2 × 2 is expected, where m = 2."),
    ("1.2.2.f", "(g + sum(i, 1, k, λ[i] D[i]))ᵀ", "It is the **transpose** of what is expected."),
    ("1.2.2.f", "g + λ[1] D[1] + λ[k] D[k] - λ[k] D[k]", "It **follows only paths through the next state**"),
    ("1.1.b", f"⌊{S}/S⌋ + 2", "It is **1 too large**, in every case."),
    ("1.1.b", "H + 2P − D(K − 1) + S - S", "It **forgets the stride**"),
    ("1.1.b", "⌊(H + 2P − K)/S⌋ + 1 + 0(D − 1)", "It **forgets that dilation spreads the kernel**"),
    ("1.1.b", f"⌊{S}/S⌋ + 1 + (S − 1)^2", "It is right where **S = 1**, and wrong elsewhere."),
    ("1.1.b", f"⌊{S}/S⌋ + P + 1", "It is right where **P = 0**, and wrong elsewhere."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, 4 − 2r + k] W[0, c, k]))", "Its entries are right, in **reverse order** of r."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, max(2r, 4 - 2r) + k] W[0, c, k]))", "It is wrong where **r = 0**, and right elsewhere."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, k])) (1 - ⌊r/2⌋)", "It is wrong where **r = 2**, and right elsewhere."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, 2(r − 1) + k] W[0, c, k]))", "reads position −2 where c = 0, k = 0; the second index of x goes from 0 to 6. Indices count from 0 here."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, min(2r + 2, 4) + k] W[0, c, k]))", "It is **shifted by one**: each entry is that of the next."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, max(2r - 2, 0) + k] W[0, c, k]))", "It is **shifted by one**: each entry is that of the one before."),
    ("1.1.c.i", "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, k])) (1 - 2r (2 - r))", "Its entries are right **except for their signs**."),
    ("1.1.c.i", "x", "For each r one number is expected, and this is 5 × 7."),
    ("1.1.c.i", "W", "W has 3 axes, 1 × 5 × 3: give it its indices"),
    ("1.2.1.a", f"{C} ⊙ h + (1 − {C}) ⊙ W_x x + 0.000001 W_x x", "It is nearly right"),
    ("1.2.1.a", f"{C} h", "and entry by entry"),
    ("1.2.1.a", f"h − {C} ⊙ h + W_x x ⊙ {C}", "or forgets the minus sign in σ**."),
    ("1.2.1.a", "1/(1 + exp(W_c x + W_h h)) ⊙ h + (1 − 1/(1 + exp(W_c x + W_h h))) ⊙ W_x x", "It **swaps the two shares, or forgets the minus sign in σ**."),
    ("1.2.1.c.state", "(λ_1ᵀ ⊙ s_1) h_0ᵀ + (λ_2ᵀ ⊙ s_2) h_1ᵀ + (λ_1ᵀ ⊙ s_1) h_1ᵀ − (λ_1ᵀ ⊙ s_1) h_0ᵀ + (λ_2ᵀ ⊙ s_2) h_2ᵀ − (λ_2ᵀ ⊙ s_2) h_1ᵀ", "It **uses the new state in place of the previous one**."),
    ("1.2.1.c", "(g_1 ⊙ (1 − c_1)ᵀ) x_1", "turn the row of the gradient into a column, and x_t into a row"),
    ("1.2.1.c.probe", "ε J λ v", "puts the Jacobian before the gradient"),
    ("1.2.1.a", f"({C} ⊙ h + (1 − {C}) ⊙ W_x x)/(h' h − h' h)", "W_h = 0, h[t−1] = 0: something is divided by 0"),
    ("1.2.1.d.reason", "diag(c) + ((h − z) ⊙ c ⊙ (1 − c)) W_h", "It **multiplies a column by W_h**."),
    ("1.2.1.d.reason", "diag(c) + diag(h − z) diag(c) (1 − diag(c)) W_h", "It is right where **m = 1**, and wrong elsewhere."),
    ("1.2.2.e", "V_1^0", "its power must be a whole number, 1 or more."),
    ("1.1.b", "(H + 2P − K)/S + 2", "It is not always a **whole number**, and what is expected is."),
    ("1.2.1.a", "σ(W_c x) ⊙ σ(W_h h)", "It does not use W_x."),
    ("1.1.a", "6 × 2", "2 is right; the rest of (6, 2) is not."),
    ("1.1.a", "5", "Your answer was read as 5, and two numbers are expected."),
    ("1.1.b.weights", "432, 50,331,648", "If a comma groups digits here, leave it out: `432, 50331648`."),
    ("1.3.1.seeds", "3,072", "read as 3.072."),
    ("1.3.1.seeds", "3,072", "If a comma groups digits here, leave it out: `3072`."),
    ("1.2.1.d", "∞", "read as ∞."),
    ("1.3.4.loss", "1.4", "1.4 is close, but not close enough."),
]  # fmt: skip


@pytest.mark.parametrize(("id", "typed", "said"), SAID)
def test_what_is_said(judge, id, typed, said):
    answer = judge(id, typed)
    assert answer["outcome"] == "not-yet"
    assert said in " ".join(answer["says"]), answer["says"]


def test_float32s_digits_are_right(judge):
    answer = judge("1.2.2.e", f"1.00000003 ({RJ})")
    assert answer["outcome"] == "right"
    assert "float32" in answer["says"][0]


UNREADABLE = [
    ("a_1 (v_1 −", "After “a_1 (v_1 −” a name, a number or “(” is expected, but it ends there."),
    ("a_1 V_1)", "After “a_1 V_1” no closing bracket is expected, but there is “)”."),
    ("a_1 + * V_1", "After “a_1 +” a name, a number or “(” is expected, but there is “*”."),
    ("a_1 2 3", "an operator is expected, but there is “3”."),
    ("b_1 V_1", "“b_1” is not a name here. You can use the names a_0, a_1, a_2, q_0,"),
    ("a_1 v_1 & h", "“&” has no meaning here, after “a_1 v_1”."),
    ("exp V_1/2", "can be read in two ways"),
    ("exp", "“(” and what exp is taken of is expected, but it ends there."),
    ("H_1", "“H_1” is not a name here."),
    ("q", "“q” is not a name here. Did you mean q_0?"),
    ("v_1, h", "an operator is expected, but there is “,”."),
    ("sum(i, 0 v_1)", "“,” and the last value is expected"),
    ("sum(i, 0, 1, a_1) i", "“i” is not a name here."),
    ("(" * 61 + "a_1" + ")" * 61, "This is nested more than 60 deep."),
    ("a_1" * 700, "This is too long to be read: 2100 characters, of at most 2000."),
]


@pytest.mark.parametrize(("typed", "said"), UNREADABLE)
def test_where_reading_stopped(judge, typed, said):
    answer = judge("1.2.2.e", typed)
    assert answer["outcome"] == "unreadable"
    assert said in answer["says"][0]
    assert "<mark>" in answer["preview"]


HOSTILE = [
    'import("fs")', "import('fs').then(x => x)", 'createUnit("a")', "cos.constructor", "exp.constructor('return 1')()", "constructor", "a_1.constructor.constructor",
    "__proto__", "toString()", "hasOwnProperty(1)", "valueOf", "self", "globalThis", "process.exit(1)", "while(1){}", "(() => 1)()", "a_1 = V_1; h = 0", "f(x) = x",
    "sum(i, 0, 10^9, 1)", "sum(i, 0, 900, sum(j, 0, 900, sum(l, 0, 900, sum(o, 0, 900, i))))", "sum(i, 0, 999, V_1^16) + sum(i, 0, 999, V_1^16)",
    "+".join(["a_1"] * 400), "(" * 50_000, "(" * 50_000 + "a_1" + ")" * 50_000, "-" * 1999 + "a_1", "a_1 +" * 20_000, "x" * 100_000, "q" * 1999, "(2)[0]", "(2)[0.5]", "2e^1", "1e+", "3e−2", "a_1'" + "'" * 1990, "a_1" + "^2" * 900, "exp " * 499 + "a_1",
    "(" * 55 + "a_1" + ")" * 55, "9" * 1999, "1e999", "-1e999", "0/0", "9^9^9^9", "V_1^1000000", "h[10^9]", "h[0.5]", "h[h]", "h[-1]", "sum(i, 0, h, 1)",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a_1 <b>", "&lt;", "\\href{javascript:alert(1)}{x}", "\u202e a_1", "\x00", "\ud800", "𝒂_1", "🙂", "`**a**`",
    "sum(", "sum(i", "sum(i,", "sum(i=", "sum_{", "sum_{i=0}", "Σ_{i=0}^", "Σ", "√", "⌊", "⌊⌋", "[]", "{}", "()", "'", "^T", "^", "/", "½½", "1½", "⁻", "²", "a_1²³", "_", "\\", "\\frac", "\\frac{a_1}",
    "softargmax(V_1)", "diag(V_1 v_1 q_1')", "norm()", "min(a_1, a_2)",
]  # fmt: skip


def test_a_long_calculation_is_ended(judge):
    for typed in (
        "sum(i, 1, 10^9, a_1)",
        "sum(i, 1, 900, sum(j, 1, 900, sum(l, 1, 900, a_1)))",
        "sum(i, 0, 9^99, V_1)",
    ):
        answer = judge("1.2.2.e", typed)
        assert answer["outcome"] == "unreadable"
        assert answer["says"] == ["This takes too long to compute. A sum here needs about ten terms."]
        assert answer["milliseconds"] < 1000


WORDS = re.compile(r"\w+ .*\w")


@pytest.mark.parametrize("id", [id for id, box in BOXES.items() if box.kind != "choice"])
def test_hostile_answers_get_words(judge, id):
    """Nothing is run, nothing hangs, and what is shown of it is text."""
    for typed, answer in zip(HOSTILE, judge(id, *HOSTILE), strict=True):
        assert answer["outcome"] in ("not-yet", "unreadable"), (typed[:60], answer["says"])
        assert all(WORDS.search(sentence) and len(sentence) < 500 for sentence in answer["says"]), answer[
            "says"
        ]
        assert answer["milliseconds"] < 1500, typed[:60]
        assert not re.search("<(script|img|b>)", answer["preview"])


# ── Formulas at random, of which NumPy knows the value ──

GIVEN = {
    "a": np.float64(0.7), "b": np.float64(-1.3), "u": np.array([0.5, -1.0, 2.0]), "v": np.array([1.5, 0.25, -0.75]),
    "M": np.array([[1.0, 2.0, -1.0], [0.5, -0.25, 0.0], [0.75, 1.0, 1.0]]), "N_1": np.array([[0.0, 1.0, 0.5], [-1.0, 0.3, 0.2], [0.1, 0.9, -0.6]]),
    "X": np.arange(8.0).reshape(2, 4) / 4, "Λ": np.arange(18.0).reshape(2, 3, 3) / 9 - 1,
}  # fmt: skip
SUM, HADAMARD, PRODUCT, ATOM = range(4)
TRANSPOSES = ("'", "ᵀ", "^T", "^{T}", ".T")
SCALAR, COLUMN, ROW_, MATRIX = (1, 1), (3, 1), (1, 3), (3, 3)


class Writer:
    """Writes a formula at random, with its value: brackets stand only where the order of operations asks for them."""

    def __init__(self, random):
        self.random = random

    def one_of(self, *options):
        return options[self.random.integers(len(options))]

    def bracketed(self, written, level):
        text, value, mine = written
        return (text if mine >= level else self.one_of("({})", "( {} )").format(text)), value

    def atom(self, shape):
        if shape == SCALAR:
            i, j = int(self.random.integers(2)), int(self.random.integers(4))
            number = self.one_of(2, 0.5, 3, 1.25)
            texts = [
                ("a", GIVEN["a"]),
                ("b", GIVEN["b"]),
                (str(number), number),
                ("½", 0.5),
                (f"X[{i}, {j}]", GIVEN["X"][i, j]),
                (f"X[{i}][{j}]", GIVEN["X"][i, j]),
            ]
            text, value = self.one_of(*texts)
            return text, np.full((1, 1), value), ATOM
        i = int(self.random.integers(2))
        texts = {
            COLUMN: [
                ("u", GIVEN["u"][:, None]),
                ("v", GIVEN["v"][:, None]),
                (f"Λ[{i}, 1]", GIVEN["Λ"][i, 1][:, None]),
            ],
            ROW_: [(f"u{self.one_of(*TRANSPOSES)}", GIVEN["u"][None]), ("v.T", GIVEN["v"][None])],
            MATRIX: [
                ("M", GIVEN["M"]),
                ("N_1", GIVEN["N_1"]),
                ("N₁", GIVEN["N_1"]),
                (f"Λ[{i}]", GIVEN["Λ"][i]),
            ],
        }[shape]
        return *self.one_of(*texts), ATOM

    def write(self, shape, depth):
        if depth == 0:
            return self.atom(shape)
        kind = self.one_of(
            "sum", "product", "product", "hadamard", "function", "minus", "transposed", "special"
        )
        return getattr(self, kind)(shape, depth - 1)

    def sum(self, shape, depth):
        left, x = self.bracketed(self.write(shape, depth), SUM)
        right, y = self.bracketed(self.write(shape, depth), HADAMARD)
        sign = self.one_of("+", "-", "−")
        return f"{left} {sign} {right}", x + y if sign == "+" else x - y, SUM

    def hadamard(self, shape, depth):
        left, x = self.bracketed(self.write(shape, depth), HADAMARD)
        right, y = self.bracketed(self.write(shape, depth), PRODUCT)
        return f"{left} {self.one_of('⊙', '.*', '∘')} {right}", x * y, HADAMARD

    def product(self, shape, depth):
        inner = self.one_of(1, 3)
        left, x = self.bracketed(self.write((shape[0], inner), depth), PRODUCT)
        right, y = self.bracketed(self.write((inner, shape[1]), depth), ATOM)
        if right[0] in "0123456789½":
            right = f"({right})"
        return f"{left}{self.one_of(' ', ' ', ' * ', '·', ' @ ')}{right}", x @ y, PRODUCT

    def function(self, shape, depth):
        name, f = self.one_of(
            ("tanh", np.tanh),
            ("σ", lambda t: 1 / (1 + np.exp(-t))),
            ("sigmoid", lambda t: 1 / (1 + np.exp(-t))),
            ("abs", np.abs),
        )
        text, x = self.bracketed(self.write(shape, depth), SUM)
        return f"{name}({text})", f(x), ATOM

    def minus(self, shape, depth):
        text, x = self.bracketed(self.write(shape, depth), PRODUCT)
        return f"{self.one_of('-', '−')}{text}", -x, PRODUCT

    def transposed(self, shape, depth):
        text, x = self.bracketed(self.write(shape[::-1], depth), ATOM)
        return f"{text}{self.one_of(*TRANSPOSES)}", x.T, ATOM

    def special(self, shape, depth):
        if shape == MATRIX:
            text, x = self.bracketed(self.write(COLUMN, depth), SUM)
            return f"diag({text})", np.diag(x[:, 0]), ATOM
        if shape == SCALAR:
            text, x = self.bracketed(self.write(SCALAR, depth), PRODUCT)
            below = self.one_of(2, 4, 0.5)
            terms = [(text, x), (f"u[i] {text}" if text[0] not in "-−" else f"u[i] ({text})", None)]
            if self.one_of(True, False):
                return f"{text}/{below}", x / below, PRODUCT
            return f"sum(i, 0, 2, {terms[1][0]})", GIVEN["u"].sum() * x, ATOM
        text, x = self.bracketed(self.write(shape, depth), SUM)
        e = np.exp(x - x.max())
        return f"softmax({text})", e / e.sum(), ATOM


def pack_of(inputs):
    return {
        "kind": "formula", "names": list(inputs), "aliases": {}, "first": {}, "over": [], "mistakes": [], "misfits": [],
        "cases": [{"inputs": {name: np.asarray(value).tolist() for name, value in inputs.items()}, "tags": {}, "expected": 0}],
    }  # fmt: skip


def judged(node, typed, *cases, **more):
    """The answer to a formula of a, where each case is a, what is expected, and what is special about it."""
    packed = [{"inputs": {"a": a}, "expected": expected, "tags": tags} for a, expected, tags in cases]
    (answer,) = node(pack_of({"a": 0}) | {"cases": packed, "because": ""} | more, typed)
    return answer


OTHER = "Its numbers are wrong, and no known mistake gives them."


def test_where_it_is_right_is_said_only_where_that_is_so(node):
    right, wrong = (1, 1), (1, 7)
    said = judged(node, "a", (*right, {"m": 1}), (2, 9, {"m": 2}), (*right, {"m": 1}), (2, 5, {"m": 3}))[
        "says"
    ]
    assert said == ["It is right where **m = 1**, and wrong elsewhere."]
    said = judged(node, "a", (*wrong, {"m": 1}), (2, 9, {"m": 1}), (3, 5, {"m": 1}))["says"]
    assert said == [OTHER], "all are wrong, and all have m = 1"
    one_each = [
        (*right, {"m": 1, "k": 2}),
        (*wrong, {"m": 1, "k": 4}),
        (*right, {"m": 2, "k": 3}),
        (2, 4, {"m": 2, "k": 5}),
    ]
    assert judged(node, "a", *one_each)["says"] == [OTHER], "one case may be right by chance"
    both = [(*right, {"m": 1, "P": 0})] * 2 + [
        (*right, {"m": 2, "P": 0}),
        (*right, {"m": 3, "P": 1}),
        (*wrong, {"m": 3, "P": 1}),
    ]
    said = judged(node, "a", *both)["says"]
    assert said == ["It is right wherever **P = 0**; elsewhere it is wrong in 1 of 2 cases."]


def test_a_factor_is_said_only_of_many_numbers(node):
    assert judged(node, "a", (2, 1, {}), (4, 2, {}))["says"] == [OTHER]
    assert judged(node, "a", (2, 1, {}), (4, 2, {}), (6, 3, {}))["says"] == [
        "It is **2 times** what is expected, in every case."
    ]
    assert judged(node, "0 a", (2, 1, {}), (4, 2, {}), (6, 3, {}))["says"] == [OTHER]


def test_a_known_variant_is_named_however_near_it_is(node):
    """As ε inside of the root: nothing is rounded."""
    cases = [(3, 3.0000003, {}), (5, 5.0000005, {})]
    variant = {"name": "leaves ε out", "hint": "Add ε.", "sheets": False}
    assert judged(node, "a", *cases)["outcome"] == "right"
    for values in ([3, 5], [3, None]):
        answer = judged(node, "a", *cases, mistakes=[variant | {"values": values}])
        assert (answer["outcome"], answer["mistake"]) == ("not-yet", "leaves ε out")
    assert judged(node, "a", *cases, mistakes=[variant | {"values": [3, 6]}])["outcome"] == "right"
    answer = judged(node, "a", *cases, variants=[variant | {"values": [3, 5]}])
    assert (answer["outcome"], answer["says"]) == ("right", ["It **leaves ε out**. Add ε."])


def test_the_smallest_case_is_shown_with_digits_that_differ(node):
    shown = judged(node, "a", (1.00000123, 1.00000321, {"m": 2}), (1, 2, {}))["shown"]
    assert shown == {
        "tags": "m = 2",
        "inputs": {"a": 1.00000123},
        "expected": [[{"text": "1.0000032", "differs": True}]],
        "yours": [[{"text": "1.0000012", "differs": True}]],
    }


def test_formulas_at_random_have_numpys_value(node):
    random = np.random.default_rng(0)
    writer = Writer(random)
    written = [
        writer.write(writer.one_of(SCALAR, COLUMN, ROW_, MATRIX), int(random.integers(1, 6)))
        for _ in range(2000)
    ]
    written = [(text, value) for text, value, _ in written if len(text) < 1500]
    assert len(written) > 1900
    answers = node(pack_of(GIVEN), *[text for text, _ in written], want="values")
    for (text, value), answer in zip(written, answers, strict=True):
        assert answer["values"], (text, answer)
        assert answer["values"][0] == pytest.approx(value.ravel(), rel=1e-9, abs=1e-9), text
        assert answer["milliseconds"] < 500


PIECES = "a b u v M N_1 X Λ X[ [ ] ( ) { } , ; + - − * · / // .* ⊙ ^ ^T ' ᵀ = sum( sum(i, i Σ_{ _ exp exp( σ( diag( softmax( norm( ⌊ ⌋ ⌈ √ 0 1 2 17 0.5 1e9 ½ ² ⁻¹ to … T .T <b> \\frac{ \\sigma".split()  # noqa: SIM905


def test_pieces_at_random_never_throw_or_hang(node):
    random = np.random.default_rng(1)
    typed = ["".join(random.choice(PIECES, size=random.integers(1, 25))) for _ in range(1000)]
    typed += [" ".join(random.choice(PIECES, size=random.integers(1, 25))) for _ in range(1000)]
    for pack in (pack_of(GIVEN), BOXES["1.1.a"].pack()):
        for text, answer in zip(typed, node(pack, *typed), strict=True):
            assert answer["outcome"] in ("right", "not-yet", "unreadable", "unanswered"), (text, answer)
            assert answer["milliseconds"] < 500, text


def test_the_modules_are_one_text_that_loads(tmp_path):
    """As JupyterLab and the page load it; it asks for no other file, and runs no text."""
    script = answer_box.joined(*answer_box.MODULES)
    assert not re.search(r"^import |\beval\b|\bFunction\(|fetch\(|https?:", script, flags=re.MULTILINE)
    (tmp_path / "box.mjs").write_text(script, encoding="utf-8")
    code = "import('./box.mjs').then(module => console.log(Object.keys(module).join(), Object.keys(module.default).join()))"
    loaded = subprocess.run(
        ["node", "-e", code], cwd=tmp_path, env=with_node(), capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == ["default", "render"]


def test_no_script_needs_a_browser_of_2023():
    """TypeScript allows nothing later than ES2022 (tsconfig.json), but Safari has these parts of it from 16.4 on only."""
    scripts = [*ROOT.glob("src/helpers/**/*.js"), *ROOT.glob("book/_static/*.js")]
    assert len(scripts) > 15
    for path in scripts:
        late = re.findall(r"\(\?<[=!]|\bstatic\s*\{", path.read_text(encoding="utf-8"))
        assert not late, f"{path.name}: {late}"
    options = json.loads((ROOT / "book/tsconfig.json").read_text(encoding="utf-8"))["compilerOptions"]
    assert (options["target"], options["lib"][0]) == ("ES2022", "ES2022")


def test_a_box_belongs_to_an_exercise():
    assert set(BOXES) <= {exercise.id for exercise in EXERCISES}
    with pytest.raises(ValueError, match=r"id must be one of 1\.1\.a, .*got '1\.1\.z'"):
        exercises.box("1.1.z")


def test_cases_begin_small_and_do_not_all_look_alike(packs):
    for id in FORMULAS:
        tags = [case["tags"] for case in packs[id]["cases"]]
        for name in tags[0]:
            assert len({case[name] for case in tags}) > 1, f"{id}: {name} is the same in every case"
