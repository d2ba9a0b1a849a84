"""Where the reader's progress is kept: the same folder as ever on each system, or the file that is there from before."""

import os
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from helpers.exercises import progress_file
from helpers.exercises.progress_file import Progress


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
