"""A Sphinx extension: the table of runs, of `nb-exec-table`, calls each page by its title and not by its path."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def call_by_title(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put titles in the place of the paths in a page's tables."""
    for table in doctree.findall(nodes.table):
        for words in table.findall(nodes.inline):
            title = app.env.titles.get(words.astext())
            if title:
                words[:] = [nodes.Text(title.astext())]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-resolved", call_by_title)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
