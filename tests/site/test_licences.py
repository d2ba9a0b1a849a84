"""What the site ships and others have made comes with their notices."""

import re
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


VENDORED = {"KaTeX": "katex", "Source Serif 4": "@fontsource/source-serif-4"}
"""What comes from npm, by its name on the page of licences."""
OURS = re.compile(r"preview-data\.js|(explorer|widget)-[a-z0-9-]+\.js|picture\.png")
"""What the build makes of the book itself."""


def test_everything_is_ours_or_from_a_package_that_is_listed(listed):
    """By their names, as the build leaves of styles and fonts what the pages use."""
    packages, _ = listed
    known = {path.name for path in (ROOT / "book").glob("_[sv]*/**/*") if path.is_file()}
    for package in set(packages) - set(VENDORED):
        known |= {path.name for path in distribution(package).files}
    files = (path.name for path in (SITE / "_static").rglob("*") if path.is_file())
    found = {re.sub(r"\.[0-9a-f]{64}\.", ".", name) for name in files} - set(MADE)  # MyST-NB's is marked
    assert len(found) > 30
    assert [name for name in found - known if not OURS.fullmatch(name)] == []
    assert set(MADE.values()) <= set(packages)
    assert set(VENDORED) <= set(packages)


@pytest.mark.parametrize("package", VENDORED.values())
def test_what_comes_from_npm_comes_with_its_licence(listed, package):
    ours = (ROOT / f"book/node_modules/{package}/LICENSE").read_text(encoding="utf-8")
    name = f"{package.rpartition('/')[2]}.LICENSE.txt"
    assert (SITE / "_static" / name).read_text(encoding="utf-8") == ours
    _, page = listed
    assert ours in page
