"""What a link leads to is shown before it is followed, by pointer and by keyboard; and the search says what it has found."""

import json
import re
from urllib.parse import quote

import pytest
from browsing import CHAPTERS, NUMBERED, SITE, html

from helpers.book import CLAIMS, EXERCISES

DATA = json.loads(
    (SITE / "_static/preview-data.js")
    .read_text(encoding="utf-8")
    .removeprefix("globalThis.PREVIEWS = ")
    .removesuffix(";\n")
)


def test_everything_that_has_a_place_has_a_preview():
    wanted = {f"notebooks/{claim.chapter}.html#{claim.anchor}" for claim in CLAIMS}
    wanted |= {
        f"notebooks/{exercise.chapter}.html#exercise-{exercise.id.replace('.', '-')}"
        for exercise in EXERCISES
    }
    wanted |= {
        f"notebooks/{chapter}.html#equation-{label}" for chapter in NUMBERED for label in NUMBERED[chapter]
    }
    cited = {
        key for name in CHAPTERS for key in re.findall(r'\.\./(book/bibliography\.html#id\d+)"', html(name))
    }
    assert cited
    assert wanted | cited <= set(DATA)
    for claim in CLAIMS:
        assert claim.verdict.value in DATA[f"notebooks/{claim.chapter}.html#{claim.anchor}"]


@pytest.fixture
def page(open_page):
    page = open_page("notebooks/gated_rnn")
    page.card = page.locator("#preview")
    page.equation = page.locator("article p a.internal[href*='#equation-']").first
    page.equation.scroll_into_view_if_needed()
    return page


def test_a_pointer_that_rests_on_a_reference_shows_the_equation(page):
    page.equation.hover()
    page.card.wait_for()
    assert page.card.locator(".katex").count() == 1
    box = page.card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    page.card.hover()  # it stays where the pointer goes into it
    page.wait_for_timeout(600)
    assert page.card.is_visible()
    page.mouse.move(1270, 20)
    page.card.wait_for(state="hidden")


def test_the_keyboard_shows_it_and_escape_closes_it(page):
    page.equation.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.card.wait_for()
    assert page.equation.get_attribute("aria-describedby") == "preview"
    assert page.get_by_role("tooltip").is_visible()
    page.keyboard.press("Escape")
    assert not page.card.is_visible()
    assert page.equation.get_attribute("aria-describedby") is None


@pytest.mark.parametrize(
    ("name", "selector", "words"),
    [
        (
            "notebooks/gated_rnn",
            "a.internal[href*='bibliography']:has-text('Cho')",
            "Learning phrase representations",
        ),
        ("book/notation", "a.internal[href*='#claim-']", "Claim "),
        ("notebooks/gated_rnn", "[data-symbol$=':W_h']", "from the state to the gate"),
    ],
)
def test_citations_claims_and_symbols_show_what_they_are(open_page, name, selector, words):
    page = open_page(name)
    page.locator(f"article {selector}").first.hover()
    card = page.locator("#preview")
    card.wait_for()
    assert words in card.inner_text()


def test_a_finger_follows_the_link_and_opens_nothing(open_page):
    page = open_page("notebooks/gated_rnn", has_touch=True, width=360)
    page.locator("[data-symbol]").first.tap()
    page.wait_for_timeout(500)
    assert not page.locator("#preview").is_visible()


def test_a_page_opened_from_a_file_shows_them_too(browser):
    page = browser.new_page()
    page.goto((SITE / "notebooks/gated_rnn.html").as_uri())
    page.locator("article p a.internal[href*='#equation-']").first.hover()
    page.locator("#preview").wait_for()
    page.close()


def test_a_result_of_the_search_has_verdict_and_statement_below_it(open_page):
    page = open_page("search")
    page.goto(f"{page.url.partition('#')[0]}?q=1.2.1.d.vanishing")
    found = page.locator("ul.search li").first.locator(".found")
    found.wait_for()
    claim = CLAIMS["1.2.1.d.vanishing"]
    assert claim.verdict.value in found.inner_text()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("refuted", "#claim-"),
        ("exercise 1.2.2.e", "notebooks/attention_rnn.html#exercise-1-2-2-e"),
        ("how can it be worse", "notebooks/loss_curves.html#"),
    ],
)
def test_what_is_for_readers_comes_first(open_page, words, first):
    page = open_page("search")
    page.goto(f"{page.url.partition('#')[0]}?q={quote(words)}")
    page.wait_for_function(
        "document.querySelector('.search-summary')?.textContent.startsWith('Search finished')"
    )
    links = [link.get_attribute("href") for link in page.locator("ul.search li > a").all()]
    assert first in links[0]
    api = ["book/api/" in link for link in links]
    assert api == sorted(api)
