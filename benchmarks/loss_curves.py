"""How many trainings an hour: replicas in one computation, against the course's loop.

A training is 100 epochs of 31 steps: batches of 32 sequences of the moderate level, an LSTM with 12 hidden
units, RMSprop. The course's loop draws one sequence at a time and trains one ``nn.LSTM`` at a time, on one
core; after each epoch it runs as many batches for testing. Ours also records gradient norms and step sizes,
tests on the held-out batches after each epoch, and has one process on each of two cores, both busy at once.

Each is timed over a few epochs, in turns, and extrapolated from the best. What counts is the processor time
of a process with one thread, which another program's load lengthens less than it does the clock's.

    python benchmarks/loss_curves.py [--record src/helpers/records/data/loss_curve_throughput.json]
"""

import multiprocessing
import time

import numpy as np
import torch
from records import head, path_given
from temporal_order import looped_batch
from timing import seconds_per_call

from helpers.loss_curves.lab import Training, train
from helpers.records import write_record

EPOCHS, STEPS = 100, Training().batches_per_epoch
CORES, REPLICAS, ROUNDS = 2, 32, 4


def main():
    path = path_given(__doc__)
    with multiprocessing.get_context("spawn").Pool(CORES, torch.set_num_threads, [1]) as pool:
        rounds = [
            (
                pool.apply(loop_seconds, [seed, False]),
                pool.apply(loop_seconds, [seed, True]),
                max(pool.map(replica_seconds, range(CORES), chunksize=1)),
            )
            for seed in range(ROUNDS)
        ]
    untested, tested, replicas = map(min, zip(*rounds, strict=True))
    print(f"{'':44}{'ms a step':>10}{'runs an hour':>14}{'ratio':>8}")
    runs_an_hour = {}
    for name, seconds in (
        ("the course's loop, one core", tested),
        ("the same without its test passes", untested),
        (f"{REPLICAS} replicas at once on each of {CORES} cores", replicas / CORES),
    ):
        runs_an_hour[name] = round(3600 / (EPOCHS * seconds))
        print(f"{name:44}{1e3 * seconds / STEPS:10.2f}{runs_an_hour[name]:14}{tested / seconds:7.1f}×")
    if path:
        record = {
            **head("numpy", "torch", on=f"{CORES} cores"),
            "runs_an_hour": runs_an_hour,
            "ratio": round(CORES * tested / replicas, 1),
            "ratio_without_test_passes": round(CORES * untested / replicas, 1),
        }
        write_record(path, record)


def loop_seconds(seed, tests):
    """Seconds that an epoch takes the course's loop."""
    rng = np.random.default_rng(seed)
    lstm, linear = torch.nn.LSTM(8, 12, batch_first=True), torch.nn.Linear(12, 4)
    optimiser = torch.optim.RMSprop([*lstm.parameters(), *linear.parameters()], lr=1e-3)
    criterion = torch.nn.CrossEntropyLoss()

    def scores():
        x, labels = map(torch.from_numpy, looped_batch(rng))
        logits = linear(lstm(x)[0])[:, -1]
        return criterion(logits, labels), (logits.argmax(dim=1) == labels).sum().item()

    def epoch():
        for _ in range(STEPS):
            optimiser.zero_grad()
            loss, _ = scores()
            loss.backward()
            optimiser.step()
        if tests:
            with torch.no_grad():
                for _ in range(STEPS):
                    scores()

    return seconds_after_a_first_call(epoch, 2)


def replica_seconds(first_seed):
    """Seconds that an epoch takes one replica."""
    seeds = range(first_seed, first_seed + REPLICAS)
    return seconds_after_a_first_call(lambda: train(Training(), seeds, steps=2 * STEPS), 1) / 2 / REPLICAS


def seconds_after_a_first_call(function, calls):
    """The processor's time, the mean of some calls after a first that is not counted."""
    function()
    return seconds_per_call(function, calls, clock=time.process_time)


if __name__ == "__main__":
    main()
