"""A mistake is the sheet's only where the sheet's statement, as the book reads it, gives its numbers."""

import numpy as np
import pytest

from helpers.book import BOXES, CLAIMS, EXERCISES
from helpers.exercises import SheetMistake
from helpers.numerics.compare import relative_error

CLAIM = {claim.id: claim for claim in CLAIMS}


def weights_of(q, k):
    powers = np.exp((q * k).sum(axis=1))
    return powers, powers.sum()


def sheets_jacobian(q, k, v, Q_1, K_1, V_1):
    """[1] from [2] to [6], with the square of the sum, and k_1 Q_1 as NumPy multiplies them."""
    e, total = weights_of(q, k)
    row = Q_1 @ k[1] + q[1] @ K_1
    second, third = (-np.outer(v[i], row) * e[i] * e[1] / total**2 for i in (0, 2))
    sixth = row * e[1] / total - e[1] * row * e[1] / total**2
    return second + third + np.outer(v[1], sixth) + e[1] / total * V_1


SHEET = {
    ("1.1.c.iv", "stops a row short"): lambda output_gradient, x: [
        [
            [sum(output_gradient[0, r - 1] * x[k - 1, 2 * (r - 1) + i - 1] for r in (1, 2)) for i in (1, 2, 3)]
            for k in range(1, len(x) + 1)
        ]
    ],
    ("1.2.1.c", "keeps only the last step, and leaves out the sum"): lambda g, c, s, x, W_h: (
        (g[-1] * (1 - c[-1]))[:, None] * x[-1]
    ),
    ("1.2.1.c", "uses the sheet's product as it is written, for the last step only"): lambda g, c, s, x, W_h: (
        (g[-1] @ (1 - c[-1])) * x[-1][:, None]
    ),
    ("1.2.1.d.reason", "forgets the path through the gate"): lambda c, h, z, W_h: np.diag(c),
    ("1.2.1.d.vanishing", "uses the gate alone as the bound"): lambda gamma, G: gamma,
    ("1.2.2.e", "drops a transpose, of k_1"): sheets_jacobian,
    ("1.2.2.f", "forgets that ℓ may contain h[T] itself"): lambda g, total_gradients, direct_jacobians, total_jacobians: (
        sum(gradient @ jacobian for gradient, jacobian in zip(total_gradients, direct_jacobians, strict=True))
    ),
    ("1.2.2.f", "puts the Jacobian before the gradient, and forgets that ℓ may contain h[T] itself"): (
        lambda g, total_gradients, direct_jacobians, total_jacobians: sum(
            jacobian @ gradient for gradient, jacobian in zip(total_gradients, direct_jacobians, strict=True)
        )
    ),
    ("1.2.1.d", "multiplies the gates only"): np.prod([0.5] * 60),
    ("1.2.1.d", "assumes that it cannot exceed 1"): 1.0,
}  # fmt: skip
"""The sheet's statements, transcribed: functions of the exercise's arguments, and numbers."""

PRODUCTS = {
    ("1.2.1.c", "multiplies a row by a row, or a column by a column"): r"(1 - c[t]) \cdot x[t]",
    ("1.2.1.c.step", "multiplies two columns"): r"(1 - c[t]) \cdot x[t]",
    ("1.2.2.e.2", "drops a transpose, of k_1"): "k_1 Q_1",
    (
        "1.2.2.f",
        "puts the Jacobian before the gradient",
    ): r"\frac{\partial h[i+T]}{\partial h[T]} \frac{\partial \ell}{\partial h[i+T]}",
}
"""Products of the sheet that have no value, as it writes them."""


def sheets(*parts):
    """Yield the ids and names of the mistakes that are called the sheet's."""
    for id, box in BOXES.items():
        for part in parts:
            mistakes = EXERCISES[id].mistakes if part == "mistakes" else getattr(box, part, {})
            yield from ((id, name) for name, one in mistakes.items() if isinstance(one, SheetMistake))


def test_each_mistake_of_the_sheets_is_transcribed():
    assert set(sheets("mistakes", "more")) == set(SHEET)
    parents = {(id.removesuffix(".2") if id.startswith("1.2.2.e") else id, name) for id, name in PRODUCTS}
    assert set(sheets("products")) == parents


@pytest.mark.parametrize(("id", "name"), [*SHEET, *PRODUCTS])
def test_the_sheets_claim_is_not_confirmed(id, name):
    assert CLAIM[id].verdict.value in ("repaired", "completed", "refuted")
    assert PRODUCTS.get((id, name), "") in CLAIM[id].statement


@pytest.mark.parametrize(("id", "name"), SHEET)
def test_the_sheets_statement_gives_the_mistakes_numbers(id, name):
    mistakes = {**EXERCISES[id].mistakes, **getattr(BOXES[id], "more", {})}
    mine, sheets = mistakes[name].answer, SHEET[id, name]
    if not callable(mine):
        assert mine == (pytest.approx(sheets),)
        return
    cases = EXERCISES[id].ordered_cases() if name in EXERCISES[id].mistakes else BOXES[id].cases()
    for case in cases:
        assert relative_error(np.squeeze(mine(*case)), np.squeeze(sheets(*case))) < 1e-12
