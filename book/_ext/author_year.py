"""A Sphinx extension: the bibliography lists its entries as the text cites them, and leads back to where that is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from docutils import nodes
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from sphinxcontrib.bibtex.domain import BibtexDomain

NAME = "author_year"


class AuthorYear(BaseLabelStyle):
    """Label an entry with its authors and its year."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the label of each entry."""
        for entry in sorted_entries:
            names = [
                " ".join([*person.prelast_names, *person.last_names]).strip("{}")
                for person in entry.persons["author"]
            ]
            authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
            yield f"{authors}, {entry.fields['year']}"


class Style(PlainStyle):
    """The plain style, with such labels."""

    default_label_style = NAME


def link_back(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Add to each entry of a bibliography links to where the text cites it."""
    domain = cast(BibtexDomain, app.env.get_domain("cite"))
    keys = {citation.citation_id: citation.key for citation in domain.citations}
    places = defaultdict(list)
    for reference in domain.citation_refs:
        for target in reference.targets:
            places[target.key].append((reference.docname, reference.citation_ref_id))
    for entry in doctree.findall(nodes.citation):
        links = [link_to(app, page, *place) for id_ in entry["ids"] for place in places[keys[id_]]]
        if links:
            parts = [part for link in links for part in (nodes.Text(", "), link)][1:]
            entry += nodes.paragraph("", "Cited in ", *parts, classes=["cited-in"])


def link_to(app: Sphinx, page: str, cited_in: str, place: str) -> nodes.reference:
    """Return a link to a place of a page, called by the page's number and title."""
    number = app.env.toc_secnumbers.get(cited_in, {}).get("", ())
    title = app.env.titles[cited_in].astext()
    words = f"{'.'.join(map(str, number))}. {title}" if number else title
    address = f"{app.builder.get_relative_uri(page, cited_in)}#{place}"
    return nodes.reference("", words, refuri=address, internal=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    register_plugin("pybtex.style.labels", NAME, AuthorYear)
    register_plugin("pybtex.style.formatting", NAME, Style)
    app.connect("doctree-resolved", link_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
