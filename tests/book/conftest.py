"""The built site, served from this machine, in a headless browser that may ask nothing of any other."""

import contextlib
import functools
import http.server
import os
import re
import threading
from pathlib import Path

import pytest
from find_browser import find
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[2]
SITE = ROOT / "book" / "_build" / "html"
MISSING = pytest.StashKey[bool]()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SETTLED = """async () => {
  const files = () => performance.getEntriesByType('resource').length;
  let before;
  do {
    before = files();
    await new Promise(later => setTimeout(later, 500));
  } while (files() !== before);
}"""
"""Comes to its end once no file has come for half a second."""


@pytest.fixture(scope="session")
def browser(request):
    path = find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(
                "no browser was found, and in CI the built site must be tested; run `make browser` first"
            )
        request.config.stash[MISSING] = True
        pytest.skip("no browser was found; `make browser` installs one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def pytest_terminal_summary(terminalreporter, config):
    if config.stash.get(MISSING, False):
        terminalreporter.section("THE BUILT SITE WAS NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.write_line(
            "No browser was found. `make browser` installs one; then run `make test` again."
        )


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a connection serves many files

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(site=SITE):
    """Serve the built site at a free port of this machine; its address."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture(scope="session")
def server():
    assert SITE.exists(), "the book is not built; run `make book`"
    with serving() as address:
        yield address


class Reader:
    """Who opens pages of the site in the browser, and hears what they complain of and which other hosts they ask."""

    def __init__(self, browser, server):
        self.browser, self.server = browser, server
        self.contexts, self.errors, self.foreign = [], [], []

    def open(self, name, *, width=1280, height=900, theme="light", **options):
        """Open a page afresh; what it needs from the start has come, and its explorers are drawn."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        self.contexts.append(context)
        context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        page, scripts = context.new_page(), options.get("java_script_enabled", True)
        page.on(
            "console", lambda message: self.errors.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        if scripts:  # where there are none, they are asked for and dropped
            page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        local = (self.server, "data:", "blob:")
        page.on(
            "request",
            lambda request: None if request.url.startswith(local) else self.foreign.append(request.url),
        )
        path, _, fragment = name.partition("#")
        response = page.goto(f"{self.server}/{path}.html#{fragment}")
        assert response.ok, f"{name}: {response.status}"
        if scripts:
            page.wait_for_function(
                "document.fonts.status === 'loaded' && (document.documentElement.dataset.explorers === 'drawn'"
                " || !document.querySelector('.explorer'))"
            )
        return page

    def check(self):
        """Fail if a page asked another host for a file, or logged an error, since the last time."""
        foreign, errors = self.foreign[:], self.errors[:]
        self.foreign.clear(), self.errors.clear()
        assert not foreign, f"the page asked other hosts: {foreign}"
        assert not errors, f"the page logged errors: {errors}"

    def close(self):
        while self.contexts:
            self.contexts.pop().close()


@contextlib.contextmanager
def opening(browser, server):
    """Open pages of the site; at the end, fail if one logged an error or asked another host for a file."""
    reader = Reader(browser, server)
    yield reader.open
    reader.close()
    reader.check()


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


def page_of(nodeid):
    """The page that a test is of, by its parameter; of another test, its function."""
    page = re.search(r"\[((?:book|notebooks)(?:/[a-z_]+)+)", nodeid)
    return page[1] if page else nodeid.partition("[")[0]


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
