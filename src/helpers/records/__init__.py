"""Experiments that take too long to run again on a page: where their records are, and how they are written."""

import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

_FOLDER = Path(__file__).with_name("data")


def record_path(name: str) -> Path:
    """Return the path of a record of the book.

    Raises
    ------
    FileNotFoundError
        If there is no such record; the message lists those that there are.
    TypeError
        If the name is not text.

    Examples
    --------
    >>> record_path("attention_rnn_cost.json").name
    'attention_rnn_cost.json'
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be the name of a file, got {name!r}")
    if (path := _FOLDER / name).is_file():
        return path
    there_are = sorted(path.name for path in _FOLDER.iterdir())
    raise FileNotFoundError(f"no record {name!r}; there are {', '.join(there_are) or 'none'}")


def made_with(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of these packages, and the kind of machine: what a record says it was made with.

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
    Path(path).write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
