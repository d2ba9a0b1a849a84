"""Weigh the pages of the built book in a browser: `make book`, then

    python benchmarks/pages.py --record src/helpers/records/data/pages.json

Each page is opened for the first time: what it loads, compressed; how far it moves while it comes (cumulative layout shift); how many elements
it has; the share of its height that is open code; and after how many seconds something is seen of it over a slow mobile network (1.6 Mbit/s,
150 ms), the median of three visits.
"""

import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright
from records import head, path_given

from helpers.records import write_record

sys.path.append(str(Path(__file__).parents[1] / "tests" / "site"))
from browsing import FLAGS, PAGES, serving
from find_browser import find
from weighing import Compressing, first_paint, visit


def main():
    path, chromium, pages = path_given(__doc__), find(), {}
    with serving(handler=Compressing) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in PAGES:
            first = visit(browser, address, name)
            pages[name] = {
                "kilobytes": round(first.kilobytes),
                "shift": round(first.shift, 4),
                "elements": first.elements,
                "code": round(first.code, 3),
                "slow": round(median(first_paint(browser, address, name) for _ in range(3)), 2),
            }
            print(f"{name:>25}: {pages[name]}")
        version = browser.version
        browser.close()
    if path:
        write_record(path, {**head(on="no window"), "chromium": version, "pages": pages})


if __name__ == "__main__":
    main()
