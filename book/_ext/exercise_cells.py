"""A Sphinx extension: fold the cells in which a reader of the notebook answers, since the page cannot run them.

What such a cell printed when the book was built, "not answered yet … run the cell again", is left out.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

SUMMARY = '<details class="in-notebook"><summary>In the notebook</summary>'
WORDS = (
    "This page cannot run the cell. In JupyterLab it tries what you write on small cases and answers you: see “Run this chapter”, "
    "at the beginning."
)


def fold(app: Sphinx, doctree: nodes.document) -> None:
    """Fold each cell that is tagged as an exercise, without its output."""
    for cell in list(doctree.findall(nodes.container)):
        if "tag_exercise" not in cell["classes"]:
            continue
        for output in [part for part in cell if "cell_output" in part["classes"]]:
            cell.remove(output)
        place = cell.parent.index(cell)
        cell.parent[place : place + 1] = [
            nodes.raw("", SUMMARY, format="html"),
            nodes.paragraph("", WORDS),
            cell,
            nodes.raw("", "</details>", format="html"),
        ]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-read", fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
