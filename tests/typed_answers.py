"""What the tests type into the answer boxes."""

import typed_convolution
import typed_gated_rnn

U = "(k_1ᵀ Q_1 + q_1ᵀ K_1)"
SIX = "a_1 V_1 + v_1 {u} a_1 - {square} v_1 {u} - {square2} (a_0 v_0 + a_2 v_2) {u}"

RIGHT = {
    "1.2.2.e": [
        f"a_1 V_1 + a_1 (v_1 − h) {U}", "a_1 V_1 + a_1 (v_1 - h) (k_1' Q_1 + q_1' K_1)", "a_1V_1+a_1(v_1-h[t])(k_1^TQ_1+q_1^TK_1)",
        "a1 V1 + a1 (v1 - h) (k1.T @ Q1 + q1.T @ K1)", f"a₁ (V₁ + (v₁ − a₀v₀ − a₁v₁ − a₂v₂) {U})", SIX.format(u=U, square="a_1^2", square2="a_1"),
        "a_1 V_1 + a_1 (v_1 - h) (Q_1' k_1 + K_1' q_1)'",
        "exp(q_1'k_1)/(exp(q_0'k_0) + exp(q_1'k_1) + exp(q_2'k_2)) (V_1 + (v_1 - h)(k_1'Q_1 + q_1'K_1))",
    ],
    "1.2.2.f": ["g + sum(i, 1, k, λ[i] D[i])", "g + Σ_{i=1}^k λ_i D_i", "sum(i = 1 to i = k) lambda[i] D[i] + g", "g + (sum(i,1,k,D[i]'λ[i]'))'"],
    "1.3.4.loss": ["ln 4", "1.386", "1,386", "1.386 nats", "ln 4 nats", "2ln2", "2 ln 2", "log_e 4", "\\ln 4", "-ln(1/4)", "about 1.386", "log(4)", "ln(¼)·−1", "loss = ln 4", "e^(ln(ln 4))", "math.log(4)", "np.log(4)", "1e^0 ln 4"],
    "1.3.4.accuracy": ["¼", "0.25", "0,25", "1/4", "25 %", "25 percent", "25 per cent", "1 in 4", "1 out of 4", "1:4", "e^(-ln 4)"],
    "1.3.2.cause": ["0"],
}  # fmt: skip
"""Right answers, in several notations each."""

MADE = {
    "1.2.2.e": {
        "drops a transpose, of k_1": "a_1 V_1 + a_1 (v_1 − h) ((Q_1 k_1)ᵀ + q_1ᵀ K_1)",
        "drops both transposes": "a_1 V_1 + a_1 (v_1 − h) (Q_1 k_1 + K_1 q_1)ᵀ",
        "squares inside of the sum": SIX.format(u=U, square="a_1^2/(a_0^2 + a_1^2 + a_2^2)", square2="a_1"),
        "drops a transpose, of k_1, and squares inside of the sum": SIX.format(
            u="((Q_1 k_1)ᵀ + q_1ᵀ K_1)", square="a_1^2/(a_0^2 + a_1^2 + a_2^2)", square2="a_1"
        ),
        "keeps the attention fixed": "a_1 V_1",
        "forgets that the other two weights move": f"a_1 V_1 + a_1 (1 − a_1) v_1 {U}",
        "forgets that the query moves": "a_1 V_1 + a_1 (v_1 − h) q_1ᵀ K_1",
        "forgets that the key moves": "a_1 V_1 + a_1 (v_1 − h) k_1ᵀ Q_1",
        "has v_1 − h[t] the wrong way round": f"a_1 V_1 + a_1 (h − v_1) {U}",
        "moves the weight without the state's share": f"a_1 V_1 + a_1 v_1 {U}",
        "forgets a factor a_1": f"a_1 V_1 + (v_1 − h) {U}",
    },
    "1.2.2.f": {
        "forgets that ℓ may look at h[T] itself": "sum(i, 1, k, λ[i] D[i])",
        "counts paths twice": "g + sum(i, 1, k, λ[i] J[i])",
        "counts paths twice, and forgets that ℓ may look at h[T] itself": "sum(i, 1, k, λ[i] J[i])",
        "puts the Jacobian before the gradient": "g + sum(i, 1, k, (D[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, and forgets that ℓ may look at h[T] itself": "sum(i, 1, k, (D[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, and counts paths twice": "g + sum(i, 1, k, (J[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, counts paths twice, and forgets that ℓ may look at h[T] itself": "sum(i, 1, k, (J[i] λ[i]ᵀ)ᵀ)",
        "goes by way of the next state alone": "g + λ[1] D[1]",
        "takes the direct gradient of h[T] alone": "g",
        "takes the last of the k states alone": "g + λ[k] D[k]",
    },
}
"""Each known mistake of a formula, typed as one."""

ROW = "(k_1 Q_1 + q_1ᵀ K_1)"
SHEETS = {
    "1.2.2.e": {
        "k_1Q_1": "drops a transpose, of k_1",
        "a_1 V_1 + a_1 k_1 Q_1": "drops a transpose, of k_1",
        "k_1Q_1 + q_1^TK_1": "drops a transpose, of k_1",
        "-v_0 (k_1Q_1 + q_1^TK_1) (exp(q_0^T k_0)) (exp(q_1^T k_1)) / (sum(i, 0, 2, exp(q_1^T k_1)))^2": "drops a transpose, of k_1",
        f"a_1 V_1 + v_1 {{{ROW} a_1 - a_1 {ROW} a_1/(a_0^2 + a_1^2 + a_2^2)}}": "drops a transpose, of k_1",
    },
    "1.2.2.f": {
        "sum (i = 1 to i = k) D[i] λ[i]": "puts the Jacobian before the gradient",
        "sum (i = 1 to i = k) J[i] λ[i]": "puts the Jacobian before the gradient, and counts paths twice",
    },
}  # fmt: skip
"""The sheet's answers, as it writes them where that can be typed."""

for chapter in (typed_convolution, typed_gated_rnn):
    RIGHT |= chapter.RIGHT
    MADE |= chapter.MADE
    SHEETS |= chapter.SHEETS
