"""The site that was there stays until a new one is whole."""

import subprocess
from types import SimpleNamespace

import build
import pytest


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Where the site stands, with an old one in its place."""
    site = tmp_path / "_build" / "html"
    site.mkdir(parents=True)
    (site / "old.html").touch()
    monkeypatch.setattr(build, "SITE", site)
    monkeypatch.setattr(build, "BESIDE", site.with_name("next"))
    monkeypatch.setattr(build, "find_spec", lambda name: name)
    monkeypatch.setattr(build, "slim", lambda made: None)
    return site


def jupyter_book(monkeypatch, ends):
    """Put in Jupyter Book's place what writes a page and then ends in this way."""

    def run(command, **_):
        folder = build.Path(command[command.index("--path-output") + 1]) / "_build" / "html"
        folder.mkdir(parents=True)
        (folder / "new.html").write_text("<p id='a'>", encoding="utf-8")
        return ends()

    monkeypatch.setattr(build.subprocess, "run", run)


def interrupted():
    raise KeyboardInterrupt


def test_a_new_site_takes_the_old_ones_place(site, monkeypatch):
    for _ in range(2):
        jupyter_book(monkeypatch, lambda: subprocess.CompletedProcess([], 0))
        assert build.build() == 0
        assert [path.name for path in site.iterdir()] == ["new.html"]
        assert [path.name for path in site.parent.iterdir()] == ["html"]


def test_a_build_that_fails_leaves_the_old_site(site, monkeypatch):
    jupyter_book(monkeypatch, lambda: SimpleNamespace(returncode=2))
    assert build.build() == 2
    assert [path.name for path in site.iterdir()] == ["old.html"]


def test_a_build_that_is_interrupted_leaves_the_old_site(site, monkeypatch):
    jupyter_book(monkeypatch, interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.build()
    assert [path.name for path in site.iterdir()] == ["old.html"]


def test_a_site_with_a_broken_link_leaves_the_old_one(site, monkeypatch, capsys):
    jupyter_book(monkeypatch, lambda: subprocess.CompletedProcess([], 0))
    monkeypatch.setattr(build, "finish", lambda made: [f"{made.name}: a link leads to no file"])
    assert build.build() == 1
    assert [path.name for path in site.iterdir()] == ["old.html"]
    assert "a link leads to no file" in capsys.readouterr().out


def test_without_pytorch_a_sentence_says_what_there_is(site, monkeypatch):
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="make lab"):
        build.build()
