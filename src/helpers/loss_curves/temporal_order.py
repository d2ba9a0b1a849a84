"""The temporal-order task: which two symbols came, and in which order? Chapter 1.3 of the book.

A sequence begins with B, ends with E, and is filled with distractors a, b, c, d. Two places hold an X or a Y
each. These two determine the class, and nothing else does:

    XX → Q,    XY → R,    YX → S,    YY → U                                               (4.1)

The first stands at position t₁, the second at t₂, each drawn uniformly from its range, as is the length.
How long the ranges are is the :class:`Level`. This is experiment 6a of Hochreiter and Schmidhuber (1997).

Every range here is inclusive, and positions count from 0, which is B: with t₁ = 1 the sequence begins BX.
The easy level's shortest sequences look like BXaaYaE. The paper's "between 10 and 20" leaves this open; the
course's notebook does the same.

Sequences of one level differ in length. In an array they end together: shorter ones are padded in front,
to the length of the level's longest, and a network reads the class after E, in the last column.

Every function checks its arguments before any work. It raises TypeError where a number is not whole or something
else is of the wrong kind, and ValueError where a value or a shape does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..numerics.arrays import (
    boolean,
    check_memory,
    is_sequence,
    plain_array,
    short_repr,
    whole_number,
    whole_numbers,
)

__all__ = [
    "CLASSES",
    "LEVELS",
    "SYMBOLS",
    "Batch",
    "Level",
    "class_names",
    "classify",
    "is_held_out",
    "one_hot",
    "sample",
    "symbols_from_one_hot",
    "symbols_from_text",
    "text",
]

SYMBOLS = "XYabcdBE"
"""Symbol number s is ``SYMBOLS[s]``, and column s of a one-hot encoding."""

CLASSES = "QRSU"
"""Class number k is ``CLASSES[k]``."""

PADDING = -1
"""The number in front of a short sequence; its one-hot encoding is all zeros."""

HELD_OUT_SHARE = 8
"""1 in HELD_OUT_SHARE patterns of distractors is held out."""

MOST_ROUNDS = 100
"""The largest number of draws in :func:`sample`; at the five levels one is nearly always enough."""

_X, _Y = SYMBOLS.index("X"), SYMBOLS.index("Y")
_FIRST_DISTRACTOR, _LAST_DISTRACTOR = SYMBOLS.index("a"), SYMBOLS.index("d")
_BEGIN, _END = SYMBOLS.index("B"), SYMBOLS.index("E")


@dataclass(frozen=True)
class Level:
    """The range of a sequence's length, and of the positions of its two symbols.

    Parameters
    ----------
    lengths, first, second : (int, int)
        Smallest and largest length, t₁ and t₂, both included.

    Examples
    --------
    >>> LEVELS["easy"]
    Level(lengths=(7, 8), first=(1, 2), second=(4, 5))
    """

    lengths: tuple[int, int]
    first: tuple[int, int]
    second: tuple[int, int]

    def __post_init__(self) -> None:
        for name in ("lengths", "first", "second"):
            low, high = whole_numbers(getattr(self, name), name, at_least=1, count=2)
            object.__setattr__(self, name, (low, high))
            if low > high:
                raise ValueError(f"{name} must be (smallest, largest), got ({low}, {high})")
        if not self.first[1] < self.second[0] <= self.second[1] <= self.lengths[0] - 2:
            raise ValueError(
                f"first {self.first} must end before second {self.second} begins, and second before the last "
                f"symbol of the shortest sequence, at {self.lengths[0] - 1}"
            )

    @property
    def longest(self) -> int:
        """The largest length, to which all are padded."""
        return self.lengths[1]

    @classmethod
    def of(cls, level: str | Level) -> Level:
        """Return the level of this name among :data:`LEVELS`, or a level as it is.

        Examples
        --------
        >>> Level.of("easy").longest
        8
        """
        if isinstance(level, Level):
            return level
        if not isinstance(level, str) or level not in LEVELS:
            raise ValueError(f"level must be one of {', '.join(LEVELS)}, got {short_repr(level)}")
        return LEVELS[level]


LEVELS = {
    "easy": Level(lengths=(7, 8), first=(1, 2), second=(4, 5)),
    "normal": Level(lengths=(30, 40), first=(2, 5), second=(20, 27)),
    "moderate": Level(lengths=(60, 80), first=(10, 20), second=(45, 54)),
    "hard": Level(lengths=(100, 110), first=(10, 20), second=(50, 60)),
    "nightmare": Level(lengths=(300, 500), first=(10, 80), second=(250, 290)),
}
"""The five levels of the course; ``hard`` is the paper's."""


