"""A chapter's notebook runs by itself: the package from a wheel, and beside it one notebook in an empty folder."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from renew import SECONDS_PER_CELL

ROOT = Path(__file__).parent.parent
TWINS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip has installed the package, from the wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder], **run
    )
    (wheel,) = folder.glob("*.whl")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, "--target", folder / "site", wheel], **run)
    return folder / "site"


@pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.stem)
def test_a_notebook_runs_alone(installed, tmp_path, monkeypatch, twin):
    shutil.copy(twin, tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    notebook = nbformat.read(tmp_path / twin.name, as_version=4)
    last = nbformat.v4.new_code_cell("import helpers\nprint(helpers.__file__)")
    notebook.cells.append(last)
    NotebookClient(
        notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    assert last.outputs[0].text == f"{installed / 'helpers' / '__init__.py'}\n"
    assert list(tmp_path.iterdir()) == [tmp_path / twin.name], "it left something beside it"
