"""A Sphinx extension: number the drawings of a chapter, and give each a caption.

A drawing that is one panel has its title for a caption; where there are several, each says below its own title what it shows.
"""

import re

from docutils import nodes
from fold_cells import is_cell, is_drawing
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

TITLE = re.compile(r'<div class="gc-title">(.*?)</div>')
PICTURE = re.compile(r'<div class="gc gc-panels" role="figure"')


def number_figures(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put each drawing of a numbered chapter into a figure."""
    chapter = app.env.toc_secnumbers.get(page, {}).get("")
    if not chapter:
        return
    outputs = [output for cell in doctree.findall(is_cell) for output in cell.children if is_picture(output)]
    for number, output in enumerate(outputs, start=1):
        name = f"{'.'.join(map(str, chapter))}.{number}"
        titles = [title for raw in output.findall(nodes.raw) for title in TITLE.findall(raw.astext())]
        one = len(titles) == 1
        caption = f"Figure {name}" + (f". {titles[0]}" if one else "")
        classes = "drawing one" if one else "drawing"
        opening = f'<figure class="{classes}" id="figure-{name.replace(".", "-")}">'
        closing = f"<figcaption>{caption}</figcaption></figure>"
        place = output.parent.index(output)
        output.parent[place : place + 1] = [
            nodes.raw("", opening, format="html"),
            output,
            nodes.raw("", closing, format="html"),
        ]


def is_picture(output: nodes.Node) -> bool:
    """Return whether an output is a drawing that does not move."""
    return is_drawing(output) and any(PICTURE.search(raw.astext()) for raw in output.findall(nodes.raw))


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-resolved", number_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
