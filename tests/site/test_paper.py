"""Paper: whatever stands on a page is printed whole, at the margins of `make pdf`."""

import pytest
from browsing import PAGES

WIDTH = int((210 - 2 * 16) / 25.4 * 96)
"""A4 between margins of 16 mm, in pixels."""

CUT = """() => {
  for (const hidden of document.querySelectorAll('.katex-mathml')) hidden.style.display = 'none'; // which is read, not seen
  const seen = [...document.querySelectorAll('article *')].filter(part => part.checkVisibility({visibilityProperty: true}));
  const own = part => [...part.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const scrolled = seen.filter(part => getComputedStyle(part).overflowX !== 'visible' && part.scrollWidth > Math.max(part.clientWidth, 1) + 1);
  const beyond = seen.filter(part => own(part)
    && Math.max(...[...part.getClientRects()].map(({right}) => right)) > innerWidth + 1);
  return [...new Set([...scrolled, ...beyond])].map(part => [part.tagName, part.className.toString(), part.textContent.slice(0, 80)]);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_printed_is_cut(open_page, name):
    page = open_page(name, width=WIDTH)
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('article details').forEach(details => { details.open = true; })")
    cut = page.evaluate(CUT)
    assert cut == []


def test_a_line_that_is_cut_is_caught(open_page):
    page = open_page("notebooks/loss_curves", width=WIDTH)
    page.emulate_media(media="print")
    page.add_style_tag(
        content="@media print { .bd-article pre { white-space: pre !important; overflow: auto !important; } }"
    )
    assert page.evaluate(CUT)
