"""A number in a chapter's prose stands in the code, or in the output, of the cell of its section before it or of the one after it.

It stands there as it is, as a share of 1 where the prose has per cent, or as a power of ten. Formulas and quotations are other tests' matter.
Where a chapter reports what long experiments found, the paragraphs beside the checks of its equations are looked at, and no others.
"""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CHAPTERS = [path.stem for path in sorted(NOTEBOOKS.glob("*.md"))]
REPORTS = {"loss_curves"}

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
FROM = 3
"""Smaller whole numbers stand everywhere; as a word, so does three."""

NO_PROSE = (
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|“[^”]*”|\{\w+(?::\w)?\}`?[^`]*`?|\([\w-]+\)=|^#[^\n]*$|^\|[^\n]*$"
    r"|^\d\. |about \d+ minutes|\b\d\.\d(?:\.[\w]+)+|[Ss]ection \d\.\d|\[\d\]|\]\([^)]*\)"
)
NUMBER = re.compile(
    rf"(?<![\w.])\d+(?:[  ]\d{{3}})*(?:\.\d+)?(?!\w)|\b(?:{'|'.join(WORDS[FROM + 1 :])})\b", re.IGNORECASE
)
HEADING = re.compile(r"(\(.*\)=\n)*#+ ")
"""How the first cell of a section begins: what stands before it belongs to another."""

IN_CODE = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")

ELSEWHERE = {
    # (chapter, what stands there): why no cell beside it has the number.
    ("gated_rnn", "a random network of 16 states"): "a setting of the explorer",
    ("gated_rnn", "the last of 60 steps, in a network of 16 states"): "settings of the explorer",
    ("gated_rnn", "good to about eight digits"): "of central differences, as is well known",
    ("gated_rnn", "ten times as much is allowed"): "a tolerance of 0.1, where 0.01 was found",
    ("attention_rnn", "What the network's Jacobian is, first in six equations"): "those of the sheet, below",
    ("attention_rnn", "ten times the length takes a hundred times"): "a square",
    ("convolution", "This is relationship 15 of"): "tests/repository/test_bibliography.py",
    ("loss_curves", "each on a batch of 32 of its own"): "a setting of the course",
    ("loss_curves", "A sequence has 60 to 80 symbols"): "a setting: tests/loss_curves/test_temporal_order.py",
    (
        "loss_curves",
        "stands at one of the places 10 to 20, the second at one of 45 to 54",
    ): "a setting: tests/loss_curves/test_temporal_order.py",
    ("loss_curves", "An LSTM with 12 hidden units"): "a setting of the course",
    ("loss_curves", "An *epoch* is 31 batches"): "a setting of the course",
    ("loss_curves", "Then, in 36 steps, it crosses"): "from step 28 to step 63",
    ("loss_curves", "that is 1.40 rather than 1.386"): "printed with one more decimal",
}


def values(text):
    """Return the numbers of code, as text; each also in per cent."""
    found = {float(number) for number in IN_CODE.findall(re.sub(r"(?<=\d)_(?=\d)", "", text))}
    return {f"{value:g}" for value in found} | {f"{100 * value:g}" for value in found if value <= 1}


def untied(cells, outputs, chapter, elsewhere=ELSEWHERE):
    """Return the numbers of a chapter's prose that no cell beside it has, each with what stands around it."""
    code = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    found = []
    for number, cell in enumerate(cells):
        before = [] if HEADING.match(cell.source) else [c for c in code if c < number][-1:]
        beside = [*before, *[c for c in code if c > number][:1]]
        if cell.cell_type == "code" or (
            chapter in REPORTS and not any("# checks:" in cells[c].source for c in beside)
        ):
            continue
        known = values("\n".join(f"{cells[c].source}\n{outputs.get(cells[c].source, '')}" for c in beside))
        prose = re.sub(NO_PROSE, "", cell.source, flags=re.DOTALL | re.MULTILINE)
        for place, words in elsewhere:
            prose = prose.replace(words, "") if place == chapter else prose
        for match in NUMBER.finditer(prose):
            value = (
                WORDS.index(match[0].lower()) if match[0].isalpha() else float(re.sub(r"[  ]", "", match[0]))
            )
            if not (value < FROM and value == int(value)) and f"{value:g}" not in known:
                found.append((match[0], prose[max(0, match.start() - 40) : match.end() + 40]))
    return found


def outputs(chapter):
    """Return what each cell of a chapter prints, by its code."""
    twin = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    return {
        cell.source: "\n".join(
            f"{output.get('text', '')}{output.get('data', {}).get('text/plain', '')}"
            for output in cell.outputs
        )
        for cell in twin.cells
        if cell.cell_type == "code"
    }


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_number_in_prose_is_a_cells(chapter):
    assert untied(jupytext.read(NOTEBOOKS / f"{chapter}.md").cells, outputs(chapter), chapter) == []


@pytest.mark.parametrize(("chapter", "words"), ELSEWHERE)
def test_what_is_passed_over_is_there(chapter, words):
    assert words in (NOTEBOOKS / f"{chapter}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("chapter", "old", "new"),
    [
        ("convolution", "columns 9, 10 and 11 are never read", "columns 9, 10 and 13 are never read"),
        ("convolution", "One channel of 13 samples", "One channel of 14 samples"),
        ("convolution", "input in steps of 4,", "input in steps of 3,"),
        ("gated_rnn", "has a standard deviation of about 0.01", "has a standard deviation of about 0.03"),
        ("gated_rnn", "In 11 of all cells", "In 19 of all cells"),
        ("attention_rnn", "That is 25 % too much", "That is 20 % too much"),
        ("loss_curves", "it crosses the wall 32 times", "it crosses the wall 23 times"),
    ],
)
def test_another_number_is_noticed(chapter, old, new):
    text = (NOTEBOOKS / f"{chapter}.md").read_text(encoding="utf-8")
    assert text.count(old) == 1
    faulty = jupytext.reads(text.replace(old, new), fmt="md:myst").cells
    assert untied(faulty, outputs(chapter), chapter)
