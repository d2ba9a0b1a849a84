"""What the site ships and others have made comes with their notices."""

from importlib.metadata import distribution

import pytest
from browsing import ROOT, SITE
from bs4 import BeautifulSoup

MADE = {
    "basic.css": "Sphinx",
    "documentation_options.js": "Sphinx",
    "language_data.js": "Sphinx",
    "pygments.css": "Pygments",
    "copybutton.js": "sphinx-copybutton",
    "theme.css": "pydata-sphinx-theme",
}
"""What packages make when the site is built, from templates of their own."""


@pytest.fixture(scope="module")
def listed():
    """The packages on the page of licences, and the page."""
    page = BeautifulSoup((SITE / "book/licences.html").read_text(encoding="utf-8"), "html.parser")
    names = [summary.get_text() for summary in page.select("details.licence > summary")]
    return [name.rpartition(" ")[0] for name in names], page.get_text()


def test_everything_is_ours_or_from_a_package_that_is_listed(listed):
    packages, _ = listed
    known = {path.read_bytes() for path in (ROOT / "book").glob("_[sv]*/**/*") if path.is_file()}
    for package in packages:
        if package != "KaTeX":
            known |= {
                path.locate().read_bytes() for path in distribution(package).files if path.locate().is_file()
            }
    found = [path for path in (SITE / "_static").rglob("*") if path.is_file() and path.name not in MADE]
    found = [path for path in found if not path.name.startswith("widget-")]  # which static_explorers writes
    assert len(found) > 50
    assert [str(path) for path in found if path.read_bytes() not in known] == []
    assert set(MADE.values()) <= set(packages)


def test_katex_comes_with_its_licence(listed):
    ours = (ROOT / "book/node_modules/katex/LICENSE").read_text(encoding="utf-8")
    assert (SITE / "_static/katex.LICENSE.txt").read_text(encoding="utf-8") == ours
    _, page = listed
    assert ours in page
