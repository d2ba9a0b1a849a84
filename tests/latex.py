"""Evaluate formulas in LaTeX, so that what a page states can be held against numbers.

Columns are m × 1 and rows 1 × m; side by side they are multiplied as matrices, and a product whose shapes do not fit raises ValueError.
What an environment holds under a name may be a number, an array, or a function of its indices. A derivative is a name by itself:
``\\frac{\\partial h[t]}{\\partial x}`` is ``∂h[t]/∂x``, and with all between held fixed ``direct ∂h[t]/∂x``.
"""

import re

import numpy as np

LAYOUT = (
    (r"\\left\.(.*?)\\right\|_\{\\text\{direct\}\}", r"\\direct \1"),
    (r"\\[dt]?frac(\w)(\w)", r"\\frac{\1}{\2}"),
    (r"\\(left|right|big|Big|textstyle|displaystyle|mathbf)(?![a-z])|\\[,;!]|&|\\\\", " "),
    (r"\\(?:mathrm|text)\{(diag|floor|softargmax)\}", r"\\\1 "),
    (r"\\(ln|exp)\b", r"\\\1 "),
)
TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\d+(?:\.\d+)?|[^\s])")
FUNCTIONS = {
    r"\exp": lambda x: np.exp(number(x)),
    r"\ln": lambda x: np.log(number(x)),
    r"\floor": np.floor,
    r"\diag": lambda x: np.diag(np.ravel(x)),
}
ENDS = {")", "]", "}", ",", "=", r"\in", r"\times", "|", "", ";", "…"}


def formulas(text):
    """Return the formulas of a text in Markdown."""
    return re.findall(r"\$([^$]+)\$", text)


def number(x):
    """Return an array of one entry as a number."""
    return x.item() if isinstance(x, np.ndarray) and x.size == 1 else x


def evaluate(formula, environment):
    """Return the value of a formula, or of what stands behind its last equals sign.

    Raises
    ------
    ValueError
        If shapes do not fit.
    SyntaxError
        If it is no formula, as with a bracket that is not closed.
    """
    reader = _Reader(
        formula.split("=")[-1] if not re.search(r"_\{\w=", formula) else _behind_equals(formula), environment
    )
    value = reader.expression()
    if reader.next:
        raise SyntaxError(f"{reader.next!r} is left over in {formula!r}")
    return value


def _behind_equals(formula):
    """Return what stands behind the last equals sign that is not within braces."""
    depth, last = 0, -1
    for place, sign in enumerate(formula):
        depth += (sign == "{") - (sign == "}")
        last = place if sign == "=" and depth == 0 else last
    return formula[last + 1 :]


class _Reader:
    def __init__(self, formula, environment):
        for pattern, replacement in LAYOUT:
            formula = re.sub(pattern, replacement, formula)
        self.tokens, self.place = TOKEN.findall(formula), 0
        self.environment = dict(environment)

    @property
    def next(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted=None):
        token = self.next
        if not token or (wanted is not None and token != wanted):
            raise SyntaxError(f"{wanted or 'more'!r} expected, got {token!r} in {' '.join(self.tokens)}")
        self.place += 1
        return token

    def expression(self):
        negative = self.next in ("-", "−") and self.take()
        value = self.term()
        value = -value if negative else value
        while self.next in ("+", "-", "−"):
            sign = self.take()
            term = self.term()
            value = value + term if sign == "+" else value - term
        return value

    def term(self):
        value = self.factor()
        while self.next not in ENDS | {"+", "-", "−"}:
            operator = self.take() if self.next in ("/", "*", r"\cdot", r"\odot") else ""
            value = _apply(operator, value, self.factor())
        return value

    def factor(self):
        value = self.base()
        while self.next in ("^", "["):
            if self.take() == "[":
                value = _at(value, self.indices("]"))
            else:
                exponent = self.group()
                value = np.transpose(value) if exponent is np.transpose else number(value) ** exponent
        return value

    def base(self):
        token = self.take()
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return float(token) if "." in token else int(token)
        if token in ("(", "["):
            value = self.expression()
            self.take({"(": ")", "[": "]"}[token])
            return self.environment["[ ]"](value) if token == "[" else value
        if token in (r"\frac", r"\direct"):
            return self.fraction() if token == r"\frac" else self.derivative("direct ")
        if token == r"\sum":
            return self.sum()
        if token in FUNCTIONS:
            return FUNCTIONS[token](self.base())
        return self.name(token)

    def group(self):
        """Read an exponent: one token, or braces."""
        if self.next == r"\top":
            self.take()
            return np.transpose
        if self.next != "{":
            return self.base()
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    def fraction(self):
        if self.tokens[self.place : self.place + 2] == ["{", r"\partial"]:
            self.place -= 1
            return self.derivative("")
        above, below = self.group(), self.group()
        return above / below

    def derivative(self, kind):
        self.take(r"\frac")
        name = f"{kind}∂{self.varied()}/∂{self.varied()}"
        value = self.environment[name]
        return value(self.environment) if callable(value) and "t" in self.environment else value

    def varied(self):
        """Read what is derived, or by what, as text."""
        self.take("{")
        self.take(r"\partial")
        text, depth = "", 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            text += token * bool(depth)
        return text

    def sum(self):
        variable, values = self.environment.get(r"\sum", (None, None))
        if self.next == "_":
            self.take()
            variable, values = self.bounds()
        start, total, outside = self.place, 0, dict(self.environment)
        for value in values:
            self.place, self.environment[variable] = start, value
            total = total + self.term()
        self.environment = outside
        return total

    def bounds(self):
        if self.next != "{":
            variable = self.take()
            return variable, self.environment[f"range of {variable}"]
        self.take("{")
        variable = self.take()
        self.take("=")
        first = self.expression()
        self.take("}")
        self.take("^")
        return variable, range(first, self.group() + 1)

    def name(self, letter):
        if self.next != "_":
            return self.value(letter)
        self.take()
        if self.next != "{":
            return self.subscripted(letter, [self.take()])
        self.take("{")
        start = self.place
        while self.next != "}":
            self.take()
        subscripts = self.tokens[start : self.place]
        self.take("}")
        return self.subscripted(letter, subscripts)

    def subscripted(self, letter, tokens):
        whole = f"{letter}_{''.join(tokens)}"
        if whole in self.environment:
            return self.environment[whole]
        indices = [_Reader(part, self.environment).expression() for part in "".join(tokens).split(",")]
        return _at(self.value(letter), indices)

    def value(self, letter):
        if letter not in self.environment:
            raise SyntaxError(f"{letter!r} is unknown in {' '.join(self.tokens)}")
        return self.environment[letter]

    def indices(self, end):
        found = [self.expression()]
        while self.next == ",":
            self.take()
            found.append(self.expression())
        self.take(end)
        return found


def _at(value, indices):
    """Return an entry; an array at [t] is that of the one step there is."""
    return value(*indices) if callable(value) else value


def _apply(operator, left, right):
    if operator == "/":
        return left / number(right)
    if operator == r"\odot":
        return left * (np.reshape(right, np.shape(left)) if np.size(left) == np.size(right) else right)
    if np.ndim(left) == np.ndim(right) == 2:
        return left @ right
    return left * right
