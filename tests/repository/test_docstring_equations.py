"""An equation in a docstring is the book's of the same number.

Both are written down as one line of plain text, and each equation of the docstring is one of the book's. In a chapter's numbers the first
part is the chapter's, and the second counts its numbered equations.
"""

import ast
import re
from pathlib import Path

import pytest
import yaml
from equation_checks import LABEL

ROOT = Path(__file__).parents[2]
PARTS = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))["parts"]
CHAPTERS = [Path(c["file"]).name for part in PARTS if part.get("numbered") for c in part["chapters"]]

ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
PLAIN = (
    (r"\\(left|right)?\\?[.|]?_\\text\{direct\}", ""),
    (r"\\left\.(.*?)\\right\|_\\text\{direct\}", r"\1"),
    (r"\\[td]?frac(\w)(\w)", r"\1/\2"),
    (r"\\[td]?frac" + ARGUMENT + ARGUMENT, lambda parts: "/".join(map(grouped, parts.groups()))),
    (r"\\sum_\{\\substack\{(.*?)\\\\(.*?)\}\}", r"∑_{\1:\2}"),
    (r"\\sum_\{?(\w)\s*=[^}]*\}(?:\^\{?[^{}\s]+\}?)?", r"∑_\1"),
    (r"\\sum", "∑"),
    (r"\^\{?(?:\\!)?\\top\}?", "ᵀ"),
    (r"\\text\{([^}]*)\}|\\mathrm\{([^}]*)\}", r"\1\2"),
    (r"\\(left|right|big|Big|bigg|quad|qquad|begin\{\w+\}|end\{\w+\})(?![a-z])|\\[,;!]|&", " "),
    (r"\\partial", "∂"),
    (r"\\ell", "ℓ"),
    (r"\\(cdots|dots|ldots)", "…"),
    (r"\\(cdot|,)", " "),
    (r"\\odot", "⊙"),
    (r"\\(l|r)Vert|\\\|", "‖"),
    (r"\\to", "→"),
    (r"\\le\b", "≤"),
    (r"\\approx", "≈"),
    (r"\\eta", "η"), (r"\\theta", "θ"), (r"\\alpha", "α"), (r"\\varepsilon", "ε"), (r"\\leftarrow", "←"),
    (r"\\lambda", "λ"), (r"\\zeta", "ζ"), (r"\\delta", "δ"), (r"\\rho", "ρ"), (r"\\gamma", "γ"), (r"\\mu", "μ"), (r"\\sigma", "σ"),
    (r"\\bar z", "z̄"),
    (r"\\(ln|exp|min|max)", r"\1"),
    (r"Σ", "∑"),
    (r"½", "1/2"),
    (r"²", "^2"),
    (r"\^\(([^()]*)\)", r"^\1"),
    (r"[−]", "-"),
    (r"[·\s{}]|\\", ""),
)  # fmt: skip


def grouped(part):
    """Return a part of a fraction, in brackets if it is a sum."""
    return f"({part})" if re.search(r"[^\s({\[]\s*[-+] ", part) else part


def plain(text):
    for pattern, replacement in PLAIN:
        text = re.sub(pattern, replacement, text)
    return text.rstrip(".,")


def statements(text):
    """Return each "left = right" of an equation, which may be a chain of them, as plain text."""
    left, *others = re.split(r"=(?![^{}]*:)", plain(text).replace("[t]", ""))
    return {f"{left}={other}" for other in others} or {left}


def in_book(chapter):
    """Return what a chapter's numbered formulas state, by their numbers."""
    text = (ROOT / f"notebooks/{chapter}.md").read_text(encoding="utf-8")
    first, found = CHAPTERS.index(chapter) + 1, {}
    for second, label in enumerate(LABEL.finditer(text), start=1):
        block = re.sub(
            r"\\\\\s*&\s*(?:\\q?quad)?\s*(?=[+=]|\\odot)", " ", text[: label.start()].rpartition("$$")[2]
        )
        lines = re.split(r"\\\\(?!\w)|,\s*\\q?quad|, &", block)
        found[f"{first}.{second}"] = set().union(*map(statements, lines))
    return found


