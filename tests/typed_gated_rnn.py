"""What the tests type into the answer boxes of chapter 1.2.1."""

C = "σ(W_c x + W_h h)"
ONES = "(0 c + 1)ᵀ"
PEAK = "((1 + G)/(2G))"


def two_terms(back, first="(1 − c_1)", second="(1 − c_2)"):
    """Return ∂ℓ/∂W_x over two steps, where step 2 hands a row back."""
    return f"(({back})ᵀ ⊙ {first}) x_1ᵀ + (g_2ᵀ ⊙ {second}) x_2ᵀ"


BACK = "g_1 + g_2 ⊙ c_2ᵀ + (g_2 ⊙ s_2ᵀ) W_h"

RIGHT = {
    "1.2.1.a": [
        f"{C} ⊙ h + (1 − {C}) ⊙ W_x x", "sigma(W_c x[t] + W_h h[t-1]) .* h[t-1] + (1 - sigma(W_c x[t] + W_hh[t−1])) .* W_xx[t]",
        "W_x x + 1/(1 + e^(-W_c x - W_h h)) ⊙ (h - W_x x)", "diag(σ(W_cx + W_hh)) (h - W_xx) + W_xx", f"sigmoid(W_c@x + W_h@h) ⊙ h + (1 - {C}) ⊙ (W_x@x)",
    ],
    "1.2.1.a.paths": ["3, 2", "(3, 2)", "3; 2"],
    "1.2.1.b": ["m", "size = m", "m + 0 n"],
    "1.2.1.b.weights": ["2mn + m^2", "m(2n + m)", "m n + m m + m n", "m² + 2 m n", "m (m + n) + m n"],
    "1.2.1.b.halflife": ["ln(2)/ln(1 + e^(−b))", "ln(½)/ln(σ(b))", "−ln(2)/ln(sigma(b))", "log2(1/2)/log2(σ(b))", "k = -ln(2)/(-ln(1+exp(-b)))"],
    "1.2.1.b.bias": ["−ln(2^(1/10) − 1)", "2.634", "2.63", "ln(0.5^(1/10)/(1 − 0.5^(1/10)))", "b = 2.6343"],
    "1.2.1.c": [
        two_terms(BACK), "((g_1 + g_2 ⊙ c_2ᵀ + (g_2 ⊙ s_2ᵀ) W_h) ⊙ (1 − c_1)ᵀ)ᵀ x_1ᵀ + (g_2 ⊙ (1 − c_2)ᵀ)ᵀ x_2ᵀ",
        "diag(1 - c_1) (g_1 + g_2 (diag(c_2) + diag(s_2) W_h))' x_1' + diag(1 - c_2) g_2' x_2'",
        "(x_1 ((g_1 + g_2 .* c_2' + (g_2 .* s_2') W_h) .* (1 - c_1)'))' + (x_2 (g_2 .* (1 - c_2)'))'",
    ],
    "1.2.1.c.gate": [
        "(λᵀ ⊙ (h − z) ⊙ c ⊙ (1 − c)) xᵀ", "diag(c) diag(1 - c) diag(h - z) λ' x'", "(λ ⊙ ((h − z) ⊙ c ⊙ (1 − c))ᵀ)ᵀ xᵀ", "(x (λ[t] .* (h - z)' .* c' .* (1-c)'))'",
    ],
    "1.2.1.c.half": [
        "gᵀ sum(t, 1, N, x[t]ᵀ/2^(N − t + 1))", "sum(t, 1, N, g' x[t]' / 2^(N-t+1))", "½ gᵀ sum(t, 1, N, 0.5^(N − t) x[t])ᵀ",
    ],
    "1.2.1.c.input": [
        "(λ ⊙ sᵀ) W_c + (λ ⊙ (1 − c)ᵀ) W_x", "λ (diag(s) W_c + diag(1 - c) W_x)", "lambda diag(s) W_c + lambda diag(1-c) W_x", "(W_c' (s .* λ[t]') + W_x' ((1 - c[t]) .* λ'))'",
    ],
    "1.2.1.c.likeness": [
        "g + λ ⊙ cᵀ + (λ ⊙ sᵀ) W_h", "g[t-1] + λ[t] (diag(c) + diag(s) W_h)", "g + lambda diag(c) + lambda diag(s) W_h", "(g' + c .* λ' + W_h' (s .* λ'))'",
    ],
    "1.2.1.c.probe": ["ε λ J v", "λ J (ε v)", "epsilon * λ @ J @ v", "(v' J' λ') ε"],
    "1.2.1.c.state": [
        "(λ_1ᵀ ⊙ s_1) h_0ᵀ + (λ_2ᵀ ⊙ s_2) h_1ᵀ", "diag(s_1) λ_1' h_0' + diag(s_2) λ_2' h_1'", "(λ_1 ⊙ s_1ᵀ)ᵀ h_0ᵀ + (λ_2 ⊙ s_2ᵀ)ᵀ h_1ᵀ", "(h_0 (λ_1 .* s_1'))' + (h_1 (λ_2 .* s_2'))'",
    ],
    "1.2.1.c.step": [
        "δ[i,a] (1 - c[i]) x[b] + sum(s, 0, m - 1, J[i,s] B[s,a,b])", "sum(s,0,m-1,J[i,s]B[s,a,b]) + (1-c_i) x_b δ_{i,a}",
        "delta[a,i](1-c[a])x[b] + Σ_{s=0}^{m-1} J[i,s] B[s,a,b]",
    ],
    "1.2.1.c.terms": ["1024, 144", "2^10, 144", "(1024, 144)"],
    "1.2.1.c.truncated": ["(1 − c^k)/(1 − c^N)", "(c^k - 1)/(c^N - 1)", "sum(j, 0, k − 1, c^j)/sum(j, 0, N − 1, c^j)"],
    "1.2.1.d": ["6^30", "2^30·3^30", "2.21e23", "2.2·10^23", "abs(-2·3)^30", "221073919720733357899776"],
    "1.2.1.d.certificate": ["15, 64/15", "15; 4.2667", "(3(5), 4.267)", "15, 16^2/60"],
    "1.2.1.d.equality": ["8/15, 3", "0.5333, 3", "(16/30, 3)", "16/30; 2 + 1"],
    "1.2.1.d.gain": ["sqrt(5)", "sqrt 5", "2.236", "5^½", "5^(1/2)"],
    "1.2.1.d.order": ["J_3 J_2 J_1", "J_3 @ J_2 @ J_1", "J_3 (J_2 J_1)", "(J_1' J_2' J_3')'"],
    "1.2.1.d.scale": ["1/7, 7, 1", "(1/7, 7, 1)", "7^(-1); 7; 1"],
    "1.2.1.d.vanishing": [
        "min(γ, (1 + G)/(2G)) (1 + (1 − min(γ, (1 + G)/(2G))) G)", "min(gamma, (1+G)/(2G)) + min(gamma, (1+G)/(2G)) (1 - min(gamma, (1+G)/(2G))) G",
        "(1 + G) min(γ, ½ + 1/(2G)) − G min(γ, ½ + 1/(2G))^2",
    ],
    "1.2.1.d.reason": [
        "diag(c) + diag((h - z) ⊙ c ⊙ (1 - c)) W_h", "diag(c) + diag(h - z) diag(c) diag(1 - c) W_h", "diag(c + ((h-z) .* c .* (1-c)) .* diag(W_h)) + (diag((h-z).*c.*(1-c)) W_h - diag(diag(diag((h-z).*c.*(1-c)) W_h)))",
    ],
}  # fmt: skip
"""Right answers, in several notations each."""

