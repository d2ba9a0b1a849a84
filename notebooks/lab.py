"""Open the chapters in JupyterLab, as copies in my-notebooks/: what a reader writes there, no new edition of the book overwrites.

A copy whose cells are as they came is replaced by a new edition. One that its reader has changed stays, and the new edition is put beside it.
"""

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

FOLDER = Path(__file__).parent
COPIES = FOLDER.parent / "my-notebooks"
FOLDED = "# A solution: click the dots to see it"


def fingerprint(notebook):
    """Return what tells apart notebooks whose cells differ, and is the same however often they have run."""
    cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def state(path):
    """Return the edition from which a copy was made, and whether its cells are still those."""
    try:
        notebook = nbformat.read(path, 4)
        edition = notebook.metadata.get("edition")
        return edition, edition == fingerprint(notebook)
    except Exception:  # whatever it is, it is the reader's
        return None, False


def places(twin):
    """Yield the paths for copies of a chapter: NAME.ipynb, NAME-2.ipynb, and so on."""
    yield COPIES / twin.name
    yield from (COPIES / f"{twin.stem}-{number}.ipynb" for number in itertools.count(2))


def say_what_is_folded(notebook):
    """Begin each solution with a line that says so: it is what JupyterLab shows of a folded cell."""
    for cell in notebook.cells:
        if "hide-cell" in cell.metadata.get("tags", ()):
            cell.source = f"{FOLDED}\n{cell.source}"


def put(twin):
    """Put a chapter among the copies, and return the path if it now stands beside one that the reader has changed."""
    notebook = nbformat.read(twin, 4)
    say_what_is_folded(notebook)
    edition = notebook.metadata["edition"] = fingerprint(notebook)
    for path in places(twin):
        if os.path.lexists(path):
            its_edition, unchanged = state(path)
            if its_edition == edition:
                return None
            if not unchanged:
                continue
        write(notebook, path)
        return path if path.name != twin.name else None


def write(notebook, path):
    """Write a notebook whole, or not at all, and trust it: without that JupyterLab shows none of its drawings before they run."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    nbformat.write(notebook, part)
    part.replace(path)
    with contextlib.suppress(OSError):  # a home that cannot be written to
        notary = NotebookNotary()
        notary.sign(notebook)
        notary.store.close()


def set_aside(twin):
    """Keep among the copies a twin that somebody has written into, and return where."""
    path = next(path for path in places(twin) if not os.path.lexists(path))
    path.parent.mkdir(exist_ok=True)
    shutil.copy(twin, path)
    return path


if __name__ == "__main__":
    from jupyterlab.labapp import main

    for chapter in sorted(FOLDER.glob("*.ipynb")):
        if beside := put(chapter):
            print(
                f"You have changed {chapter.name}: it stays, and the new edition stands beside it, as {beside.name}."
            )
    sys.exit(main([f"--notebook-dir={FOLDER.parent}", str(COPIES / "convolution.ipynb"), *sys.argv[1:]]))
