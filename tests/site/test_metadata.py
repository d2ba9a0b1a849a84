"""What a page says of itself to who links to it, and what the site says of itself."""

import re
from types import SimpleNamespace

import page_metadata
import pytest
from browsing import PAGES, SITE, html
from bs4 import BeautifulSoup


def parsed(name):
    return BeautifulSoup(html(name), "html.parser")


@pytest.mark.parametrize("name", PAGES)
def test_each_page_describes_itself(name):
    page = parsed(name)
    content = {
        tag.get("name") or tag.get("property"): tag.get("content") for tag in page.select("meta[content]")
    }
    assert 10 < len(content["description"]) <= page_metadata.LONGEST + 2
    assert content["og:title"]
    assert content["og:description"] == content["description"]
    assert content["twitter:card"] == "summary_large_image"
    assert ((SITE / f"{name}.html").parent / content["og:image"]).resolve().is_file()
    assert len(page.select("meta[name=viewport]")) == 1
    assert "Gradients, Checked — Gradients" not in page.title.get_text()


def test_descriptions_differ():
    descriptions = [parsed(name).select_one("meta[name=description]")["content"] for name in PAGES[:8]]
    assert len(set(descriptions)) == len(descriptions)


def test_the_footer_has_version_and_date_and_how_to_cite():
    footer = parsed("notebooks/convolution").select_one("footer.bd-footer-content")
    assert re.search(r"version \d+\.\d+\.\d+, built on \d+ \w+ \d{4}\.", footer.get_text())
    assert footer.select_one("a[href='../book/licences.html#how-to-cite']")
    assert "@software" in html("book/licences")
    assert "issues" not in str(footer)  # no address of the project is set


def test_the_first_page_is_a_page():
    page = parsed("index")
    assert page.html["lang"] == "en"
    assert page.title.get_text()
    assert page.select_one("a[href='book/intro.html']")


def test_there_is_a_page_for_addresses_that_lead_nowhere():
    page = parsed("404")
    assert page.select_one("h1").get_text() == "There is no such page"
    assert not page.select("link[rel=stylesheet], script")


@pytest.mark.parametrize(
    ("configured", "in_environment", "taken"),
    [
        ("", "", ""),
        ("https://book.example", "", "https://book.example/"),
        ("", "https://book.example/a/", "https://book.example/a/"),
        ("https://book.example/", "https://another.example", "https://book.example/"),
    ],
)
def test_the_configured_address_comes_before_that_of_the_environment(
    monkeypatch, configured, in_environment, taken
):
    monkeypatch.setenv("SITE_URL", in_environment)
    config = SimpleNamespace(html_baseurl=configured)
    page_metadata.take_address(None, config)
    assert config.html_baseurl == taken


def site_at(address, folder):
    config = SimpleNamespace(html_baseurl=address, html_title="A book", root_doc="book/intro")
    return SimpleNamespace(
        outdir=folder, config=config, env=SimpleNamespace(found_docs={"book/intro", "book/b"})
    )


def test_with_an_address_there_is_a_map(tmp_path):
    page_metadata.write_site_files(site_at("https://book.example/", tmp_path), None)
    places = re.findall(r"<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text(encoding="utf-8"))
    assert places == ["https://book.example/book/b.html", "https://book.example/book/intro.html"]
    assert "https://book.example/sitemap.xml" in (tmp_path / "robots.txt").read_text(encoding="utf-8")


def test_without_one_there_is_none(tmp_path):
    page_metadata.write_site_files(site_at("", tmp_path), None)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_with_an_address_a_page_names_its_own():
    app = site_at("https://book.example/", "")
    context = {"title": "Two", "pageurl": "https://book.example/book/b.html", "pathto": None}
    found = dict(page_metadata.tags(app, "book/b", context, "It says two."))
    assert found["og:url"] == "https://book.example/book/b.html"
    assert found["og:image"] == "https://book.example/_static/picture.png"
