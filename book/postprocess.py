"""Mend what Sphinx's theme leaves on every page, and refuse a site with a broken link or an id given twice."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import previews
from bs4 import BeautifulSoup

Addresses = tuple[Counter[str], set[str]]
"""The ids on a page, and where its links lead."""

SETTING = re.compile(r"(explorer-[a-z-]+)\.\w+=.+")
"""How an address ends that sets a slider of an explorer, whose id comes first; mount.js reads it."""


ICON = re.compile(r'"?([a-z-]+)"?:\[(\d+),(\d+),\[[^]]*\],"\w+","([^"]+)"\]')
"""An icon in the theme's fontawesome.js: its name, width, height, and path."""
Icons = dict[str, tuple[str, str, str]]

USED_BY = {".katex": re.compile("katex"), ".highlight": re.compile("clipboard|copybutton")}
"""The files that a page needs if it has such an element."""

FIRST_MODE = re.compile(r'(getItem\("mode"\)) \|\| ""')
FIRST_THEME = re.compile(r'(getItem\("theme"\)) \|\| ""')
SYSTEM_THEME = "(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')"

EARLY = re.compile(r"/(fold|fonts)\.js")
"""The scripts that must run before the page is painted."""


def read_icons(site: Path) -> Icons:
    """Return the theme's icons, each with its width, height and path."""
    found = site.rglob("fontawesome.js")
    return {
        name: (width, height, path)
        for script in found
        for name, width, height, path in ICON.findall(script.read_text(encoding="utf-8"))
    }


def draw_icons(page: BeautifulSoup, icons: Icons) -> None:
    """Put the icons themselves in the place of the names of letters in a font of 156 kB."""
    for letter in page.select(".fa-solid"):
        classes = letter.get_attribute_list("class")
        names = (name.removeprefix("fa-") for name in classes)
        width, height, path = next(icons[name] for name in names if name in icons)
        letter["class"] = " ".join(["icon", *(name for name in classes if not name.startswith("fa-"))])
        letter.name = "span"
        svg = page.new_tag("svg", attrs={"viewbox": f"0 0 {width} {height}", "aria-hidden": "true"})
        svg.append(page.new_tag("path", attrs={"d": path}))
        letter.append(svg)


def lighten(page: BeautifulSoup) -> None:
    """Let scripts wait for the page, in their order, and drop what the page has no use for."""
    unwanted = [
        *page.find_all("script", src=re.compile(r"scripts/(fontawesome|bootstrap)\.js")),
        *page.find_all("link", rel="preload"),
        *page.find_all("script", string=re.compile(r"^\s*DOCUMENTATION_OPTIONS\.")),
    ]
    for use, file in USED_BY.items():
        if not page.select_one(use):
            unwanted += page.find_all("link", href=file) + page.find_all("script", src=file)
    for element in unwanted:
        element.decompose()
    for script in page.find_all("script", src=True):
        if not EARLY.search(str(script["src"])):
            script["defer"] = ""
    # On a first visit there is no choice of colours to remember: the system's are taken before the page is painted.
    for script in page.find_all("script", string=re.compile(r"dataset\.mode")):
        first = FIRST_MODE.sub("\\1 || 'auto'", script.get_text())
        script.string = FIRST_THEME.sub(f"\\1 || {SYSTEM_THEME}", first)


def mend(page: BeautifulSoup) -> None:
    """Remove the faults that axe-core finds in the theme."""
    for second in page.find_all("meta", attrs={"name": "viewport"})[1:]:
        second.decompose()
    # A button is called what is written on it.
    for button in page.find_all("summary") + page.find_all("button", class_="search-button-field"):
        del button["aria-label"]
        page_above = button.find_previous_sibling("a") or button.parent.find_previous_sibling("a")  # type: ignore[union-attr]
        if page_above and not button.get_text(strip=True):  # it unfolds pages in the side bar
            button["aria-label"] = f"Pages of {page_above.get_text(strip=True)}"
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


def drop_repeated_styles(page: BeautifulSoup) -> None:
    """Leave each style sheet that drawings bring along on a page once."""
    seen: set[str] = set()
    for style in page.find_all("style"):
        if style.get_text() in seen:
            style.extract()
        seen.add(style.get_text())


STYLE = re.compile(r'html\[data-theme="(\w+)"\] \.highlight(?: \.(\w+))? \{(.*?)\}')
"""A rule for a class of words in code, or for all code, in one theme."""


OPERATORS = {"o"}
"""What the theme colours and the book does not: a colour has a meaning."""


def plain_classes(site: Path) -> set[str]:
    """Return the classes of words in code that look like all code, in each theme."""
    looks: dict[str, dict[str, str]] = {}
    for path in site.rglob("pygments.css"):
        for theme, name, style in STYLE.findall(path.read_text(encoding="utf-8")):
            (color,) = re.findall(r"(?<!-)color: (.*?)(?:;|$)", style.strip()) or [style]
            looks.setdefault(name, {})[theme] = color.strip()
    return {name for name, look in looks.items() if name and look == looks[""]} | OPERATORS


def unwrap(page: BeautifulSoup, plain: set[str]) -> None:
    """Take words of code out of elements that change nothing of their look: a chapter has thousands."""
    for word in page.select(".highlight span"):
        if set(word.get_attribute_list("class")) <= {None, *plain}:
            word.unwrap()


def parsed(site: Path) -> Iterator[tuple[Path, BeautifulSoup]]:
    """Yield each built page; what stands in _static belongs to the theme."""
    for path in site.resolve().rglob("*.html"):
        if "_static" not in path.parts:
            yield path, parse(path)


def parse(path: Path) -> BeautifulSoup:
    """Return the tree of a page."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


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
    icons = read_icons(site)
    plain = plain_classes(site)
    notation = site / previews.NOTATION
    shown = previews.symbols(parse(notation)) if notation.exists() else {}
    for path, page in parsed(site):
        mend(page)
        draw_icons(page, icons)
        lighten(page)
        unwrap(page, plain)
        drop_repeated_styles(page)
        name = path.relative_to(site.resolve()).as_posix()
        shown |= previews.collect(name, page)
        previews.mark_symbols(name, page, shown)
        path.write_text(str(page), encoding="utf-8")
        pages[path] = addresses(page)
    if shown:
        previews.write(site, shown)
    return broken(site, pages)
