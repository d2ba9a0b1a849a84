"""What the tests type into the answer boxes of chapter 1.1."""

S = "(H + 2P − D(K − 1) − 1)"
WRAPPED = "2r − 2 + k + 7 min(1, max(0, 2 − 2r − k))"
"""The sheet's index 2(r − 1) + k read from 0, where Python takes a negative index from the other end."""

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
    "1.1.b.weights": ["432, 50331648", "(432, 3072(16384))", "16(27), 3072(16384)"],
    "1.1.b.receptive": ["K_1 + S_1 (K_2 − 1)", "K_1 + (K_2-1)*S_1", "S_1 K_2 + K_1 - S_1", "(K_2 - 1) S_1 + (K_1 - 1) + 1"],
    "1.1.c.i": [
        "sum(c, 0, 4, sum(k, 0, 2, x[c, 2r + k] W[0, c, k]))", "Σ_{c=0}^4 Σ_{k=0}^{2} W[0,c,k] x[c,2r+k]",
        "sum(c = 0 to 4) sum(k = 0 to k = 2) x[c, 2*r + k]·W_{0,c,k}", "f[r] = sum(k,0,2,sum(i,0,4,x[i][2r+k] W[0][i][k]))",
        "sum(i, 2r, 2r + 2, sum(c, 0, 4, x[c, i] W[0, c, i - 2r]))",
    ],
    "1.1.c.ii": ["x[c, 2r + k]", "x[c][2*r+k]", "x_{c, 2r+k}"],
    "1.1.c.i.padding": ["−2, 3, 14", "(-2, 3, 14)", "[-2, 3, 14]", "1 − 3, 6 + 2 − 5, 14"],
    "1.1.c.i.view": ["56, 16, 8", "7(8), 2(8), 8", "56 × 16 × 8"],
    "1.1.c.ii.back": ["sum(c, 0, 1, sum(k, 0, 2, J[r, c, k] W[0, c, k]))", "Σ_{c=0}^1 Σ_{k=0}^2 W[0,c,k] J[r,c,k]"],
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
    "1.1.c.iv.transposed": [
        "S(H − 1) + D(K − 1) + 1 − 2P", "(H-1)*S + D*(K-1) + 1 - 2*P", "S H − S + D K − D − 2P + 1", "(H − 1) S − 2P + D (K − 1) + 1",
    ],
}  # fmt: skip
"""Right answers, in several notations each."""

MADE = {
    "1.1.b": {
        "forgets that dilation spreads the kernel": "⌊(H + 2P − K)/S⌋ + 1",
        "gives the kernel a span of K·D": "⌊(H + 2P − KD)/S⌋ + 1",
        "gives the kernel a span of K(D − 1) + 1": "⌊(H + 2P − K(D − 1) − 1)/S⌋ + 1",
        "pads one end only": "⌊(H + P − D(K − 1) − 1)/S⌋ + 1",
        "counts the steps, not the positions": f"⌊{S}/S⌋",
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
    "1.1.c.iv.transposed": {
        "multiplies by the stride": "S H",
        "takes a step for each sample": "S H + D(K − 1) + 1 − 2P",
        "forgets that dilation spreads the kernel": "S(H − 1) + K − 2P",
        "gives the kernel a span of K·D": "S(H − 1) + KD − 2P",
        "gives the dilated kernel a span of D(K − 1)": "S(H − 1) + D(K − 1) − 2P",
        "forgets the padding": "S(H − 1) + D(K − 1) + 1",
        "adds the padding": "S(H − 1) + D(K − 1) + 1 + 2P",
        "pads one end only": "S(H − 1) + D(K − 1) + 1 − P",
        "exchanges stride and dilation": "D(H − 1) + S(K − 1) + 1 − 2P",
        "gives the size of the convolution's output": f"⌊{S}/S⌋ + 1",
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
        "adds the kernels": "K_1 + K_2",
        "exchanges the kernels": "K_2 + S_1 (K_1 − 1)",
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
        "adds up the Jacobian alone": "sum(c, 0, 1, sum(k, 0, 2, J[r, c, k]))",
        "adds up both before it multiplies": "sum(J[r]) sum(W[0])",
        "takes one channel only": "sum(k, 0, 2, J[r, 0, k] W[0, 0, k])",
        "takes the mean": "sum(c, 0, 1, sum(k, 0, 2, J[r, c, k] W[0, c, k]))/6",
        "turns the kernel around": "sum(c, 0, 1, sum(k, 0, 2, J[r, c, k] W[0, c, 2 − k]))",
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
        "keeps only the last row's term": "g[2] x[c, 4 + k]",
        "reads the sheet's indices as if they began at 0": f"sum(r, 0, 2, g[r] x[c, {WRAPPED}])",
    },
    "1.1.c.iv.batch": {
        "takes the first input of the batch only": "sum(r, 0, 2, g[0, f, r] x[0, c, 2r + k])",
        "takes the mean over the batch": "sum(n, 0, 1, sum(r, 0, 2, g[n, f, r] x[n, c, 2r + k]))/2",
        "adds up the filters": "sum(j, 0, 2, sum(n, 0, 1, sum(r, 0, 2, g[n, j, r] x[n, c, 2r + k])))",
        "takes the first filter's gradient for all": "sum(n, 0, 1, sum(r, 0, 2, g[n, 0, r] x[n, c, 2r + k]))",
        "multiplies each input by the gradients of all inputs": "sum(n, 0, 1, sum(j, 0, 1, sum(r, 0, 2, g[j, f, r] x[n, c, 2r + k])))",
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
        "counts one result for each dropped sample": "d",
        "counts one result if anything was dropped": "min(1, d)",
        "rounds up": "⌈d/D⌉",
        "counts none": "⌊d/S⌋",
        "divides without the floor": "d/D",
        "counts the K-th result as well": "⌊d/D⌋ + 1",
    },
    "1.1.c.iv.input": {
        "forgets the weights": "sum(r, 0, 2, sum(k, 0, 2, g[r] δ[i, 2r + k]))",
        "forgets the gradients": "sum(r, 0, 2, sum(k, 0, 2, W[0, c, k] δ[i, 2r + k]))",
        "forgets the stride": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, r + k]))",
        "turns the kernel around": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, 2 − k] δ[i, 2r + k]))",
        "spreads the taps, not the windows": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, r + 2k]))",
        "keeps only one contribution where two windows overlap": "sum(r, 0, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k] (1 − ⌊k/2⌋ (1 − ⌊r/2⌋))))",
        "stops a row short": "sum(r, 0, 1, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k]))",
        "leaves the first row out": "sum(r, 1, 2, sum(k, 0, 2, g[r] W[0, c, k] δ[i, 2r + k]))",
        "adds up the gradients before it weights them": "sum(g) sum(r, 0, 2, sum(k, 0, 2, W[0, c, k] δ[i, 2r + k]))",
        "turns the gradient around": "sum(r, 0, 2, sum(k, 0, 2, g[2 − r] W[0, c, k] δ[i, 2r + k]))",
    },
}
"""Each known mistake of a formula, typed as one."""

SHEETS = {
    "1.1.c.iv": {"Σ_{r=0}^1 ∂ℓ/∂f[r] x[c, 2r + k]": "stops a row short"},
}
"""The sheet's answers, as it writes them where that can be typed."""
