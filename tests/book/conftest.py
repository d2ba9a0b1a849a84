"""The built site, served from this machine, in a headless browser that may ask nothing of any other."""

import contextlib
import functools
import http.server
import os
import threading
from pathlib import Path

import pytest
from find_browser import find
from playwright.sync_api import sync_playwright

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


@pytest.fixture
def open_page(browser, server):
    """What opens a page of the site, as :func:`opening`."""
    with opening(browser, server) as open_:
        yield open_


@contextlib.contextmanager
def opening(browser, server):
    """Open pages of the site; at the end, fail if one logged an error or asked another host for a file."""
    contexts, errors, foreign = [], [], []

    def open_(name, *, width=1280, height=900, theme="light", script="", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, **options
        )
        contexts.append(context)
        context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if options.get("java_script_enabled", True):  # where it is not, scripts are asked for and dropped
            page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        local = (server, "data:", "blob:")
        page.on(
            "request", lambda request: None if request.url.startswith(local) else foreign.append(request.url)
        )
        path, _, fragment = name.partition("#")
        response = page.goto(f"{server}/{path}.html#{fragment}")
        assert response.ok, f"{name}: {response.status}"
        page.wait_for_load_state("networkidle")
        if options.get("java_script_enabled", True):
            page.wait_for_function(
                "document.documentElement.dataset.explorers === 'drawn' || !document.querySelector('.explorer')"
            )
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not foreign, f"the page asked other hosts: {foreign}"
    assert not errors, f"the page logged errors: {errors}"
