"""The book for readers who do not see it, do not use a mouse, or want nothing to move."""

import itertools
import re

import pytest
from browsing import AXE, PAGES, html
from every_explorer import EXPLORERS

RUN_AXE = """async () => {
  const looks = new Set();
  const isNew = (code) => (word) => {
    const {color, backgroundColor, fontSize, fontWeight} = getComputedStyle(word.nodeType === Node.TEXT_NODE ? code : word);
    const look = [color, backgroundColor, fontSize, fontWeight, getComputedStyle(code).backgroundColor].join();
    return code.checkVisibility() && word.textContent.trim().length > 1 && !looks.has(look) && looks.add(look);
  };
  const asWide = (code) => { // so that what scrolls still does
    const {paddingLeft, paddingRight} = getComputedStyle(code);
    const line = Object.assign(document.createElement('div'), {textContent: 'code'});
    line.style.width = `${code.scrollWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)}px`;
    return line;
  };
  const keep = (element, parts) => [element, [...element.childNodes], parts];
  const shortened = [
    ...[...document.querySelectorAll('.katex-html')].map((formula) => keep(formula, [])),
    ...[...document.querySelectorAll('.highlight pre')].map((code) => keep(code, [asWide(code), ...[...code.childNodes].filter(isNew(code))])),
  ];
  for (const [element, _, parts] of shortened) element.replaceChildren(...parts);
  try {
    return (await axe.run({resultTypes: ['violations']})).violations;
  } finally {
    for (const [element, all] of shortened) element.replaceChildren(...all);
  }
}"""
"""Without what is drawn of formulas, which has a test of its own; and of the words of code, one of each look that axe can judge, which
needs more than one letter and that it is seen. They take most of the time."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(look_at, name, theme):
    page = look_at(name, theme=theme)
    page.add_script_tag(path=AXE)
    assert [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in page.evaluate(RUN_AXE)
        for node in violation["nodes"]
        if not (violation["id"] == "empty-table-header" and has_formula(page, node))
    ] == []


def test_axe_sees_code_that_is_too_pale(open_page):
    page = open_page("notebooks/convolution")
    too_pale = {
        "#cccccc": ".mi, .mf",
        "#ccccdd": ".o, [class^=s]",
        "#ccddcc": ".k, .kn",
        "#ddcccc": ".c1",
        "#dddddd": "pre",
    }
    for color, words in too_pale.items():
        page.add_style_tag(content=f".highlight :is({words}) {{ color: {color} !important; }}")
    page.add_script_tag(path=AXE)
    (contrast,) = (found for found in page.evaluate(RUN_AXE) if found["id"] == "color-contrast")
    assert {node["any"][0]["data"]["fgColor"] for node in contrast["nodes"]} == set(too_pale)


def has_formula(page, node):
    """Whether a heading that axe takes for empty is a formula: it does not count MathML as text."""
    return page.locator(node["target"][0]).locator("math").count() > 0


@pytest.mark.parametrize("name", PAGES)
def test_headings_are_in_order(name):
    article = re.search(r"<article.*</article>", html(name), re.DOTALL)[0]
    levels = [int(level) for level in re.findall(r"<h([1-6])", article)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_is_there_for_screen_readers(name):
    """KaTeX draws each formula twice: as MathML, which is read, and for the eye, which is hidden from the reader."""
    text = html(name)
    for_the_eye = re.findall(r'<[^>]*class="katex-html"[^>]*>', text)
    assert text.count('class="katex-mathml"') == text.count('class="katex"') == len(for_the_eye)
    assert all('aria-hidden="true"' in tag for tag in for_the_eye)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_formulas_have_the_colours_of_the_text_around_them(look_at, name, theme):
    strangers = look_at(name, theme=theme).evaluate(
        """() => [...document.querySelectorAll('.katex')].filter(formula => {
          const {color, backgroundColor} = getComputedStyle(formula.parentElement);
          return [formula, ...formula.querySelectorAll('.katex-html, .katex-html *')].some(part => {
            const own = getComputedStyle(part);
            return own.color !== color || ![backgroundColor, 'rgba(0, 0, 0, 0)'].includes(own.backgroundColor);
          });
        }).map(formula => formula.querySelector('annotation').textContent)"""
    )
    assert strangers == []


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_words(name):
    for tag in re.findall(r'<[^>]*class="(?:gc gc-panels|gc-grid|gc-plot)"[^>]*>|<img [^>]*>', html(name)):
        if 'role="' in tag or tag.startswith("<img"):
            assert re.search(r'(aria-label|alt)="[^"]+"', tag), tag


@pytest.mark.parametrize("name", PAGES)
def test_from_the_keyboard_everything_is_reached_and_nothing_traps(move_on, name):
    page = move_on(name)
    wanted = page.evaluate(
        """() => {
          window.missed = new Set([...document.querySelectorAll('a[href], button, input, textarea, summary, [tabindex="0"]')]
            .filter(element => element.checkVisibility({visibilityProperty: true}) && !element.disabled && element.tabIndex >= 0 && !element.matches('[type=radio]:not(:checked)')));
          document.addEventListener('focusin', () => missed.delete(document.activeElement), true);
          return missed.size;
        }"""
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
    assert page.evaluate("[...missed].map(element => element.outerHTML)") == []


@pytest.mark.parametrize("name", EXPLORERS)
def test_nothing_moves_by_itself_where_the_reader_wants_that(look_at, name):
    page = look_at(name)
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(element => {
          const {animationName, animationDuration, transitionDuration, scrollBehavior} = getComputedStyle(element);
          return (animationName !== 'none' && parseFloat(animationDuration) > 0.01)
            || transitionDuration.split(',').some(time => parseFloat(time) > 0.01) || scrollBehavior === 'smooth';
        }).map(element => element.outerHTML.slice(0, 100))"""
    )
    page.emulate_media(reduced_motion="no-preference")
    assert moving == []
