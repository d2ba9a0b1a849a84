"""A Sphinx extension: style sheets that one page has and the others have not. They stand in its head, so that nothing moves when they come."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

STYLES = {
    "book/intro": ("marks.css", "intro.css"),
    "book/sheet": ("marks.css", "paper.css"),
    "book/claims": ("claims.css",),
    "book/errata": ("paper.css",),
}


def add_styles(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Give a page its own style sheets."""
    for style in STYLES.get(page, ()):
        app.add_css_file(style)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("html-page-context", add_styles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
