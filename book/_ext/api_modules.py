"""A Sphinx extension: ``.. api:: numerics records`` documents every module of these folders of helpers, ``.. api:: chapters`` of all chapters.

What a chapter states, asks and shows is on the chapter's own page.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import helpers
from helpers.book import CLAIMS

SOURCE = Path(helpers.__file__).parent
ON_THE_PAGE = {"boxes", "claims", "exercises", "explorers", "__main__"}


def chapters() -> list[str]:
    """Return the folders of the chapters, in the order of the sheet."""
    return list(dict.fromkeys(claim.chapter for claim in CLAIMS))


def modules(folder: str) -> list[str]:
    """Return the names of a folder's modules, a package before what is in it.

    Examples
    --------
    >>> modules("records")
    ['helpers.records']
    """
    paths = (path.relative_to(SOURCE.parent) for path in (SOURCE / folder).rglob("*.py"))
    names = {
        path.parent if path.stem == "__init__" else path.with_suffix("")
        for path in paths
        if path.stem not in ON_THE_PAGE
    }
    return sorted(".".join(name.parts) for name in names)


class Api(SphinxDirective):
    """Document modules, those of each folder after each other."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        folders = chapters() if self.arguments == ["chapters"] else self.arguments[0].split()
        lines: list[str] = []
        for module in (module for folder in folders for module in modules(folder)):
            lines += [f".. automodule:: {module}", "   :members:", "   :ignore-module-all:", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
