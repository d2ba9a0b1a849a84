"""Run each notebook's .md and renew its .ipynb twin, with the outputs that the regression test compares.

The .md is what people edit. A twin holds no widget state and no times, so that it changes only where an output does.
"""

import copy
import sys
from pathlib import Path

import jupytext
import nbformat
from lab import set_aside
from limits import seconds_per_cell
from nbclient import NotebookClient
from stills import add_stills

FOLDER = Path(__file__).parent


def read(source):
    """Return the notebook of an .md file; it may begin with a byte-order mark, as some editors on Windows write it."""
    notebook = jupytext.reads(source.read_text(encoding="utf-8-sig"), fmt="md:myst")
    if "kernelspec" not in notebook.metadata:
        raise ValueError(f"{source} has to begin with a header that names its kernel")
    return notebook


def executed(source):
    """Return the notebook of an .md file with the outputs of a fresh run."""
    notebook = read(source)
    client = NotebookClient(
        notebook,
        timeout=seconds_per_cell(),
        kernel_name="python3",
        coalesce_streams=True,  # or what is printed may stand in pieces, now so and now so
        resources={"metadata": {"path": source.parent}},
    )
    client.execute()
    add_stills(notebook)
    return stripped(notebook)


def stripped(notebook):
    """Return the notebook without what differs from run to run and from machine to machine.

    What ``jupytext`` notes is that of the .md, but for the text's own format: so its text of the twin equals the .md, and it opens either,
    whichever is newer.
    """
    notes = {
        name: note for name, note in notebook.metadata["jupytext"].items() if name != "text_representation"
    }
    notebook.metadata = {"jupytext": notes, "kernelspec": notebook.metadata["kernelspec"]}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
        fold(cell)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return notebook


def fold(cell):
    """Fold in JupyterLab what the page folds or leaves out. It is for the twin alone: the .md has the tags."""
    tags = cell.metadata.get("tags", ())
    hidden = {
        "source_hidden": any(tag in tags for tag in ("hide-cell", "hide-input", "remove-input")),
        "outputs_hidden": "hide-cell" in tags,
    }
    if folded := {name: True for name, is_hidden in hidden.items() if is_hidden}:
        cell.metadata["jupyter"] = folded


def is_ours(twin):
    """Whether a twin is as it was renewed: any other program leaves its traces in what it saves."""
    try:
        notebook = nbformat.read(twin, 4)
    except Exception:
        return True  # no notebook any more, but for instance two that git could not merge
    for cell in notebook.cells:
        fold(cell)  # of an earlier edition, nothing was
    return stripped(copy.deepcopy(notebook)) == notebook


def renew(source):
    """Write the .ipynb twin of an .md file."""
    notebook = executed(source)
    twin = source.with_suffix(".ipynb")
    if twin.exists() and not is_ours(twin):
        print(f"{twin.name} was saved by another program: that is kept as {set_aside(twin)}")
    nbformat.write(notebook, twin)


if __name__ == "__main__":
    for source in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.md")):
        print(f"running {source.name}", flush=True)
        renew(source)
