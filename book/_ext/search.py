"""A Sphinx extension: let the search find claims and exercises by id, sections by their headings, and equations by their names on the notation page.

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

from helpers.book import CLAIMS, EXERCISES

PAGE = "book/notation"
COLUMN = "formula"
"""The heading above the names, in the table whose next column refers to the equations."""

OF_THE_CODE = "book/api/"
FIRST, LATER, LAST = 0, 1, 2
"""How early the search shows what it found; an id counts for more where it is all that was asked for."""
SIGNS = {"partial": "∂", "ell": "ℓ", "infty": "∞", "times": "×", "lambda": "λ", "sigma": "σ", "odot": "⊙"}
"""Commands of TeX in headings and questions, as a reader types them."""


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
    """The claims, the equations, the exercises and the sections of the book."""

    name = "findable"
    label = "the book"
    object_types = {kind: ObjType(kind) for kind in ("claim", "equation", "exercise", "section")}  # noqa: RUF012 as Sphinx has it
    initial_data = {"names": {}, "sections": {}}  # noqa: RUF012

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield each name with its page and place."""
        for claim in CLAIMS:
            page = f"notebooks/{claim.chapter}"
            asked = f"{plain(claim.question)} ({claim.verdict.value})"
            yield claim.id, claim.id, "claim", page, claim.anchor, LATER
            yield asked, asked, "claim", page, claim.anchor, LATER
        for exercise in EXERCISES:
            anchor = f"exercise-{exercise.id.replace('.', '-')}"
            yield exercise.id, exercise.id, "exercise", f"notebooks/{exercise.chapter}", anchor, LAST
        for page, headings in self.data["sections"].items():
            for anchor, heading in headings:
                yield heading, heading, "section", page, anchor, LATER
        mathematics = self.env.domains["math"]
        for label, name in self.data["names"].items():
            page, _ = mathematics.equations[label]
            reference = (self.env, page, self.env.app.builder, "eq", label, pending_xref(), nodes.Text(""))
            number = mathematics.resolve_xref(*reference)
            assert number is not None
            shown = f"{number.astext()} {name}"
            yield shown, shown, "equation", page, f"equation-{label}", FIRST

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        """Return what a result is called: a claim, say, or an equation."""
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


def plain(text: str) -> str:
    r"""Return words without the dollars, commands and braces of their formulas.

    Examples
    --------
    >>> plain(r"What is $\partial h[t] / \partial W_x$?")
    'What is ∂ h[t] / ∂ W_x?'
    """
    words = re.sub(r"\\(\w+)", lambda command: SIGNS.get(command[1], command[1]), text)
    return re.sub(r"[${}\\]", "", words)


def sections_in(doctree: nodes.document) -> list[tuple[str, str]]:
    """Return the anchor and the heading of each section but the first, which is the page."""
    _, *sections = doctree.findall(nodes.section)
    return [
        (section["ids"][0], plain(section[section.first_child_matching_class(nodes.title)].astext()))
        for section in sections
    ]


def note_names(app: Sphinx, doctree: nodes.document) -> None:
    data = app.env.domains[Findable.name].data
    page = app.env.docname
    if page == PAGE:
        data["names"] = names_in(doctree)
    if not page.startswith(OF_THE_CODE):
        data["sections"][page] = sections_in(doctree)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_domain(Findable)
    app.add_search_language(Search)
    app.connect("doctree-read", note_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
