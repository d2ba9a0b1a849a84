"""In the Markdown that people edit each sentence has a line of its own, so that a change shows the sentences it changed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path for folder in (".", "book", "book/api", "notebooks") for path in (ROOT / folder).glob("*.md")
)

FENCED = re.compile(
    r"^( *)(`{3,}|\${2}|<(?=\w))[^\n]*\n.*?(?:^\1\2[^\n]*$|(?<=>)\n\n)|^---\n.*?^---$", re.M | re.S
)
NO_PROSE = re.compile(r"^\s*(?:\||#|\$\$|<|\(\S+\)=|!\[|\[\S+\]: |%)")
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.) +")
ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|et al|cf|vs|[A-Z])\.$")
HIDDEN = re.compile(r"^(?:(\*+)[^*]+\1 ?)+|\$[^$]*\$|`[^`]*`")
"""Formulas and code, and what begins a paragraph like a heading: **Your turn.** *A title.*"""
CLOSING = r"[”\"'*_)\]`}]*"
BOUNDARY = re.compile(rf"[.?!]{CLOSING}(?= +[“\"*_(\[`$]*[A-Z])")
ENDED = re.compile(rf"[.?!:…]{CLOSING}(?:\(\S*\)|\{{[^}}]*\}})?$")


def paragraphs(text):
    """The paragraphs of prose, each a list of lines; an item of a list is one."""
    text = FENCED.sub("\n", text)
    found = [[]]
    for line in text.splitlines():
        if not line.strip() or NO_PROSE.match(line) or ITEM.match(line):
            found.append([])
        if line.strip() and not NO_PROSE.match(line):
            found[-1].append(ITEM.sub("", line).strip())
    return [lines for lines in found if lines]


def broken(lines):
    """The lines that hold more than one sentence, and those that end within one; the sheet's words are as they are."""
    if lines[0].startswith("**The sheet says**"):
        return
    for line in lines:
        words = HIDDEN.sub(lambda part: "X" * len(part[0]), line)
        if any(not ABBREVIATED.search(words[: end.start() + 1]) for end in BOUNDARY.finditer(words)):
            yield line
    for line in lines[:-1]:
        if not ENDED.search(line):
            yield line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).with_suffix("").as_posix())
def test_each_sentence_has_a_line(page):
    found = [line for lines in paragraphs(page.read_text(encoding="utf-8")) for line in broken(lines)]
    assert not found


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("One sentence.\nAnother one.\n", []),
        ("One sentence. Another one.\n", ["One sentence. Another one."]),
        ("A sentence that goes\non.\n", ["A sentence that goes"]),
        ("See Cho et al. Then “stop.” Go.\n", ["See Cho et al. Then “stop.” Go."]),
        ("As Cho et al. Write $a. B$, e.g. A.\n", []),
        ("- An item.\n  Its second sentence.\n- Another\n", []),
        ("**A head.** *A title.* A sentence.\nOne. `code` is next.\n", ["One. `code` is next."]),
        ("**The sheet says** “One. Two\nand three.”\nIt ends with E.\nNext.\n", []),
        ("- An item. And more.\n", ["An item. And more."]),
        ("```\nOne. Two\n```\nIt is so:\n\n$$\nA. B\n$$\n", []),
    ],
)
def test_what_counts_as_a_sentence_and_a_line(text, wrong):
    assert [line for lines in paragraphs(text) for line in broken(lines)] == wrong
