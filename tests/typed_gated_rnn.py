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
        "swaps the two shares, or forgets the minus sign in σ": f"(1 − {C}) ⊙ h + {C} ⊙ W_x x",
        "leaves the state out of the gate": "σ(W_c x) ⊙ h + (1 − σ(W_c x)) ⊙ W_x x",
        "applies tanh to the candidate": f"{C} ⊙ h + (1 − {C}) ⊙ tanh(W_x x)",
        "computes the gate with tanh": "tanh(W_c x + W_h h) ⊙ h + (1 − tanh(W_c x + W_h h)) ⊙ W_x x",
        "keeps the whole state": f"h + (1 − {C}) ⊙ W_x x",
        "applies the minus sign in σ to W_c x only": "1/(1 + exp(−W_c x + W_h h)) ⊙ h + (1 − 1/(1 + exp(−W_c x + W_h h))) ⊙ W_x x",
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
        "gives a single gate for the whole state": "1",
    },
    "1.2.1.b.weights": {
        "forgets W_h": "2 m n",
        "counts W_c and W_x as one matrix": "m n + m^2",
        "multiplies an input by W_h": "3 m n",
        "adds a matrix from the state to the candidate": "2 m n + 2 m^2",
        "counts biases": "2 m n + m^2 + 2m",
        "counts the weights of a single state": "2n + m",
    },
    "1.2.1.b.halflife": {
        "takes 1/(1 − c)": "1/(1 − σ(b))",
        "computes when 1/e is left": "−1/ln(σ(b))",
        "assumes that every step loses the same amount": "½/(1 − σ(b))",
        "replaces ln c by −(1 − c)": "ln(2)/(1 − σ(b))",
        "has the wrong sign of the logarithm": "ln(2)/ln(σ(b))",
        "forgets the minus sign in σ": "ln(½)/ln(1/(1 + e^b))",
        "inverts the quotient": "ln(σ(b))/ln(½)",
        "uses b in place of the gate": "ln(½)/ln(b)",
    },
    "1.2.1.c": {
        "uses the sheet's product as it is written, for the last step only": "g_2 (1 − c_2) x_2",
        "uses the sheet's product as it is written, for the first step only": "g_1 (1 − c_1) x_1",
        "uses the sheet's product as it is written, and forgets both paths back": "g_1 (1 − c_1) x_1 + g_2 (1 − c_2) x_2",
        "passes the gradient back unchanged": two_terms("g_1 + g_2"),
        "multiplies by the slopes after W_h": two_terms("g_1 + g_2 ⊙ c_2ᵀ + (g_2 W_h) ⊙ s_2ᵀ"),
        "forgets the gradient of the loss": "(1 − c_1) x_1ᵀ + (1 − c_2) x_2ᵀ",
        "keeps only the last step, and leaves out the sum": "(g_2ᵀ ⊙ (1 − c_2)) x_2ᵀ",
        "keeps only the first step, and leaves out the sum": "(g_1ᵀ ⊙ (1 − c_1)) x_1ᵀ",
        "forgets both paths back, through the kept state and through the gate": two_terms("g_1"),
        "forgets the path through the gate": two_terms("g_1 + g_2 ⊙ c_2ᵀ"),
        "forgets the path through the kept state": two_terms("g_1 + (g_2 ⊙ s_2ᵀ) W_h"),
        "multiplies by W_h from the wrong side": two_terms("g_1 + g_2 ⊙ c_2ᵀ + (W_h (g_2ᵀ ⊙ s_2))ᵀ"),
        "uses the gate of the previous step": two_terms("g_1 + g_2 ⊙ c_1ᵀ + (g_2 ⊙ s_1ᵀ) W_h"),
        "uses the weight c in place of 1 − c": two_terms(BACK, "c_1", "c_2"),
        "forgets the factor 1 − c": two_terms(BACK, "1", "1"),
        "is transposed": f"({two_terms(BACK)})ᵀ",
        "loses the direct gradients of the earlier states": two_terms("g_2 ⊙ c_2ᵀ + (g_2 ⊙ s_2ᵀ) W_h"),
        "uses the total gradient, but of the first step only": f"(({BACK})ᵀ ⊙ (1 − c_1)) x_1ᵀ",
    },
    "1.2.1.c.gate": {
        "forgets that the gate also acts on the state's share": "−(λᵀ ⊙ z ⊙ c ⊙ (1 − c)) xᵀ",
        "forgets the factor h − z": "(λᵀ ⊙ c ⊙ (1 − c)) xᵀ",
        "forgets the derivative of σ": "(λᵀ ⊙ (h − z)) xᵀ",
        "uses c as the derivative of σ": "(λᵀ ⊙ (h − z) ⊙ c) xᵀ",
        "forgets that the gate also acts on the candidate's share": "(λᵀ ⊙ h ⊙ c ⊙ (1 − c)) xᵀ",
        "reverses the sign of h − z": "(λᵀ ⊙ (z − h) ⊙ c ⊙ (1 − c)) xᵀ",
        "computes the gradient with respect to W_x": "(λᵀ ⊙ (1 − c)) xᵀ",
        "is transposed": "x (λᵀ ⊙ (h − z) ⊙ c ⊙ (1 − c))ᵀ",
        "forgets the total gradient": "((h − z) ⊙ c ⊙ (1 − c)) xᵀ",
    },
    "1.2.1.c.half": {
        "halves all steps equally often": "gᵀ sum(t, 1, N, x[t]ᵀ)/2^N",
        "forgets the factor 1 − c": "gᵀ sum(t, 1, N, x[t]ᵀ/2^(N − t))",
        "forgets how λ decays": "gᵀ sum(t, 1, N, x[t]ᵀ/2)",
        "forgets both": "gᵀ sum(t, 1, N, x[t]ᵀ)",
        "decays from the first step onwards": "gᵀ sum(t, 1, N, x[t]ᵀ/2^t)",
        "keeps only the last step": "gᵀ x[N]ᵀ/2",
        "counts one step too many": "gᵀ sum(t, 1, N, x[t]ᵀ/2^(N − t + 2))",
        "is transposed": "sum(t, 1, N, x[t]/2^(N − t + 1)) g",
    },
    "1.2.1.c.input": {
        "forgets the slopes, and the factor 1 − c": "λ W_c + λ W_x",
        "forgets the path through the gate": "(λ ⊙ (1 − c)ᵀ) W_x",
        "forgets the path through the candidate": "(λ ⊙ sᵀ) W_c",
        "exchanges W_c and W_x": "(λ ⊙ sᵀ) W_x + (λ ⊙ (1 − c)ᵀ) W_c",
        "uses the weight c in place of 1 − c": "(λ ⊙ sᵀ) W_c + (λ ⊙ cᵀ) W_x",
        "forgets the factor 1 − c": "(λ ⊙ sᵀ) W_c + λ W_x",
        "forgets the slopes": "λ W_c + (λ ⊙ (1 − c)ᵀ) W_x",
        "forgets the total gradient": "sᵀ W_c + (1 − c)ᵀ W_x",
    },
    "1.2.1.c.likeness": {
        "passes the gradient back unchanged": "g + λ",
        "exchanges the two gradients": "λ + g ⊙ cᵀ + (g ⊙ sᵀ) W_h",
        "forgets the path through the gate": "g + λ ⊙ cᵀ",
        "forgets the path through the kept state": "g + (λ ⊙ sᵀ) W_h",
        "forgets the direct gradient": "λ ⊙ cᵀ + (λ ⊙ sᵀ) W_h",
        "uses the direct gradient in place of the total one": "g",
        "multiplies by W_h from the wrong side": "g + λ ⊙ cᵀ + (λ ⊙ sᵀ) W_hᵀ",
        "multiplies by the slopes after W_h": "g + λ ⊙ cᵀ + (λ W_h) ⊙ sᵀ",
        "forgets the slopes": "g + λ ⊙ cᵀ + λ W_h",
        "passes back the direct gradient": "g + g ⊙ cᵀ + (g ⊙ sᵀ) W_h",
    },
    "1.2.1.c.probe": {
        "leaves out the first step": "ε λ v",
        "forgets the size of the change": "λ J v",
        "transposes the Jacobian": "ε λ Jᵀ v",
        "computes the difference of both directions": "2 ε λ J v",
        "does not add up the entries": "ε (λ J)ᵀ ⊙ v",
    },
    "1.2.1.c.state": {
        "uses the new state in place of the previous one": "(λ_1ᵀ ⊙ s_1) h_1ᵀ + (λ_2ᵀ ⊙ s_2) h_2ᵀ",
        "leaves out the first step": "(λ_2ᵀ ⊙ s_2) h_1ᵀ + 0 h_1 h_1ᵀ",
        "is transposed": "h_0 (λ_1 ⊙ s_1ᵀ) + h_1 (λ_2 ⊙ s_2ᵀ)",
        "forgets the slopes": "λ_1ᵀ h_0ᵀ + λ_2ᵀ h_1ᵀ",
        "uses the weight 1 − s in place of s": "(λ_1ᵀ ⊙ (1 − s_1)) h_0ᵀ + (λ_2ᵀ ⊙ (1 − s_2)) h_1ᵀ",
        "keeps only the last step": "(λ_2ᵀ ⊙ s_2) h_1ᵀ",
        "uses h[0] in every step": "(λ_1ᵀ ⊙ s_1 + λ_2ᵀ ⊙ s_2) h_0ᵀ",
    },
    "1.2.1.c.step": {
        "forgets that W_x has already acted on h[t−1]": "δ[i, a] (1 − c[i]) x[b]",
        "lets each state depend on every row of W_x": "(1 − c[i]) x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "adds the previous derivative without the Jacobian": "δ[i, a] (1 − c[i]) x[b] + B[i, a, b]",
        "transposes the Jacobian": "δ[i, a] (1 − c[i]) x[b] + sum(s, 0, m − 1, J[s, i] B[s, a, b])",
        "uses the weight c in place of 1 − c": "δ[i, a] c[i] x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "lets each state depend on every row of W_x, and forgets that W_x has already acted on h[t−1]": "(1 − c[i]) x[b]",
        "forgets the effect of W_x within the step": "sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "adds the sheet's term to every state": "(1 − c[a]) x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "sums over the wrong axis of `before`": "δ[i, a] (1 − c[i]) x[b] + sum(s, 0, m − 1, J[i, s] B[a, s, b])",
    },
    "1.2.1.c.truncated": {
        "takes the first k steps, not the last": "(c^(N − k) − c^N)/(1 − c^N)",
        "counts the steps": "k/N",
        "treats the sequence as infinitely long": "1 − c^k",
        "gives the share that is lost": "1 − (1 − c^k)/(1 − c^N)",
        "gives the first term that is left out": "c^k",
        "counts one term too few": "(1 − c^(k − 1))/(1 − c^N)",
        "counts one term too many": "(1 − c^(k + 1))/(1 − c^N)",
        "divides the first term by the last": "c^(N − k)",
    },
    "1.2.1.d.order": {
        "reverses the factors": "J_1 J_2 J_3",
        "is transposed": "(J_3 J_2 J_1)ᵀ",
        "transposes each factor": "J_3ᵀ J_2ᵀ J_1ᵀ",
        "adds the factors": "J_1 + J_2 + J_3",
        "multiplies entry by entry": "J_1 ⊙ J_2 ⊙ J_3",
        "takes only the last step": "J_3",
        "leaves out the first step": "J_3 J_2",
        "exchanges the last two factors": "J_2 J_3 J_1",
    },
    "1.2.1.d.vanishing": {
        "uses the gate alone as the bound": "γ",
        "uses the largest gate in every case": "γ (1 + (1 − γ) G)",
        "returns the gate and not the value": "min(γ, (1 + G)/(2G))",
        "uses the peak even where no gate can reach it": f"{PEAK} (1 + (1 − {PEAK}) G)",
        "takes the maximum of each factor separately": "γ (1 + G)",
        "leaves out the kept part": "min(γ, ½) (1 − min(γ, ½)) G",
    },
    "1.2.1.d.reason": {
        "forgets the path through the gate": "diag(c)",
        "forgets that the gate also acts on the candidate's share": "diag(c) + diag(h ⊙ c ⊙ (1 − c)) W_h",
        "forgets that the gate also acts on the state's share": "diag(c) − diag(z ⊙ c ⊙ (1 − c)) W_h",
        "reverses the sign of h − z": "diag(c) + diag((z − h) ⊙ c ⊙ (1 − c)) W_h",
        "multiplies the columns of W_h, not its rows": "diag(c) + W_h diag((h − z) ⊙ c ⊙ (1 − c))",
        "forgets the derivative of σ": "diag(c) + diag(h − z) W_h",
        "uses c as the derivative of σ": "diag(c) + diag((h − z) ⊙ c) W_h",
        "forgets the kept part": "diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "adds c to every row, and not to the diagonal": "(0 c + 1) cᵀ + diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "adds c to every column, and not to the diagonal": f"c {ONES} + diag((h − z) ⊙ c ⊙ (1 − c)) W_h",
        "is transposed": "diag(c) + W_hᵀ diag((h − z) ⊙ c ⊙ (1 − c))",
    },
}
"""Each known mistake of a formula, typed as one."""

SHEETS = {
    "1.2.1.c": {
        "g_2 (1 - c_2) x_2": "uses the sheet's product as it is written, for the last step only", "(g_2 ⊙ (1 − c_2)ᵀ)ᵀ x_2ᵀ": "keeps only the last step",
    },
    "1.2.1.d": {"0.5^60": "multiplies the gates only", "1": "assumes that it cannot exceed 1"},
    "1.2.1.d.vanishing": {"γ": "uses the gate alone as the bound"},
    "1.2.1.c.step": {"(1 - c) x": "multiplies two columns"},
    "1.2.1.d.reason": {"diag(c)": "forgets the path through the gate"},
}  # fmt: skip
"""The sheet's answers, as it writes them where that can be typed."""
