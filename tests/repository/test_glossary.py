"""The notation page explains every symbol of the chapters' formulas, and no other; and it names every numbered equation."""

import re
from pathlib import Path

import pytest
import yaml
from equation_checks import LABEL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book/notation.md").read_text(encoding="utf-8")
PARTS = yaml.safe_load((ROOT / "book/_toc.yml").read_text(encoding="utf-8"))["parts"]
CHAPTERS = [chapter["file"] for part in PARTS if part.get("numbered") for chapter in part["chapters"]]

LAYOUT = r"\frac \tfrac \left \right \big \Big \begin \end \quad \qquad \substack \dots \ldots \cdots"
ORDINARY = r"\sum \cdot \times \pm \sqrt \in \le \ge \approx \to \leftarrow \ln \exp \min \max \tanh"
"""What school has explained."""

PAIRED = {r"\rfloor": r"\lfloor", r"\rVert": r"\lVert"}
CODE = re.compile(r"^(`{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
MATHS = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$(.+?)\$", re.DOTALL)
SYMBOL = re.compile(
    r"\\(?:text|begin|end)\{[^}]*\}"  # words, and what is around the formula
    r"|(?P<whole>\\(?:mathrm|mathbb|tilde|bar)(?:\{\w+\}|\s*\w))"
    r"|(?P<letter>\\[A-Za-z]+|[A-Za-z])(?:_\{?(?P<subscript>[A-Za-z]))?"
)


def formulas(text):
    return ["".join(found) for found in MATHS.findall(CODE.sub("", text))]


def symbols(formula, named=()):
    """The symbols of a formula. A letter with a subscript is one symbol if it is named, and otherwise a letter and an index."""
    found, position = set(), 0
    while match := SYMBOL.search(formula, position):
        position = match.end()
        letter, subscript = match["letter"], match["subscript"]
        if match["whole"]:
            found.add(re.sub(r"\s+", " ", match["whole"]))
        elif subscript and f"{letter}_{subscript}" in named:
            found.add(f"{letter}_{subscript}")
        elif letter:
            found.add(PAIRED.get(letter, letter))
            position = match.end("letter")
    return found - {*LAYOUT.split(), *ORDINARY.split()}


def subscripted(formula):
    return set(re.findall(r"\b[A-Za-z]_[A-Za-z]\b", formula))


def table(heading):
    """The symbols in the first column of the table below the heading that ends so."""
    below = PAGE.partition(f"{heading}\n")[2].partition("\n##")[0]
    rows = re.findall(r"^\| (\$.*?) \|", below, re.MULTILINE)
    explained = [formula for row in rows for formula in formulas(row)]
    return set().union(*(symbols(formula, subscripted(formula)) for formula in explained))


EVERYWHERE = table("### In several chapters")
OF_CHAPTER = {chapter: table(f"](../{chapter}.md)") for chapter in CHAPTERS}


def source(chapter):
    return (ROOT / f"{chapter}.md").read_text(encoding="utf-8")


def used(chapter):
    named = EVERYWHERE | OF_CHAPTER[chapter]
    return set().union(*(symbols(formula, named) for formula in formulas(source(chapter))))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_symbol_of_a_chapter_is_explained_and_no_other(chapter):
    assert used(chapter) - EVERYWHERE - OF_CHAPTER[chapter] == set(), "not in the glossary"
    assert OF_CHAPTER[chapter] - used(chapter) == set(), "in the glossary, and not in the chapter"


def test_what_is_explained_for_all_is_used_in_several():
    chapters = [used(chapter) for chapter in CHAPTERS]
    for symbol in EVERYWHERE:
        assert sum(symbol in there for there in chapters) > 1, symbol


def test_a_symbol_is_found_in_whatever_is_around_it():
    named = {"W_x"}
    assert symbols(r"\frac{\partial \ell}{\partial W_{x,ij}}", named) == {
        r"\partial",
        r"\ell",
        "W_x",
        "i",
        "j",
    }
    assert symbols(r"\lVert h_\text{masked}[t] \rVert", named) == {r"\lVert", "h", "t"}
    assert symbols(r"\tilde G[s] = e^{-L[s]}", named) == {r"\tilde G", "s", "e", "L"}
    assert symbols(r"W_c\, x \odot \mathrm{diag}(\beta)", named) == {
        *("W", "c", "x", r"\odot", r"\mathrm{diag}", r"\beta")
    }


def test_names_in_the_code_are_there():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/helpers").rglob("*.py"))
    rows = [row.split("|") for row in PAGE.splitlines() if row.startswith("| $")]
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row[3])]
    assert len(names) > 50
    assert [name for name in names if not re.search(rf"\b_?{name}\b", code)] == []


def test_every_numbered_equation_has_a_name_that_says_its_label():
    """So that whoever types a label, eq-output-size, finds it as well."""
    rows = re.findall(
        r"^\| (.*) \| \{eq\}`(eq-[a-z-]+)` \|$", PAGE.partition("\n## Formulas by name\n")[2], re.MULTILINE
    )
    labels = [label for chapter in CHAPTERS for label in LABEL.findall(source(chapter))]
    assert [label for _, label in rows] == labels
    for name, label in rows:
        assert [word for word in label.split("-")[1:] if word not in name.lower()] == []
