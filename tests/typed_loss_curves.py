"""What the tests type into the answer boxes of chapter 1.3."""

V = "(α v + (1 − α) g^2)"
M = "((β_1 m + (1 − β_1) g)/(1 − β_1^k))"
W = "((β_2 v + (1 − β_2) g^2)/(1 − β_2^k))"

RIGHT = {
    "1.3.1": [
        f"−η g/(sqrt{V} + ε)", "-η g/(√(α v + (1-α) g²) + ε)", "-eta*g/(sqrt(alpha*v + (1-alpha)*g**2) + epsilon)", f"−η/(ε + {V}^0.5) g", "Δθ = -η \\frac{g}{sqrt(α v + (1 - α) g^2) + ε}".removeprefix("Δθ = "),
    ],
    "1.3.1.replay": ["0"],
    "1.3.1.longest": ["η sqrt(P/(1 − α))", "η √(P/(1-α))", "eta*sqrt(P)/sqrt(1-alpha)", "η (P/(1−α))^(1/2)"],
    "1.3.1.cliff": ["2 (σ(b) − 0.7) σ(b) (1 − σ(b)) σ(b)", "2 (σ(b) - 0.7) σ(b)^2 (1 - σ(b))", "2*(sigmoid(b)-0.7)*sigmoid(b)**2*(1-sigmoid(b))", "2 (1/(1+e^(-b)) - 7/10) σ(b)² σ(-b)"],
    "1.3.1.smoothing": ["(n H + (100 − n) c)/100", "c + n (H - c)/100", "n/100 H + (1 - n/100) c", "0.01(nH + 100c - nc)"],
    "1.3.1.seeds": ["20", "⌈ln(0.05)/ln(6/7)⌉", "ceil(ln(0.05)/ln(1-1/7))"],
    "1.3.1.plateau": ["ln 2", "0.693", "0,693", "½ ln 4", "-ln(1/2)", "ln(4) - ln(2)"],
    "1.3.2.cause": ["0"],
    "1.3.2.logits": ["0, 6, 0, 0", "(-6, 0, 0, 0)", "0 10 0 0", "1, 2, 3, 20", "[−1000, 0, 0, 1000]"],
    "1.3.2.probability": ["1/(4e)", "e^(-1-ln 4)", "0.092", "0.0920", "exp(-ln(4) - 1)", "¼/e", "9.2 %"],
    "1.3.2.favourite": ["0.25, 8.006", "¼, ln 3000", "(1/4, -ln(0.001/3))", "0.25, ln(3/0.001)"],
    "1.3.3.clipping": ["g min(1, c/norm(g))", "min(1, c/norm(g)) g", "g * min(1, c / norm(g))", "min(c/sqrt(g' g), 1) g", "c g/max(c, norm(g))", "g min(1, c/(norm(g) + 1e-6))"],
    "1.3.3.regularisation": ["0", "1", "2"],
    "1.3.3.constant": ["−η g/sqrt(v)", "-η g/√v".replace("√v", "√(v)"), "-η c g/sqrt(c^2 v)", "-eta*g/v**0.5"],
    "1.3.3.adam": [f"−η {M}/(sqrt{W} + ε)", f"-η {M}/(√{W} + ε)", "-eta (beta_1 m + (1 - beta_1) g)/((1 - beta_1^k) (epsilon + sqrt((beta_2 v + (1 - beta_2) g^2)/(1 - beta_2^k))))"],
    "1.3.3.forest": ["0"],
    "1.3.3.interval": ["0"],
    "1.3.3.winner": ["1 − (1 − p)^n", "1-(1-p)**n", "1 - e^(n ln(1-p))"],
    "1.3.3.measures": ["1, 0.2", "5/5, 20/100", "(1, 1/5)", "1; 0.2", "1, 20 %"],
    "1.3.4.loss": ["ln 4", "1.386", "1,386", "1.386 nats", "ln 4 nats", "2ln2", "2 ln 2", "log_e 4", "\\ln 4", "-ln(1/4)", "about 1.386", "log(4)", "ln(¼)·−1", "loss = ln 4", "e^(ln(ln 4))", "math.log(4)", "np.log(4)", "1e^0 ln 4"],
    "1.3.4.accuracy": ["¼", "0.25", "0,25", "1/4", "25 %", "25 percent", "25 per cent", "1 in 4", "1 out of 4", "1:4", "e^(-ln 4)"],
    "1.3.4.spread": ["1/36, ln 4 + 1/96", "0.02778, 1.3967", "(1/12)/3, ln(4) + 3/4/72", "1/36; ln 4 + 1/96"],
}  # fmt: skip
"""Right answers, in several notations each; of a choice, the number of the option."""

