"""Each notebook is a pair: the .md that people edit and the .ipynb that holds its outputs, in step."""

import copy
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupytext.config import load_jupytext_config
from renew import read, stripped

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOURCES = sorted(NOTEBOOKS.glob("*.md"))
TWINS = sorted(NOTEBOOKS.glob("*.ipynb"))


def content(notebook):
    """What the two of a pair share."""
    return [(cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ()))) for cell in notebook.cells]


def check_in_step(source, twin):
    for number, (ours, theirs) in enumerate(zip(content(source), content(twin), strict=False)):
        if ours != theirs:
            raise AssertionError(f"cell {number} is out of step: {ours} in the .md, {theirs} in the .ipynb")
    if len(source.cells) != len(twin.cells):
        raise AssertionError(f"the .md has {len(source.cells)} cells, the .ipynb {len(twin.cells)}")


def check_executed(twin):
    """Every code cell ran, in order, without error, and no more than what was printed is kept of it."""
    counts = [cell.execution_count for cell in twin.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        raise AssertionError(f"the cells were not run once each from top to bottom: {counts}")
    for cell in twin.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise AssertionError(f"a cell raised {output.ename}: {output.evalue}")
    if stripped(copy.deepcopy(twin)) != twin:
        raise AssertionError("the twin holds widget state, times or random ids; run `make notebooks`")


def test_every_notebook_has_its_twin():
    assert SOURCES
    assert [path.stem for path in SOURCES] == [path.stem for path in TWINS]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_pair_is_in_step(path):
    check_in_step(read(path), nbformat.read(path.with_suffix(".ipynb"), as_version=4))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_jupytexts_text_of_a_twin_is_its_source(path):
    """So whoever opens either in JupyterLab, or pairs the two for himself, is not refused, and saves what was there."""
    twin = path.with_suffix(".ipynb")
    text = jupytext.writes(nbformat.read(twin, 4), fmt="md:myst", config=load_jupytext_config(str(twin)))
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_twin_is_executed(path):
    check_executed(nbformat.read(path, as_version=4))


@pytest.fixture
def twin():
    return nbformat.read(TWINS[0], as_version=4)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_jupyterlab_notes_of_a_cell_does_not_reach_the_source(path):
    """That a heading is folded, say, or an output scrolled."""
    notebook = read(path)
    for cell in notebook.cells:
        cell.metadata |= {"jp-MarkdownHeadingCollapsed": True, "scrolled": True, "collapsed": False}
    assert jupytext.writes(notebook, "md:myst") == path.read_text(encoding="utf-8")


def test_a_changed_cell_is_caught(twin):
    source = copy.deepcopy(twin)
    source.cells[3].source += "\n"
    with pytest.raises(AssertionError, match="cell 3 is out of step"):
        check_in_step(source, twin)


def test_a_missing_cell_is_caught(twin):
    source = copy.deepcopy(twin)
    del source.cells[-1]
    with pytest.raises(AssertionError, match="cells"):
        check_in_step(source, twin)


def test_an_unexecuted_twin_is_caught(twin):
    for cell in twin.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    with pytest.raises(AssertionError, match="not run"):
        check_executed(twin)


def test_widget_state_is_caught(twin):
    twin.metadata["widgets"] = {}
    with pytest.raises(AssertionError, match="widget state"):
        check_executed(twin)


def test_a_pair_out_of_step(tmp_path):
    for name in ("convolution.md", "convolution.ipynb"):
        shutil.copy(NOTEBOOKS / name, tmp_path)
    copied = tmp_path / "convolution.md"
    test_pair_is_in_step(copied)
    text = copied.read_text(encoding="utf-8")
    copied.write_text(text.replace("stride=2", "stride=1", 1), encoding="utf-8")
    with pytest.raises(AssertionError, match="out of step"):
        test_pair_is_in_step(copied)
