"""Take the README's picture of the book from the built site."""

from pathlib import Path

from browsing import FLAGS, serving
from find_browser import find
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[2] / "book" / "picture.png"


def take():
    path = find()
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 900})
        page.goto(f"{address}/notebooks/convolution.html")
        page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
        explorer = page.locator(".explorer").first
        for position, value in enumerate([8, 3, 2, 1, 2, 1, 2]):
            explorer.locator("input[type=range]").nth(position).fill(str(value))
        explorer.evaluate(
            "explorer => window.scrollTo(0, explorer.getBoundingClientRect().top + scrollY - 60)"
        )
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    take()
