"""What the tests type into the answer boxes."""

import typed_attention_rnn
import typed_loss_curves

S = "(H + 2P − D(K − 1) − 1)"
C = "σ(W_c x + W_h h)"

RIGHT = {
    "1.1.a": [
        "5 × 2", "(5, 2)", "5x2", "5 by 2", "[5, 2]", "R^(5×2)", "[17/4] + 1 × [7/4] + 1 = 5 × 2", "⌊17/4⌋ + 1, ⌊7/4⌋ + 1",
        "floor((21-4)/4)+1 × floor((12-5)/4)+1", "((21-4)//4+1, 2)", "5; 2",
    ],
    "1.1.b": [
        f"⌊{S}/S⌋ + 1", "(H+2*P-D*(K-1)-1)//S+1", "floor[(H-D*(K-1)+2P-1)/S] + 1", "⌊(H + 2P - (D K - D + 1))/S⌋ + 1",
        "floor(\\frac{H+2P-D(K-1)-1}{S}) + 1", "y = floor((H+2P−D·(K−1)−1+S)/S)", "⌊(H+2P−DK+D−1)/S+1⌋",
    ],
    "1.1.c.i": [
        "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, k]))", "Σ_{c=0}^4 Σ_{k=0}^{2} W[0,c,k] x[c,2r+k]",
        "sum(c = 0 to 4) sum(k = 0 to k = 2) x[c, 2*r + k]·W_{0,c,k}", "f[r] = sum(k,0,2,sum(i,0,4,x[i][2r+k] W[0][i][k]))",
        "sum(i, 2r, 2r + 2, sum(c, 0, 4, x[c, i] W[0, c, i - 2r]))",
    ],
    "1.1.c.ii": ["x[c, 2r + k]", "x[c][2*r+k]", "x_{c, 2r+k}"],
    "1.1.c.iv": ["sum(r, 0, 2, g[r] x[c, 2r + k])", "Σ_{r=0}^2 ∂ℓ/∂f[r] x[c, 2r + k]", "g_0 x[c,k] + g_1 x[c,k+2] + g_2 x[c,k+4]"],
    "1.2.1.a": [
        f"{C} ⊙ h + (1 − {C}) ⊙ W_x x", "sigma(W_c x[t] + W_h h[t-1]) .* h[t-1] + (1 - sigma(W_c x[t] + W_hh[t−1])) .* W_xx[t]",
        "W_x x + 1/(1 + e^(-W_c x - W_h h)) ⊙ (h - W_x x)", "diag(σ(W_cx + W_hh)) (h - W_xx) + W_xx", f"sigmoid(W_c@x + W_h@h) ⊙ h + (1 - {C}) ⊙ (W_x@x)",
    ],
    "1.2.1.c.step": [
        "δ[i,a] (1 - c[i]) x[b] + sum(s, 0, m - 1, J[i,s] B[s,a,b])", "sum(s,0,m-1,J[i,s]B[s,a,b]) + (1-c_i) x_b δ_{i,a}",
        "delta[a,i](1-c[a])x[b] + Σ_{s=0}^{m-1} J[i,s] B[s,a,b]",
    ],
    "1.2.1.d.reason": [
        "diag(c) + diag((h - z) ⊙ c ⊙ (1 - c)) W_h", "diag(c) + diag(h - z) diag(c) diag(1 - c) W_h", "diag(c + ((h-z) .* c .* (1-c)) .* diag(W_h)) + (diag((h-z).*c.*(1-c)) W_h - diag(diag(diag((h-z).*c.*(1-c)) W_h)))",
    ],
}  # fmt: skip
"""Right answers, in several notations each."""

