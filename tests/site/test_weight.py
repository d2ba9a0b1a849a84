"""How much a page loads, how many elements it has, and how far it moves while it comes."""

import gzip
import urllib.parse

import pytest
from browsing import CHAPTERS, PAGES, SETTLED, SITE
from every_explorer import EXPLORERS

KILOBYTES = {"book/intro": 300, "book/api/references": 180} | dict.fromkeys(CHAPTERS, 500)
"""What opening a page for the first time may load, compressed."""
WITHOUT_EXPLORERS = 160
ELEMENTS = 25_000
MOVED = 0.05
"""The cumulative layout shift that a page may have."""

SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(({value}) => { shifted += value; }))
    .observe({type: 'layout-shift', buffered: true});
"""


@pytest.fixture(scope="module", params=[1440, 360])
def first_visit(request, browser, server):
    """What opens a page as somebody who has never been there, at one width."""
    contexts = []

    def visit(name):
        context = browser.new_context(viewport={"width": request.param, "height": 900})
        contexts.append(context)
        page, errors = context.new_page(), []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(SHIFTS)
        page.goto(f"{server}/{name}.html")
        page.evaluate(SETTLED)
        assert errors == []
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_a_first_visit_loads_little_and_nothing_moves(first_visit, server, name):
    page = first_visit(name)
    addresses = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    files = {urllib.parse.urlsplit(address).path for address in addresses if address.startswith(server)}
    weights = {path: sent(SITE / path.lstrip("/")) for path in {*files, f"/{name}.html"}}
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:5]
    assert sum(weights.values()) <= 1000 * KILOBYTES.get(name, WITHOUT_EXPLORERS), heaviest
    assert page.evaluate("shifted") <= MOVED
    assert page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS


def sent(file):
    """The bytes of a file as a server would send it; fonts are compressed already."""
    content = file.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))


def test_pages_with_explorers_have_a_limit_of_their_own():
    assert set(EXPLORERS) <= set(KILOBYTES)


def test_nothing_is_deployed_that_no_page_loads():
    names = [path.name for path in SITE.rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith((".map", ".ttf", ".mo"))]
    assert "fontawesome.js" not in names
    assert not (SITE / "_sources").exists()


def test_frames_of_a_large_explorer_come_when_the_reader_does(browser, server):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(f"{server}/notebooks/loss_curves.html")
    page.evaluate(SETTLED)
    file = "explorer-loss-curve-lab.js"
    explorer = page.locator("#explorer-loss-curve-lab")
    assert file not in asked
    assert explorer.get_attribute("aria-busy") == "true"
    height = explorer.bounding_box()["height"]
    explorer.scroll_into_view_if_needed()
    explorer.locator("input").first.wait_for()
    assert file in asked
    assert explorer.get_attribute("aria-busy") is None
    assert abs(explorer.bounding_box()["height"] - height) <= 2
    page.close()


def test_an_address_that_names_a_large_explorer_opens_it(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/notebooks/loss_curves.html#explorer-cliff.steps=10")
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    assert page.locator("#explorer-cliff input").count() > 0
    page.close()
