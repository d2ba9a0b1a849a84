"""Keep the solved exercises in a small file in the reader's own folder, never in the repository."""

from __future__ import annotations

import json
import os
from pathlib import Path

from platformdirs import user_data_path

from ..records import atomic_write

FORMAT = 1
"""The format of the file. A file of another format is set aside."""

NAME = "gradients-checked"
FORMER = ("$XDG_DATA_HOME", "$LOCALAPPDATA", "~/Library/Application Support")
"""Places where a file may be from before the system's own place was known from ``platformdirs``."""


def folder() -> Path:
    """Return the reader's own folder: ``GRADIENTS_CHECKED_HOME``, or the system's place for a program's data."""
    if named := os.environ.get("GRADIENTS_CHECKED_HOME"):
        return Path(named).expanduser()
    place = user_data_path(NAME, appauthor=False).expanduser()
    former = (Path(os.path.expandvars(os.path.expanduser(parent)), NAME) for parent in FORMER)
    return next((kept for kept in (place, *former) if (kept / "progress.json").exists()), place)


class Progress:
    """The ids of solved exercises: in a file where possible, else in memory. No method raises.

    The file is read anew for each change, since another notebook may have written to it.
    """

    def __init__(self) -> None:
        self._not_written: set[str] = set()

    def solved(self) -> tuple[set[str], tuple[str, ...]]:
        """Return the ids of solved exercises, and sentences on what is wrong with the file, if anything."""
        try:
            kept, messages = _read(folder() / "progress.json")
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
            kept, messages = set(), (_only_in_memory(error),)
        return kept | self._not_written, messages

    def keep(self, id: str) -> tuple[str, ...]:
        """Note that an exercise is solved, and return sentences on what went wrong, if anything."""
        self._not_written.add(id)
        try:
            path = folder() / "progress.json"
            kept, messages = _read(path)
            if not self._not_written <= kept:
                _write(path, kept | self._not_written)
        except (OSError, RuntimeError) as error:
            return (_only_in_memory(error),)
        self._not_written.clear()
        return messages


def _only_in_memory(error: Exception) -> str:
    return (
        f"Progress is kept in memory only, until the notebook ends: its file cannot be used ({error}). "
        "The variable GRADIENTS_CHECKED_HOME names another folder."
    )


def _read(path: Path) -> tuple[set[str], tuple[str, ...]]:
    """Return the ids in the file, and any message. A file that cannot be understood is renamed, not deleted."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        solved = content["solved"]
        if (
            content["format"] == FORMAT
            and isinstance(solved, list)
            and all(isinstance(id, str) for id in solved)
        ):
            return set(solved), ()
    except FileNotFoundError:
        return set(), ()
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    aside = next(
        place
        for n in range(1, 1000)
        if not (place := path.with_name(f"progress-set-aside-{n}.json")).exists()
    )
    os.replace(path, aside)
    return set(), (
        f"The file of your progress could not be read and was set aside as {aside}. A new one is begun.",
    )


def _write(path: Path, solved: set[str]) -> None:
    with atomic_write(path) as file:
        file.write(json.dumps({"format": FORMAT, "solved": sorted(solved)}, indent=1).encode())
