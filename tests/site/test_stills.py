"""Stored drawings in a notebook that is not trusted: JupyterLab takes away styles, scripts and SVG, and keeps the rest."""

import base64
import re

import nbformat
import pytest
from browsing import CHAPTERS, ROOT
from bs4 import BeautifulSoup
from every_explorer import CASES, made
from stills import SENTENCE, add_stills, with_still

FITS = """() => [...document.querySelectorAll('.gc-panel')].map(panel => {
  const {width, height} = document.documentElement.getBoundingClientRect();
  const {right, bottom} = panel.getBoundingClientRect();
  return right <= width && bottom <= height && panel.querySelector('svg').getBoundingClientRect().height > 10;
})"""


def sanitised(html):
    """What JupyterLab leaves of an output."""
    page = BeautifulSoup(html, "html.parser")
    for part in page.find_all(["style", "svg", "script"]):
        part.decompose()
    return page


def seen(page):
    """What a reader sees of it, without its style."""
    for part in page.find_all(lambda tag: tag.has_attr("hidden") or "display:none" in tag.get("style", "")):
        part.extract()
    return page.get_text(" ", strip=True)


@pytest.mark.parametrize(("name", "number"), CASES)
def test_no_contradiction_is_seen_where_the_style_is_taken_away(name, number):
    explorer = made(name, number)
    text = seen(sanitised(explorer.static_html()))
    assert "impossible" not in text
    for words in explorer.description().split(". "):
        assert text.count(words) == 1


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_stored_explorer_leaves_a_picture_and_its_sentences(browser, name, number):
    explorer = made(name, number)
    stored = with_still(explorer.static_html())
    page = sanitised(stored)
    source = page.find("img")["src"].removeprefix("data:image/svg+xml;base64,")
    assert seen(page) == f"{explorer.description()} {SENTENCE}"
    assert_fits(browser, base64.b64decode(source).decode())


def assert_fits(browser, svg):
    page = browser.new_page()
    page.goto("data:image/svg+xml;charset=utf-8;base64," + base64.b64encode(svg.encode()).decode())
    fits = page.evaluate(FITS)
    page.close()
    assert fits
    assert all(fits)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_stored_drawing_leaves_a_picture(browser, name):
    notebook = nbformat.read(ROOT / f"{name}.ipynb", 4)
    drawings = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            html = output.get("data", {}).get("text/html", "")
            if 'class="gc gc-panels"' in html:
                page = sanitised(html if "gc-still" in html else with_still(html))
                source = page.find("img")["src"].removeprefix("data:image/svg+xml;base64,")
                assert_fits(browser, base64.b64decode(source).decode())
                drawings += 1
    assert drawings >= 4


def test_an_output_without_a_drawing_stays_as_it_is():
    data = {"text/html": "<style>p { color: red }</style><p>Right.</p>"}
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    add_stills(nbformat.v4.new_notebook(cells=[cell]))
    assert cell.outputs[0].data == data


def test_the_comparison_of_outputs_leaves_the_still_aside():
    regex, replacement = re.search(
        r"\[still\]\nregex: (.*)\nreplace: (.*)\n", (ROOT / "notebooks/sanitize.cfg").read_text()
    ).groups()
    html = made(*CASES[0]).static_html()
    assert re.sub(regex, replacement, with_still(html)) == html
    assert re.sub(regex, replacement, html) == html
