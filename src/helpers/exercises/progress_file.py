"""Keep the solved exercises in a small file in the reader's own folder, never in the repository."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from filelock import FileLock
from platformdirs import user_data_path

from ..records import atomic_write

FORMAT = 1
"""The format of the file. A file of no known format is set aside; one of a newer format is left alone."""

SECONDS = 30.0
"""How long a notebook waits for another that writes."""

NAME = "gradients-checked"
FORMER = ("$XDG_DATA_HOME", "$LOCALAPPDATA", "~/Library/Application Support")
"""Places where a file may be from before the system's own place was known from ``platformdirs``.

:meta hide-value:
"""


def folder() -> Path:
    """Return the reader's own folder: ``GRADIENTS_CHECKED_HOME``, or the system's place for a program's data."""
    if named := os.environ.get("GRADIENTS_CHECKED_HOME"):
        return Path(named).expanduser()
    place = user_data_path(NAME, appauthor=False).expanduser()
    former = (Path(os.path.expandvars(os.path.expanduser(parent)), NAME) for parent in FORMER)
    return next((kept for kept in (place, *former) if (kept / "progress.json").exists()), place)


class Progress:
    """The ids of solved exercises: in a file where possible, else in memory. No method raises.

    The file is read anew for each change, under a lock, since another notebook may write to it. The page exports and imports the same
    format.
    """

    def __init__(self) -> None:
        self._not_written: set[str] = set()

    def solved(self) -> tuple[set[str], tuple[str, ...]]:
        """Return the ids of solved exercises, and sentences on what is wrong with the file, if anything."""
        try:
            kept, messages = _read(_file())
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
            kept, messages = set(), (_only_in_memory(error),)
        return kept | self._not_written, messages

    def keep(self, id: str) -> tuple[str, ...]:
        """Note that an exercise is solved, and return sentences on what went wrong, if anything."""
        self._not_written.add(id)
        try:
            path = _file()
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(".progress.lock"), timeout=SECONDS):
                kept, messages = _read(path)
                if not self._not_written <= kept:
                    _write(path, kept | self._not_written)
        except (OSError, RuntimeError) as error:
            return (_only_in_memory(error),)
        self._not_written.clear()
        return messages


def _file() -> Path:
    """Return the file itself, where its name is that of a link."""
    return Path(os.path.realpath(folder() / "progress.json"))


def _only_in_memory(error: Exception) -> str:
    return (
        f"Your progress is kept only until the notebook ends, since its file cannot be used ({error}). "
        "The variable GRADIENTS_CHECKED_HOME names another folder."
    )


def _read(path: Path) -> tuple[set[str], tuple[str, ...]]:
    """Return the ids in the file, and any message. A file that cannot be understood is renamed, not deleted."""
    if path.exists() and not path.is_file():  # one would wait for ever to read a pipe
        raise OSError(f"{path} is no file")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        solved, format = content["solved"], content["format"]
        is_newer = isinstance(format, int) and format > FORMAT
        is_read = format == FORMAT and isinstance(solved, list) and {str}.issuperset(map(type, solved))
    except FileNotFoundError:
        return set(), ()
    except (ValueError, KeyError, TypeError, RecursionError):
        return set(), _set_aside(path)
    if is_newer:
        raise OSError(f"{path} is of a newer edition of this book")
    return (set(solved), ()) if is_read else (set(), _set_aside(path))


def _set_aside(path: Path) -> tuple[str, ...]:
    aside = next(
        place
        for n in range(1, 1000)
        if not (place := path.with_name(f"progress-set-aside-{n}.json")).exists()
    )
    with contextlib.suppress(FileNotFoundError):  # another notebook has just done so
        os.replace(path, aside)
    return (
        f"The file of your progress could not be read. It was set aside as {aside}, and a new one was begun.",
    )


def _write(path: Path, solved: set[str]) -> None:
    with atomic_write(path) as file:
        file.write(json.dumps({"format": FORMAT, "solved": sorted(solved)}, indent=1).encode())
