"""Print every chapter of the built site, each to a PDF of its own: `make pdf`."""

from browsing import FLAGS, SITE, serving
from find_browser import find
from playwright.sync_api import sync_playwright

PAPER = SITE.parent / "pdf"


def print_chapters():
    """Write each chapter's PDF, with its explorers as they start, and return where they are."""
    path, written = find(), []
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for chapter in sorted((SITE / "notebooks").glob("*.html")):
            page = browser.new_page(color_scheme="light")
            page.goto(f"{address}/notebooks/{chapter.name}")
            page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
            written.append(PAPER / f"{chapter.stem}.pdf")
            page.pdf(
                path=written[-1], format="A4", print_background=True, margin=dict.fromkeys(SIDES, "16mm")
            )
            page.close()
        browser.close()
    return written


SIDES = ("top", "right", "bottom", "left")

if __name__ == "__main__":
    print(*print_chapters(), sep="\n")
