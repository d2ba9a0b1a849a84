"""Progress is saved where it can be, in the same folder as ever, and never lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from helpers import exercises
from helpers.exercises import progress_file
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
        monkeypatch.setattr("helpers.exercises.progress_file.user_data_path", _no_home)
    else:
        home.write_text("in the way")
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "kept only until the notebook ends" in answer.sentences[-1]
    assert "1.1.a ✓" in repr(exercises.progress())
    if trouble == "full":
        assert [path.name for path in home.iterdir()] == [".progress.lock"]
        monkeypatch.undo()
        monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(home))


def _refuse(*_):
    raise OSError(28, "No space left on device")


def _no_home(*_, **__):
    raise RuntimeError("Could not determine home directory.")


def test_what_was_kept_in_memory_is_written_later(home):
    home.write_text("in the way")
    keeper = Progress()
    assert keeper.keep("1.1.a")
    home.unlink()
    assert keeper.keep("1.1.b") == ()
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())


# Two notebooks at once, and odd files

KEEP = """
import sys
from helpers.exercises.progress_file import Progress

progress = Progress()
for number in range(int(sys.argv[2])):
    assert progress.keep(f"{sys.argv[1]}.{number}") == ()
"""


def test_two_notebooks_at_once_lose_nothing(home):
    writing = [subprocess.Popen([sys.executable, "-c", KEEP, name, "100"]) for name in "ab"]
    assert [process.wait() for process in writing] == [0, 0]
    expected = {f"{name}.{number}" for name in "ab" for number in range(100)}
    assert Progress().solved() == (expected, ())


NEWER = b'{"format": 2, "solved": {"1.1.a": "today"}}'


@pytest.mark.parametrize("kind", ["pipe", "folder", "newer format"])
def test_what_is_in_the_files_place_is_left_alone(home, kind):
    home.mkdir()
    path = home / "progress.json"
    if kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no named pipes")
        os.mkfifo(path)
    elif kind == "folder":
        (path / "inside").mkdir(parents=True)
    else:
        path.write_bytes(NEWER)
    before = path.stat()
    answer = exercises.check("1.1.a", (5, 2))
    assert answer.right
    assert "kept only until the notebook ends" in answer.sentences[-1]
    assert ("newer edition" in answer.sentences[-1]) == (kind == "newer format")
    assert "1.1.a ✓" in repr(exercises.progress())
    assert path.stat() == before
    assert sorted(path.name for path in home.iterdir() if path.name[0] != ".") == ["progress.json"]


def test_a_link_stays_a_link(home, tmp_path):
    home.mkdir()
    kept = tmp_path / "kept.json"
    kept.write_text('{"format": 1, "solved": ["1.1.a"]}')
    (home / "progress.json").symlink_to(kept)
    assert Progress().keep("1.1.b") == ()
    assert (home / "progress.json").is_symlink()
    assert json.loads(kept.read_text())["solved"] == ["1.1.a", "1.1.b"]


def test_in_a_folder_that_is_read_only_what_there_is_is_read(home, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    Progress().keep("1.1.a")
    monkeypatch.setattr(progress_file, "FileLock", refuse)
    progress = Progress()
    assert "kept only until the notebook ends" in progress.keep("1.1.b")[0]
    assert progress.solved() == ({"1.1.a", "1.1.b"}, ())


@pytest.fixture
def on_system(monkeypatch, tmp_path):
    """Take the folder from another system's rules, with a home and variables of its own."""

    def use(system, variables):
        for name in ("GRADIENTS_CHECKED_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value.replace("{home}", str(tmp_path)))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(
            progress_file, "user_data_path", lambda name, appauthor: system(name, appauthor).user_data_path
        )
        # On Windows itself the registry is asked, which names the same folder.
        monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda _: os.environ["LOCALAPPDATA"])
        return tmp_path

    return use


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        (Unix, {}, "home/.local/share/gradients-checked"),
        (Unix, {"XDG_DATA_HOME": "/elsewhere"}, "/elsewhere/gradients-checked"),
        (MacOS, {}, "home/Library/Application Support/gradients-checked"),
        (Windows, {"LOCALAPPDATA": "data"}, "data/gradients-checked"),
        (Unix, {"GRADIENTS_CHECKED_HOME": "named"}, "named"),
    ],
)
def test_the_readers_own_folder(on_system, system, variables, expected):
    home = on_system(system, variables)
    assert progress_file.folder() == Path(expected.replace("home", str(home)))


@pytest.mark.parametrize(
    ("system", "variables", "former"),
    [
        (MacOS, {"XDG_DATA_HOME": "{home}/xdg"}, "Library/Application Support"),
        (Unix, {"LOCALAPPDATA": "{home}/data"}, "data"),  # a Windows whose registry names another folder
        (Unix, {"XDG_DATA_HOME": "share"}, "share"),  # which is not absolute, and does not count since
    ],
)
def test_a_file_from_before_is_found(on_system, system, variables, former):
    home = on_system(system, variables)
    old = home / former / "gradients-checked" / "progress.json"
    old.parent.mkdir(parents=True)
    old.write_text('{"format": 1, "solved": ["1.1.a"]}')
    assert Progress().keep("1.1.b") == ()
    assert Progress().solved() == ({"1.1.a", "1.1.b"}, ())