MADE = {
    "1.2.1.a": {
        "swaps what is kept and what replaces it, or forgets σ's minus": f"(1 − {C}) ⊙ h + {C} ⊙ W_x x",
        "leaves the state out of the gate": "σ(W_c x) ⊙ h + (1 − σ(W_c x)) ⊙ W_x x",
        "squashes the candidate": f"{C} ⊙ h + (1 − {C}) ⊙ tanh(W_x x)",
        "makes the gate with tanh": "tanh(W_c x + W_h h) ⊙ h + (1 − tanh(W_c x + W_h h)) ⊙ W_x x",
        "keeps all of the state": f"h + (1 − {C}) ⊙ W_x x",
        "puts σ's minus before W_c x alone": "1/(1 + exp(−W_c x + W_h h)) ⊙ h + (1 − 1/(1 + exp(−W_c x + W_h h))) ⊙ W_x x",
        "returns the gate": f"{C}",
        "adds the whole candidate": f"{C} ⊙ h + W_x x",
        "exchanges W_c and W_x": "σ(W_x x + W_h h) ⊙ h + (1 − σ(W_x x + W_h h)) ⊙ W_c x",
        "transposes W_h": "σ(W_c x + W_hᵀ h) ⊙ h + (1 − σ(W_c x + W_hᵀ h)) ⊙ W_x x",
    },
    "1.2.1.b": {
        "gives the size of the input": "n",
        "gives the size of W_c": "m n",
        "gives the size of W_h": "m^2",
        "adds the sizes": "m + n",
        "gives one gate for all": "1",
    },
    "1.2.1.b.weights": {
        "forgets W_h": "2 m n",
        "counts W_c and W_x once": "m n + m^2",
        "lets W_h take an input": "3 m n",
        "gives the candidate a matrix for the state": "2 m n + 2 m^2",
        "counts biases": "2 m n + m^2 + 2m",
        "counts the weights of one state": "2n + m",
    },
    "1.2.1.b.halflife": {
        "takes 1/(1 − c)": "1/(1 − σ(b))",
        "asks when 1/e is left": "−1/ln(σ(b))",
        "takes half of what is lost in one step": "½/(1 − σ(b))",
        "takes ln c for −(1 − c)": "ln(2)/(1 − σ(b))",
        "has the sign of the logarithm wrong": "ln(2)/ln(σ(b))",
        "forgets σ's minus": "ln(½)/ln(1/(1 + e^b))",
        "turns the quotient around": "ln(σ(b))/ln(½)",
        "takes b for the gate": "ln(½)/ln(b)",
    },
    "1.2.1.c": {
        "takes the product as it stands, in the last step alone": "g_2 (1 − c_2) x_2",
        "takes the product as it stands, in the first step alone": "g_1 (1 − c_1) x_1",
        "takes the product as it stands, and forgets both paths back": "g_1 (1 − c_1) x_1 + g_2 (1 − c_2) x_2",
        "hands the gradient back whole": two_terms("g_1 + g_2"),
        "multiplies with the slopes after W_h": two_terms("g_1 + g_2 ⊙ c_2ᵀ + (g_2 W_h) ⊙ s_2ᵀ"),
        "forgets the loss": "(1 − c_1) x_1ᵀ + (1 − c_2) x_2ᵀ",
        "keeps one step, the last, and leaves the sum out": "(g_2ᵀ ⊙ (1 − c_2)) x_2ᵀ",
        "keeps one step, the first, and leaves the sum out": "(g_1ᵀ ⊙ (1 − c_1)) x_1ᵀ",
        "forgets both paths back, through what is kept and through the gate": two_terms("g_1"),
        "forgets the path through the gate": two_terms("g_1 + g_2 ⊙ c_2ᵀ"),
        "forgets the path through what is kept": two_terms("g_1 + (g_2 ⊙ s_2ᵀ) W_h"),
        "drops a transpose, of W_h": two_terms("g_1 + g_2 ⊙ c_2ᵀ + (W_h (g_2ᵀ ⊙ s_2))ᵀ"),
        "uses the gate of the step before": two_terms("g_1 + g_2 ⊙ c_1ᵀ + (g_2 ⊙ s_1ᵀ) W_h"),
        "weights with c in place of 1 − c": two_terms(BACK, "c_1", "c_2"),
        "forgets the factor 1 − c": two_terms(BACK, "1", "1"),
        "is transposed": f"({two_terms(BACK)})ᵀ",
        "loses the direct gradients of the earlier states": two_terms("g_2 ⊙ c_2ᵀ + (g_2 ⊙ s_2ᵀ) W_h"),
        "takes the total gradient, of the first step alone": f"(({BACK})ᵀ ⊙ (1 − c_1)) x_1ᵀ",
    },
    "1.2.1.c.gate": {
        "forgets that the gate also keeps the state": "−(λᵀ ⊙ z ⊙ c ⊙ (1 − c)) xᵀ",
        "forgets what the gate chooses between": "(λᵀ ⊙ c ⊙ (1 − c)) xᵀ",
        "forgets the derivative of σ": "(λᵀ ⊙ (h − z)) xᵀ",
        "takes c for the derivative of σ": "(λᵀ ⊙ (h − z) ⊙ c) xᵀ",
        "forgets that the gate also lets the candidate in": "(λᵀ ⊙ h ⊙ c ⊙ (1 − c)) xᵀ",
        "has the gate's sign the wrong way round": "(λᵀ ⊙ (z − h) ⊙ c ⊙ (1 − c)) xᵀ",
        "takes the gradient of W_x": "(λᵀ ⊙ (1 − c)) xᵀ",
        "is transposed": "x (λᵀ ⊙ (h − z) ⊙ c ⊙ (1 − c))ᵀ",
        "forgets the total gradient": "((h − z) ⊙ c ⊙ (1 − c)) xᵀ",
    },
    "1.2.1.c.half": {
        "halves all steps alike": "gᵀ sum(t, 1, N, x[t]ᵀ)/2^N",
        "forgets the factor 1 − c": "gᵀ sum(t, 1, N, x[t]ᵀ/2^(N − t))",
        "forgets how λ decays": "gᵀ sum(t, 1, N, x[t]ᵀ/2)",
        "forgets both": "gᵀ sum(t, 1, N, x[t]ᵀ)",
        "decays from the first step on": "gᵀ sum(t, 1, N, x[t]ᵀ/2^t)",
        "keeps the last step alone": "gᵀ x[N]ᵀ/2",
        "counts one step too many": "gᵀ sum(t, 1, N, x[t]ᵀ/2^(N − t + 2))",
        "is transposed": "sum(t, 1, N, x[t]/2^(N − t + 1)) g",
    },
    "1.2.1.c.input": {
        "forgets the slopes, and the factor 1 − c": "λ W_c + λ W_x",
        "forgets the path through the gate": "(λ ⊙ (1 − c)ᵀ) W_x",
        "forgets the path through the candidate": "(λ ⊙ sᵀ) W_c",
        "exchanges W_c and W_x": "(λ ⊙ sᵀ) W_x + (λ ⊙ (1 − c)ᵀ) W_c",
        "weights with c in place of 1 − c": "(λ ⊙ sᵀ) W_c + (λ ⊙ cᵀ) W_x",
        "forgets the factor 1 − c": "(λ ⊙ sᵀ) W_c + λ W_x",
        "forgets the slopes": "λ W_c + (λ ⊙ (1 − c)ᵀ) W_x",
        "forgets the total gradient": "sᵀ W_c + (1 − c)ᵀ W_x",
    },
    "1.2.1.c.likeness": {
        "hands the gradient back whole": "g + λ",
        "exchanges the two gradients": "λ + g ⊙ cᵀ + (g ⊙ sᵀ) W_h",
        "forgets the path through the gate": "g + λ ⊙ cᵀ",
        "forgets the path through what is kept": "g + (λ ⊙ sᵀ) W_h",
        "forgets what the loss itself looks at": "λ ⊙ cᵀ + (λ ⊙ sᵀ) W_h",
        "takes the direct gradient for the total one": "g",
        "drops a transpose, of W_h": "g + λ ⊙ cᵀ + (λ ⊙ sᵀ) W_hᵀ",
        "multiplies with the slopes after W_h": "g + λ ⊙ cᵀ + (λ W_h) ⊙ sᵀ",
        "forgets the slopes": "g + λ ⊙ cᵀ + λ W_h",
        "hands the direct gradient back": "g + g ⊙ cᵀ + (g ⊙ sᵀ) W_h",
    },
    "1.2.1.c.probe": {
        "leaves the first step out": "ε λ v",
        "forgets the size of the move": "λ J v",
        "drops a transpose, of the Jacobian": "ε λ Jᵀ v",
        "takes the difference of both sides": "2 ε λ J v",
        "keeps the entries apart": "ε (λ J)ᵀ ⊙ v",
    },
    "1.2.1.c.state": {
        "uses the state of the step itself": "(λ_1ᵀ ⊙ s_1) h_1ᵀ + (λ_2ᵀ ⊙ s_2) h_2ᵀ",
        "leaves the first step out": "(λ_2ᵀ ⊙ s_2) h_1ᵀ + 0 h_1 h_1ᵀ",
        "is transposed": "h_0 (λ_1 ⊙ s_1ᵀ) + h_1 (λ_2 ⊙ s_2ᵀ)",
        "forgets the slopes": "λ_1ᵀ h_0ᵀ + λ_2ᵀ h_1ᵀ",
        "weights with 1 − s in place of s": "(λ_1ᵀ ⊙ (1 − s_1)) h_0ᵀ + (λ_2ᵀ ⊙ (1 − s_2)) h_1ᵀ",
        "keeps the last step alone": "(λ_2ᵀ ⊙ s_2) h_1ᵀ",
        "starts every step at h[0]": "(λ_1ᵀ ⊙ s_1 + λ_2ᵀ ⊙ s_2) h_0ᵀ",
    },
    "1.2.1.c.step": {
        "forgets that W_x has acted on h[t−1] already": "δ[i, a] (1 − c[i]) x[b]",
        "lets each state depend on every row of W_x": "(1 − c[i]) x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "takes over the step before without its Jacobian": "δ[i, a] (1 − c[i]) x[b] + B[i, a, b]",
        "drops a transpose, of the Jacobian": "δ[i, a] (1 − c[i]) x[b] + sum(s, 0, m − 1, J[s, i] B[s, a, b])",
        "weights with c in place of 1 − c": "δ[i, a] c[i] x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "lets each state depend on every row of W_x, and forgets that W_x has acted on h[t−1] already": "(1 − c[i]) x[b]",
        "forgets what W_x does within the step": "sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "adds the sheet's term to every state": "(1 − c[a]) x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "sums over the wrong axis of what was before": "δ[i, a] (1 − c[i]) x[b] + sum(s, 0, m − 1, J[i, s] B[a, s, b])",
    },
    "1.2.1.c.truncated": {
        "takes the first k steps, not the last": "(c^(N − k) − c^N)/(1 − c^N)",
        "counts the steps": "k/N",
        "lets the sequence be endless": "1 − c^k",
        "gives what is lost": "1 − (1 − c^k)/(1 − c^N)",
        "gives the size of the first term that is left out": "c^k",
        "finds one term too few": "(1 − c^(k − 1))/(1 − c^N)",
        "finds one term too many": "(1 − c^(k + 1))/(1 − c^N)",
        "divides the last terms": "c^(N − k)",
    },
    "1.2.1.d.order": {
        "reverses the factors": "J_1 J_2 J_3",
        "is transposed": "(J_3 J_2 J_1)ᵀ",
        "transposes each factor": "J_3ᵀ J_2ᵀ J_1ᵀ",
        "adds the factors up": "J_1 + J_2 + J_3",
        "multiplies entry by entry": "J_1 ⊙ J_2 ⊙ J_3",
        "takes the last step alone": "J_3",
        "leaves the first step out": "J_3 J_2",
        "exchanges the last two factors": "J_2 J_3 J_1",
    },
    "1.2.1.d.vanishing": {
        "takes the gate alone for the bound": "γ",
        "ends at the largest gate in every case": "γ (1 + (1 − γ) G)",
        "returns the gate and not the value": "min(γ, (1 + G)/(2G))",
        "takes the peak even where no gate can get there": f"{PEAK} (1 + (1 − {PEAK}) G)",
        "makes both factors as large as they can be, which they never are at once": "γ (1 + G)",
        "leaves out what is kept": "min(γ, ½) (1 − min(γ, ½)) G",
    },
    "1.2.1.d.reason": {
        "forgets the path through the gate": "diag(c)",
        "forgets that the gate also lets the candidate in": "diag(c) + diag(h ⊙ c ⊙ (1 − c)) W_h",
        "forgets that the gate also keeps the state": "diag(c) − diag(z ⊙ c ⊙ (1 − c)) W_h",
        "has the gate's sign the wrong way round": "diag(c) + diag((z − h) ⊙ c ⊙ (1 − c)) W_h",
        "multiplies the columns of W_h, not its rows": "diag(c) + W_h diag((h − z) ⊙ c ⊙ (1 − c))",
        "forgets the derivative of σ": "diag(c) + diag(h − z) W_h",
        "takes c for the derivative of σ": "diag(c) + diag((h − z) ⊙ c) W_h",
        "forgets what is kept": "diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "adds c to every row, and not to the diagonal": "(0 c + 1) cᵀ + diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "adds c to every column, and not to the diagonal": f"c {ONES} + diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "is transposed": "diag(c) + W_hᵀ diag((h − z) ⊙ c ⊙ (1 − c))",
    },
}
"""Each known mistake of a formula, typed as one."""

SHEETS = {
    "1.2.1.c": {
        "g_2 (1 - c_2) x_2": "takes the product as it stands, in the last step alone", "(g_2 ⊙ (1 − c_2)ᵀ)ᵀ x_2ᵀ": "keeps one step, the last",
    },
    "1.2.1.d": {"0.5^60": "multiplies the gates alone", "1": "holds that it cannot exceed 1"},
    "1.2.1.d.vanishing": {"γ": "takes the gate alone for the bound"},
    "1.2.1.c.step": {"(1 - c) x": "makes one product of two columns"},
    "1.2.1.d.reason": {"diag(c)": "forgets the path through the gate"},
}  # fmt: skip
"""The sheet's answers, as it writes them where that can be typed."""
