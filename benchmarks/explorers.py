"""Time the explorers of the built book in a browser: `make book`, then

    python benchmarks/explorers.py --record src/helpers/records/data/explorer_frames.json

Every slider and menu of every explorer goes through all its positions, the others at their start. The clock runs from the
`input` event, sent at the beginning of a frame as a browser sends a moving pointer's, until that frame is painted: the
script, the style, the layout and the painting of the main thread. At 60 frames a second there are 16.7 ms for it.
"""

import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from records import head, path_given

from helpers.records import write_record

sys.path.append(str(Path(__file__).parents[1] / "tests" / "site"))
from browsing import COME_NEAR, FLAGS, SHOW, SITE, serving
from find_browser import find

FRAME = 16.7

MEASURE = """async explorer => {
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  explorer.scrollIntoView();
  for (const input of explorer.querySelectorAll('input[type=range], select')) {
    const start = input.value;
    const {min, max, step} = input.options ? {min: 0, max: input.options.length - 1, step: 1} : input;
    for (let value = Number(min); value <= Number(max); value += Number(step)) {
      await frame();
      const sent = performance.now();
      input.value = value;
      input.dispatchEvent(new Event('input'));
      const {port1, port2} = new MessageChannel();  // delivered once this frame's painting is done
      const done = new Promise(done => { port1.onmessage = () => done(performance.now()); });
      port2.postMessage(null);
      times.push(await done - sent);
    }
    input.value = start;
    input.dispatchEvent(new Event('input'));
  }
  return times;
}"""


def percentile_95(times):
    """Return the time that 95 % of the frames stay within."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def main():
    path, chromium, everything = path_given(__doc__), find(), []
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for chapter in sorted((SITE / "notebooks").glob("*.html")):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}/notebooks/{chapter.name}")
            page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
            page.evaluate(COME_NEAR)
            page.evaluate(SHOW)  # what a question veils
            for number, explorer in enumerate(page.locator(".explorer").all(), 1):
                times = explorer.evaluate(MEASURE)
                everything += times
                print(
                    f"{chapter.stem:>15}, explorer {number}: {len(times):3} positions, median "
                    f"{statistics.median(times):4.1f} ms, 95 % within {percentile_95(times):4.1f} ms, all within {max(times):5.1f} ms"
                )
            page.close()
        version = browser.version
        browser.close()
    print(
        f"95 % of all {len(everything)} within {percentile_95(everything):.1f} ms; a frame lasts {FRAME} ms"
    )
    if path:
        record = {
            **head(on="no window"),
            "chromium": version,
            "positions": len(everything),
            "frame": FRAME,
            "milliseconds": {
                "median": statistics.median(everything),
                "95 %": percentile_95(everything),
                "all": max(everything),
            },
        }
        write_record(path, record)


if __name__ == "__main__":
    main()
