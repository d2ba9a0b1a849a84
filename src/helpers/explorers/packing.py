"""Every frame of an explorer, as one compressed binary table.

A *column* holds what one name of the frame is at every grid point of the sliders it depends on. Few of these
are distinct, so a column is a list of distinct values and, for each grid point, an index into it.

The bytes, before compression: the length of the header (uint32), the header (JSON), then the arrays that the
header points to, each aligned to 8 bytes. All little-endian. ``drawing.js`` reads it.
"""

from __future__ import annotations

import inspect
import itertools
import json
import re
import zlib
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence

import numpy as np

from ..numerics.arrays import DoesNotFit
from ..numerics.formatting import format_number

IMPOSSIBLE = "impossible"
"""The name under which a frame carries the sentence that says why its setting cannot be."""

Frame = dict[str, object]
"""Arrays, strings and numbers by name: what is shown at one setting of the sliders."""
Table = tuple[list[str], list[Frame]]
"""Sliders, and the frames at every setting of them."""

_numpys_own_errors = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
"""Decorates what must not depend on the reader's own ``np.seterr``."""


def evaluate(
    functions: Iterable[Callable[..., Frame]],
    values_of: Mapping[str, Sequence],
    labels: Mapping[str, str] | None = None,
) -> list[Table]:
    """Evaluate each function over the whole grid of the sliders that its parameters name.

    Return for each the sliders it depends on, and its frames in the order of ``itertools.product``.
    """
    tables = []
    for function in functions:
        sliders = list(inspect.signature(function).parameters)
        frames = [
            part_of_frame(function, dict(zip(sliders, setting, strict=True)), labels or {})
            for setting in itertools.product(*(values_of[slider] for slider in sliders))
        ]
        tables.append((sliders, frames))
    return tables


@_numpys_own_errors
def part_of_frame(
    function: Callable[..., Frame], setting: Mapping[str, object], labels: Mapping[str, str]
) -> Frame:
    """Return a function's part of the frame at one setting; where it raises DoesNotFit, the reason in the sliders' words."""
    try:
        return function(**setting)
    except DoesNotFit as error:
        reason = re.sub(r"\w+", lambda word: labels.get(word[0], word[0].replace("_", " ")), str(error))
        return {IMPOSSIBLE: f"This setting is impossible: {reason}."}


@_numpys_own_errors
def pack(tables: Iterable[Table], as_text: Container[str | None] = ()) -> bytes:
    """Return the tables of :func:`evaluate` as compressed bytes.

    Parameters
    ----------
    tables : sequence of (list of str, list of dict)
    as_text : list of str
        The names of matrices whose numbers are packed as text, as :func:`~helpers.numerics.formatting.format_number`
        writes them.

    Examples
    --------
    >>> packed = pack([(["n"], [{"square": 0}, {"square": 1}, {"square": 4}])])
    >>> zlib.decompress(packed)[4:59]
    b'{"columns": [{"name": "square", "sliders": ["n"], "valu'
    """
    body = bytearray()

    def place(array: np.ndarray) -> dict[str, object]:
        """Append an array to the body, and return its entry in the header."""
        body.extend(bytes(-len(body) % 8))
        start = len(body)
        body.extend(np.ascontiguousarray(array).tobytes())
        return {"type": array.dtype.name, "shape": array.shape, "start": start}

    columns = []
    for sliders, frames in tables:
        for name in dict.fromkeys(itertools.chain.from_iterable(frames)):
            values, index = _distinct([_compact(frame.get(name), name, name in as_text) for frame in frames])
            placed = [place(value) if isinstance(value, np.ndarray) else value for value in values]
            columns.append({"name": name, "sliders": sliders, "values": placed, "index": place(index)})
    header = json.dumps({"columns": columns}).encode()
    header += b" " * (-(4 + len(header)) % 8)
    return zlib.compress(np.uint32(len(header)).tobytes() + header + bytes(body), 9)


def _distinct(values: Iterable[object]) -> tuple[list[object], np.ndarray]:
    """Return the distinct values, in the order of their first appearance, and the index of each value among them."""
    found: dict[Hashable, tuple[int, object]] = {}
    index = [found.setdefault(_key(value), (len(found), value))[0] for value in values]
    return [value for _, value in found.values()], np.array(index, np.uint32)


def _key(value: object) -> Hashable:
    if isinstance(value, np.ndarray):
        return value.tobytes(), value.shape, value.dtype
    return json.dumps(value)


def _compact(value: object, name: str, as_text: bool) -> object:
    """Return an array in the smallest type that holds its numbers; floats as float32, which is finer than any screen."""
    if as_text and value is not None:
        return [[format_number(number) for number in row] for row in np.asarray(value)]
    if not isinstance(value, (np.ndarray, tuple, list)):
        return value
    array = np.asarray(value)
    if array.dtype.kind == "U":  # headings
        return array.tolist()
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers to be packed, got dtype {array.dtype}")
    return array.astype("<f4" if array.dtype.kind == "f" else _integer_type(array, name))


def _integer_type(array: np.ndarray, name: str) -> str:
    low, high = array.min(initial=0), array.max(initial=0)
    for dtype in ("int8", "<i2", "<i4"):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return dtype
    raise ValueError(f"{name} must hold integers of 32 bits to be packed, got {low} to {high}")
