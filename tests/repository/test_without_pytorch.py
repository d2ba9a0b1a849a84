"""A chapter's notebook runs alone: the package from its wheel, one notebook in an empty folder, and no PyTorch.

All cells run there, and what would be checked is said in one line. With PyTorch each runs in an empty folder too, when
the book is built: see run_in_temp in book/_config.yml.
"""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from limits import seconds_per_cell
from nbclient import NotebookClient

from helpers.numerics.without_pytorch import checked

ROOT = Path(__file__).parents[2]
SAYS = "PyTorch is not installed, so "
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
    """Runs a notebook in an empty folder, in a Python that finds no PyTorch, whether there is one or not."""
    hides = tmp_path / "hides"
    hides.mkdir()
    (hides / "sitecustomize.py").write_text(HIDDEN, encoding="utf-8")

    def run(notebook, folder=tmp_path):
        client = NotebookClient(
            notebook,
            timeout=seconds_per_cell(),
            kernel_name="python3",
            allow_errors=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=os.environ | {"PYTHONPATH": os.pathsep.join([str(hides), str(installed)])})
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    return run


def test_the_wheel_leaves_nothing_out(installed):
    """So that what needs PyTorch, and is not run here, misses nothing either."""
    files = [path for path in (ROOT / "src/helpers").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert files
    for file in files:
        copy = installed / file.relative_to(ROOT / "src")
        assert copy.read_bytes() == file.read_bytes(), file


def said(cell):
    """What a cell prints or shows, as text."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}\n")
        elif output.output_type == "stream":
            texts.append(output.text)
        else:
            texts.append(output.data.get("text/plain", "") + "\n")
    return "".join(texts)


def checks_with_the_oracle(source):
    """What a cell compares in statements that speak of the oracle."""
    statements = [node for node in ast.parse(source).body if "oracle." in ast.unparse(node)]
    return [name for node in statements if not isinstance(node, ast.FunctionDef) for name in checked(node)]


@pytest.mark.parametrize("twin", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_cell_runs(installed, run, tmp_path, twin):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(twin, alone)
    notebook = nbformat.read(alone / twin.name, as_version=4)
    with_pytorch = {cell.source: said(cell) for cell in notebook.cells if cell.cell_type == "code"}
    notebook.cells.append(nbformat.v4.new_code_cell("import helpers\nprint(helpers.__file__)"))
    *cells, last = run(notebook, alone)
    assert said(last) == f"{installed / 'helpers' / '__init__.py'}\n"
    assert list(alone.iterdir()) == [alone / twin.name], "it left something beside it"
    for cell in cells:
        assert all(output.output_type != "error" for output in cell.outputs), f"{cell.source}\n{said(cell)}"
        lines = said(cell).splitlines()
        explained = [line for line in lines if SAYS in line]
        if "claim" in cell.metadata.get("tags", ()) and explained:
            assert len(lines) == 1
            assert "this is not measured: " in lines[0]
            assert lines[0].partition(". ")[0] == with_pytorch[cell.source].partition(". ")[0]
        elif explained:
            assert len(explained) == 1
            # Nothing else is said than with PyTorch: no number of half a loop.
            others = [line for line in lines if line not in explained]
            assert "\n".join(others) in with_pytorch[cell.source], cell.source
        elif "nbval-ignore-output" not in cell.metadata.get("tags", ()):
            assert said(cell) == with_pytorch[cell.source], cell.source
        for name in checks_with_the_oracle(cell.source):
            assert name in " ".join(explained), cell.source
        if cell.source.endswith("_explorer()"):
            assert "application/vnd.jupyter.widget-view+json" in cell.outputs[0].data
    assert any(SAYS in said(cell) for cell in cells)


CELLS = {
    "from helpers.numerics import check_close, oracle\ncopy, found, total = 3, [], 0": "",
    "import torch\nx = 1\nx": f"1\n{SAYS}a part of this cell is left out.\n",
    "y = oracle.value(torch.exp, [0.0])\ncheck_close(y, 1, name='one')\nx": f"1\n{SAYS}this is not checked: one.\n",
    "check_close(y, [1])": f"{SAYS}this is not checked: y.\n",
    # No value of before, and nothing half done, is taken for the one that is missing.
    "for copy in (4, 5):\n    found.append(copy)\n    total += y": f"{SAYS}a part of this cell is left out.\n",
    "copy": f"{SAYS}a part of this cell is left out.\n",
    "print(found, 'found')": f"{SAYS}a part of this cell is left out.\n",
    "print(total, 'in total')": f"{SAYS}a part of this cell is left out.\n",
    "y = 2\ny": "2\n",
    "def f(x): return torch.exp(x)": "",
    "import numpy as np\nnp.testing.assert_equal(np.exp(0), f(0))": f"{SAYS}a part of this cell is left out.\n",
    "z = await f(1)": f"{SAYS}a part of this cell is left out.\n",
    "print(np.exp(0))": "1.0\n",
    "f(1)": f"{SAYS}a part of this cell is left out.\n",
    # What is wrong for other reasons is an error still, and what is right is shown.
    "unknown": "NameError: name 'unknown' is not defined\n",
    "import nowhere": "ModuleNotFoundError: No module named 'nowhere'\n",
    "check_close(1.0, 2.0, name='two')": "AssertionError: two differs most: got 1.0, expected 2.0; "
    "relative error 0.5 > 1e-10\n",
    "x = 5; x": "5\n",
    "": "",
    "import asyncio\nawait asyncio.sleep(0, 'slept')": "'slept'\n",
}


def test_what_a_cell_says(run):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    assert {cell.source: said(cell) for cell in run(notebook)} == CELLS
