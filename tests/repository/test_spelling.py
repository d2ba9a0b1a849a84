"""What people read is spelt as in the dictionary, or in tests/repository/words.txt: the pages, the docstrings, comments, and sentences in code."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from spellchecker import SpellChecker

ROOT = Path(__file__).parents[2]
PAGES = ["*.md", "book/**/*.md", "notebooks/*.md", "src/**/sheet.toml"]
CODE = ["src/**/*.py", "book/*.py", "book/_ext/*.py", "notebooks/*.py", "benchmarks/*.py", "noxfile.py"]
OWN = (ROOT / "tests/repository/words.txt").read_text(encoding="utf-8").split()
"""The field's words, names of people and things, and British spelling, where the dictionary has none."""

BLOCK = re.compile(r"^[ ]*(`{3,})(?P<language>.*)\n(?P<code>(?:.*\n)*?)[ ]*\1[ ]*$", re.MULTILINE)
OPTIONS = re.compile(r"\A(?:---\n(?:.*\n)*?---\n|(?::.*\n)+)")
"""What stands above a cell's code."""

NOT_WORDS = re.compile(
    r"\A---\n.*?\n---\n"  # what a page says of itself
    r"|\$\$.*?\$\$|\$[^$]*\$|\\[A-Za-z]+"  # formulas
    r"|\{[\w:]+\}`[^`]*`|`+[^`]*`+|\]\([^)]*\)|<[^>]*>|https?://\S+|^\([\w-]+\)=$"  # roles, code, links, tags
    r"|^[ ]*(?:>>>|\.\.\.) [^\n]*|:(?:tags|meth|func|class|mod):[^\n]*",
    re.DOTALL | re.MULTILINE,
)
WORD = re.compile(r"(?<![\w.@/\\-])[A-Za-z][a-z]+(?:['’]t)?(?![\w@/\\(]|\.\w)")
"""With at most its first letter large: others are names in code, or abbreviations."""

CODE_IN_STRING = re.compile(r"<\w|=>|\w\|\w")
"""Markup, a script, or a pattern."""

DICTIONARY = SpellChecker()
DICTIONARY.word_frequency.load_words(OWN)


def words(text):
    return {word.lower().replace("’", "'") for word in WORD.findall(NOT_WORDS.sub(" ", text))}


def words_in_code(source):
    """The words of comments, docstrings and other strings that are sentences."""
    found = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            found |= words(token.string)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            found |= words(node.value) if not CODE_IN_STRING.search(node.value) else set()
    return found


def words_on_page(text):
    found = words(BLOCK.sub(" ", text))
    for block in BLOCK.finditer(text):
        if block["language"].startswith("{code-cell}"):
            found |= words_in_code(OPTIONS.sub("", block["code"]))
    return found


def unknown(found):
    return sorted(DICTIONARY.unknown(found))


FILES = {
    path: words_on_page
    for pattern in PAGES
    for path in sorted(ROOT.glob(pattern))
    if "_build" not in path.parts and "node_modules" not in path.parts
}
FILES |= {path: words_in_code for pattern in CODE for path in sorted(ROOT.glob(pattern))}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_spelling(path):
    assert unknown(FILES[path](path.read_text(encoding="utf-8"))) == [], (
        "mend, or add to tests/repository/words.txt"
    )


def test_the_list_is_in_order():
    assert sorted(set(OWN)) == OWN


PLANTED = "gradiant, teh, convolutoin, recurent, derivitive, neccessary, seperate, weigths, lenght, algorythm"


@pytest.mark.parametrize("wrong", PLANTED.split(", "))
def test_a_planted_mistake_is_found(wrong):
    assert unknown(words_on_page(f"# A page\n\nThe {wrong} of $x$ is ``noword``, and $noword$.\n")) == [wrong]
    assert unknown(words_in_code(f'def gradient(x):\n    """Return the {wrong} of x."""\n')) == [wrong]
    assert unknown(words_in_code(f'x = "noword"  # the {wrong} of ``noword``\n')) == [wrong]
    cell = f"```{{code-cell}} ipython3\n:tags: [noword]\n\n# the {wrong} of it\nnoword = 1\n```\n"
    assert unknown(words_on_page(cell)) == [wrong]
