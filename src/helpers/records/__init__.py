"""Find and write the recorded experiments, those that take too long to run again on a page."""

import json
import os
import platform
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import BinaryIO

from ..numerics.arrays import short_repr

_DATA = files(__name__) / "data"


def record_path(name: str) -> Traversable:
    """Return the file of a record, a path that can be read and opened.

    Raises
    ------
    FileNotFoundError
        If there is no such record; the message lists the records.
    TypeError
        If the name is not text.

    Examples
    --------
    >>> record_path("attention_rnn_cost.json").name
    'attention_rnn_cost.json'
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be the name of a file, got {short_repr(name)}")
    records = {path.name: path for path in _DATA.iterdir()}
    if name not in records:
        raise FileNotFoundError(
            f"no record {short_repr(name)}; there are {', '.join(sorted(records)) or 'none'}"
        )
    return records[name]


def made_with(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of these packages, and the kind of machine: the provenance of a record.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If one is not installed.

    Examples
    --------
    >>> [*made_with("numpy")]
    ['python', 'machine', 'numpy']
    """
    versions = {package: version(package) for package in packages}
    return {"python": platform.python_version(), "machine": platform.machine(), **versions}


@contextmanager
def atomic_write(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when it is closed: a kill or a full disk leaves the old one whole.

    The folder is made if need be. Several processes may write at once; the last one wins.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(f"{folder}/new/table.csv") as file:
    ...         _ = file.write(b"training,seed")
    ...     Path(folder, "new", "table.csv").read_text()
    'training,seed'
    """
    with atomic_writes(path) as (file,):
        yield file


@contextmanager
def atomic_writes(*paths: str | Path) -> Iterator[Sequence[BinaryIO]]:
    """Open files as :func:`atomic_write` does; none takes its place before all are written.

    An OSError names the folder.
    """
    parts = {Path(path): _part(Path(path)) for path in paths}
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(part.open("xb")) for part in parts.values()]
            yield files
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            os.replace(part, path)  # when it is closed: Windows moves no open file
    except BaseException as error:
        for path, part in parts.items():
            part.unlink(missing_ok=True)
            if isinstance(error, OSError):  # of a full disk it names nothing, and else the part
                error.filename = str(path.parent)
        raise


def _part(path: Path) -> Path:
    """Return a name beside ``path`` that no other process writes to, and make the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")


def write_record(path: str | Path, record: dict[str, object]) -> None:
    """Write a record as JSON, a line for each entry, with the day's date after the first.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "record.json"
    ...     write_record(path, {"command": "python -m it", "losses": [1, 0.5]})
    ...     print(path.read_text().replace(date.today().isoformat(), "today"))
    {"command": "python -m it",
    "date": "today",
    "losses": [1, 0.5]}
    <BLANKLINE>
    """
    with atomic_write(path) as file:
        file.write(dated_json(record))


def dated_json(record: dict[str, object]) -> bytes:
    """Return what :func:`write_record` writes."""
    first, *others = record.items()
    dated = (first, ("date", date.today().isoformat()), *others)
    lines = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in dated)
    return ("{" + ",\n".join(lines) + "}\n").encode()