MADE = {
    "1.3.1": {
        "makes a step as long as its gradient": "−η g",
        "divides by the memory from before the step": "−η g/(sqrt(v) + ε)",
        "forgets the root": f"−η g/({V} + ε)",
        "adds all of each square, without the factor 1 − α": "−η g/(sqrt(α v + g^2) + ε)",
        "puts ε inside of the root": f"−η g/sqrt({V} + ε)",
        "leaves ε out": f"−η g/sqrt{V}",
        "leaves the learning rate out": f"−g/(sqrt{V} + ε)",
        "exchanges α and 1 − α": "−η g/(sqrt((1 − α) v + α g^2) + ε)",
        "never forgets, as Adagrad": "−η g/(sqrt(v + g^2) + ε)",
        "goes uphill": f"η g/(sqrt{V} + ε)",
    },
    "1.3.1.longest": {
        "gives the bound of one entry": "η/sqrt(1 − α)",
        "adds the entries up": "η P/sqrt(1 − α)",
        "forgets the root over 1 − α": "η sqrt(P)/(1 − α)",
        "forgets the decay": "η sqrt(P)",
        "takes α for 1 − α": "η sqrt(P/α)",
    },
    "1.3.1.cliff": {
        "gives ∂ℓ/∂b": "2 (σ(b) − 0.7) σ(b) (1 − σ(b))",
        "forgets the derivative of σ": "2 (σ(b) − 0.7) σ(b)",
        "forgets the 2 of the square": "(σ(b) − 0.7) σ(b)^2 (1 − σ(b))",
        "forgets the target": "2 σ(b)^3 (1 − σ(b))",
        "takes the first state for the one before the last": "2 (σ(b) − 0.7) σ(b) (1 − σ(b)) σ(½)",
        "adds up all steps": "50 · 2 (σ(b) − 0.7) σ(b)^2 (1 − σ(b))",
    },
    "1.3.1.smoothing": {
        "forgets the calm batches": "n H/100",
        "takes the spike on top of the calm": "c + n H/100",
        "takes the mean of the two": "(H + c)/2",
        "gives the height": "H",
        "divides by the spike's batches": "(n H + (100 − n) c)/n",
    },
    "1.3.3.clipping": {
        "clips each entry by itself": "g ⊙ min(1, c ./ max(abs(g), 1e-9))",
        "lengthens short gradients too": "c g/norm(g)",
        "measures by the largest entry": "g min(1, c/max(abs(g)))",
        "measures by the sum of squares, without the root": "g min(1, c/(g' g))",
        "measures by the sum of magnitudes": "g min(1, c/sum(abs(g)))",
        "measures by the root of the mean square": "g min(1, c sqrt(P)/norm(g))",
        "has the factor upside down": "g min(1, norm(g)/c)",
        "makes each entry as large as the threshold": "c g ./ max(abs(g), 1e-9)",
        "turns the gradient around": "−g min(1, c/norm(g))",
        "throws long gradients away": "g floor(min(1, c/norm(g)))",
        "leaves the gradient as it is": "g",
    },
    "1.3.3.constant": {
        "multiplies the step, as SGD": "−η c g/sqrt(v)",
        "makes SGD's step": "−η c g",
        "multiplies v by c alone": "−η c g/sqrt(c v)",
        "multiplies v and not g": "−η g/sqrt(c^2 v)",
        "divides by c once too often": "−η g/(c^2 sqrt(v))",
        "forgets the root": "−η c g/(c^2 v)",
        "goes uphill": "η g/sqrt(v)",
    },
    "1.3.3.adam": {
        "corrects nothing for the start at 0": "−η (β_1 m + (1 − β_1) g)/(sqrt(β_2 v + (1 − β_2) g^2) + ε)",
        "corrects m alone": f"−η {M}/(sqrt(β_2 v + (1 − β_2) g^2) + ε)",
        "averages g² alone, as RMSprop": "−η g/(sqrt(β_2 v + (1 − β_2) g^2) + ε)",
        "steps along the gradient, not along its mean": f"−η g/(sqrt{W} + ε)",
        "takes the means from before the step": "−η m/(1 − β_1^k)/(sqrt(v/(1 − β_2^k)) + ε)",
        "puts ε inside of the root": f"−η {M}/sqrt({W} + ε)",
        "forgets the root": f"−η {M}/({W} + ε)",
        "exchanges the two decays": "−η ((β_2 m + (1 − β_2) g)/(1 − β_2^k))/(sqrt((β_1 v + (1 − β_1) g^2)/(1 − β_1^k)) + ε)",
        "goes uphill": f"η {M}/(sqrt{W} + ε)",
    },
    "1.3.3.winner": {
        "takes one change for all": "p",
        "wants all of them to": "p^n",
        "wants none of them to": "(1 − p)^n",
        "adds the probabilities up": "n p",
        "wants exactly one of them to": "n p (1 − p)^(n − 1)",
    },
}  # fmt: skip
"""Each known mistake of a formula, typed as one."""

SHEETS: dict[str, dict[str, str]] = {}
