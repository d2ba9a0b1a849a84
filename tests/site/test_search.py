"""The search finds claims by their id, and equations by name, label and number."""

import re

import pytest
from browsing import AXE, ROOT, SITE

from helpers.book import CLAIMS

NOTATION = (ROOT / "book/notation.md").read_text(encoding="utf-8")
FORMULAS = re.findall(
    r"^\| (.*) \| \{eq\}`(eq-[a-z-]+)` \|$", NOTATION.partition("\n## Formulas by name\n")[2], re.MULTILINE
)
WANTED = {claim.id: f"notebooks/{claim.chapter}.html#{claim.anchor}" for claim in CLAIMS}


def found(page):
    """Return where the results lead, the first one first."""
    page.wait_for_function(
        "document.querySelector('.search-summary')?.textContent.startsWith('Search finished')"
    )
    return [link.get_attribute("href") for link in page.locator("ul.search li > a").all()]


def search(page, words):
    """Return what the site's own search finds, without the waits of its list."""
    return page.evaluate(
        """words => {
          const [query, ...terms] = Search._parseQuery(words);
          return Search._performSearch(query, ...terms).reverse().map(([page, , anchor]) => `${page}.html${anchor}`);
        }""",
        words,
    )


def test_every_claim_is_the_first_result_for_its_id(open_page):
    page = open_page("search")
    page.wait_for_function("Search.hasIndex()")
    for id_, place in WANTED.items():
        assert search(page, id_)[0] == place, id_
        assert search(page, f"claim {id_}")[0] == place, id_


def test_every_equation_is_found_by_name_and_label_and_number(open_page):
    page = open_page("search")
    page.wait_for_function("Search.hasIndex()")
    assert FORMULAS
    for name, label in FORMULAS:
        (place,) = {result for result in search(page, name) if result.endswith(f"#equation-{label}")}
        chapter, _, anchor = place.partition("#")
        number = re.search(
            rf'id="{anchor}">\s*<span class="eqno">\(([0-9.]+)\)',
            (SITE / chapter).read_text(encoding="utf-8"),
        )[1]
        for words in (name, label, number, f"({number})", f"equation {number}"):
            assert search(page, words)[0] == place, words


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("vjp", "notebooks/convolution.html#equation-eq-weight-vjp"),
        ("output size", "notebooks/convolution.html#equation-eq-output-size"),
        ("gradient of the weight", "notebooks/convolution.html#equation-eq-weight-vjp"),
        ("backpropagation through time", "notebooks/gated_rnn.html#equation-eq-adjoint"),
        ("softmax", "notebooks/attention_rnn.html#equation-eq-weights"),
        ("clipping", "notebooks/loss_curves.html#equation-eq-clipping"),
    ],
)
def test_what_a_reader_may_type_is_found(open_page, words, place):
    page = open_page("book/intro")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    assert place in found(page)[:3]


@pytest.mark.parametrize("claim", ["1.2.2.e", "1.1.c.iv.likeness"])
@pytest.mark.parametrize("opened", ["from a server", "from a file"])
def test_from_the_first_result_to_the_place(browser, server, claim, opened):
    errors = []
    page = browser.new_page()
    page.add_init_script("localStorage.setItem('mode', 'light'); localStorage.setItem('theme', 'light')")
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server if opened == 'from a server' else SITE.as_uri()}/book/claims.html")
    page.keyboard.press("Control+k")
    page.keyboard.type(claim)
    page.keyboard.press("Enter")
    assert found(page)[0].endswith(WANTED[claim])
    page.locator("ul.search li > a").first.click()
    page.wait_for_url(f"**/{WANTED[claim]}")
    heading = page.locator(f":is(h2, h3, h4):near(#{WANTED[claim].partition('#')[2]}, 60)").first
    assert heading.bounding_box()["y"] < page.viewport_size["height"]
    assert errors == []
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_results_are_for_everyone(open_page, theme, width):
    page = open_page("search", theme=theme, width=width)
    page.goto(f"{page.url.partition('#')[0]}?q=1.2.2.e")
    assert found(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=AXE)
    found_by_axe = page.evaluate("axe.run({resultTypes: ['violations']}).then(({violations}) => violations)")
    assert [
        (violation["id"], node["target"]) for violation in found_by_axe for node in violation["nodes"]
    ] == []


@pytest.mark.parametrize("word", ["constructor", "__proto__", "toString", "gradient constructor"])
def test_a_word_that_javascript_has_is_a_word_like_others(open_page, word):
    page = open_page("search")
    page.goto(f"{page.url.partition('.html')[0]}.html?q={word}")
    page.wait_for_function(
        "/found|did not match/.test(document.querySelector('#search-results').textContent)"
    )
    assert "undefined" not in page.locator("#search-results").inner_text()
