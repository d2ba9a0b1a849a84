"""What no page loads is not deployed, and what the pages use is."""

import pytest
from bs4 import BeautifulSoup
from postprocess import drop_repeated_styles, lighten, plain_classes, unwrap
from slim import unnamed


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "_static"
    (folder / "fonts").mkdir(parents=True)
    (tmp_path / "a.html").write_text('<script src="_static/used.js?v=1"></script>', encoding="utf-8")
    (folder / "used.js").write_text('load("late.js")', encoding="utf-8")
    (folder / "used.css").write_text("@font-face { src: url(fonts/text.woff2) }", encoding="utf-8")
    for name in ("late.js", "unused.png", "some.LICENSE.txt", "fonts/text.woff2", "fonts/other.woff2"):
        (folder / name).touch()
    return tmp_path


def test_only_what_nothing_names_goes(site):
    assert sorted(path.name for path in unnamed(site)) == ["other.woff2", "unused.png", "used.css"]


def test_a_page_drops_what_it_has_no_use_for():
    scripts = "".join(
        f'<script src="{name}.js"></script>' for name in ("fold", "clipboard.min", "scripts/bootstrap")
    )
    head = f'{scripts}<link href="katex.min.css" rel="stylesheet"/><link href="x.js" rel="preload"/>'
    page = BeautifulSoup(head, "html.parser")
    lighten(page)
    assert str(page) == '<script defer="" src="fold.js"></script>'  # not in a folder: only /fold.js is early
    page = BeautifulSoup(f'{head}<i class="katex"></i><i class="highlight"></i>', "html.parser")
    lighten(page)
    assert [script["src"] for script in page.find_all("script")] == ["fold.js", "clipboard.min.js"]
    assert page.find("link")["href"] == "katex.min.css"


def test_a_first_visit_has_the_systems_colours_before_it_is_painted():
    choice = 'data.mode = getItem("mode") || ""; dataset.mode; dataset.theme = getItem("theme") || "";'
    page = BeautifulSoup(f"<script>{choice}</script>", "html.parser")
    lighten(page)
    assert """getItem("mode") || 'auto'""" in page.script.string
    assert """getItem("theme") || (matchMedia('(prefers-color-scheme: dark)').matches""" in page.script.string


def test_a_style_stands_on_a_page_once():
    page = BeautifulSoup("<style>a</style><p><style>b</style><style>a</style></p>", "html.parser")
    drop_repeated_styles(page)
    assert str(page) == "<style>a</style><p><style>b</style></p>"


def test_words_of_code_that_look_like_all_code_need_no_element(tmp_path):
    looks = {"": "background: #fff; color: #000", ".n": "color: #000", ".k": "color: #00f"}
    rules = "\n".join(
        f'html[data-theme="{theme}"] .highlight {name} {{ {look} }}'.replace("  ", " ")
        for theme in ("light", "dark")
        for name, look in looks.items()
    )
    (tmp_path / "pygments.css").write_text(rules, encoding="utf-8")
    assert plain_classes(tmp_path) == {"n", "o"}
    page = BeautifulSoup(
        '<pre class="highlight"><span class="n">x</span><span class="k">in</span></pre>', "html.parser"
    )
    unwrap(page, {"n"})
    assert str(page) == '<pre class="highlight">x<span class="k">in</span></pre>'