def in_docstrings(chapter):
    """Yield the numbers in a block of equations of a docstring, and what it states."""
    for path in sorted((ROOT / "src/helpers" / chapter).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                for block in re.findall(r"(?:^    .+\n?)+", ast.get_docstring(node) or "", re.MULTILINE):
                    if numbers := re.findall(r"  \((\d\.\d+)\)$", block, re.MULTILINE):
                        lines = re.sub(r"  +\(\d\.\d+\)$", "", block, flags=re.MULTILINE)
                        parts = re.split(r",    |\n", re.sub(r"\n\s*(?==)", " ", lines))
                        yield numbers, set().union(*(statements(part) for part in parts if part.strip()))


OTHERWISE = {
    # A condition in words, and in a brace.
    "∂y[f,r]/∂W[f',c,k]=x[c,Sr+Dk-P]wheref": "∂y[f,r]/∂W[f',c,k]=x[c,Sr+Dk-P]iff",
    "∂y[f,r]/∂W[f',c,k]=f',and0elsewhere": "∂y[f,r]/∂W[f',c,k]=f'",
    "∂y[f,r]/∂x[c,i]=W[f,c,k]wherei": "∂y[f,r]/∂x[c,i]=W[f,c,k]ifi",
    "∂y[f,r]/∂x[c,i]=Sr+Dk-Pforsomek,and0elsewhere": "∂y[f,r]/∂x[c,i]=Sr+Dk-Pforsometapk",
    # The condition of the sum, in two lines.
    "∂ℓ/∂x[c,i]=∑_f∑_r,k:Sr+Dk-P=i∂ℓ/∂y[f,r]W[f,c,k]": "Sr+Dk-P=i∂ℓ/∂y[f,r]W[f,c,k]",
    # J for the Jacobian, and a word for the letter μ.
    "JQ[t-1]=QR": "∂h/∂h[t-1]Q[t-1]=QR",
    "exponent_i=1/T∑_tln|R_ii|": "μ_i=1/T∑_tln|R_ii|",
    # In two steps.
    "ρ=max_imaxc(1+(1-c)G_i):0≤c≤γ_i": "ρ_i(c)=c(1+(1-c)G_i)",
    # t for T.
    "λ=g+∑_iλ[t+i]∂h[t+i]/∂h": "λ[T]=g[T]+∑_iλ[T+i].∂h[T+i]/∂h[T]",
    # Without the bar that marks the direct Jacobian.
    "∂h/∂h[s]=∑_i∂h/∂h[t-i]∂h[t-i]/∂h[s]": "∂h/∂h[s]=∑_i.∂h/∂h[t-i]∂h[t-i]/∂h[s]",
    # With what the sum is on average.
    "E[ℓ]=lnC+E[ln(1/C)∑_cexp(z_c-z̄)]≈lnC+1/2s^2(1-1/C)": "E[ℓ]≈lnC+1/2s^2(1-1/C)",
    # More than the book's formula says; its text does.
    "g[0]=0": "",
    "∂h[s]/∂h[s]=I": "",
    "i=1,…,min(k,T-t)": "",
    "andsoK_iandV_i": "",
}
"""What docstrings write in another way than the book, and how the book writes it."""


def strangers(chapter):
    """Return what docstrings state under a number of the book's, and the book does not."""
    book = in_book(chapter) | {"": {""}}
    return [
        (numbers, statement)
        for numbers, stated in in_docstrings(chapter)
        for statement in stated
        if OTHERWISE.get(statement, statement) not in {""}.union(*(book[number] for number in numbers))
    ]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_docstrings_equation_is_the_books(chapter):
    assert strangers(chapter) == []


def test_all_numbers_are_found():
    for chapter in CHAPTERS[:3]:
        named = {number for numbers, _ in in_docstrings(chapter) for number in numbers}
        first = CHAPTERS.index(chapter) + 1
        # (1.2) stands in a sentence, (1.4) is (1.1) of one layer, and the others are computed on the page.
        assert in_book(chapter).keys() - named <= {"1.2", "1.3", "1.4", "1.8", "1.10"}, first


def test_no_other_way_of_writing_is_left_that_no_docstring_has():
    stated = set().union(*(stated for chapter in CHAPTERS for _, stated in in_docstrings(chapter)))
    assert OTHERWISE.keys() <= stated


# Planted faults


@pytest.mark.parametrize(
    ("chapter", "old", "new"),
    [
        ("gated_rnn", "∂ℓ/∂W_h = Σ_t δ[t]ᵀ h[t−1]ᵀ", "∂ℓ/∂W_h = Σ_t δ[t]ᵀ h[t]ᵀ"),
        ("convolution", "x[c, S·r + D·k − P]      ", "x[c, S·r + D·k + P]      "),
        ("attention_rnn", "a_i (v_i − h[t]) (k_iᵀ Q_i", "a_i (v_i − h[t]) (q_iᵀ Q_i"),
        ("attention_rnn", "G[s] = Σ_{t>s} λ[t] / Z[t]", "G[s] = Σ_{t≥s} λ[t] / Z[t]"),
        ("gated_rnn", "max { c (1 + (1 − c) G_i)", "max { c (1 + (1 − c) γ_i)"),
    ],
)
def test_a_wrong_equation_is_noticed(chapter, old, new, monkeypatch):
    read = Path.read_text
    faulty = [
        path for path in (ROOT / "src/helpers" / chapter).glob("*.py") if old in read(path, encoding="utf-8")
    ]
    assert faulty
    monkeypatch.setattr(Path, "read_text", lambda path, **how: read(path, **how).replace(old, new))
    assert strangers(chapter)
