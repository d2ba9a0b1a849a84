"""The census on a Dask cluster: a scheduler and workers in processes of their own, one of them killed in the middle."""

import csv
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from attrs import evolve
from distributed import Client
from limits import slowness

from helpers.loss_curves.lab import NormClipping, Training
from helpers.loss_curves.lab import census as module
from helpers.loss_curves.lab.census import census, read_run

PLENTY = 60 * slowness()  # seconds
small = Training(level="normal", hidden_size=3)
two = {"plain": small, "clipped": evolve(small, clipping=NormClipping(0.01))}


@pytest.fixture(autouse=True)
def time_limit():
    """A run that nobody trains is waited for without end: then this fails."""

    def give_up(*_):
        raise TimeoutError("the census did not end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 2 * PLENTY)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def start(tmp_path):
    """Start a command of distributed's, and end it with the test."""
    processes = []

    def start(command, *arguments):
        log = (tmp_path / f"{len(processes)}.log").open("wb")
        line = [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments]
        process = subprocess.Popen(line, stdout=log, stderr=log)
        processes.append((process, log))
        return process

    yield start
    for process, log in processes:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture
def cluster(start, tmp_path):
    """The scheduler's address and the workers, by name."""
    file = tmp_path / "scheduler.json"
    here = ("--host", "127.0.0.1", "--no-dashboard")
    start("scheduler", *here, "--port", "0", "--scheduler-file", str(file))
    alone = (
        "--no-nanny",
        "--nthreads",
        "1",
        "--scheduler-file",
        str(file),
        "--local-directory",
        str(tmp_path),
    )
    workers = {name: start("worker", *here, *alone, "--name", name) for name in ("first", "second")}
    with Client(scheduler_file=str(file), timeout=PLENTY, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PLENTY)
        yield client, workers


def test_a_worker_is_killed_in_the_middle_and_nothing_is_lost_or_counted_twice(
    tmp_path, cluster, monkeypatch
):
    client, workers = cluster
    written, progress, killed = [], [], []
    write_run = module._write_run

    def recording_write(path, curves, settings):
        assert not path.exists(), f"{path} is written twice"
        written.append(path)
        write_run(path, curves, settings)

    def kill_a_busy_worker(kept, total):
        progress.append((kept, total))
        if killed or kept == 0:
            return
        names = {worker["name"]: address for address, worker in client.scheduler_info(-1)["workers"].items()}
        deadline = time.monotonic() + PLENTY
        while not client.processing([names["first"]])[names["first"]] and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.extend(client.processing([names["first"]])[names["first"]])
        workers["first"].kill()
        workers["first"].wait()

    monkeypatch.setattr(module, "_write_run", recording_write)
    directory = tmp_path / "census"
    address = client.scheduler.address
    table = census(
        directory, two, seeds=range(4), epochs=2, replicas=1, scheduler=address, progress=kill_a_busy_worker
    )
    assert killed, "the worker was killed while it had nothing to do"
    assert workers["second"].poll() is None
    assert sorted(written) == sorted(directory / name / f"{seed}.npz" for name in two for seed in range(4))
    assert [kept for kept, _ in progress] == [*range(9)]
    with table.open(newline="") as file:
        rows = [(row["training"], row["seed"], row["epoch"]) for row in csv.DictReader(file)]
    assert rows == [(name, seed, epoch) for name in ("clipped", "plain") for seed in "0123" for epoch in "12"]

    census(
        directory, two, seeds=range(4), epochs=2, replicas=1, scheduler=address
    )  # which finds nothing left to do
    census(tmp_path / "here", two, seeds=range(4), epochs=2)
    for name in two:
        for seed in range(4):
            (there, settings), (here, same) = (
                read_run(place, name, seed) for place in (directory, tmp_path / "here")
            )
            assert settings == same
            for curve in there:
                np.testing.assert_array_equal(there[curve], here[curve])
