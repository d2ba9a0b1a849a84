"""What the tests type into the answer boxes."""

S = "(H + 2P − D(K − 1) − 1)"
C = "σ(W_c x + W_h h)"
U = "(k_1ᵀ Q_1 + q_1ᵀ K_1)"
WRAPPED = "2r − 2 + k + 7 min(1, max(0, 2 − 2r − k))"
"""The sheet's index 2(r − 1) + k read from 0, where Python takes a negative index from the other end."""
SIX = "a_1 V_1 + v_1 {u} a_1 - {square} v_1 {u} - {square2} (a_0 v_0 + a_2 v_2) {u}"

RIGHT = {
    "1.1.a": [
        "5 × 2", "(5, 2)", "5x2", "5 by 2", "[5, 2]", "R^(5×2)", "[17/4] + 1 × [7/4] + 1 = 5 × 2", "⌊17/4⌋ + 1, ⌊7/4⌋ + 1",
        "floor((21-4)/4)+1 × floor((12-5)/4)+1", "((21-4)//4+1, 2)", "5; 2",
    ],
    "1.1.a.fit": ["20 × 9", "(20, 9)", "20 by 9", "4(5 − 1) + 4, 4(2 − 1) + 5"],
    "1.1.b": [
        f"⌊{S}/S⌋ + 1", "(H+2*P-D*(K-1)-1)//S+1", "floor[(H-D*(K-1)+2P-1)/S] + 1", "⌊(H + 2P - (D K - D + 1))/S⌋ + 1",
        "floor(\\frac{H+2P-D(K-1)-1}{S}) + 1", "y = floor((H+2P−D·(K−1)−1+S)/S)", "⌊(H+2P−DK+D−1)/S+1⌋",
    ],
    "1.1.b.inputs": ["50, 54", "(50, 54)", "9(5) + 9 − 4, 50 + 4", "50; 54"],
    "1.1.b.same": ["D(K − 1)/2", "P = (K-1) D/2", "½ D (K − 1)", "(DK − D)/2", "⌊D(K−1)/2⌋", "((D(K − 1) + 1) − 1)/2"],
    "1.1.b.weights": ["432, 50331648", "16(27), 3072(16384)", "16(27), 3072(16384)"],
    "1.1.b.receptive": ["K_1 + S_1 (K_2 − 1)", "K_1 + (K_2-1)*S_1", "S_1 K_2 + K_1 - S_1", "(K_2 - 1) S_1 + (K_1 - 1) + 1"],
    "1.1.c.i": [
        "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, k]))", "Σ_{c=0}^4 Σ_{k=0}^{2} W[0,c,k] x[c,2r+k]",
        "sum(c = 0 to 4) sum(k = 0 to k = 2) x[c, 2*r + k]·W_{0,c,k}", "f[r] = sum(k,0,2,sum(i,0,4,x[i][2r+k] W[0][i][k]))",
        "sum(i, 2r, 2r + 2, sum(c, 0, 4, x[c, i] W[0, c, i - 2r]))",
    ],
    "1.1.c.ii": ["x[c, 2r + k]", "x[c][2*r+k]", "x_{c, 2r+k}"],
    "1.1.c.i.padding": ["−2, 3, 14", "(-2, 3, 14)", "[-2, 3, 14]", "1 − 3, 6 + 2 − 5, 14"],
    "1.1.c.i.view": ["56, 16, 8", "7(8), 2(8), 8", "56 × 16 × 8"],
    "1.1.c.ii.back": ["sum(c, 0, 4, sum(k, 0, 2, J[r, c, k] W[0, c, k]))", "Σ_{c=0}^4 Σ_{k=0}^2 W[0,c,k] J[r,c,k]"],
    "1.1.c.iii": [
        "sum(k, 0, 2, W[0, c, k] δ[i, 2r + k])", "Σ_{k=0}^2 W[0,c,k] delta[2r+k, i]", "W[0,c,0] δ[i,2r] + W[0,c,1] δ[i,2r+1] + W[0,c,2] δ[i,2r+2]",
        "sum(j, 0, 2, δ[i, j + 2r] W[0][c][j])",
    ],
    "1.1.c.iii.overlap": ["2, 4", "2; 4", "(2, 4)"],
    "1.1.c.iv": ["sum(r, 0, 2, g[r] x[c, 2r + k])", "Σ_{r=0}^2 ∂ℓ/∂f[r] x[c, 2r + k]", "g_0 x[c,k] + g_1 x[c,k+2] + g_2 x[c,k+4]"],
    "1.1.c.iv.batch": [
        "sum(n, 0, 1, sum(r, 0, 2, g[n, f, r] x[n, c, 2r + k]))", "Σ_{r=0}^2 Σ_{n=0}^1 x[n,c,2r+k] g[n,f,r]",
        "sum(r, 0, 2, g[0, f, r] x[0, c, 2r + k] + g[1, f, r] x[1, c, 2r + k])",
    ],
    "1.1.c.iv.bias": ["sum(n, 0, 1, sum(r, 0, 3, g[n, f, r]))", "sum(g[0, f]) + sum(g[1, f])", "Σ_{r=0}^3 (g[0,f,r] + g[1,f,r])"],
    "1.1.c.iv.likeness": ["2, 3", "(2, 3)", "2 × 3"],
    "1.1.c.iv.both": ["9, 13, 17", "(9, 13, 17)", "0 − 3 + 12, 2 − 5 + 16, 4 − 7 + 20"],
    "1.1.c.iv.excess": ["⌊d/D⌋", "floor(d/D)", "d//D", "floor((d + D)/D) − 1"],
    "1.1.c.iv.input": [
        "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k]))", "Σ_{r=0}^2 g[r] Σ_{k=0}^2 W[0,c,k] delta[2r+k,i]", "sum(k, 0, 2, W[0,c,k] sum(r, 0, 2, ∂ℓ/∂f[r] δ[i, 2r+k]))",
    ],
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
        "exchanges stride and dilation": "⌊(H + 2P − S(K − 1) − 1)/D⌋ + 1",
        "gives the dilated kernel a span of D(K − 1) − 1": "⌊(H + 2P − D(K − 1) + 1)/S⌋ + 1",
        "rounds to the nearest number": f"round({S}/S) + 1",
    },
    "1.1.b.same": {
        "forgets the dilation": "(K − 1)/2",
        "puts all of it at each end": "D(K − 1)",
        "halves the kernel": "⌊K/2⌋",
        "takes half of K·D": "KD/2",
        "takes half of K·D − 1": "(KD − 1)/2",
        "takes half of the span": "(D(K − 1) + 1)/2",
    },
    "1.1.b.receptive": {
        "forgets the first stride": "K_1 + K_2 − 1",
        "multiplies the kernels": "K_1 K_2",
        "takes the second layer's stride": "K_1 + S_2 (K_2 − 1)",
        "multiplies both strides": "K_1 + S_1 S_2 (K_2 − 1)",
        "lets the first window add a stride": "K_1 + S_1 K_2",
        "exchanges the layers": "K_2 + S_2 (K_1 − 1)",
    },
    "1.1.c.i": {
        "moves the kernel by 1, not by 2": "sum(c, 0, 4, sum(k, 0, 2, x[c, r + k] W[0, c, k]))",
        "turns the kernel around": "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, 2 − k]))",
        "reads the first channel only": "sum(k, 0, 2, x[0, 2r + k] W[0, 0, k])",
        "spreads the taps, not the windows": "sum(c, 0, 4, sum(k, 0, 2, x[c, r + 2k] W[0, c, k]))",
        "reads the sheet's indices as if they began at 0": f"sum(c, 0, 4, sum(k, 0, 2, x[c, {WRAPPED}] W[0, c, k]))",
    },
    "1.1.c.ii": {
        "moves the window by 1, not by 2": "x[c, r + k]",
        "turns the window around": "x[c, 2r + 2 − k]",
        "exchanges outputs and taps": "x[c, r + 2k]",
        "reads the sheet's indices as if they began at 0": f"x[c, {WRAPPED}]",
    },
    "1.1.c.ii.back": {
        "adds up the Jacobian alone": "sum(c, 0, 4, sum(k, 0, 2, J[r, c, k]))",
        "adds up both before it multiplies": "sum(J[r]) sum(W[0])",
        "takes one channel only": "sum(k, 0, 2, J[r, 0, k] W[0, 0, k])",
        "takes the mean": "sum(c, 0, 4, sum(k, 0, 2, J[r, c, k] W[0, c, k]))/15",
        "turns the kernel around": "sum(c, 0, 4, sum(k, 0, 2, J[r, c, k] W[0, c, 2 − k]))",
    },
    "1.1.c.iii": {
        "moves the band by 1 a row, not by 2": "sum(k, 0, 2, W[0, c, k] δ[i, r + k])",
        "turns the kernel around": "sum(k, 0, 2, W[0, c, 2 − k] δ[i, 2r + k])",
        "reads the sheet's indices as if they began at 0": "sum(k, 0, 2, W[0, c, k] δ[i + 2, 2r + k])",
        "spreads the taps, not the windows": "sum(k, 0, 2, W[0, c, k] δ[i, r + 2k])",
    },
    "1.1.c.iv": {
        "stops a row short": "sum(r, 0, 1, g[r] x[c, 2r + k])",
        "leaves the first row out": "sum(r, 1, 2, g[r] x[c, 2r + k])",
        "forgets the stride": "sum(r, 0, 2, g[r] x[c, r + k])",
        "keeps the stride a stride": "sum(r, 0, 2, g[r] x[c, r + 2k])",
        "turns the gradient around": "sum(r, 0, 2, g[2 − r] x[c, 2r + k])",
        "takes the mean over the rows": "sum(r, 0, 2, g[r] x[c, 2r + k])/3",
        "adds up the samples before it weights them": "sum(g) sum(r, 0, 2, x[c, 2r + k])",
        "holds the last row's share alone": "g[2] x[c, 4 + k]",
    },
    "1.1.c.iv.batch": {
        "takes the first input of the batch only": "sum(r, 0, 2, g[0, f, r] x[0, c, 2r + k])",
        "takes the mean over the batch": "sum(n, 0, 1, sum(r, 0, 2, g[n, f, r] x[n, c, 2r + k]))/2",
        "adds up the filters": "sum(j, 0, 2, sum(n, 0, 1, sum(r, 0, 2, g[n, j, r] x[n, c, 2r + k])))",
        "takes the first filter's gradient for all": "sum(n, 0, 1, sum(r, 0, 2, g[n, 0, r] x[n, c, 2r + k]))",
        "lets each input meet the gradients of all": "sum(n, 0, 1, sum(j, 0, 1, sum(r, 0, 2, g[j, f, r] x[n, c, 2r + k])))",
        "forgets the stride": "sum(n, 0, 1, sum(r, 0, 2, g[n, f, r] x[n, c, r + k]))",
    },
    "1.1.c.iv.bias": {
        "takes one output of each filter": "sum(n, 0, 1, g[n, f, 0])",
        "takes the first input of the batch only": "sum(r, 0, 3, g[0, f, r])",
        "adds up the filters": "sum(n, 0, 1, sum(g[n]))",
        "takes the mean over the outputs": "sum(n, 0, 1, sum(r, 0, 3, g[n, f, r]))/4",
        "takes the mean over the batch": "sum(n, 0, 1, sum(r, 0, 3, g[n, f, r]))/2",
        "takes the mean over inputs and outputs": "sum(n, 0, 1, sum(r, 0, 3, g[n, f, r]))/8",
    },
    "1.1.c.iv.excess": {
        "finds a place for each dropped sample": "d",
        "finds one place if anything was dropped": "min(1, d)",
        "rounds up": "⌈d/D⌉",
        "finds none": "⌊d/S⌋",
        "divides without the floor": "d/D",
        "counts the place that it is at": "⌊d/D⌋ + 1",
    },
    "1.1.c.iv.input": {
        "forgets the stride": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, r + k]))",
        "turns the kernel around": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, 2 − k] δ[i, 2r + k]))",
        "spreads the taps, not the windows": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, r + 2k]))",
        "keeps one share where two windows overlap": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k] (1 − ⌊k/2⌋ (1 − ⌊r/2⌋))))",
        "stops a row short": "sum(r, 0, 1, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k]))",
        "leaves the first row out": "sum(r, 1, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k]))",
        "adds up the gradients before it weights them": "sum(g) sum(r, 0, 2, sum(k, 0, 2, W[0, c, k] δ[i, 2r + k]))",
        "turns the gradient around": "sum(r, 0, 2, sum(k, 0, 2, g[2 − r] W[0, c, k] δ[i, 2r + k]))",
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
    "1.1.c.iv": {"Σ_{r=0}^1 ∂ℓ/∂f[r] x[c, 2r + k]": "stops a row short"},
    "1.2.1.c.step": {"(1 - c) x": "makes one product of two columns", "(1 - c[i]) x[b]": "lets each state depend on every row of W_x, and forgets"},
    "1.2.1.d.reason": {"diag(c)": "forgets the path through the gate"},
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
