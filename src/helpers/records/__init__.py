"""Find and write the recorded experiments, those that take too long to run again on a page."""

import json
import os
import platform
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # when it is closed: Windows moves no open file
    except BaseException:
        part.unlink(missing_ok=True)
        raise


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
    first, *others = record.items()
    dated = (first, ("date", date.today().isoformat()), *others)
    lines = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in dated)
    with atomic_write(path) as file:
        file.write(("{" + ",\n".join(lines) + "}\n").encode())
