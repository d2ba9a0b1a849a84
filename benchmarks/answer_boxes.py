"""Time the answer boxes in a browser: from opening a page with all of them to their first answer, and later answers.

python benchmarks/answer_boxes.py
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from helpers import exercises
from helpers.book import BOXES

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / folder) for folder in ("tests", "tests/site", "book/_ext", "notebooks")]
from box_page import write_page
from browsing import FLAGS, serving
from find_browser import find
from typed_answers import MADE, RIGHT

ANSWER = """([id, typed]) => {
  const box = document.getElementById(id).querySelector('form');
  const field = box.querySelector('[data-answer]');
  const sent = performance.now();
  if (field.matches('fieldset')) field.querySelector('input').checked = true;
  else field.value = typed;
  field.dispatchEvent(new Event('input'));
  box.requestSubmit();
  box.getBoundingClientRect();  // with its layout
  return performance.now() - sent;
}"""
READY = "document.querySelectorAll('[data-ready]').length === document.querySelectorAll('form').length"


def main():
    chromium, times = find(), []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_page(Path(folder), [exercises.box(id) for id in BOXES])
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with serving(folder) as address:
            page = browser.new_page()
            page.goto(f"{address}/boxes.html")
            page.wait_for_function(READY)
            ready = page.evaluate("performance.now()")
            first = page.evaluate(ANSWER, [BOXES["1.2.2.e"].place, RIGHT["1.2.2.e"][0]])
            for id, box in BOXES.items():
                for typed in [*RIGHT[id], *MADE.get(id, {}).values()] * 3:
                    times.append(page.evaluate(ANSWER, [box.place, typed]))
        browser.close()
    print(
        f"{len(BOXES)} boxes are ready {ready:.0f} ms after the page was asked for; the first answer took {first:.0f} ms"
    )
    print(
        f"{len(times)} later answers: median {statistics.median(times):.1f} ms, all within {max(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
