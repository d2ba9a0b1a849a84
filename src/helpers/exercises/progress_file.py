"""Which exercises are solved: a small file in the reader's own folder, never in the repository."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

FORMAT = 1
"""Of the file. A file of another format is set aside."""


def folder() -> Path:
    """Return the reader's own folder: ``GRADIENTS_CHECKED_HOME``, or where the system keeps a program's data."""
    named = os.environ.get("GRADIENTS_CHECKED_HOME")
    if named:
        return Path(named).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = os.environ.get("XDG_DATA_HOME") or home / ".local" / "share"
    return Path(data) / "gradients-checked"


class Progress:
    """Keeps the ids of solved exercises: in a file where it can, in memory where it cannot. It never raises.

    The file is read anew for each change, since another notebook may have written to it.
    """

    def __init__(self) -> None:
        self._not_written: set[str] = set()

    def solved(self) -> tuple[set[str], tuple[str, ...]]:
        """Return the ids of what is solved, and sentences on what is wrong with the file, if anything."""
        try:
            kept, said = _read(folder() / "progress.json")
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
            kept, said = set(), (_only_in_memory(error),)
        return kept | self._not_written, said

    def keep(self, id: str) -> tuple[str, ...]:
        """Note that an exercise is solved, and return sentences on what stood in the way, if anything."""
        self._not_written.add(id)
        try:
            path = folder() / "progress.json"
            kept, said = _read(path)
            if not self._not_written <= kept:
                _write(path, kept | self._not_written)
        except (OSError, RuntimeError) as error:
            return (_only_in_memory(error),)
        self._not_written.clear()
        return said


def _only_in_memory(error: Exception) -> str:
    return (
        f"Progress is kept in memory only, until the notebook ends: its file cannot be used ({error}). "
        "The variable GRADIENTS_CHECKED_HOME names another folder."
    )


def _read(path: Path) -> tuple[set[str], tuple[str, ...]]:
    """What the file holds, and what there is to say of it. A file that cannot be understood is renamed, not deleted."""
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
    """Write the file beside its place, and move it there: at no time is there half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix="progress-", suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "solved": sorted(solved)}, file, indent=1)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
