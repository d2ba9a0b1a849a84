"""What a reader copies from a page is what can be used elsewhere; and the arrow keys are the focus's own."""

import doctest

import pytest
from browsing import PAGES, SITE
from bs4 import BeautifulSoup

SELECTED = """formula => {
  getSelection().selectAllChildren(formula);
  const copied = new DataTransfer();
  document.dispatchEvent(new ClipboardEvent('copy', {clipboardData: copied, bubbles: true}));
  return copied.getData('text/plain');
}"""
API = [name for name in PAGES if name.startswith("book/api/") and name != "book/api/index"]


def examples(name):
    """The examples of a page, as they stand there."""
    page = BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    return [
        block.get_text() for block in page.select("div.highlight pre") if block.get_text().startswith(">>> ")
    ]


@pytest.mark.parametrize("name", API)
def test_an_example_is_copied_without_prompts_and_output(browser, server, name):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{server}/{name}.html")
    page.locator(".copybtn").first.wait_for(state="attached")
    blocks = page.locator("div.highlight:has(pre)").filter(has_text=">>> ")
    copied = []
    for number in range(blocks.count()):
        blocks.nth(number).locator(".copybtn").dispatch_event("click")
        page.wait_for_timeout(50)
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    context.close()
    parser = doctest.DocTestParser()
    wanted = ["".join(example.source for example in parser.get_examples(text)) for text in examples(name)]
    assert [text.split() for text in copied] == [text.split() for text in wanted]
    for text in copied:
        compile(text, name, "exec")


def test_there_are_examples_to_copy():
    assert sum(len(examples(name)) for name in API) > 20


@pytest.mark.parametrize("name", ["notebooks/convolution", "book/notation"])
def test_a_formula_is_copied_as_latex(look_at, name):
    page = look_at(name)
    for number in (0, 3):
        formula = page.locator("article .katex").nth(number)
        wanted = formula.locator("annotation").text_content()
        copied = formula.evaluate(SELECTED)
        page.evaluate("getSelection().removeAllRanges()")
        assert copied.strip("$") == wanted


def test_the_arrow_keys_scroll_what_has_the_focus(open_page):
    page = open_page("notebooks/convolution", width=640)
    block = page.locator("article div.highlight pre").filter(has_text="import").first
    block.evaluate("block => { block.tabIndex = 0; block.focus(); }")
    for key in ("ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert page.url.partition("#")[0].endswith("notebooks/convolution.html")
