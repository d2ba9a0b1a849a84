"""Run each notebook's .md and renew its .ipynb twin, with the outputs that the regression test compares.

The .md is what people edit. A twin holds no widget state and no times, so that it changes only where an output does.
"""

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
SECONDS_PER_CELL = 30
"""The longest a cell may run, here and in the tests."""


def executed(source):
    """Return the notebook of an .md file with the outputs of a fresh run."""
    notebook = jupytext.read(source)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        coalesce_streams=True,  # or what is printed may stand in pieces, now so and now so
        resources={"metadata": {"path": source.parent}},
    )
    client.execute()
    return stripped(notebook)


def stripped(notebook):
    """Return the notebook without what differs from run to run and from machine to machine."""
    notebook.metadata = {name: notebook.metadata[name] for name in ("jupytext", "kernelspec")}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return notebook


def renew(source):
    """Write the .ipynb twin of an .md file."""
    nbformat.write(executed(source), source.with_suffix(".ipynb"))


if __name__ == "__main__":
    for source in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.md")):
        print(f"running {source.name}", flush=True)
        renew(source)
