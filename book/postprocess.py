"""After Sphinx: mend what its theme leaves on every page, and refuse a site with a broken link or two equal ids."""

import json
import re
import urllib.parse
from collections import Counter
from html.parser import HTMLParser

MENDED = (
    # Icons come as a font; the theme also loads them a second time, as half a megabyte of script.
    (r'<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>', ""),
    # A button is called what is written on it.
    (r'<summary aria-label="[^"]*">', "<summary>"),
    (r'(search-button-field [^>]*?) aria-label="Search"', r"\1"),
    # Everything stands in a landmark; a table's empty corner heads nothing; and a list has nothing but items.
    (r'<div id="pst-primary-sidebar"(?! role)', r'\g<0> role="region" aria-label="The book"'),
    (r'<th class="head">\s*(?:<p></p>)?\s*</th>', "<td></td>"),
    (r' role="(?:doc-biblioentry|doc-backlink)"', ""),
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    (r"<body(?! class)(?=.*tag_claims)", '<body class="wide"'),
)


def mended(page):
    """Return the HTML of a page without the faults that axe-core finds in the theme."""
    for fault, remedy in MENDED:
        page = re.sub(fault, remedy, page, flags=re.DOTALL)
    return page


STATE = re.compile(
    r'(<script type="application/vnd\.jupyter\.widget-state\+json">)(.*?)(</script>)', re.DOTALL
)
LONG = 1000
"""From how many characters on a text of several widgets stands on the page only once."""


def with_texts_once(page):
    """Return a page on which the script and the style that several widgets share stand once, and are referred to; mount.js reads it."""

    def shortened(match):
        saved = json.loads(match[2])
        seen = {}
        for id_, model in saved["state"].items():
            for name, value in model["state"].items():
                if isinstance(value, str) and len(value) >= LONG:
                    first = seen.setdefault((name, value), id_)
                    if first != id_:
                        model["state"][name] = {"same_as": first}
        return f"{match[1]}{json.dumps(saved).replace('</', '<' + chr(92) + '/')}{match[3]}"

    return STATE.sub(shortened, without_repetition(page))


def without_repetition(page):
    """Return a page without the style sheets that stand on it already: each figure, explorer and box brings its own."""
    seen = set()

    def kept(match):
        repeated = match[0] in seen
        seen.add(match[0])
        return "" if repeated else match[0]

    return re.sub(r"<style>.*?</style>", kept, page, flags=re.DOTALL)


SETTING = re.compile(r"(explorer-[a-z-]+)\.\w+=.+")
"""How an address ends that sets a slider of an explorer, whose id comes first; mount.js reads it."""


class _Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.ids, self.links = Counter(), set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids[value] += 1
            if name in ("href", "src") and value:
                self.links.add(value)

    def has(self, fragment):
        """Whether an address may end so: in an id, in a setting of an explorer that is there, or in nothing."""
        setting = SETTING.fullmatch(fragment)
        return not fragment or (setting[1] if setting else urllib.parse.unquote(fragment)) in self.ids


def problems(site):
    """Return what is wrong with a built site, one sentence each: links that lead nowhere, and ids given twice.

    Parameters
    ----------
    site : pathlib.Path
        The folder of the built pages. Links to other hosts are not followed.
    """
    pages = {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in pages_of(site)}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        found += [
            f"{name}: the id {id_} is given {count} times" for id_, count in page.ids.items() if count > 1
        ]
        for link in sorted(page.links):
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{name}: {link} leads to no file")
            elif target in pages and not pages[target].has(parts.fragment):
                found.append(f"{name}: {link} leads to no place on its page")
    return found


def pages_of(site):
    """The built pages; what stands in _static belongs to the theme."""
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


def finish(site):
    """Mend every page of a built site; return what is still wrong with it."""
    for path in pages_of(site):
        path.write_text(with_texts_once(mended(path.read_text(encoding="utf-8"))), encoding="utf-8")
    return problems(site)
