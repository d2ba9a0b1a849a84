"""Collect what a link shows before it is followed: equations, claims, exercises, entries of the bibliography, and symbols.

The pages load `preview-data.js` when it is first asked for; `preview.js` shows what is in it. A script, as a page that is opened from a file may load nothing else.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from helpers.book import CLAIMS

NOTATION = "book/notation.html"
CLAIM = re.compile(r"Claim ([\w.]*\w)")
"""How a claim's card begins."""
Previews = dict[str, str]
"""HTML by the address of what it shows, from the site's root; of a symbol, by its chapter and its TeX."""


def collect(name: str, page: BeautifulSoup) -> Previews:
    """Return the previews of a page's own places."""
    found = dict(cards(page))
    for equation in page.select("div.math[id^=equation-]"):
        found[f"{name}#{equation['id']}"] = equation.decode_contents()
    for question in page.select("p[id^=exercise-]"):
        found[f"{name}#{question['id']}"] = str(without_ids(question))
    for entry in page.select("div.citation"):
        found[f"{name}#{entry['id']}"] = "".join(map(str, entry.find_all("p")[:1]))
    return found


def cards(page: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Yield the address of each claim that has its card on a page, with the verdict and the statement."""
    places = {claim.id: f"notebooks/{claim.chapter}.html#{claim.anchor}" for claim in CLAIMS}
    for card in page.select(".tag_claim .cell_output"):
        claim = CLAIM.search(card.get_text())
        if claim and claim[1] in places:
            yield places[claim[1]], "".join(str(without_ids(part)) for part in card.find_all("p")[:2])


def symbols(notation: BeautifulSoup) -> Previews:
    """Return what each symbol is, from the tables of the page of notation; those of a chapter by its address."""
    found = {}
    for table in notation.select("table"):
        heading = table.find_previous("h3")
        link = heading and heading.select_one("a[href*='notebooks/']")
        chapter = str(link["href"]).removeprefix("../") if link else ""
        for row in table.select("tbody tr"):
            symbol, meaning = row.find_all("td")[:2]
            for tex in symbol.select("annotation"):
                found[f"{chapter}:{tex.get_text()}"] = symbol.decode_contents() + meaning.decode_contents()
    return found


def mark_symbols(name: str, page: BeautifulSoup, known: Previews) -> None:
    """Mark the formulas of a page that are one symbol; the keyboard reaches the first of each."""
    seen = set()
    for formula in page.select("article p .katex, article li .katex"):
        tex = formula.find("annotation").get_text()  # type: ignore[union-attr]
        key = next((key for key in (f"{name}:{tex}", f":{tex}") if key in known), None)
        if key and not formula.find_parent(["a", "summary", "table"]):
            formula["data-symbol"] = key
            if key not in seen:
                formula["tabindex"] = "0"
            seen.add(key)


def without_ids(element: Tag) -> Tag:
    """Return a copy of an element that may stand on a page a second time."""
    copy = BeautifulSoup(str(element), "html.parser")
    for part in copy.find_all(id=True):
        del part["id"]
    for link in copy.find_all("a"):
        link.unwrap()
    return copy


def write(site: Path, previews: Previews) -> None:
    """Write the script that the pages load."""
    data = json.dumps(previews, ensure_ascii=False, separators=(",", ":"))
    (site / "_static" / "preview-data.js").write_text(f"globalThis.PREVIEWS = {data};\n", encoding="utf-8")
