"""Take the README's picture of the book from the built site."""

import functools
import http.server
import threading
from pathlib import Path

from conftest import FLAGS, SITE, Quiet
from find_browser import find
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[2] / "book" / "picture.png"


def take():
    handler = functools.partial(Quiet, directory=str(SITE))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 760})
        page.goto(f"http://127.0.0.1:{server.server_port}/notebooks/convolution.html")
        page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
        explorer = page.locator(".explorer").first
        for position, value in enumerate([8, 3, 2, 1, 2, 1, 2]):
            explorer.locator("input[type=range]").nth(position).fill(str(value))
        explorer.evaluate("explorer => window.scrollTo(0, explorer.getBoundingClientRect().top + scrollY - 60)")
        page.screenshot(path=PICTURE)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    take()
