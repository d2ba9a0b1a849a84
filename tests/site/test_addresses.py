"""The address of a setting, as this page writes it and as programs for mail and chat pass it on."""

import urllib.parse

import pytest
from box_page import squares, write_page
from browsing import patience

WRITTEN = "explorer-first.n=3&explorer-second.n=4"
QUOTED = urllib.parse.quote(WRITTEN, safe="")
REWRITTEN = [
    WRITTEN,
    WRITTEN.replace("&", "&amp;"),  # copied from the source of a mail in HTML
    WRITTEN.replace("&", "&#38;"),
    WRITTEN.replace("=", "=3D"),  # quoted-printable
    WRITTEN.replace("&", "%26").replace("=", "%3D"),
    WRITTEN.replace("-", "%2D").replace(".", "%2E"),
    QUOTED,
    urllib.parse.quote(QUOTED, safe=""),
    urllib.parse.quote(urllib.parse.quote(QUOTED, safe=""), safe=""),
    *(
        WRITTEN + end
        for end in (".", ",", ")", ").", "!", "?", ">", '"', "”.", "…", "%0A", "%20", "*".replace("*", ";"))
    ),
    f"{WRITTEN}&utm_source=mail",
    f"{WRITTEN}&fbclid=IwAR0",
]
SENSELESS = [
    "explorer-first.n=5",
    "explorer-first.n=",
    "explorer-first.n",
    "explorer-first.n=%E0%A4%A",
    "%",
    "=",
    "%25" * 999,
]
READ = "() => [...document.querySelectorAll('.explorer input')].map(({value}) => Number(value))"


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    path = write_page(tmp_path_factory.mktemp("site"), [squares("first"), squares("second")])
    page = browser.new_page()
    page.set_default_timeout(patience())
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    yield page
    page.close()


def read_at(page, fragment):
    """The settings at an address; before, both explorers stand at another one."""
    for each in ("explorer-first.n=1&explorer-second.n=1", fragment):
        page.evaluate("fragment => { location.hash = fragment }", each)
        page.evaluate("() => new Promise(done => setTimeout(done, 50))")
    return page.evaluate(READ)


@pytest.mark.parametrize("fragment", REWRITTEN)
def test_an_address_is_read_as_it_was_written(page, fragment):
    assert read_at(page, fragment) == [3, 4]


@pytest.mark.parametrize("fragment", SENSELESS, ids=range(len(SENSELESS)))
def test_an_address_that_says_nothing_moves_nothing_elsewhere(page, fragment):
    assert read_at(page, fragment) in ([2, 2], [1, 1])  # the start, or what was there


def test_a_fresh_page_opens_with_the_setting(browser, page):
    fresh = browser.new_page()
    fresh.goto(f"{page.url.partition('#')[0]}#{REWRITTEN[8]}")
    fresh.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    assert fresh.evaluate(READ) == [3, 4]
    fresh.close()
