"""Mend what Sphinx's theme leaves on every page, and refuse a site with a broken link or an id given twice."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

Addresses = tuple[Counter[str], set[str]]
"""The ids on a page, and where its links lead."""

SETTING = re.compile(r"(explorer-[a-z-]+)\.\w+=.+")
"""How an address ends that sets a slider of an explorer, whose id comes first; mount.js reads it."""


def mend(page: BeautifulSoup) -> None:
    """Remove the faults that axe-core finds in the theme."""
    # Icons come as a font; the theme also loads them a second time, as half a megabyte of script.
    for script in page.find_all("script", src=re.compile(r"scripts/fontawesome\.js")):
        script.decompose()
    # A button is called what is written on it.
    for button in page.find_all("summary") + page.find_all("button", class_="search-button-field"):
        del button["aria-label"]
    # Everything stands in a landmark; a table's empty corner heads nothing; and a list has nothing but items.
    for sidebar in page.find_all(id="pst-primary-sidebar"):
        sidebar.attrs |= {"role": "region", "aria-label": "The book"}
    for corner in page.find_all("th", class_="head"):
        if not corner.get_text(strip=True):
            corner.replace_with(page.new_tag("td"))
    for entry in page.find_all(role=["doc-biblioentry", "doc-backlink"]) + page.find_all(
        "div", class_="citation-list"
    ):
        del entry["role"]


def parsed(site: Path) -> Iterator[tuple[Path, BeautifulSoup]]:
    """Yield each built page; what stands in _static belongs to the theme."""
    for path in site.resolve().rglob("*.html"):
        if "_static" not in path.parts:
            yield path, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def addresses(page: BeautifulSoup) -> Addresses:
    """Return the ids on a page, each with how often it is given, and where its links lead."""
    ids = Counter(str(tag["id"]) for tag in page.find_all(id=True))
    links = {str(tag.get("href") or tag.get("src", "")) for tag in page.find_all(True)}
    return ids, links - {""}


def broken(site: Path, pages: dict[Path, Addresses]) -> list[str]:
    """Return a sentence for each id given twice, and for each link that leads nowhere."""
    found = []
    for path, (ids, links) in pages.items():
        name = path.relative_to(site.resolve())
        found += [f"{name}: the id {id_} is given {count} times" for id_, count in ids.items() if count > 1]
        for link in sorted(links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            setting = SETTING.fullmatch(parts.fragment)
            place = setting[1] if setting else unquote(parts.fragment)
            if not target.exists():
                found.append(f"{name}: {link} leads to no file")
            elif place and target in pages and place not in pages[target][0]:
                found.append(f"{name}: {link} leads to no place on its page")
    return found


def problems(site: Path) -> list[str]:
    """Return what is wrong with a built site, one sentence each: links that lead nowhere, and ids given twice.

    Links to other hosts are not followed.
    """
    return broken(site, {path: addresses(page) for path, page in parsed(site)})


def finish(site: Path) -> list[str]:
    """Mend every page of a built site; return what is still wrong with it."""
    pages = {}
    for path, page in parsed(site):
        mend(page)
        path.write_text(str(page), encoding="utf-8")
        pages[path] = addresses(page)
    return broken(site, pages)
