"""The sheet is quoted as it is: each statement of a claim, and each quotation on a page, is found in a chapter's sheet.md.

Both are compared without LaTeX, Markdown and white space. On a page the sheet's words stand between “ and ”; "The sheet says" is
followed by those or by a formula, and so is its paragraph. … stands for what is left out.
"""

import itertools
import re
from pathlib import Path

import pytest

from helpers.book import CLAIMS
from helpers.claims import Verdict

ROOT = Path(__file__).parents[2]
SHEETS = {path.parent.name: path.read_text(encoding="utf-8") for path in ROOT.glob("src/helpers/*/sheet.md")}
PAGES = [*ROOT.glob("notebooks/*.md"), *ROOT.glob("book/*.md"), ROOT / "README.md"]

MISREAD = (
    (r"\\partial I\b", "∂ℓ"),
    (r"\bIn\(", "ln("),
    (r"\bR1×", "R^1×"),
    (r"m\\,x\\,n", "m×n"),
    (r"\\mathbf\{x\}", "×"),
)
"""What was read wrong when the sheet was read from a PDF."""

ARGUMENT = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
DERIVATIVE = r"∂[^()/]*(?:\([^()]*\))?"
TYPESETTING = (
    (r"\\d?frac" + ARGUMENT + ARGUMENT, r"\1/\2"),
    (r"\\sum_\{(\w)=(\w)\}\^" + ARGUMENT, r"∑(\1=\2 to \1=\3)"),
    (r"<sup>(.*?)</sup>", r"^\1"),
    (r"\\partial", "∂"),
    (r"\\ell", "ℓ"),
    (r"\\times", "×"),
    (r"\\cdot", "·"),
    (r"\\sum", "∑"),
    (r"\\top", "T"),
    (r"\\in\b", "∈"),
    (r"\\l?dots|\.\.\.", "⋯"),
    (r"--|[−–]", "-"),
    (r"\\(begin|end)\{\w+\}|\\(left|right|textstyle|text|math\w+)\b", ""),
    (r"\\(exp|ln)\b", r"\1"),
    (r"\\q?quad\b|\\[,\\]", " "),
    (r"[\\{}$`#&]", ""),
    (r"[.,;](?=\s|$)(?![^\[\]]*\])", ""),  # punctuation, but between the indices of [r, c]
    (r"\s+", ""),
    (r"\((exp\([^()]*\))\)", r"\1"),  # brackets that a fraction does without
    (rf"\(({DERIVATIVE}/{DERIVATIVE})\)", r"\1"),
)


def plain(text, rules=TYPESETTING):
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text)
    return text


def missing(quotation, sheet):
    """Return the first piece of a quotation that does not follow the one before it in the sheet; "" if all do."""
    sheet = plain(plain(sheet, MISREAD))
    for piece in filter(plain, quotation.split("…")):
        _, found, sheet = sheet.partition(plain(piece))
        if not found:
            return piece
    return ""


QUOTED = {claim.id: claim for claim in CLAIMS if claim.verdict is not Verdict.LOST}


@pytest.mark.parametrize("id", QUOTED)
def test_a_statement_is_what_the_sheet_says(id):
    assert plain(QUOTED[id].statement)
    assert missing(QUOTED[id].statement, SHEETS[QUOTED[id].chapter]) == ""


def planted(statement):
    """Yield the statement with each digit raised, each sign turned, each index another letter, and each word left out but the outermost."""
    for place, character in enumerate(statement):
        before, after = statement[:place], statement[place + 1 :]
        if character.isdigit():
            yield f"{before}{(int(character) + 1) % 10}{after}"
        if character in "+-":
            yield f"{before}{'+-'['+-'.index(character) - 1]}{after}"
        if re.fullmatch(r".*[_\[]", before, re.DOTALL) and character.isalpha():
            yield f"{before}z{after}"
    for piece in statement.split("…"):
        words = list(re.finditer(r"(?<![\\\w{])[A-Za-z]\w+(?![\w}\[_^])", piece))
        for word in words[1:-1]:
            yield statement.replace(piece, piece[: word.start()] + piece[word.end() :])


@pytest.mark.parametrize("id", [id for id, claim in QUOTED.items() if claim.settled_by])
def test_what_settles_a_reading_is_what_the_sheet_says(id):
    quoted = re.findall("“([^”]*)”", QUOTED[id].settled_by)
    assert quoted
    for quotation in quoted:
        assert missing(quotation, SHEETS[QUOTED[id].chapter]) == ""


@pytest.mark.parametrize("id", QUOTED)
def test_a_planted_fault_is_found(id):
    claim = QUOTED[id]
    for wrong in planted(claim.statement):
        assert missing(wrong, SHEETS[claim.chapter]), wrong


def answers(sheet):
    """Yield the number of each answer on a sheet: (c) (i) and then (ii) in section 1.1 are 1.1.c.i and 1.1.c.ii."""
    section = letter = ""
    for number, first, second in re.findall(r"^#+ ([\d.]+) |^\((\w+)\)(?: \((\w+)\))?", sheet, re.MULTILINE):
        if number:
            section, letter = number, ""
        elif first in ("ii", "iii", "iv"):
            yield f"{section}.{letter}.{first}"
        else:
            letter = first
            yield ".".join(filter(None, (section, letter, second)))


@pytest.mark.parametrize("chapter", SHEETS)
def test_every_answer_of_the_sheet_has_a_claim(chapter):
    ids = [claim.id for claim in CLAIMS if claim.chapter == chapter]
    found = list(answers(SHEETS[chapter]))
    assert found
    for answer in found:
        assert any(id == answer or id.startswith(f"{answer}.") for id in ids), answer


def test_pieces_in_another_order_are_found():
    assert missing("one … two", "zero, one, and two") == ""
    assert missing("two … one", "zero, one, and two") == " one"


CELL = re.compile(r"^```\{.*?^```$", re.MULTILINE | re.DOTALL)
SAYS = "**The sheet says**"


def blocks(page):
    """Return the blocks of text between empty lines, each with the one after it."""
    return itertools.pairwise([*CELL.sub("", page.read_text(encoding="utf-8")).split("\n\n"), ""])


def quotations(page):
    """Yield what a page quotes. Each line of a display is a piece by itself."""
    for block, after in blocks(page):
        yield from re.findall("“([^”]*)”", block)
        yield from re.findall(r"[Tt]he sheet (?:says|writes)(?:\*\*)? \$([^$]+)\$", block)
        if SAYS in block and after.startswith("$$"):
            yield after.replace(r"\\", "…")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_quotes_what_the_sheet_says(page):
    sheet = SHEETS.get(page.stem, "\n".join(SHEETS.values()))
    for quotation in quotations(page):
        assert missing(quotation, sheet) == "", quotation


@pytest.mark.parametrize("chapter", SHEETS)
def test_a_chapter_quotes_and_does_not_paraphrase(chapter):
    said = [
        (block.partition(SAYS)[2].strip(), after)
        for block, after in blocks(ROOT / f"notebooks/{chapter}.md")
        if SAYS in block
    ]
    assert said
    for words, after in said:
        assert words.startswith(("“", "$")) or (not words and after.startswith("$$")), words
