"""The built site, served from this machine, in a headless browser that may ask nothing of any other."""

import os
from pathlib import Path

import pytest
from browsing import FLAGS, SITE, Reader, opening, page_of, patience, serving
from find_browser import find
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

MISSING = pytest.StashKey[bool]()


ENGINE = os.environ.get("BROWSER_ENGINE", "chromium")
"""Playwright's name; it brings its own Firefox and WebKit."""


@pytest.fixture(scope="session")
def browser(request):
    path = find() if ENGINE == "chromium" else None
    if path is None and ENGINE == "chromium":
        if os.environ.get("CI"):
            pytest.fail(
                "no browser was found, and in CI the built site must be tested; run `make browser` first"
            )
        request.config.stash[MISSING] = True
        pytest.skip("no browser was found; `make browser` installs one")
    with sync_playwright() as playwright:
        flags = FLAGS if path else []
        opened = getattr(playwright, ENGINE).launch(executable_path=path, args=flags, timeout=patience())
        yield opened
        opened.close()


def pytest_terminal_summary(terminalreporter, config):
    if config.stash.get(MISSING, False):
        terminalreporter.section("THE BUILT SITE WAS NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.write_line(
            "No browser was found. `make browser` installs one; then run `make test` again."
        )


@pytest.fixture(scope="session")
def server():
    assert SITE.exists(), "the book is not built; run `make book`"
    with serving() as address:
        yield address


@pytest.fixture
def open_page(browser, server):
    """What opens a page of the site, as :meth:`Reader.open`; it is the test's alone."""
    with opening(browser, server) as open_:
        yield open_


@pytest.fixture(scope="session")
def looked_at(browser, server):
    reader = Reader(browser, server)
    reader.name, reader.pages = None, {}
    yield reader
    reader.close()


@pytest.fixture
def look_at(looked_at):
    """What opens a page of the site for a test that changes nothing of it: all such tests share the page."""

    def look(name, *, width=1280, theme="light", **options):
        if name != looked_at.name:
            looked_at.close()
            looked_at.name, looked_at.pages = name, {}
        key = (width, theme, *options.items())
        if key not in looked_at.pages:
            looked_at.pages[key] = looked_at.open(name, width=width, theme=theme, **options)
        return looked_at.pages[key]

    yield look
    looked_at.check()


@pytest.fixture
def move_on(look_at):
    """As `look_at`, for a test that moves sliders, the focus or the page: afterwards all are put back to their start."""
    pages = []

    def move(name, **options):
        pages.append(look_at(name, **options))
        return pages[-1]

    yield move
    for page in pages:
        page.evaluate("for (const reset of document.querySelectorAll('.gc-reset')) reset.click()")
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


class OnePageAfterTheOther(LoadScopeScheduling):
    """One page's tests come one after the other, on one worker: it opens the page once."""

    def _split_scope(self, nodeid):
        return page_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OnePageAfterTheOther(config, log)


def pytest_collection_modifyitems(items):
    """The same order where there is one worker."""
    here = Path(__file__).parent
    items.sort(key=lambda item: page_of(item.nodeid) if item.path.is_relative_to(here) else "")
