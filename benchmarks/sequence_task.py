"""Sampling a batch of the temporal-order task, against one sequence at a time in a Python loop.

Both draw 32 sequences of the moderate level and encode them, one-hot and padded in front. The loop does it
as the course's notebook does, and splits off no held-out sequences. Rounds of the two alternate, so that a
machine busy with something else is busy for both; the quickest round of each counts.

    python benchmarks/sequence_task.py
"""

import time

import numpy as np

from helpers.sequence_task import CLASSES, LEVELS, SYMBOLS, classify, one_hot, sample, symbols_from_one_hot

LEVEL = LEVELS["moderate"]
BATCH_SIZE = 32
BATCHES_PER_EPOCH = 31
ROUNDS = 60


def main():
    rng = np.random.default_rng(0)
    for batch in (vectorised_batch, looped_batch):
        encoding, labels = batch(rng)
        assert encoding.shape == (BATCH_SIZE, LEVEL.longest, len(SYMBOLS))
        np.testing.assert_array_equal(classify(symbols_from_one_hot(encoding)), labels)
    rounds = [
        (
            seconds(looped_batch, rng, times=5),
            seconds(vectorised_batch, rng, times=30),
            seconds(vectorised_epoch, rng, times=3) / BATCHES_PER_EPOCH,
        )
        for _ in range(ROUNDS)
    ]
    looped, batch, epoch = map(min, zip(*rounds, strict=True))
    print(f"a batch of {BATCH_SIZE}, moderate level, one thread, best of {ROUNDS} rounds")
    print(f"one sequence at a time {1e6 * looped:8.0f} µs")
    print(f"one batch at a time    {1e6 * batch:8.0f} µs {looped / batch:8.1f} ×")
    print(f"one epoch at a time    {1e6 * epoch:8.0f} µs {looped / epoch:8.1f} ×")


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


def seconds(draw, rng, *, times):
    """The mean over some draws."""
    start = time.perf_counter()
    for _ in range(times):
        draw(rng)
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    main()
