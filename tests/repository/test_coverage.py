"""Each numbered equation of the book has a check that names it, and the check is one."""

import re
from pathlib import Path

import jupytext
import pytest
from equation_checks import LABEL, checks_in

ROOT = Path(__file__).parents[2]

PAGES = sorted([*(ROOT / "notebooks").glob("*.md"), *(ROOT / "book").glob("*.md")])


def equations(text):
    return LABEL.findall(text)


def covered(text):
    """The equations that a page's cells name above a check, each once for each check."""
    cells = jupytext.reads(text, fmt="md:myst").cells
    return [label for cell in cells if cell.cell_type == "code" for label, _ in checks_in(cell.source)]


def check_coverage(text):
    there, named = set(equations(text)), set(covered(text))
    if there - named:
        raise AssertionError(f"no check covers {', '.join(sorted(there - named))}")
    if named - there:
        raise AssertionError(
            f"checks name {', '.join(sorted(named - there))}, which is no equation of the page"
        )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_numbered_equation_is_checked(path):
    check_coverage(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_numbered_equation_is_found(path):
    """However it is indented: none hides from the test above."""
    text = path.read_text(encoding="utf-8")
    assert len(equations(text)) == len(re.findall(r"\(eq-[^)]*\)", text)) - len(
        re.findall(r"\]\(#?eq-", text)
    )
    assert len(equations(text)) == len(set(equations(text)))


CHAPTER = (ROOT / "notebooks" / "convolution.md").read_text(encoding="utf-8")
CHECK = 'check_close(layer_y, oracle.value(torch_layer, layer_x, layer_W), name="f")\n'
MARKED = f"# checks: eq-layer\n{CHECK}"


@pytest.mark.parametrize(
    ("planted", "error"),
    [
        ("", "no check covers eq-layer"),
        (CHECK, "no check covers eq-layer"),
        ("# checks: eq-layer\n", "no check follows"),
        ("# checks: eq-layer\nassert True\n", "no check follows"),
        (MARKED.replace("layer\n", "layer, eq-weight\n"), "eq-weight, which is no equation"),
    ],
    ids=[
        "cell without either",
        "check without comment",
        "comment without check",
        "empty check",
        "unknown equation",
    ],
)
def test_a_check_that_is_taken_away_is_missed(planted, error):
    assert CHAPTER.count(MARKED) == 1
    check_coverage(CHAPTER)
    with pytest.raises((AssertionError, ValueError), match=error):
        check_coverage(CHAPTER.replace(MARKED, planted))


def test_an_equation_without_a_check_is_missed():
    with pytest.raises(AssertionError, match="no check covers eq-new"):
        check_coverage(CHAPTER + "\n$$\n1 = 1\n$$ (eq-new)\n")


def test_what_is_compared_is_named():
    assert checks_in('# checks: eq-a, eq-b\ncheck_close(1, 1, name="one")') == [
        ("eq-a", "one"),
        ("eq-b", "one"),
    ]
    assert checks_in("for i in range(3):\n    # checks: eq-a\n    check_close(i, i, name=f'{i} of 3')") == [
        ("eq-a", "… of 3")
    ]
    assert checks_in("x = 1\n# checks: eq-a\nassert (\n    x == 1\n)") == [("eq-a", "")]
