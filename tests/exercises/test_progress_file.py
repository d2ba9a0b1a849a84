"""Progress is saved where it can be, and never lost."""

import pytest

from helpers import exercises
from helpers.exercises.progress_file import Progress


def test_another_notebook_sees_it_and_adds_to_it(home):
    Progress().keep("1.1.a")
    other = Progress()
    other.keep("1.1.b")
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"format": 0, "solved": []}',
        b'{"format": 1, "solved": "1.1.a"}',
        b'{"format": 1, "solved": [1]}',
        b'{"format": 1}',
        b"[" * 100000,
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside_and_not_lost(home, content):
    home.mkdir()
    (home / "progress.json").write_bytes(content)
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "was set aside as" in answer.sentences[-1]
    assert (home / "progress-set-aside-1.json").read_bytes() == content
    assert Progress().solved() == ({"1.1.a"}, ())
    (home / "progress.json").write_bytes(content)
    assert "set aside" in repr(exercises.progress())
    assert (home / "progress-set-aside-2.json").read_bytes() == content
    assert (home / "progress-set-aside-1.json").read_bytes() == content


@pytest.mark.parametrize("trouble", ["a file in the folder's place", "no home", "full"])
def test_where_nothing_can_be_written_progress_is_kept_in_memory(home, trouble, monkeypatch):
    if trouble == "full":
        monkeypatch.setattr("helpers.exercises.progress_file.os.replace", _refuse)
    elif trouble == "no home":
        monkeypatch.delenv("GRADIENTS_CHECKED_HOME")
        monkeypatch.setattr("helpers.exercises.progress_file.Path.home", _no_home)
    else:
        home.write_text("in the way")
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "kept in memory only" in answer.sentences[-1]
    assert "1.1.a ✓" in repr(exercises.progress())
    if trouble == "full":
        assert list(home.iterdir()) == []
        monkeypatch.undo()
        monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(home))


def _refuse(*_):
    raise OSError(28, "No space left on device")


def _no_home():
    raise RuntimeError("Could not determine home directory.")


def test_what_was_kept_in_memory_is_written_later(home):
    home.write_text("in the way")
    keeper = Progress()
    assert keeper.keep("1.1.a")
    home.unlink()
    assert keeper.keep("1.1.b") == ()
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.local/share/gradients-checked"),
        ("linux", {"XDG_DATA_HOME": "elsewhere"}, "elsewhere/gradients-checked"),
        ("darwin", {}, "home/Library/Application Support/gradients-checked"),
        ("win32", {"LOCALAPPDATA": "data"}, "data/gradients-checked"),
        ("linux", {"GRADIENTS_CHECKED_HOME": "named"}, "named"),
    ],
)
def test_the_readers_own_folder(monkeypatch, platform, variables, expected):
    from pathlib import Path

    from helpers.exercises import progress_file

    for name in ("GRADIENTS_CHECKED_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(progress_file.sys, "platform", platform)
    monkeypatch.setattr(progress_file.Path, "home", lambda: Path("home"))
    assert progress_file.folder() == Path(expected)
