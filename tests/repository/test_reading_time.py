"""A chapter's head says in how many minutes it is read, without its exercises: that is measured here, and may be off by a fifth."""

import re

import jupytext
import pytest
from checked_cells import NOTEBOOKS

CHAPTERS = [path.stem for path in sorted(NOTEBOOKS.glob("*.md"))]
STATED = re.compile(r"Reading takes about (\d+) minutes?\b")

WORDS_PER_MINUTE = 200
SECONDS_PER_FORMULA = 15
"""For each line of a displayed formula."""
SECONDS_PER_LINE_OF_CODE = 3
WORDS_PER_INLINE_FORMULA = 3
"""As it is read aloud: ∂y/∂x, or C = 5."""

HIDDEN = {"hide-cell", "hide-input", "remove-input", "remove-cell", "exercise"}
DISPLAYED = re.compile(r"\$\$(.*?)\$\$(?: \(eq-[\w-]+\))?", re.DOTALL)
INLINE = re.compile(r"\$[^$]+\$")
LABEL = re.compile(r"^\([\w-]+\)=$", re.MULTILINE)
TASK = "**Your turn.**"
"""Where an exercise begins; it ends with its cell."""


def minutes(cells):
    """Return how long the cells of a notebook take to read: the words, the formulas, and the code that the page shows."""
    text = "\n\n".join(cell.source.partition(TASK)[0] for cell in cells if cell.cell_type == "markdown")
    shown = [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and HIDDEN.isdisjoint(cell.metadata.get("tags", ()))
    ]
    formulas = sum(1 + formula.count(r"\\") for formula in DISPLAYED.findall(text))
    prose = LABEL.sub("", INLINE.sub(" formula" * WORDS_PER_INLINE_FORMULA, DISPLAYED.sub("", text)))
    words = len(re.findall(r"\w+", prose))
    lines = sum(bool(line.strip()) for code in shown for line in code.splitlines())
    seconds = SECONDS_PER_FORMULA * formulas + SECONDS_PER_LINE_OF_CODE * lines
    return words / WORDS_PER_MINUTE + seconds / 60


def agrees(stated, measured):
    """Whether a whole number of minutes is right within a fifth, or but for its rounding."""
    return abs(stated - measured) <= max(0.2 * measured, 1)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_time_that_a_chapter_states_is_measured(chapter):
    notebook = jupytext.read(NOTEBOOKS / f"{chapter}.md")
    (stated,) = STATED.findall(" ".join(cell.source for cell in notebook.cells).replace("\n", " "))
    measured = minutes(notebook.cells)
    assert agrees(int(stated), measured), f"reading takes about {measured:.0f} minutes, not {stated}"


def page(*parts, tag=""):
    """Return the cells of a page: a part that begins with # is code."""
    cell = "```{{code-cell}} ipython3\n{}\n{}\n```"
    tags = f":tags: [{tag}]\n" if tag else ""
    blocks = [cell.format(tags, part) if part.startswith("#") else part for part in parts]
    return jupytext.reads("\n\n".join(blocks), fmt="md:myst").cells


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (page("word " * 400), 2),
        (page(*["$$\na \\\\\nb\n$$ (eq-a)"] * 10), 5),
        (page("$a + b$ " * 200), 3),
        (page("# code\n" * 40), 2),
        (page("# code\n" * 40, tag="hide-cell"), 0),
        (page("(exercise-1)=\n**Your turn.** " + "word " * 400), 0),
    ],
)
def test_what_takes_how_long(cells, expected):
    assert minutes(cells) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("stated", "measured", "right"), [(30, 36, True), (30, 40, False), (30, 24, False), (1, 0.2, True)]
)
def test_a_wrong_time_is_noticed(stated, measured, right):
    assert agrees(stated, measured) == right
