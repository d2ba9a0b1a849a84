"""A notebook with faults is refused by the command that runs the notebooks."""

import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]


def test_a_stale_output_and_a_cell_over_its_time_limit(tmp_path):
    """A notebook with both, run by the same command as in `make test`, but for a limit of 3 seconds."""
    printed = {"print(1)": "1\n", "print(2)": "1\n", "import time\ntime.sleep(30)": ""}
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    for number, (source, text) in enumerate(printed.items(), 1):
        outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        cell = nbformat.v4.new_code_cell(source, execution_count=number, outputs=outputs)
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "planted.ipynb")
    (recipe,) = (line for line in (ROOT / "Makefile").read_text().splitlines() if "--nbval " in line)
    options = recipe.split("pytest ")[1]
    for ours, here in {
        "--numprocesses 2": "--numprocesses 1",
        "--nbval-cell-timeout 30": "--nbval-cell-timeout 3",
        "notebooks/sanitize.cfg": str(ROOT / "notebooks/sanitize.cfg"),
    }.items():
        assert ours in options
        options = options.replace(ours, here)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options.split()[:-1], "."]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    assert "1 passed" in report, report
    stale, slow = (line for line in report.splitlines() if line.startswith("FAILED"))
    assert "::Cell 1" in stale
    assert "::Cell 2" in slow
    assert "mismatch 'stdout'" in report, report
    assert "Timeout of 3 seconds" in report
