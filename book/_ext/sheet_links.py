"""A Sphinx extension: each claim's card leads to the sheet's statement on the page of all claims, and each row there has a place to lead to."""

import re

from docutils import nodes
from sphinx.addnodes import pending_xref

PAGE = "book/claims"
"""It quotes the sheet, statement by statement; a row's first column leads back to the card."""


def place(id_):
    """The name of the place where the sheet's statement stands."""
    return "sheet-" + id_.replace(".", "-")


def shown(doctree, tag):
    """The outputs, as a page shows them, of the cells with a tag."""
    for cell in doctree.findall(nodes.container):
        if f"tag_{tag}" in cell.get("classes", ()):
            yield from (
                part for part in cell.findall(nodes.container) if part.get("mime_type") == "text/markdown"
            )


def link_statements(app, doctree):
    """Name the rows on the page of all claims, and link the cards on every other to them."""
    for table in shown(doctree, "claims"):
        for row in table.findall(nodes.row):
            if list(row[0].findall(pending_xref)):
                row["ids"].append(place(row[0].astext()))
    statements = app.builder.get_relative_uri(app.env.docname, PAGE)
    for card in shown(doctree, "claim"):
        title, said, *_ = card.findall(nodes.paragraph)
        id_ = re.match(r"Claim (\S+) ", title.astext())[1]
        words = said[0].astext().removesuffix(":")
        link = nodes.reference("", words, refuri=f"{statements}#{place(id_)}", internal=True)
        said[0][:] = [link, nodes.Text(":")]


def setup(app):
    app.connect("doctree-read", link_statements)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
