"""Experiments that take too long to run again on a page: where their records are."""

from pathlib import Path

_HERE = Path(__file__).parent
_FOLDERS = (
    _HERE.parent.parent / "notebooks" / "data",  # in a clone
    _HERE / "data",  # in an installed package, which carries a copy
)


def recorded(name: str) -> Path:
    """Return the path of a record under ``notebooks/data``, or of its copy in the installed package.

    Raises
    ------
    FileNotFoundError
        If there is no such record; the message lists those that there are.

    Examples
    --------
    >>> recorded("attention_rnn_cost.json").name
    'attention_rnn_cost.json'
    """
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    there_are = sorted({path.name for folder in _FOLDERS if folder.is_dir() for path in folder.iterdir()})
    raise FileNotFoundError(f"no record {name!r}; there are {', '.join(there_are) or 'none'}")
