"""The box that says how to run a chapter: as published, and with a made-up address of the project."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
import run_box
import yaml
from browsing import AXE, CHAPTERS, ROOT, SITE, opening, serving
from build import with_node
from postprocess import finish

ADDRESS = "https://github.com/somebody/a-book"
NOTEBOOK = "notebooks/gated_rnn.ipynb"


def commands(box):
    return [block.rstrip() for block in box.locator("pre").all_text_contents()]


def opened(page):
    """The box, unfolded from the keyboard."""
    page.locator("details.run > summary").focus()
    page.keyboard.press("Enter")
    return page.locator("details.run[open]")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_without_an_address_there_are_commands_and_downloads_and_no_buttons(open_page, chapter):
    page = open_page(chapter)
    box = opened(page)
    name = chapter.split("/")[-1]
    assert commands(box) == [
        "make lab",
        'pip install ".[notebooks]"',
        f"jupyter lab {name}.ipynb",
    ]
    assert box.locator(".run-button").count() == 0
    for number, ending in enumerate((".ipynb", ".md")):
        with page.expect_download() as download:
            box.locator("a.download").nth(number).click()
        assert download.value.suggested_filename == name + ending
        # The notebook is the executed twin, which nbval runs again.
        assert download.value.path().read_bytes() == (ROOT / f"{chapter}{ending}").read_bytes()


@pytest.fixture(scope="module")
def site_with_address(tmp_path_factory):
    """One chapter, built with an address in the environment; its cells are not run."""
    folder = tmp_path_factory.mktemp("addressed")
    config = yaml.safe_load((ROOT / "book/_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    config["sphinx"]["local_extensions"] = {"run_box": str(ROOT / "book/_ext")}
    config["sphinx"]["config"]["extensions"].remove("claims_csv")  # it needs the page of claims
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "_toc.yml").write_text(
        f"format: jb-book\nroot: {NOTEBOOK.removesuffix('.ipynb')}\n", encoding="utf-8"
    )
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT)),
        *(
            "--config",
            folder / "_config.yml",
            "--toc",
            folder / "_toc.yml",
            "--path-output",
            folder,
            "--quiet",
        ),
    ]
    environment = with_node() | {"REPOSITORY_URL": ADDRESS}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    site = folder / "_build" / "html"
    finish(site)  # the rest of the book is missing, so links are broken
    return site


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_with_an_address_there_are_buttons(browser, site_with_address, theme):
    with serving(site_with_address) as server, opening(browser, server) as open_page:
        page = open_page(NOTEBOOK.removesuffix(".ipynb"), width=360, theme=theme)
        box = opened(page)
        what = f"gradients-checked[notebooks] @ git+{ADDRESS}"
        assert commands(box) == [
            f"git clone {ADDRESS}\ncd a-book\nmake lab",
            f'pip install "{what}"',
            "jupyter lab gated_rnn.ipynb",
            f'%pip install "{what}"',
        ]
        links = {link.inner_text(): link.get_attribute("href") for link in box.locator(".run-button").all()}
        assert links == run_box.buttons(ADDRESS, "main", NOTEBOOK)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            "axe.run('details.run', {resultTypes: ['violations']}).then(({violations}) => violations)"
        )
        assert [violation["id"] for violation in found] == []


@pytest.mark.parametrize(
    ("configured", "in_environment", "taken"),
    [("", "", ""), (ADDRESS, "", ADDRESS), ("", ADDRESS, ADDRESS), (ADDRESS, "https://another", ADDRESS)],
)
def test_the_configured_address_comes_before_that_of_the_environment(
    monkeypatch, configured, in_environment, taken
):
    monkeypatch.setenv("REPOSITORY_URL", in_environment)
    config = SimpleNamespace(html_theme_options={"repository_url": configured})
    run_box.take_address(None, config)
    assert config.html_theme_options["repository_url"] == taken


def test_addresses_of_the_services():
    assert run_box.buttons(ADDRESS + ".git", "main", NOTEBOOK) == {
        "Binder": f"https://mybinder.org/v2/gh/somebody/a-book/main?urlpath=lab/tree/{NOTEBOOK}",
        "Colab": f"https://colab.research.google.com/github/somebody/a-book/blob/main/{NOTEBOOK}",
    }
    assert run_box.buttons("https://git.example.org/a/b", "main", NOTEBOOK) == {
        "Binder": f"https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Fa%2Fb/main?urlpath=lab/tree/{NOTEBOOK}"
    }
    assert run_box.buttons("", "main", NOTEBOOK) == {}


def test_what_the_box_names_is_there():
    assert "\nlab: " in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert 'name = "gradients-checked"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "\nnotebooks = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert SITE.exists()
