"""On the page the argument comes first: code that shows nothing is one line, which says what it has checked."""

import ast
import re

import jupytext
import pytest
from browsing import CHAPTERS, ROOT, SITE, html
from bs4 import BeautifulSoup
from weighing import CODE_SHARE, SHIFTS

MOST_CODE = 0.15
"""The share of a chapter's height that open code may have."""

FORBIDDEN = """Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"""


def checks_itself(code):
    """Whether a cell compares or asserts something when it runs, whatever its branches and calls do."""
    checks = (ast.unparse(node).startswith(("check_close(", "assert ")) for node in ast.parse(code).body)
    return any(checks)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_cell_that_checks_has_a_line_that_says_so(name):
    cells = jupytext.read(ROOT / f"{name}.md").cells
    codes = [cell for cell in cells if cell.cell_type == "code" and cell.source]
    shown = [cell for cell in codes if "remove-input" not in cell.metadata.get("tags", ())]
    page = BeautifulSoup(html(name), "html.parser")
    on_page = [cell for cell in page.select("div.cell") if cell.select_one(".cell_input")]
    assert len(on_page) == len(shown)
    marked = {number for number, cell in enumerate(on_page) if "✓" in line_of(cell)}
    assert marked >= {number for number, cell in enumerate(shown) if checks_itself(cell.source)}
    nothing = {
        number for number, cell in enumerate(shown) if not re.search("check_close|assert", cell.source)
    }
    called = {number for number in marked & nothing if "()" not in line_of(on_page[number])}
    assert all("condition" in line_of(on_page[number]) for number in called)  # in a function of a cell before


def line_of(cell):
    return " ".join(part.get_text() for part in cell.select(".fold > summary, .cell-checks"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_cell_that_shows_nothing_is_folded(name):
    page = BeautifulSoup(html(name), "html.parser")
    for cell in page.select("div.cell"):
        code, output = cell.select_one(".cell_input"), cell.select_one(".cell_output")
        if code and not output and "tag_hide-cell" not in cell["class"]:
            assert code.find_parent("details", class_=["fold", "in-notebook"]), code.get_text()
    assert not page.select(".cell-checks script, script.cell-checks")


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("name", CHAPTERS)
def test_code_is_a_small_share_of_a_chapter(look_at, name, width):
    assert look_at(name, width=width).evaluate(CODE_SHARE) <= MOST_CODE


def test_the_switch_shows_all_code_and_is_remembered(open_page):
    page = open_page("notebooks/gated_rnn")
    switch = page.get_by_role("switch", name="Show all code")
    folds = page.locator("details.fold")
    assert folds.count() > 10
    switch.focus()
    page.keyboard.press("Space")
    assert page.locator("details.fold[open]").count() == folds.count()
    assert page.locator(".tag_hide-cell details[open]").count() == 0  # the solutions
    page.goto(page.url.replace("gated_rnn", "convolution"))
    assert page.get_by_role("switch").is_checked()
    assert page.locator("details.fold:not([open])").count() == 0
    assert page.evaluate(CODE_SHARE) > MOST_CODE
    page.get_by_role("switch").uncheck()
    page.reload()
    assert page.locator("details.fold[open]").count() == 0


def test_code_that_is_remembered_to_be_shown_moves_nothing(open_page):
    page = open_page("notebooks/attention_rnn")
    page.get_by_role("switch").check()
    page.add_init_script(SHIFTS)
    page.reload()
    page.wait_for_function("document.documentElement.dataset.explorers === 'drawn'")
    assert page.evaluate("shifted") <= 0.05


def test_where_the_browser_keeps_nothing_the_switch_still_works(browser, server):
    page = browser.new_page()
    page.add_init_script(FORBIDDEN)
    errors = []
    page.goto(f"{server}/notebooks/convolution.html")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.get_by_role("switch").check()
    assert page.locator("details.fold:not([open])").count() == 0
    assert errors == []
    page.close()


@pytest.mark.parametrize("opened", ["at once", "later"])
def test_an_address_opens_the_cell_that_it_names(open_page, opened):
    page = open_page("notebooks/convolution" + ("#check-eq-conv" if opened == "at once" else ""))
    if opened == "later":
        page.locator(".equation-check a[href='#check-eq-conv']").click()
    cell = page.locator("#check-eq-conv")
    assert cell.locator("details").get_attribute("open") is not None
    assert cell.locator(".cell_input").is_visible()
    page.wait_for_function(
        "document.querySelector('#check-eq-conv').getBoundingClientRect().top < innerHeight"
    )


def test_without_scripts_a_fold_opens_and_there_is_no_switch(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((SITE / "notebooks/gated_rnn.html").as_uri())
    assert not page.locator(".show-code").is_visible()
    fold = page.locator("details.fold").first
    fold.locator("summary").click()
    assert fold.locator(".cell_input").is_visible()
    context.close()


def test_on_paper_a_fold_is_its_line(open_page):
    page = open_page("notebooks/gated_rnn", width=674)
    page.emulate_media(media="print")
    assert page.locator("details.fold summary:visible").count() > 10
    assert page.locator("details.fold .cell_input:visible").count() == 0
    assert not page.locator(".show-code").is_visible()


@pytest.mark.parametrize("name", CHAPTERS)
def test_under_an_equation_stands_what_its_check_compared(name):
    lines = re.findall(r'class="equation-check">.*?<a [^>]*>(.*?)</a>', html(name))
    assert lines
    assert all(re.search(r"✓ .*\d+ (numbers?|conditions?) ", line) for line in lines), lines


@pytest.mark.parametrize("name", CHAPTERS)
def test_drawings_are_numbered_and_have_captions(name):
    page = BeautifulSoup(html(name), "html.parser")
    number = CHAPTERS.index(name) + 1
    captions = [caption.get_text() for caption in page.select("figure.drawing figcaption")]
    assert captions
    assert [caption.split(". ")[0] for caption in captions] == [
        f"Figure {number}.{position}" for position in range(1, len(captions) + 1)
    ]
    pictures = [drawing for drawing in page.select("article .gc-panels") if drawing.get("role") == "figure"]
    assert len(captions) == len([drawing for drawing in pictures if drawing.find_parent("figure")])
