"""How many trainings an hour: replicas in one computation, against the course's loop.

A training is 100 epochs of 31 steps, batches of 32 sequences of the moderate level, an LSTM with 12 hidden
units, RMSprop. The loop draws one sequence at a time and trains one ``nn.LSTM`` at a time; ours also
records gradient norms and step sizes, and evaluates held-out sequences after each epoch. Both use all
cores: one process each, of one thread. Each is timed over some steps, in turns, and extrapolated.

    python benchmarks/loss_curves.py
"""

import multiprocessing
import os
import time

import numpy as np
import torch
from sequence_task import looped_batch

from helpers.loss_curves import Training, train

STEPS = 100 * 31
LOOP_STEPS, REPLICA_STEPS, REPLICAS = 150, 62, 32
ROUNDS = 3


def main():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with multiprocessing.get_context("spawn").Pool(cores, torch.set_num_threads, [1]) as pool:
        rounds = []
        for seed in range(ROUNDS):
            for count, function in ((1, loop_seconds), (cores, loop_seconds), (cores, replica_seconds)):
                rounds.append(max(pool.map(function, [seed] * count, chunksize=1)))
    loop_alone, loop, replicas = np.reshape(rounds, (ROUNDS, 3)).min(axis=0)
    runs_per_hour = {
        "the course's loop, one core": 3600 / (STEPS * loop_alone),
        f"the course's loop, {cores} cores": 3600 / (STEPS * loop) * cores,
        f"{REPLICAS} replicas, {cores} cores": 3600 / (STEPS * replicas) * cores,
    }
    for name, seconds in zip(runs_per_hour, (loop_alone, loop, replicas), strict=True):
        ratio = runs_per_hour[name] / next(iter(runs_per_hour.values()))
        print(
            f"{name:28} {1e3 * seconds:6.2f} ms a step {runs_per_hour[name]:7.0f} runs an hour {ratio:6.1f} ×"
        )


def loop_seconds(seed):
    """Seconds a step of one model."""
    rng = np.random.default_rng(seed)
    lstm, linear = torch.nn.LSTM(8, 12, batch_first=True), torch.nn.Linear(12, 4)
    optimiser = torch.optim.RMSprop([*lstm.parameters(), *linear.parameters()], lr=1e-3)
    criterion = torch.nn.CrossEntropyLoss()

    def step():
        x, labels = map(torch.from_numpy, looped_batch(rng))
        optimiser.zero_grad()
        logits = linear(lstm(x)[0])[:, -1]
        loss = criterion(logits, labels)
        loss.backward()
        optimiser.step()
        return loss.item(), (logits.argmax(dim=1) == labels).sum().item()

    for _ in range(5):
        step()
    start = time.perf_counter()
    for _ in range(LOOP_STEPS):
        step()
    return (time.perf_counter() - start) / LOOP_STEPS


def replica_seconds(seed):
    """Seconds a step of one replica."""
    train(Training(), range(REPLICAS), steps=2)
    start = time.perf_counter()
    train(Training(), range(seed, seed + REPLICAS), steps=REPLICA_STEPS)
    return (time.perf_counter() - start) / REPLICA_STEPS / REPLICAS


if __name__ == "__main__":
    main()
