"""How much a page loads, how many elements it has, and how far it moves while it comes."""

import pytest
from browsing import CHAPTERS, PAGES, SETTLED, SITE
from every_explorer import EXPLORERS
from weighing import visit

KILOBYTES = {"book/intro": 300} | dict.fromkeys(CHAPTERS, 500)
"""What opening a page for the first time may load, compressed."""
WITHOUT_EXPLORERS = 160
ELEMENTS = 20_000
MOST_FORMULAS = {"notebooks/attention_rnn": 40_000, "notebooks/gated_rnn": 23_000}
"""The pages with the most formulas, which alone have more elements than that."""
MOVED = 0.05
"""The cumulative layout shift that a page may have."""


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_a_first_visit_loads_little_and_nothing_moves(browser, server, name, width):
    first = visit(browser, server, name, width)
    heaviest = sorted(first.weights.items(), key=lambda item: -item[1])[:5]
    assert first.kilobytes <= KILOBYTES.get(name, WITHOUT_EXPLORERS), heaviest
    assert first.shift <= MOVED
    assert first.elements <= MOST_FORMULAS.get(name, ELEMENTS)
    assert first.errors == []


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
    page.goto(f"{server}/notebooks/loss_curves.html#explorer-cliff.threshold=0.1")
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    assert page.locator("#explorer-cliff input").count() > 0
    page.close()
