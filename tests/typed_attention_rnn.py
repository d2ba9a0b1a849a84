"""What the tests type into the answer boxes of chapter 1.2.2."""

EXPONENTIALS = "(exp(q_0'k_0) + exp(q_1'k_1) + exp(q_2'k_2))"
SQUARE = "a_1^2/(a_0^2 + a_1^2 + a_2^2)"
U = "(k_1ᵀ Q_1 + q_1ᵀ K_1)"
U_0 = "(k_0ᵀ Q_0 + q_0ᵀ K_0)"
LOST = "((Q_1 k_1)ᵀ + q_1ᵀ K_1)"
SIX = "a_1 V_1 + v_1 {u} a_1 - {square} v_1 {u} - {square2} (a_0 v_0 + a_2 v_2) {u}"
E_0 = "exp((Q_0 x)'(K_0 x))"
E = "exp((Q h[s])'(K h[s]))"


def averaged(exponential, value, i="i", first="0", last="2"):
    """Return a softargmax's average: the exponentials times the values, divided by their sum."""
    return f"sum({i}, {first}, {last}, {exponential} {value})/sum({i}, {first}, {last}, {exponential})"


def step_of_two(score):
    return averaged(f"exp({score})", "v[i]")


def unbounded(input_exponential=E_0, exponential=E, value="V_0 x", more="", first="1"):
    past = f"sum(s, {first}, t − 1, {exponential} V h[s])", f"sum(s, {first}, t − 1, {exponential})"
    return f"({input_exponential} {value} + {past[0]})/({input_exponential} + {past[1]}{more})"


TWO_TERMS = {
    "holds the attention fixed": "a_1 V_1",
    "has v_i − h[t] with the wrong sign": f"a_1 V_1 + a_1 (h − v_1) {U}",
    "forgets that the other two weights move": f"a_1 V_1 + a_1 (1 − a_1) v_1 {U}",
    "forgets to subtract h[t]": f"a_1 V_1 + a_1 v_1 {U}",
    "forgets the factor a_i of the second term": f"a_1 V_1 + (v_1 − h) {U}",
    "forgets the factor a_i of both terms": f"V_1 + (v_1 − h) {U}",
    "forgets the factor a_i of the first term": f"V_1 + a_1 (v_1 − h) {U}",
    "adds h[t] to v_i": f"a_1 V_1 + a_1 (v_1 + h) {U}",
    "forgets that the query moves": "a_1 V_1 + a_1 (v_1 − h) q_1ᵀ K_1",
    "forgets that the key moves": "a_1 V_1 + a_1 (v_1 − h) k_1ᵀ Q_1",
    "exchanges query and key": "a_1 V_1 + a_1 (v_1 − h) (q_1ᵀ Q_1 + k_1ᵀ K_1)",
}
RJ = f"a_1 V_1 + a_1 (v_1 − h) {U}"

