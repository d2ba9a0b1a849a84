"""A Sphinx extension: let the search find claims by id, and numbered equations by their names on the notation page.

A search for 1.2.2.e means that claim, and one for 2.3 that equation: both are one word, where Sphinx sees several.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType
from sphinx.search.en import SearchEnglish
from sphinx.util.typing import ExtensionMetadata

from helpers.book import CLAIMS

PAGE = "book/notation"
COLUMN = "formula"
"""The heading above the names, in the table whose next column refers to the equations."""

FIRST, LATER = 0, 1
"""How early the search shows what it found; an id counts for more where it is all that was asked for."""


class Search(SearchEnglish):
    """English, in which numbers with dots are one word.

    What every object of JavaScript has, such as a constructor, Sphinx takes for a word of its index, and fails.
    """

    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/\d+(?:\.[\p{Letter}\p{Number}]+)+|[\p{Letter}\p{Number}_]+/gu) ?? []).filter((word) => !(word in {}));
"""
    _word_re = re.compile(r"\d+(?:\.[^\W_]+)+|\w+")


class Findable(Domain):
    """The claims and the equations of the book."""

    name = "findable"
    label = "the book"
    object_types = {kind: ObjType(kind) for kind in ("claim", "equation")}  # noqa: RUF012 as Sphinx has it
    initial_data = {"names": {}}  # noqa: RUF012

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield each name with its page and place."""
        for claim in CLAIMS:
            yield claim.id, claim.id, "claim", f"notebooks/{claim.chapter}", claim.anchor, LATER
        mathematics = self.env.domains["math"]
        for label, name in self.data["names"].items():
            page, _ = mathematics.equations[label]
            reference = (self.env, page, self.env.app.builder, "eq", label, pending_xref(), nodes.Text(""))
            number = mathematics.resolve_xref(*reference)
            assert number is not None
            shown = f"{number.astext()} {name}"
            yield shown, shown, "equation", page, f"equation-{label}", FIRST

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        """Return what a result is called: a claim, or an equation."""
        return type.lname

    def resolve_any_xref(self, *_: object) -> list[tuple[str, nodes.Element]]:
        """Return no links: what the search finds by name is not linked by it."""
        return []


def names_in(doctree: nodes.document) -> dict[str, str]:
    """Return the name of each equation's label, from the rows of the table of formulas."""
    names = {}
    for table in doctree.findall(nodes.table):
        head, *rows = table.findall(nodes.row)
        if head[0].astext() == COLUMN:
            for name, equation, *_ in rows:
                (reference,) = equation.findall(pending_xref)
                names[reference["reftarget"]] = name.astext()
    return names


def note_names(app: Sphinx, doctree: nodes.document) -> None:
    if app.env.docname == PAGE:
        app.env.domains[Findable.name].data["names"] = names_in(doctree)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_domain(Findable)
    app.add_search_language(Search)
    app.connect("doctree-read", note_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
