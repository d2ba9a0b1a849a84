"""Every page of the built site: complete, self-contained, and no wider than the screen."""

import os
import re
import shutil

import pytest
from browsing import CHAPTERS, NUMBERED, PAGES, ROOT, SETTLED, SITE, TOC, html, opening, page_of, serving
from every_explorer import EXPLORERS

from helpers import claims
from helpers.book import CLAIMS


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_page_loads_and_fits(look_at, name, width, theme):
    page = look_at(name, width=width, theme=theme)
    page.evaluate(SETTLED)  # so that whatever it asks for later is known
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("article h1:visible").count() == 1
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    if name in CHAPTERS and os.environ.get("CI"):  # which keeps them
        page.screenshot(path=ROOT / "screenshots" / f"{name}-{theme}-{width}.png", full_page=True)


@pytest.mark.parametrize("parameters", ["[{}]", "[{}-0]", "[{}-1280-dark]"])
@pytest.mark.parametrize("name", PAGES)
def test_a_tests_page_is_known_by_its_parameter(name, parameters):
    assert page_of("tests/site/test_pages.py::test_it" + parameters.format(name)) == name


def test_a_page_that_asks_another_host_is_caught(browser, tmp_path):
    site = shutil.copytree(SITE, tmp_path / "html")
    page = site / f"{TOC['root']}.html"
    asking = '<img src="http://another.invalid/picture.png" alt=""></body>'
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", asking), encoding="utf-8")
    with (
        serving(site) as server,
        pytest.raises(AssertionError, match=r"asked other hosts: .*another\.invalid"),
        opening(browser, server) as open_page,
    ):
        open_page(TOC["root"])


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", PAGES)
def test_no_formula_loses_an_edge(look_at, name, width):
    """What is too wide for a phone scrolls; a root and the limits of a sum stand out of their line, and are seen."""
    cut = look_at(name, width=width).evaluate(
        """() => {
          const read = [...document.querySelectorAll('.katex-mathml')]; // and not seen
          for (const part of read) part.style.display = 'none';
          const cut = [...document.querySelectorAll('article :is(span.math, div.math, .katex-display)')]
            .filter(formula => formula.checkVisibility() && getComputedStyle(formula).overflowY === 'hidden')
            .filter(formula => formula.scrollHeight > formula.clientHeight + 2);
          for (const part of read) part.style.display = '';
          return cut.map(formula => formula.querySelector('annotation').textContent);
        }"""
    )
    assert cut == []


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_rendered(name):
    text = html(name)
    assert "katex-error" not in text
    source = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    prose = re.sub(
        r"<pre.*?</pre>|<code.*?</code>|<annotation.*?</annotation>|<script.*?</script>",
        "",
        text,
        flags=re.DOTALL,
    )
    assert ('class="katex"' in prose) or "$" not in source
    assert not re.search(r"\$[^$\n]+\$|\\frac|\\partial", prose), (
        "a formula stands on the page as it was typed"
    )


def test_the_four_chapters_are_listed():
    assert [name.split("/")[-1] for name in CHAPTERS[:4]] == [
        "convolution",
        "gated_rnn",
        "attention_rnn",
        "loss_curves",
    ]
    article = re.search(r"<article.*</article>", html("book/intro"), re.DOTALL)[0]
    for name in CHAPTERS[:4]:
        assert re.search(rf'class="reference internal" href="[^"]*{name.split("/")[-1]}.html"', article)


@pytest.mark.parametrize("claim", list(CLAIMS), ids=lambda claim: claim.id)
def test_claims_page_links_to_the_derivation(claim):
    page = html("book/claims")
    (target,) = re.findall(rf'href="([^"#]*)#([^"]*)"[^>]*>(?:<span[^>]*>)?{re.escape(claim.id)}<', page)
    assert target == (f"../notebooks/{claim.chapter}.html", claim.anchor)
    assert f'id="{claim.anchor}"' in html(f"notebooks/{claim.chapter}")


@pytest.mark.parametrize("name", NUMBERED)
def test_equations_cited_in_docstrings_are_on_the_page(name):
    sources = (ROOT / "src/helpers" / name).rglob("*.py")
    cited = {
        number
        for path in sources
        for number in re.findall(r"(?<!\w)\((\d\.\d+)\)", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert cited <= set(re.findall(r'class="eqno">\(([0-9.]+)\)', html(f"notebooks/{name}")))


@pytest.mark.parametrize("name", NUMBERED)
def test_equation_numbers(name):
    found = re.findall(
        r'id="(?:equation-)?(eq-[a-z-]+)"[^>]*>\s*<span class="eqno">\(([0-9.]+)\)',
        html(f"notebooks/{name}"),
    )
    chapter = CHAPTERS.index(f"notebooks/{name}") + 1
    assert found == [(label, f"{chapter}.{number}") for number, label in enumerate(NUMBERED[name], 1)]


@pytest.mark.parametrize("name", EXPLORERS)
def test_on_paper_explorers_are_pictures_and_nothing_is_cut_off(open_page, name):
    page = open_page(name, width=674)  # A4 less the margins, at 96 pixels to the inch
    page.emulate_media(media="print")
    assert page.locator(".explorer .gc-panel:visible").count() > 0
    assert page.locator(".explorer .widget-value:visible").count() > 0
    for hidden in (
        ".explorer input",
        ".gc-reset",
        ".bd-article details.hide:not([open])",
        "#pst-primary-sidebar",
    ):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.bd-article .gc-grid')]
          .filter(grid => grid.scrollWidth > grid.clientWidth + 1).map(grid => grid.ariaLabel)"""
    )
    assert cut == []


def test_the_seconds_of_each_run_are_on_a_phones_screen(open_page):
    table = open_page("book/status", width=360).locator(".runs table")
    assert table.locator("th:visible").all_inner_texts() == ["Document", "Run Time (s)"]
    assert "A gated recurrent network" in table.inner_text()  # and not notebooks/gated_rnn
    assert "/" not in "".join(table.locator("td:first-child").all_inner_texts())
    for row in table.locator("tbody tr").all():
        seconds = row.locator("td:visible").last
        assert float(seconds.inner_text()) > 0
        box = seconds.bounding_box()
        assert box["x"] + box["width"] <= 360


def test_title_page(open_page):
    """The verdicts are counted, and there is something to move."""
    page = open_page("book/intro")
    for verdict, number in claims.counts().items():
        assert f"{claims.Verdict(verdict).sign} {verdict} {number}" in page.locator("article").inner_text()
    explorer = page.locator(".explorer")
    words = explorer.locator(".gc-words").first
    before = words.inner_text()
    explorer.locator("input").first.focus()
    page.keyboard.press("End")
    assert words.inner_text() != before


def test_github_serves_folders_that_begin_with_a_line():
    assert (SITE / ".nojekyll").exists()


def test_a_notebook_leaves_nothing_beside_it():
    """By now `make test` has run each where it lies, with PyTorch."""
    notebooks = ROOT / "notebooks"
    ours = {path.with_suffix(end).name for path in notebooks.glob("*.md") for end in (".md", ".ipynb")}
    found = {path.name for path in notebooks.iterdir() if path.name[0] not in "._"}
    assert found == ours | {"conftest.py", "lab.py", "limits.py", "renew.py", "sanitize.cfg", "stills.py"}
