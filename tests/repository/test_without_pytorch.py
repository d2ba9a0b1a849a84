"""A chapter's notebook runs alone: the package from its wheel, one notebook in an empty folder, and no PyTorch.

A cell that needs PyTorch has the tag ``oracle``, and is skipped there; every other prints what it prints with PyTorch. With
PyTorch each runs in an empty folder too, when the book is built: see run_in_temp in book/_config.yml.
"""

import os
import re
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from renew import SECONDS_PER_CELL

from helpers.numerics.without_pytorch import SkipWithoutTorch, skip_message

ROOT = Path(__file__).parents[2]
TWINS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HIDDEN = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec


def find_all_but_torch(name, path=None, target=None):
    return None if name.partition(".")[0] == "torch" else find(name, path, target)


PathFinder.find_spec = find_all_but_torch
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip has installed the package, from the wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, **run)
    (wheel,) = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", "--target", folder / "site", wheel], **run)
    return folder / "site"


@pytest.fixture
def run(installed, tmp_path):
    """Return a function that runs a notebook in an empty folder, in a Python that finds no PyTorch, whether there is one or not."""
    hides = tmp_path / "hides"
    hides.mkdir()
    (hides / "sitecustomize.py").write_text(HIDDEN, encoding="utf-8")

    def run(notebook, folder=tmp_path):
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            allow_errors=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=os.environ | {"PYTHONPATH": os.pathsep.join([str(hides), str(installed)])})
        return code_cells(notebook)

    return run


def test_the_wheel_leaves_nothing_out(installed):
    """Then what needs PyTorch, and is not run here, misses nothing either."""
    files = [path for path in (ROOT / "src/helpers").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert files
    for file in files:
        copy = installed / file.relative_to(ROOT / "src")
        assert copy.read_bytes() == file.read_bytes(), file


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell):
    """Return what a cell prints or shows, as text."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}\n")
        elif output.output_type == "stream":
            texts.append(output.text)
        else:
            texts.append(output.data.get("text/plain", "") + "\n")
    return "".join(texts)


def check_tags(notebook):
    """Raise unless exactly those cells have the tag that use the oracle, or a variable that such a cell defines."""
    skip = SkipWithoutTorch()
    for cell in code_cells(notebook):
        if skip.needs_torch(cell.source) != ("oracle" in cell.metadata.get("tags", ())):
            raise AssertionError(f"the tag oracle is wrong: {cell.source}")


@pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.stem)
def test_cells_that_need_pytorch_have_the_tag(twin):
    check_tags(nbformat.read(twin, as_version=4))


ORACLE_CELL = ("y = oracle.value(f, x)", True)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ([("x = 1", False), ORACLE_CELL, ("x", False)], ""),
        ([("from helpers.numerics import oracle", False), ("def f(x): return oracle.value(f, x)", True)], ""),
        ([ORACLE_CELL, ("y = 1", False), ("y", False)], ""),
        ([("oracle.value(f, x)", False)], "oracle.value"),
        ([("torch.exp(x)", False)], "torch.exp"),
        ([("x = 1", True)], "x = 1"),
        ([ORACLE_CELL, ("[y + i for i in x]", False)], "y . i"),
        ([("y = 1", False), ORACLE_CELL, ("def g(): return y", False)], "def g"),
    ],
)
def test_a_wrong_tag_is_found(cells, wrong):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(code, metadata={"tags": ["oracle"] * tagged}) for code, tagged in cells
        ]
    )
    with pytest.raises(AssertionError, match=wrong) if wrong else nullcontext():
        check_tags(notebook)


@pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.stem)
def test_every_cell_runs(installed, run, tmp_path, twin):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(twin, alone)
    notebook = nbformat.read(alone / twin.name, as_version=4)
    with_pytorch = [shown(cell) for cell in code_cells(notebook)]
    notebook.cells.append(nbformat.v4.new_code_cell("import helpers\nprint(helpers.__file__)"))
    *cells, last = run(notebook, alone)
    assert shown(last) == f"{installed / 'helpers' / '__init__.py'}\n"
    assert list(alone.iterdir()) == [alone / twin.name], "it left something beside it"
    for cell, expected in zip(cells, with_pytorch, strict=True):
        tags = cell.metadata.get("tags", ())
        if "oracle" in tags:
            assert shown(cell) == f"{skip_message(cell.source)}\n"
        elif "claim" in tags and "PyTorch is not installed" in shown(cell):
            (line,) = shown(cell).splitlines()
            assert "this is not measured: " in line
            assert line.partition(". ")[0] == expected.partition(". ")[0]
        elif "nbval-ignore-output" in tags:
            assert all(output.output_type != "error" for output in cell.outputs), shown(cell)
        else:
            assert shown(cell) == expected, cell.source
        if cell.source.endswith("_explorer()"):
            assert "application/vnd.jupyter.widget-view+json" in cell.outputs[0].data


def test_some_cells_need_pytorch():
    notebooks = (nbformat.read(twin, as_version=4) for twin in TWINS)
    assert any("oracle" in cell.metadata.get("tags", ()) for each in notebooks for cell in code_cells(each))


SKIPPED = "PyTorch is not installed, so this cell is skipped.\n"
CELLS = {
    "from helpers.numerics import check_close, oracle\nx = 1\nx": "1\n",
    "y = oracle.value(f, x)\ncheck_close(y, 1, name='one')": "PyTorch is not installed, so this is not checked: one.\n",
    "check_close(y, [1])": "PyTorch is not installed, so this is not checked: y.\n",
    "print(x)\nz = [y for i in range(x)]": SKIPPED,
    "z": SKIPPED,
    "y = 2\ny": "2\n",
    "from helpers.numerics.oracle import torch\ndef f(x): return torch.exp(x)": SKIPPED,
    # What is wrong for other reasons is an error still.
    "unknown": "NameError: name 'unknown' is not defined\n",
    "import torch": "ModuleNotFoundError: No module named 'torch'\n",
    "import nowhere": "ModuleNotFoundError: No module named 'nowhere'\n",
    "check_close(1.0, 2.0, name='two')": "AssertionError: two differs most: got 1.0, expected 2.0; "
    "relative error 0.5 > 1e-10\n",
    "x = ": "SyntaxError: invalid syntax\n",
    "": "",
    "_ = %pwd\nx": "1\n",
    "import asyncio\nawait asyncio.sleep(0, 'slept')": "'slept'\n",
}


def test_what_a_cell_shows(run):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    for cell in run(notebook):
        assert re.sub(r" \(.*\.py, line \d+\)", "", shown(cell)) == CELLS[cell.source], cell.source
