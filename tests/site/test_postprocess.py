"""The last step of the build refuses a site with a broken link or two equal ids, and mends what the theme leaves."""

import pytest
from browsing import SITE
from bs4 import BeautifulSoup
from postprocess import finish, mend, problems

PAGE = '<h1 id="top">One</h1><a href="two.html#part">2</a><a href="#top">1</a><a href="#explorer-layer.stride=3">s</a><div id="explorer-layer"></div>'
OTHER = '<p id="part">Two</p><a href="https://elsewhere.example/#x">e</a><img src="picture.png">'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "one.html").write_text(PAGE)
    (tmp_path / "two.html").write_text(OTHER)
    (tmp_path / "picture.png").write_bytes(b"")
    return tmp_path


def test_a_whole_site_has_no_problems(site):
    assert problems(site) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong", "problem"),
    [
        ("one.html", "#part", "#party", "one.html: two.html#party leads to no place on its page"),
        ("one.html", '"two.html', '"three.html', "one.html: three.html#part leads to no file"),
        ("one.html", '"#top', '"#bottom', "one.html: #bottom leads to no place on its page"),
        ("one.html", "explorer-layer.stride=3", "part=3", "one.html: #part=3 leads to no place on its page"),
        (
            "one.html",
            "#explorer-layer",
            "#explorer-player",
            "one.html: #explorer-player.stride=3 leads to no place on its page",
        ),
        ("two.html", "picture.png", "drawing.png", "two.html: drawing.png leads to no file"),
        ("two.html", "<p ", '<b id="part"></b><p ', "two.html: the id part is given 2 times"),
    ],
)
def test_planted_faults_are_found(site, name, right, wrong, problem):
    page = (site / name).read_text()
    assert right in page
    (site / name).write_text(page.replace(right, wrong))
    assert problems(site) == [problem]


def test_the_built_site_has_none_and_is_mended():
    assert problems(SITE) == []
    page = BeautifulSoup((SITE / "notebooks/convolution.html").read_text(encoding="utf-8"), "html.parser")
    before = str(page)
    mend(page)
    assert str(page) == before
    assert "fontawesome.js" not in before


FAULTS = {
    '<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>': "",
    '<summary aria-label="Toggle hidden content">Show</summary>': "<summary>Show</summary>",
    '<button aria-label="Search" class="btn search-button-field">Find</button>': '<button class="btn search-button-field">Find</button>',
    '<div id="pst-primary-sidebar"></div>': '<div aria-label="The book" id="pst-primary-sidebar" role="region"></div>',
    '<th class="head"> <p></p></th><th class="head">name</th>': '<td></td><th class="head">name</th>',
    '<div class="citation-list" role="list"><div role="doc-biblioentry"></div></div>': '<div class="citation-list"><div></div></div>',
    # What a page holds besides stays as it is.
    '<svg viewbox="0 0 1 1"><path d="M0 0"></path></svg><script>let a = 1 < 2 && "b";</script><p>1 &lt; 2</p>': None,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_theme_leaves_is_mended(tmp_path, fault):
    page = tmp_path / "page.html"
    page.write_text(fault, encoding="utf-8")
    assert finish(tmp_path) == []
    assert page.read_text(encoding="utf-8") == (fault if FAULTS[fault] is None else FAULTS[fault])
