"""What ``import helpers`` costs, and what it needs around it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import helpers

CHAPTER = """
import helpers
from helpers import claims, exercises
from helpers.convolution.explorers import layer_explorer
from helpers.loss_curves.recorded_census import trainings

assert claims.counts() and repr(layer_explorer()) and trainings()
exercises.box("1.1.a")
print(helpers.__file__)
"""


def test_importing_helpers_loads_numpy_and_nothing_heavier():
    command = [sys.executable, "-X", "importtime", "-c", "import helpers"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in report.splitlines()}
    assert {"helpers", "numpy"} <= loaded
    assert not loaded & {"torch", "matplotlib", "ipywidgets", "IPython", "anywidget"}


def test_the_package_works_where_it_can_write_nothing_and_finds_no_program(tmp_path):
    folder = tmp_path / "sp ace" / "ü"
    package = folder / "helpers"
    shutil.copytree(Path(helpers.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    before = contents(folder)
    for path in (*package.rglob("*"), package, folder):
        path.chmod(path.stat().st_mode & ~0o222)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PATH", "PYTHON"))}
    surroundings = bare | {"PATH": "", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", CHAPTER],
            env=surroundings,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    finally:  # or the folder could not be removed
        for path in (folder, package, *package.rglob("*")):
            path.chmod(path.stat().st_mode | 0o200)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str(package / "__init__.py")
    assert contents(folder) == before


def contents(folder):
    """What a folder holds; the superuser can write where nobody may."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