RIGHT = {
    "1.2.2.a.paths": ["5", "2 + 3", "5.0"],
    "1.2.2.a": [
        step_of_two("q[i]' k[i]"), step_of_two("q_i^T k_i").replace("v[i]", "v_i"), step_of_two("k[i]' q[i]"),
        "(exp(q_0'k_0) v_0 + exp(q_1'k_1) v_1 + exp(q_2'k_2) v_2)/(exp(q_0'k_0) + exp(q_1'k_1) + exp(q_2'k_2))",
        "Σ_{i=0}^2 exp(q_i ᵀ k_i) v_i / Σ_{j=0}^2 exp(q_j ᵀ k_j)", "sum(i = 0 to 2) e^(q[i]'k[i])/(sum(j, 0, 2, e^(q[j]'k[j]))) v[i]",
    ],
    "1.2.2.b": ["k + 1", "1 + k", "k+2-1"],
    "1.2.2.b.share": ["ln(9k)", "ln 9 + ln k", "log(9 k)", "ln(0.9 k/0.1)", "-ln(1/(9k))", "np.log(9*k)"],
    "1.2.2.b.masked": [
        averaged("exp(w[i])", "v[i]", last="min(k, t − 1)"), averaged("e^(w_i)", "v_i", last="min(t-1, k)"),
        "sum(i, 0, min(k, t-1), exp(w[i] - w[0]) v[i]) / (1 + sum(i, 1, min(k, t-1), exp(w[i] - w[0])))",
    ],
    "1.2.2.c": [
        averaged("exp(w[i])", "v[i]", last="k"), "sum(i, 0, k, softargmax(w)[i] v[i])", "v' softargmax(w)", "Σ_{i=0}^k exp(w_i) v_i / Σ_{j=0}^k exp(w_j)", "v^T exp(w)/sum(exp(w))",
    ],
    "1.2.2.c.parameters": ["3 m n + 3 k m^2", "3m(n + k m)", "3mn + 3k m²", "3*m*n + 3*k*m**2", "3mn + 3km²"],
    "1.2.2.d": [unbounded(), unbounded("e^(x'Q_0'K_0 x)", "e^(h[s]'Q'K h[s])"), unbounded(E_0, "exp((Q h_s)ᵀ (K h_s))").replace("V h[s]", "V h_s"), unbounded("exp((Q_0 x[t])'(K_0 x[t]))", value="V_0 x[t]")],
    "1.2.2.d.mean": ["8, 6, 5", "(8, 6, 5)", "8, (4+8)/2, (1+6+8)/3", "8; 6; 5"],
    "1.2.2.d.bound": ["1, −1", "(-3, 3)", "0.5, -1/2"],
    "1.2.2.d.sums": ["(N + exp(w_0) v_0)/(D + exp(w_0))", "(N + e^(w_0) v_0)/(D + e^(w_0))", "(exp(-w_0) N + v_0)/(exp(-w_0) D + 1)", "h[t] = (N + exp(w0) v0)/(D + exp(w0))".removeprefix("h[t] = ")],
    "1.2.2.d.rescaling": [
        "exp(M − max(M, w)) N + exp(w − max(M, w)) v", "e^(M - max(M, w)) N + e^(w - max(M,w)) v", "exp(min(0, M - w)) N + exp(min(0, w - M)) v", "N*exp(M-max(w,M)) + v*exp(w-max(w,M))",
    ],
    "1.2.2.d.rank": ["a_2 b_1/a_1", "b_1 a_2/a_1", "(a_2/a_1) b_1", "a2*b1/a1", "\\frac{a_2}{a_1} b_1"],
    "1.2.2.d.backward": [
        "exp(w) sum(t, s + 1, T, λ[t]/Z[t])", "sum(t, s+1, T, e^w/Z_t λ_t)", "sum(r, s+1, T, exp(w[s]) lambda[r]/Z[r])", "sum(t = s + 1 to t = T) λ[t] exp(w - ln(Z[t]))",
    ],
    "1.2.2.e": [
        RJ, "a_1 V_1 + a_1 (v_1 - h) (k_1' Q_1 + q_1' K_1)", "a_1V_1+a_1(v_1-h[t])(k_1^TQ_1+q_1^TK_1)",
        "a1 V1 + a1 (v1 - h) (k1.T @ Q1 + q1.T @ K1)", f"a₁ (V₁ + (v₁ − a₀v₀ − a₁v₁ − a₂v₂) {U})", SIX.format(u=U, square="a_1^2", square2="a_1"),
        "a_1 V_1 + a_1 (v_1 - h) (Q_1' k_1 + K_1' q_1)'",
        f"exp(q_1'k_1)/{EXPONENTIALS} (V_1 + (v_1 - h)(k_1'Q_1 + q_1'K_1))",
    ],
    "1.2.2.e.input": [f"a_0 V_0 + a_0 (v_0 − h) {U_0}", "a_0 (V_0 + (v_0 - h[t]) (k_0' Q_0 + q_0' K_0))", "a0 V0 + a0 (v0 - a0 v0 - a1 v1 - a2 v2) (k0.T @ Q0 + q0.T @ K0)"],
    "1.2.2.e.value": ["sum(t, 1, T, a[t] λ[t]ᵀ y[t]ᵀ)", "sum(t, 1, T, a_t λ_t^T y_t^T)", "Σ_{t=1}^T a_t λ_t^T y_t^T", "sum(t, 1, T, a[t] (y[t] λ[t])')", "sum(t = 1 to T) a[t] lambda[t]' y[t]'"],
    "1.2.2.f": ["g + sum(i, 1, k, λ[i] D[i])", "g + Σ_{i=1}^k λ_i D_i", "sum(i = 1 to i = k) lambda[i] D[i] + g", "g + (sum(i,1,k,D[i]'λ[i]'))'"],
    "1.2.2.f.hand": ["13/9", "1 + 1/3 + 1/9", "1 + 4/9", "1.444"],
}  # fmt: skip
"""Right answers, in several notations each."""