MADE = {
    "1.1.b": {
        "forgets that dilation spreads the kernel": "⌊(H + 2P − K)/S⌋ + 1",
        "gives the kernel a span of K·D": "⌊(H + 2P − KD)/S⌋ + 1",
        "dilates by D − 1 taps instead of D − 1 gaps, a span of K(D − 1) + 1": "⌊(H + 2P − K(D − 1) − 1)/S⌋ + 1",
        "pads one end only": "⌊(H + P − D(K − 1) − 1)/S⌋ + 1",
        "counts the steps and not the places": f"⌊{S}/S⌋",
        "rounds up": f"⌈{S}/S⌉ + 1",
        "divides without the floor": f"{S}/S + 1",
        "divides each length before it subtracts": "⌊(H + 2P)/S⌋ − ⌊(D(K − 1) + 1)/S⌋ + 1",
        "gives the dilated kernel a span of D(K − 1)": "⌊(H + 2P − D(K − 1))/S⌋ + 1",
        "forgets the padding": "⌊(H − D(K − 1) − 1)/S⌋ + 1",
        "forgets the stride": "H + 2P − D(K − 1)",
    },
    "1.1.c.i": {
        "moves the kernel by 1, not by 2": "sum(c, 0, 4, sum(k, 0, 2, x[c, r + k] W[0, c, k]))",
        "turns the kernel around": "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, 2 − k]))",
        "reads the first channel only": "sum(k, 0, 2, x[0, 2r + k] W[0, 0, k])",
        "spreads the taps instead of the stops": "sum(c, 0, 4, sum(k, 0, 2, x[c, r + 2k] W[0, c, k]))",
    },
    "1.1.c.ii": {
        "moves the window by 1, not by 2": "x[c, r + k]",
        "turns the window around": "x[c, 2r + 2 − k]",
        "spreads the taps instead of the stops": "x[c, r + 2k]",
    },
    "1.1.c.iv": {
        "stops a row short": "sum(r, 0, 1, g[r] x[c, 2r + k])",
        "leaves the first row out": "sum(r, 1, 2, g[r] x[c, 2r + k])",
        "forgets the stride": "sum(r, 0, 2, g[r] x[c, r + k])",
        "keeps the stride a stride": "sum(r, 0, 2, g[r] x[c, r + 2k])",
        "turns the gradient around": "sum(r, 0, 2, g[2 − r] x[c, 2r + k])",
        "takes the mean over the rows": "sum(r, 0, 2, g[r] x[c, 2r + k])/3",
        "adds up the samples before it weights them": "sum(g) sum(r, 0, 2, x[c, 2r + k])",
    },
    "1.2.1.a": {
        "swaps what is kept and what replaces it": f"(1 − {C}) ⊙ h + {C} ⊙ W_x x",
        "leaves the state out of the gate": "σ(W_c x) ⊙ h + (1 − σ(W_c x)) ⊙ W_x x",
        "squashes the candidate": f"{C} ⊙ h + (1 − {C}) ⊙ tanh(W_x x)",
        "makes the gate with tanh": "tanh(W_c x + W_h h) ⊙ h + (1 − tanh(W_c x + W_h h)) ⊙ W_x x",
        "keeps all of the state": f"h + (1 − {C}) ⊙ W_x x",
        "forgets σ's minus": "1/(1 + exp(W_c x + W_h h)) ⊙ h + (1 − 1/(1 + exp(W_c x + W_h h))) ⊙ W_x x",
        "adds the whole candidate": f"{C} ⊙ h + W_x x",
        "exchanges W_c and W_x": "σ(W_x x + W_h h) ⊙ h + (1 − σ(W_x x + W_h h)) ⊙ W_c x",
        "transposes W_h": "σ(W_c x + W_hᵀ h) ⊙ h + (1 − σ(W_c x + W_hᵀ h)) ⊙ W_x x",
    },
    "1.2.1.c.step": {
        "forgets that W_x has acted on h[t−1] already": "δ[i, a] (1 − c[i]) x[b]",
        "lets each state depend on every row of W_x": "(1 − c[i]) x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "takes over the step before without its Jacobian": "δ[i, a] (1 − c[i]) x[b] + B[i, a, b]",
        "drops a transpose, of the Jacobian": "δ[i, a] (1 − c[i]) x[b] + sum(s, 0, m − 1, J[s, i] B[s, a, b])",
        "weights with c in place of 1 − c": "δ[i, a] c[i] x[b] + sum(s, 0, m − 1, J[i, s] B[s, a, b])",
        "lets each state depend on every row of W_x, and forgets that W_x has acted on h[t−1] already": "(1 − c[i]) x[b]",
        "forgets what W_x does within the step": "sum(s, 0, m − 1, J[i, s] B[s, a, b])",
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
    },
}
"""Each known mistake of a formula, typed as one."""

SHEETS = {
    "1.1.c.iv": {"Σ_{r=0}^1 ∂ℓ/∂f[r] x[c, 2r + k]": "stops a row short"},
    "1.2.1.c.step": {"(1 - c) x": "makes one product of two columns", "(1 - c[i]) x[b]": "lets each state depend on every row of W_x, and forgets"},
    "1.2.1.d.reason": {"diag(c)": "forgets the path through the gate"},
}  # fmt: skip
"""The sheet's answers, as it writes them where that can be typed."""

for chapter in (typed_attention_rnn, typed_loss_curves):
    RIGHT |= chapter.RIGHT
    MADE |= chapter.MADE
    SHEETS |= chapter.SHEETS
