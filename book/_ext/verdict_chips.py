"""A Sphinx extension: give each card its verdict's colour, and say the verdict where the claim is taken up, with a link to the card."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from helpers.book import CLAIMS
from helpers.claims import Claim

CARD = re.compile(r"Claim (\S+) ·")


def chip(claim: Claim, card: str) -> nodes.paragraph:
    """Return the verdict, and a link to the card."""
    verdict = nodes.raw("", claim.verdict.label, format="html")
    link = nodes.reference("", f"card of {claim.id} ↓", refuri=f"#{card}", internal=True)
    return nodes.paragraph("", "", verdict, nodes.Text(" "), link, classes=["verdict-chip"])


def put_chips(app: Sphinx, doctree: nodes.document) -> None:
    """Give each card a name to link to, and put its chip below the heading, or above the paragraph, of its claim."""
    places = {name: node for node in doctree.findall(nodes.Element) for name in node.get("ids", ())}
    for cell in list(doctree.findall(nodes.container)):
        shown = CARD.search(cell.astext()) if "tag_claim" in cell.get("classes", ()) else None
        if shown:
            claim = CLAIMS[shown[1]]
            card = claim.anchor.replace("claim", "card", 1)
            cell["ids"].append(card)
            cell["classes"].append(claim.verdict.value)
            place = places[claim.anchor]
            if isinstance(place, nodes.section):
                chips = sum("verdict-chip" in node.get("classes", ()) for node in place.children[1:3])
                place.insert(1 + chips, chip(claim, card))
            else:
                place.parent.insert(place.parent.index(place), chip(claim, card))


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-read", put_chips)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
