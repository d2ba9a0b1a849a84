"""Sampling a batch of the temporal-order task, against one sequence at a time in a Python loop.

Both draw 32 sequences of the moderate level and encode them, one-hot and padded in front. The loop does it
as the course's notebook does, and splits off no held-out sequences. They take turns, and the quickest of each counts.

    python benchmarks/temporal_order.py
"""

from functools import partial

import numpy as np
from timing import best_in_turns

from helpers.loss_curves.temporal_order import (
    CLASSES,
    LEVELS,
    SYMBOLS,
    classify,
    one_hot,
    sample,
    symbols_from_one_hot,
)

LEVEL = LEVELS["moderate"]
BATCH_SIZE = 32
BATCHES_PER_EPOCH = 31
TURNS = 60


def main():
    rng = np.random.default_rng(0)
    for batch in (vectorised_batch, looped_batch):
        encoding, labels = batch(rng)
        assert encoding.shape == (BATCH_SIZE, LEVEL.longest, len(SYMBOLS))
        np.testing.assert_array_equal(classify(symbols_from_one_hot(encoding)), labels)
    ways = {"sequence": looped_batch, "batch": vectorised_batch, "epoch": vectorised_epoch}
    best = best_in_turns({name: partial(draw, rng) for name, draw in ways.items()}, turns=TURNS)
    best["epoch"] /= BATCHES_PER_EPOCH
    print(f"a batch of {BATCH_SIZE}, moderate level, one thread, best of {TURNS} turns")
    for name, seconds in best.items():
        way = f"one {name} at a time"
        print(f"{way:22} {1e6 * seconds:8.0f} µs {best['sequence'] / seconds:8.1f} ×")


def vectorised_batch(rng, count=BATCH_SIZE):
    symbols, labels = sample(LEVEL, count, rng)
    return one_hot(symbols), labels


def vectorised_epoch(rng):
    return vectorised_batch(rng, BATCHES_PER_EPOCH * BATCH_SIZE)


def looped_batch(rng):
    sequences, labels = zip(*(looped_sequence(rng) for _ in range(BATCH_SIZE)), strict=True)
    encodings = [categorical([SYMBOLS.index(symbol) for symbol in sequence], 8) for sequence in sequences]
    padded = np.zeros((BATCH_SIZE, LEVEL.longest, len(SYMBOLS)), np.float32)
    for row, encoding in zip(padded, encodings, strict=True):
        row[-len(encoding) :] = encoding
    return padded, np.array([categorical([CLASSES.index(label)], 4)[0] for label in labels]).argmax(axis=1)


def looped_sequence(rng):
    """One sequence as a string, and its class."""
    length = rng.integers(*LEVEL.lengths, endpoint=True)
    first = rng.integers(*LEVEL.first, endpoint=True)
    second = rng.integers(*LEVEL.second, endpoint=True)
    symbols = rng.choice(["a", "b", "c", "d"], length)
    symbols[0], symbols[-1] = "B", "E"
    label = rng.choice(["Q", "R", "S", "U"])
    symbols[first], symbols[second] = {"Q": "XX", "R": "XY", "S": "YX", "U": "YY"}[label]
    return "".join(symbols), label


def categorical(numbers, count):
    encoding = np.zeros((len(numbers), count), np.float32)
    encoding[np.arange(len(numbers)), numbers] = 1
    return encoding


if __name__ == "__main__":
    main()
