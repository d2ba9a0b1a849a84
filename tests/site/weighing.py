"""What a first visit of a page costs: what it loads, how many elements it has, and how far it moves while it comes."""

import contextlib
import functools
import gzip
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from browsing import SETTLED, SITE, Quiet

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
"""Milliseconds from request to answer, and bytes a second: 1.6 Mbit/s."""

FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"

SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(({value}) => { shifted += value; }))
    .observe({type: 'layout-shift', buffered: true});
"""

CODE_SHARE = """() => {
  const heights = (selector) => [...document.querySelectorAll(selector)].filter(box => box.checkVisibility())
    .reduce((sum, box) => sum + box.getBoundingClientRect().height, 0);
  return heights('article .cell_input') / heights('article');
}"""


@dataclass
class Visit:
    """A first visit of a page."""

    weights: dict[str, int]
    """Bytes of each file, compressed."""
    shift: float
    elements: int
    code: float
    """The share of the article's height that is open code."""
    errors: list[str]

    @property
    def kilobytes(self):
        return sum(self.weights.values()) / 1000


@functools.cache
def compressed(file):
    return gzip.compress(file.read_bytes(), 6)


def sent(file):
    """The bytes of a file as a server would send it; fonts are compressed already."""
    return min(file.stat().st_size, len(compressed(file)))


class Compressing(Quiet):
    """Serves text as a web server does, compressed."""

    def do_GET(self):
        file = Path(self.translate_path(self.path))
        if file.suffix not in {".html", ".css", ".js", ".json", ".svg", ".txt"}:
            return super().do_GET()
        body = compressed(file)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def first_paint(browser, server, name):
    """The seconds until something is seen of a page that comes over a slow mobile network."""
    with contextlib.closing(browser.new_context(viewport={"width": 360, "height": 740})) as context:
        page = context.new_page()
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_4G)
        page.goto(f"{server}/{name}.html", wait_until="load")
        page.wait_for_function(f"{FIRST_PAINT} > 0")
        return page.evaluate(FIRST_PAINT) / 1000


def visit(browser, server, name, width=1440):
    """Open a page as somebody who has never been there."""
    with contextlib.closing(browser.new_context(viewport={"width": width, "height": 900})) as context:
        page, errors = context.new_page(), []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(SHIFTS)
        page.goto(f"{server}/{name}.html")
        page.evaluate(SETTLED)
        addresses = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
        files = {urllib.parse.urlsplit(address).path for address in addresses if address.startswith(server)}
        return Visit(
            weights={path: sent(SITE / path.lstrip("/")) for path in {*files, f"/{name}.html"}},
            shift=page.evaluate("shifted"),
            elements=page.evaluate("document.querySelectorAll('*').length"),
            code=page.evaluate(CODE_SHARE),
            errors=errors,
        )