MADE = {
    "1.2.2.a": {
        "leaves the weights as exponentials": "sum(i, 0, 2, exp(q[i]' k[i]) v[i])",
        "takes the scores as weights": "sum(i, 0, 2, q[i]' k[i] v[i])",
        "asks with the input's query": step_of_two("q[0]' k[i]"),
        "compares with the input's key": step_of_two("q[i]' k[0]"),
        "divides the scores by √m": step_of_two("q[i]' k[i]/sqrt(m)"),
        "takes a softargmax for each channel": "sum(i, 0, 2, exp(q[i] ⊙ k[i]) ⊙ v[i]) ./ sum(i, 0, 2, exp(q[i] ⊙ k[i]))",
        "takes the softargmax over the channels": "sum(i, 0, 2, softargmax(q[i] ⊙ k[i]) ⊙ v[i])",
        "adds the values up without weights": "v_0 + v_1 + v_2",
        "takes the plain mean of the values": "(v_0 + v_1 + v_2)/3",
        "leaves the input out": averaged("exp(q[i]' k[i])", "v[i]", first="1"),
    },
    "1.2.2.b": {
        "forgets the input": "k",
        "leaves the zero vectors out": "min(k, t − 1) + 1",
        "attends to all of the past": "t",
        "gives the size for k = 2, at any k": "3",
        "counts one vector too many": "k + 2",
    },
    "1.2.2.b.share": {
        "gives the exponential of the score": "9k",
        "counts one zero vector": "ln 9",
        "counts the input among the zero vectors": "ln(9(k + 1))",
        "gives the zero vectors 90 %": "ln(k/9)",
        "forgets the input's own exponential in the sum": "ln(0.9 k)",
        "takes the logarithm to base 10": "log10(9k)",
    },
    "1.2.2.b.masked": {
        "does not mask the zero vectors": averaged("exp(w[i])", "v[i]", last="k"),
        "masks one state too many": averaged("exp(w[i])", "v[i]", last="min(k, max(0, t − 2))"),
        "masks one state too few": averaged("exp(w[i])", "v[i]", last="min(k, t)"),
        "masks the input": averaged("exp(w[i])", "v[i]", first="1", last="min(k, t − 1)"),
        "leaves the weights as exponentials": "sum(i, 0, min(k, t − 1), exp(w[i]) v[i])",
    },
    "1.2.2.c": {
        "ends the softargmax a score before the sum": averaged("exp(w[i])", "v[i]", last="k − 1"),
        "ends the softargmax a score after the sum": "sum(i, 0, k, exp(w[i]) v[i])/(1 + sum(i, 0, k, exp(w[i])))",
        "leaves the zero vectors out": averaged("exp(w[i])", "v[i]", last="min(k, t − 1)"),
        "ends the sum a term before the softargmax": "sum(i, 0, k − 1, exp(w[i]) v[i])/sum(exp(w))",
        "leaves the weights as exponentials": "sum(i, 0, k, exp(w[i]) v[i])",
        "takes the scores as weights": "sum(i, 0, k, w[i] v[i])",
        "divides the scores by √m": averaged("exp(w[i]/√m)", "v[i]", last="k"),
        "adds the values up without weights": "sum(i, 0, k, v[i])",
        "takes the plain mean of the values": "sum(i, 0, k, v[i])/(k + 1)",
        "leaves the input out": averaged("exp(w[i])", "v[i]", first="1", last="k"),
    },
    "1.2.2.c.parameters": {
        "forgets the input's triple": "3 k m²",
        "forgets the triples of the past": "3 m n",
        "counts one matrix of each triple": "m n + k m²",
        "shares one triple among the states": "3 m n + 3 m²",
        "makes the input's matrices square": "3 (k + 1) m²",
        "gives the past's matrices the size of the input's": "3 (k + 1) m n",
        "forgets the values": "2 m n + 2 k m²",
    },
    "1.2.2.d": {
        "includes h[0], a zero vector": unbounded(more=" + 1"),
        "shares the triple with the input as well": unbounded("exp((Q x)'(K x))", value="V x"),
        "looks at the last state only": unbounded(first="max(1, t − 1)"),
        "leaves the weights as exponentials": f"{E_0} V_0 x + sum(s, 1, t − 1, {E} V h[s])",
        "asks with the input's query": unbounded(exponential="exp((Q_0 x)'(K h[s]))"),
        "compares with the input's key": unbounded(exponential="exp((Q h[s])'(K_0 x))"),
        "divides the scores by √m": unbounded("exp((Q_0 x)'(K_0 x)/sqrt(m))", "exp((Q h[s])'(K h[s])/sqrt m)"),
        "takes the plain mean of the values": "(V_0 x + sum(s, 1, t − 1, V h[s]))/t",
        "leaves the input out": averaged(E, "V h[s]", i="s", first="1", last="t − 1"),
    },
    "1.2.2.d.sums": {
        "leaves the input out": "N/D",
        "gives the input the weight 1": "(N + v_0)/(D + 1)",
        "does not divide": "N + exp(w_0) v_0",
        "divides the input's share by its own exponential": "N/D + v_0",
        "leaves the input out of the denominator": "(N + exp(w_0) v_0)/D",
        "takes the score in place of its exponential": "(N + w_0 v_0)/(D + w_0)",
    },
    "1.2.2.d.rescaling": {
        "forgets to rescale the old sum": "N + exp(w − max(M, w)) v",
        "takes the new score as the largest": "exp(M − w) N + v",
        "takes the old largest score, not the new": "N + exp(w − M) v",
        "has the wrong sign in the exponents": "exp(max(M, w) − M) N + exp(max(M, w) − w) v",
        "undoes the division": "exp(M) N + exp(w) v",
        "leaves the value out": "exp(M − max(M, w)) N + exp(w − max(M, w))",
        "forgets to rescale the new term": "exp(M − max(M, w)) N + v",
    },
    "1.2.2.d.rank": {
        "inverts the proportion": "a_1 b_1/a_2",
        "leaves the weight as it was": "a_2",
        "subtracts what state 1 has lost": "a_2 − (a_1 − b_1)",
        "forgets to divide": "a_2 b_1",
        "gives state 2 the weight of state 1": "b_1",
    },
    "1.2.2.d.backward": {
        "counts step s itself": "exp(w) sum(t, s, T, λ[t]/Z[t])",
        "counts all steps": "exp(w) sum(t, 1, T, λ[t]/Z[t])",
        "takes the next step alone": "exp(w) λ[s + 1]/Z[s + 1]",
        "forgets the state's own exponential": "sum(t, s + 1, T, λ[t]/Z[t])",
        "divides by the last denominator": "exp(w) sum(t, s + 1, T, λ[t])/Z[T]",
        "takes the score in place of its exponential": "w sum(t, s + 1, T, λ[t]/Z[t])",
        "leaves the weights out": "sum(t, s + 1, T, λ[t])",
    },
    "1.2.2.e": TWO_TERMS
    | {
        "puts the row before the column": f"a_1 V_1 + a_1 {U}ᵀ (v_1 − h)ᵀ",
        "drops a transpose, of k_1": f"a_1 V_1 + a_1 (v_1 − h) {LOST}",
        "drops both transposes": "a_1 V_1 + a_1 (v_1 − h) (Q_1 k_1 + K_1 q_1)ᵀ",
        "squares each term of the sum": SIX.format(u=U, square=SQUARE, square2="a_1"),
        "drops a transpose, of k_1, and squares each term of the sum": SIX.format(u=LOST, square=SQUARE, square2="a_1"),
        "forgets the square in [6]": SIX.format(u=U, square=f"a_1^2 {EXPONENTIALS}", square2="a_1"),
        "forgets the square in [2] and [3]": SIX.format(u=U, square="a_1^2", square2=f"a_1 {EXPONENTIALS}"),
    },
    "1.2.2.e.input": {name: typed.replace("_1", "_0") for name, typed in TWO_TERMS.items()}
    | {
        "takes the weight and the value of h[t−1]": "a_1 V_0 + a_1 (v_1 − h) (k_1ᵀ Q_0 + q_1ᵀ K_0)",
    },
    "1.2.2.e.value": {
        "leaves the weights out": "sum(t, 1, T, λ[t]ᵀ y[t]ᵀ)",
        "takes the last step alone": "a[T] λ[T]ᵀ y[T]ᵀ",
        "takes the mean over the steps": "sum(t, 1, T, a[t] λ[t]ᵀ y[t]ᵀ)/T",
        "multiplies sums over time": "sum(t, 1, T, a[t] λ[t])ᵀ sum(t, 1, T, y[t])ᵀ",
        "puts what is read before the gradient": "sum(t, 1, T, a[t] y[t] λ[t])",
    },
    "1.2.2.f": {
        "forgets that ℓ may contain h[T] itself": "sum(i, 1, k, λ[i] D[i])",
        "counts paths twice": "g + sum(i, 1, k, λ[i] J[i])",
        "counts paths twice, and forgets that ℓ may contain h[T] itself": "sum(i, 1, k, λ[i] J[i])",
        "puts the Jacobian before the gradient": "g + sum(i, 1, k, (D[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, and forgets that ℓ may contain h[T] itself": "sum(i, 1, k, (D[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, and counts paths twice": "g + sum(i, 1, k, (J[i] λ[i]ᵀ)ᵀ)",
        "puts the Jacobian before the gradient, counts paths twice, and forgets that ℓ may contain h[T] itself": "sum(i, 1, k, (J[i] λ[i]ᵀ)ᵀ)",
        "follows only paths through the next state": "g + λ[1] D[1]",
        "takes the direct gradient of h[T] alone": "g",
        "takes the last of the k states alone": "g + λ[k] D[k]",
        "takes the mean of the steps": "g + sum(i, 1, k, λ[i] D[i])/k",
        "subtracts the later steps": "g − sum(i, 1, k, λ[i] D[i])",
    },
}  # fmt: skip
"""Each known mistake of a formula, typed as one."""

_ROW = "(k_1 Q_1 + q_1ᵀ K_1)"
SHEETS = {
    "1.2.2.e": {
        "k_1Q_1": "drops a transpose, of k_1",
        "a_1 V_1 + a_1 k_1 Q_1": "drops a transpose, of k_1",
        "k_1Q_1 + q_1^TK_1": "drops a transpose, of k_1",
        "-v_0 (k_1Q_1 + q_1^TK_1) (exp(q_0^T k_0)) (exp(q_1^T k_1)) / (sum(i, 0, 2, exp(q_1^T k_1)))^2": "drops a transpose, of k_1",
        f"a_1 V_1 + v_1 {{{_ROW} a_1 - a_1 {_ROW} a_1/(a_0^2 + a_1^2 + a_2^2)}}": "drops a transpose, of k_1",
    },
    "1.2.2.f": {
        "sum (i = 1 to i = k) D[i] λ[i]": "puts the Jacobian before the gradient",
    },
}  # fmt: skip
"""The sheet's answers, as it writes them where that can be typed."""