class Batch(NamedTuple):
    """Sequences and their classes.

    Attributes
    ----------
    symbols : numpy.ndarray of int8, shape (N, T)
        Symbol numbers; in front of a short sequence, −1.
    labels : numpy.ndarray of int64, shape (N,)
        Class numbers.
    """

    symbols: np.ndarray
    labels: np.ndarray


def sample(level: str | Level, count: int, rng: np.random.Generator, *, held_out: bool = False) -> Batch:
    """Draw sequences, all at once.

    What is drawn for training never contains a sequence that is held out, and the other way round; see
    :func:`is_held_out`.

    Parameters
    ----------
    level : str or Level
        A name among :data:`LEVELS`, or a level of your own.
    count : int
        N, how many sequences.
    rng : numpy.random.Generator
        Where the randomness comes from.
    held_out : bool
        Whether to draw from the sequences that are held out, rather than from the others. A level so small that
        one of the two has no sequence raises ValueError.

    Returns
    -------
    Batch
        T is the level's longest length.

    Examples
    --------
    >>> symbols, labels = sample("moderate", 32, np.random.default_rng(1))
    >>> symbols.shape, labels.shape
    ((32, 80), (32,))
    """
    level = Level.of(level)
    count = whole_number(count, "count", at_least=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    held_out = boolean(held_out, "held_out")
    share = 1 / HELD_OUT_SHARE if held_out else 1 - 1 / HELD_OUT_SHARE
    check_memory("level and count", (count, level.longest))
    drawn, missing = [], count
    for _ in range(MOST_ROUNDS):
        symbols, labels = _draw(level, int(1.1 * missing / share) + 5, rng)
        kept = np.flatnonzero(_held_out(symbols) == held_out)[:missing]
        drawn.append(Batch(symbols[kept], labels[kept]))
        missing -= kept.size
        if not missing:
            return Batch(*map(np.concatenate, zip(*drawn, strict=True)))
    raise ValueError(f"level must have sequences that are {'' if held_out else 'not '}held out, got {level}")


def classify(symbols: ArrayLike) -> NDArray[np.int64]:
    """Return the classes that (4.1) gives: 2 · (first is Y) + (second is Y).

    Parameters
    ----------
    symbols : array_like of int, shape (N, T)

    Returns
    -------
    numpy.ndarray of int64, shape (N,)

    Examples
    --------
    >>> class_names(classify(symbols_from_text(["BXaaXaE", "BaXacYaE", "BYaaXaE", "BaYbYE"])))
    ['Q', 'R', 'S', 'U']
    """
    symbols = _sequences(symbols)
    rows, columns = np.nonzero((symbols == _X) | (symbols == _Y))
    if not np.array_equal(rows, np.repeat(np.arange(len(symbols)), 2)):
        wrong = np.flatnonzero(np.bincount(rows, minlength=len(symbols)) != 2)[0]
        raise ValueError(f"symbols must hold two of X and Y in each row, got {text(symbols)[wrong]!r}")
    first, second = (symbols[rows, columns] == _Y).reshape(len(symbols), 2).T
    return 2 * first.astype(np.int64) + second


def is_held_out(symbols: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each sequence is held out, so that training never sees it.

    The sequences themselves are split, not the draws: a hash of the sequence decides, always in the same
    way. It takes X and Y as one symbol. So the four sequences that differ in nothing else, one of each
    class, are on the same side, and both sides hold exactly as many of each class. About one pattern in
    eight is held out. A sequence in a longer array, with more padding, hashes to the same.

    Parameters
    ----------
    symbols : array_like of int, shape (N, T)

    Returns
    -------
    numpy.ndarray of bool, shape (N,)

    Notes
    -----
    The hash is a polynomial in an odd number modulo 2⁶⁴, read from its highest bits.

    Examples
    --------
    >>> is_held_out(symbols_from_text(["BXabXaE", "BYabXaE", "BXbbXaE", "BYbbYaE"]))
    array([False, False,  True,  True])
    """
    return _held_out(_sequences(symbols))


def _held_out(symbols: NDArray[np.int8]) -> NDArray[np.bool_]:
    hashes = _HASH_DIGITS.take(symbols, mode="wrap") @ _hash_powers(symbols.shape[1])
    return hashes < 2**64 // HELD_OUT_SHARE


@cache
def _hash_powers(T: int) -> NDArray[np.integer]:
    """Return powers of the base that rise from the end, so that padding in front changes nothing."""
    return np.cumprod(np.full(T, _HASH_BASE))[::-1].copy()


_HASH_DIGITS = np.array([1, 1, 2, 3, 4, 5, 6, 7, 0], np.uint64)
"""The digit of each symbol, and at −1 that of padding: X and Y share one, and padding does not count."""

_HASH_BASE = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ divided by the golden ratio: odd, so that no power of it is 0 modulo 2⁶⁴."""


def one_hot(symbols: ArrayLike, dtype: DTypeLike = np.float32) -> NDArray:
    """Return the one-hot encoding: a 1 in the symbol's column; padding is all zeros.

    Parameters
    ----------
    symbols : array_like of int, shape (..., T)
    dtype : dtype

    Returns
    -------
    numpy.ndarray, shape (..., T, 8)

    Examples
    --------
    Padding, then X:

    >>> one_hot([-1, 0], dtype=int)
    array([[0, 0, 0, 0, 0, 0, 0, 0],
           [1, 0, 0, 0, 0, 0, 0, 0]])
    """
    symbols = _symbols(symbols)
    try:
        dtype = np.dtype(dtype)
    except (TypeError, ValueError):
        raise TypeError(f"dtype must be a NumPy dtype, got {short_repr(dtype)}") from None
    rows = np.eye(len(SYMBOLS) + 1, len(SYMBOLS), dtype=dtype)  # padding is number −1: the last, all zeros
    return rows.take(symbols, axis=0, mode="wrap")


def symbols_from_one_hot(encoding: ArrayLike) -> NDArray[np.int8]:
    """Return the symbol numbers of a one-hot encoding; rows of zeros are padding.

    Parameters
    ----------
    encoding : array_like, shape (..., T, 8)

    Returns
    -------
    numpy.ndarray of int8, shape (..., T)

    Examples
    --------
    >>> symbols_from_one_hot(one_hot([-1, 6, 0])).tolist()
    [-1, 6, 0]
    """
    encoding = plain_array(encoding, "encoding")
    if encoding.ndim < 2 or encoding.shape[-1] != len(SYMBOLS):
        raise ValueError(f"encoding must have shape (..., T, {len(SYMBOLS)}), got shape {encoding.shape}")
    ones = (encoding == 1).sum(axis=-1)
    if not (((encoding == 0) | (encoding == 1)).all() and (ones <= 1).all()):
        raise ValueError("encoding must hold one 1 in each row, or none, and 0 everywhere else")
    return np.where(ones == 1, encoding.argmax(axis=-1), PADDING).astype(np.int8)


def text(symbols: ArrayLike) -> list[str]:
    """Return the sequences as strings, without their padding.

    Parameters
    ----------
    symbols : array_like of int, shape (N, T)

    Returns
    -------
    list of str

    Examples
    --------
    >>> text([[-1, 6, 0, 2, 7], [6, 0, 2, 5, 7]])
    ['BXaE', 'BXadE']
    """
    symbols = _sequences(symbols)
    rows = np.array(list(SYMBOLS + " "))[symbols]  # padding is number −1: the last, a blank
    return ["".join(row).lstrip() for row in rows]


def symbols_from_text(sequences: Iterable[str]) -> NDArray[np.int8]:
    """Return strings as an array of symbol numbers, padded in front to the longest.

    Parameters
    ----------
    sequences : list of str

    Returns
    -------
    numpy.ndarray of int8, shape (N, T)

    Examples
    --------
    >>> symbols_from_text(["BXaE", "BXadE"])
    array([[-1,  6,  0,  2,  7],
           [ 6,  0,  2,  5,  7]], dtype=int8)
    """
    if not is_sequence(sequences) or not all(isinstance(each, str) for each in sequences):
        raise TypeError(f"sequences must be a list of strings, got {short_repr(sequences)}")
    sequences = list(sequences)
    if not sequences or not all(sequences):
        raise ValueError(f"sequences must hold strings, none of them empty, got {short_repr(sequences)}")
    if unknown := set("".join(sequences)) - set(SYMBOLS):
        raise ValueError(f"sequences must be made of the letters {SYMBOLS}, got {''.join(sorted(unknown))}")
    longest = max(map(len, sequences))
    letters = np.array([list(sequence.rjust(longest)) for sequence in sequences])
    numbers = np.full(128, PADDING, np.int8)
    numbers[[ord(letter) for letter in SYMBOLS]] = np.arange(len(SYMBOLS))
    return numbers[letters.view(np.uint32).reshape(letters.shape)]


def class_names(labels: ArrayLike) -> list[str]:
    """Return class numbers as letters.

    Parameters
    ----------
    labels : array_like of int, shape (N,)

    Returns
    -------
    list of str

    Examples
    --------
    >>> class_names([0, 1, 2, 3])
    ['Q', 'R', 'S', 'U']
    """
    labels = _whole_array(labels, "labels")
    if labels.ndim != 1:
        raise ValueError(f"labels must have shape (N,), got shape {labels.shape}")
    if not np.isin(labels, np.arange(len(CLASSES))).all():
        raise ValueError(f"labels must be numbers from 0 to {len(CLASSES) - 1}, got {labels}")
    return [CLASSES[label] for label in labels]


def _draw(level: Level, count: int, rng: np.random.Generator) -> Batch:
    """Draw sequences of both sides of the split."""
    T, rows = level.longest, np.arange(count)
    smallest, largest = np.transpose([level.lengths, level.first, level.second, (0, len(CLASSES) - 1)])
    length, first, second, labels = rng.integers(smallest, largest, size=(count, 4), endpoint=True).T
    begin = T - length
    symbols = rng.integers(_FIRST_DISTRACTOR, _LAST_DISTRACTOR + 1, size=(count, T), dtype=np.int8)
    front = symbols[:, : T - level.lengths[0]]  # no padding reaches further
    front[np.arange(front.shape[1]) < begin[:, np.newaxis]] = PADDING
    symbols[rows, begin] = _BEGIN
    symbols[rows, begin + first] = _X + labels // 2
    symbols[rows, begin + second] = _X + labels % 2
    symbols[:, -1] = _END
    return Batch(symbols, labels)


def _whole_array(numbers: ArrayLike, name: str) -> NDArray[np.integer]:
    numbers = plain_array(numbers, name)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers, got an array of dtype {numbers.dtype}")
    return numbers


def _sequences(symbols: ArrayLike) -> NDArray[np.int8]:
    """Check symbol numbers of shape (N, T)."""
    symbols = _symbols(symbols)
    if symbols.ndim != 2:
        raise ValueError(f"symbols must have shape (N, T), got shape {symbols.shape}")
    return symbols


def _symbols(symbols: ArrayLike) -> NDArray[np.int8]:
    """Check symbol numbers of any shape."""
    symbols = _whole_array(symbols, "symbols")
    if symbols.size and not (symbols.min() >= PADDING and symbols.max() < len(SYMBOLS)):
        raise ValueError(
            f"symbols must be numbers from {PADDING} to {len(SYMBOLS) - 1}, got {symbols.min()} to {symbols.max()}"
        )
    return symbols.astype(np.int8, copy=False)
