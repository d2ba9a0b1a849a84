"""The census: many trainings from many seeds, saved run by run, so that it resumes where it was stopped.

Each run has one file, written whole or not at all. After every task, the table is made anew from the files.
Trainings share their seeds, and with them the initial weights and the sequences.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import re
import secrets
import sys
import threading
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch

from ...numerics.arrays import Array, real_array, whole_number
from ...records import atomic_write, made_with
from ..spikes import LONG_SPIKE, SPIKE_LOSS, spike_lengths
from .interventions import (
    CosineDecay,
    Dropout,
    LabelNoise,
    NormClipping,
    OrthogonalStart,
    StepDecay,
    ValueClipping,
    WarmUp,
)
from .optimisers import SGD, Adam, AdamW, RMSprop
from .settings import each_seed
from .training import PACKAGES, Curves, Training, train

TRAININGS = {
    "untreated": Training(),
    "norm-clipping-10": Training(clipping=NormClipping(10.0)),
    "norm-clipping-1": Training(clipping=NormClipping(1.0)),
    "norm-clipping-0.1": Training(clipping=NormClipping(0.1)),
    "value-clipping-0.01": Training(clipping=ValueClipping(0.01)),
    "learning-rate-3e-4": Training(optimiser=RMSprop(3e-4)),
    "warm-up-10-epochs": Training(schedule=WarmUp(310)),
    "decay-0.999": Training(optimiser=RMSprop(decay=0.999)),
    "epsilon-1e-3": Training(optimiser=RMSprop(epsilon=1e-3)),
    "weight-decay-1e-4": Training(optimiser=RMSprop(weight_decay=1e-4)),
    "adam": Training(optimiser=Adam()),
    "adamw": Training(optimiser=AdamW()),
    "sgd-momentum-0.9": Training(optimiser=SGD(0.1, momentum=0.9)),
    "label-noise-0.1": Training(label_noise=LabelNoise(0.1)),
    "orthogonal-start": Training(start=OrthogonalStart()),
    "cosine-decay": Training(schedule=CosineDecay(3100)),
    "step-decay": Training(schedule=StepDecay(1550, factor=0.1)),
    "adam-0.99": Training(optimiser=Adam(decays=(0.9, 0.99))),
    "rmsprop-momentum": Training(optimiser=RMSprop(1e-4, momentum=0.9)),
    "adam-3e-3": Training(optimiser=Adam(3e-3)),
    "adam-clipping-1": Training(optimiser=Adam(), clipping=NormClipping(1.0)),
    "weight-decay-1e-3": Training(optimiser=RMSprop(weight_decay=1e-3)),
    "label-noise-0.3": Training(label_noise=LabelNoise(0.3)),
    "dropout-0.2": Training(dropout=Dropout(0.2)),
    "batch-128": Training(batch_size=128),
    "normal": Training(level="normal"),
    "normal-clipping-1": Training(level="normal", clipping=NormClipping(1.0)),
    "normal-sgd": Training(level="normal", optimiser=SGD(0.3)),
    "normal-sgd-clipping-1": Training(level="normal", optimiser=SGD(0.3), clipping=NormClipping(1.0)),
    "normal-momentum": Training(level="normal", optimiser=SGD(0.1, momentum=0.9)),
    "normal-momentum-clipping-1": Training(
        level="normal", optimiser=SGD(0.1, momentum=0.9), clipping=NormClipping(1.0)
    ),
}
"""The trainings of the census: the course's settings, and changes of one of them.

:meta hide-value:
"""

STEP_CURVES = ("loss", "accuracy", "gradient_norm", "step_size")
FRESH = 3000
"""Seeds from here on are *fresh*: what is judged on them was chosen on the others, before any of these was trained."""

CURVES = (*STEP_CURVES, "held_out_loss", "held_out_accuracy")


def census(
    directory: str | Path,
    trainings: Mapping[str, Training] = TRAININGS,
    *,
    seeds: Iterable[int] = range(32),
    epochs: int = 100,
    jobs: int = 1,
    replicas: int = 32,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Train every training from every seed, except for the runs that ``directory`` already holds.

    Parameters
    ----------
    directory : path
        The folder of the runs, ``training/seed.npz``, and of the table, ``table.csv``. Made if need be.
    trainings : dict of str to Training
    seeds : sequence of int
    epochs : int
    jobs : int
        Processes on this machine, of one thread each.
    replicas : int
        Runs of a training that a process trains at once, and that are lost when it is killed.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers then train instead. They need this package, and a thread
        each (``dask worker ADDRESS --nthreads 1``). When a worker dies, another begins its task again. Dask gives
        up a task that has cost several workers their lives, and joblib waits on: then restart the census.
    progress : callable, optional
        A function of the number of runs done and of their total, called at first and after every task.

    Returns
    -------
    pathlib.Path
        The path of the table: a row for each epoch of each run, with the settings, the seed and the versions.

    Raises
    ------
    ValueError
        If the directory holds a run of the same name with other settings or of another length, or no Dask scheduler
        answers at the address.
    OSError
        If the directory cannot be written to.

    Warns
    -----
    UserWarning
        If a file of the directory is damaged or a copy; it is renamed, and its run begins again.

    Examples
    --------
    >>> import tempfile
    >>> small = Training(level="easy", hidden_size=2, batches_per_epoch=2)
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     table = census(directory, {"small": small}, seeds=range(2), epochs=3)
    ...     len(table.read_text().splitlines())
    7
    """
    directory = Path(directory)
    seeds = each_seed(seeds)
    for name, number in {"epochs": epochs, "jobs": jobs, "replicas": replicas}.items():
        whole_number(number, name, at_least=1)
    tasks = _tasks(directory, trainings, seeds, epochs, replicas)
    total = len(seeds) * len(trainings)
    kept = total - sum(len(missing) for _, _, missing in tasks)
    table = write_table(directory)
    if progress:
        progress(kept, total)
    with _backend(scheduler):
        workers = joblib.Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
        pid = os.getpid() if scheduler is None else None
        for name, curves, versions in workers(joblib.delayed(_train)(*task, epochs, pid) for task in tasks):
            settings = _settings(curves.training, epochs) | versions
            for replica, seed in enumerate(curves.seeds):
                _write_run(_path(directory, name, seed), replica_curves(curves, replica), settings)
            write_table(directory)
            kept += len(curves.seeds)
            if progress:
                progress(kept, total)
    return table


def replica_curves(curves: Curves, replica: int) -> dict[str, Array]:
    """Return the curves of one replica, by the names of :data:`CURVES`."""
    return {curve: getattr(curves, curve)[replica] for curve in CURVES}


class Damaged(ValueError):
    """Raised where a file is not a whole run, or a copy of another one."""


def read_run(directory: str | Path, name: str, seed: int) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the curves of a run, a dictionary of arrays, and its settings and versions, a dictionary of strings.

    Raises
    ------
    Damaged
        If the file is cut off, something else, or a copy of another run; the message names it.
    """
    path = _path(directory, name, seed)
    try:
        with path.open("rb") as file, np.load(file) as run:
            of = str(run["run"]) if "run" in run else _id(path)
            curves, settings = {curve: run[curve] for curve in CURVES}, json.loads(str(run["settings"]))
            _check_lengths(curves, int(settings["epochs"]))
    except (PermissionError, FileNotFoundError):
        raise
    except _UNREADABLE as error:
        raise Damaged(f"{path} is no whole run: {type(error).__name__}: {error}") from error
    if of != _id(path):
        raise Damaged(f"{path} is a copy of {of}")
    return curves, settings


_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    OSError,  # of a place before the beginning, or of a folder of this name
    NotImplementedError,  # of a compression that Python does not know
    RuntimeError,  # of an archive with a password
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy raises of a file that is not what it was."""


def _check_lengths(curves: Mapping[str, Array], epochs: int) -> None:
    steps = curves["loss"].size
    if epochs < 1 or steps == 0 or steps % epochs:
        raise ValueError(f"loss must have as many steps in each of {epochs} epochs, got {steps}")
    for curve, values in curves.items():
        real_array(values, curve, shape=(steps if curve in STEP_CURVES else epochs,))


def run_paths(directory: str | Path) -> list[Path]:
    """Return the files of runs, by training and seed; those of other names are not the census's."""
    paths = [path for path in Path(directory).glob("*/*.npz") if re.fullmatch("0|[1-9][0-9]*", path.stem)]
    return sorted(paths, key=lambda path: (path.parent.name, int(path.stem)))


def _set_aside(damaged: Damaged, path: Path) -> None:
    """Rename a file, so that its run begins again."""
    aside = path.with_name(f"{path.name}.set-aside-{secrets.token_hex(4)}")
    with suppress(FileNotFoundError):  # another census has renamed it
        path.rename(aside)
        warnings.warn(f"{damaged}; it is now called {aside.name}", stacklevel=2)


def _write_run(path: Path, curves: Mapping[str, Array], settings: Mapping[str, str]) -> None:
    """Write the file that :func:`read_run` reads."""
    arrays: dict[str, Any] = {**curves, "settings": json.dumps(settings), "run": _id(path)}
    with atomic_write(path) as file:
        np.savez(file, **arrays)


def write_table(directory: str | Path) -> Path:
    """Write the table of all runs that ``directory`` holds, and return its path."""
    directory = Path(directory)
    rows: list[dict[str, object]] = []
    for path in run_paths(directory):
        try:
            rows += _rows(directory, path.parent.name, int(path.stem))
        except Damaged as damaged:
            _set_aside(damaged, path)
    text = io.StringIO(newline="")
    if rows:
        csv.writer(text).writerows([rows[0], *(row.values() for row in rows)])
    table = directory / "table.csv"
    with atomic_write(table) as file:
        file.write(text.getvalue().encode())
    return table


def epoch_columns(curves: Mapping[str, Array]) -> dict[str, np.ndarray]:
    """Return statistics of each epoch of a run, those that the course plots and others: arrays (epochs,)."""

    def by_epoch(curve: np.ndarray) -> np.ndarray:
        return curve.reshape(len(curves["held_out_loss"]), -1)

    lengths = spike_lengths(curves["loss"])
    return {
        "mean_loss": by_epoch(curves["loss"]).mean(axis=1),
        "last_batch_loss": by_epoch(curves["loss"])[:, -1],
        "worst_loss": by_epoch(curves["loss"]).max(axis=1),
        "spikes": by_epoch(lengths > 0).sum(axis=1),
        "long_spikes": by_epoch(lengths > LONG_SPIKE).sum(axis=1),
        "steps_above": by_epoch(curves["loss"] > SPIKE_LOSS).sum(axis=1),
        "mean_accuracy": by_epoch(curves["accuracy"]).mean(axis=1),
        "largest_gradient_norm": by_epoch(curves["gradient_norm"]).max(axis=1),
        "largest_step_size": by_epoch(curves["step_size"]).max(axis=1),
        "held_out_loss": curves["held_out_loss"],
        "held_out_accuracy": curves["held_out_accuracy"],
    }


def _rows(directory: Path, name: str, seed: int) -> Iterator[dict[str, object]]:
    """Yield the rows of one run, one for each epoch."""
    curves, settings = read_run(directory, name, seed)
    columns = epoch_columns(curves)
    for epoch in range(len(curves["held_out_loss"])):
        numbers = {column: f"{of_epochs[epoch]:.6g}" for column, of_epochs in columns.items()}
        yield {"training": name, "seed": seed, "epoch": epoch + 1, **numbers, **settings}


@contextmanager
def _backend(scheduler: str | None) -> Iterator[None]:
    """Let joblib run its processes on this machine, or in a Dask cluster."""
    if scheduler is None:
        yield
        return
    from distributed import Client

    try:
        client = Client(scheduler, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"scheduler must be the address of a Dask scheduler, and none answers at {scheduler!r}: {error}"
        ) from error
    with client, joblib.parallel_config("dask", client=client):
        yield


def _train(
    name: str, training: Training, seeds: list[int], epochs: int, census_pid: int | None
) -> tuple[str, Curves, dict[str, str]]:
    """Train one task, in a process of its own, perhaps on another machine."""
    torch.set_num_threads(1)
    if census_pid not in (None, os.getpid()):
        _end_with(census_pid)
    return name, train(training, seeds, steps=epochs * training.batches_per_epoch), made_with(*PACKAGES)


@cache
def _end_with(parent: int) -> None:
    """End this process soon after its parent, which may be killed: joblib's would go on for minutes."""

    def wait() -> None:
        while _lives(parent):
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _lives(parent: int) -> bool:
    """Return whether the parent of this process lives. On Windows it stays the parent after its end: its handle tells."""
    if sys.platform == "win32":
        process = multiprocessing.parent_process()
        return process is not None and process.is_alive()
    return os.getppid() == parent


def _tasks(
    directory: Path, trainings: Mapping[str, Training], seeds: Iterable[int], epochs: int, replicas: int
) -> list[tuple[str, Training, list[int]]]:
    """Return the runs that are missing, of one training and at most ``replicas`` seeds a task."""
    tasks = []
    for name, training in trainings.items():
        missing = [s for s in seeds if not _is_kept(directory, name, training, s, epochs)]
        tasks += [(name, training, missing[i : i + replicas]) for i in range(0, len(missing), replicas)]
    return tasks


def _is_kept(directory: Path, name: str, training: Training, seed: int, epochs: int) -> bool:
    """Return whether there is such a run; raise if it has other settings."""
    path = _path(directory, name, seed)
    if not path.exists():
        return False
    try:
        _, kept = read_run(directory, name, seed)
    except Damaged as damaged:
        _set_aside(damaged, path)
        return False
    wanted = _settings(training, epochs)
    if any(kept[key] != wanted[key] for key in wanted):
        raise ValueError(f"directory must hold runs of {wanted}, got {path} of {kept}")
    return True


def _settings(training: Training, epochs: int) -> dict[str, str]:
    """Return the settings that a run must share with another to replace it."""
    return {"settings": repr(training), "epochs": str(epochs), "dtype": "float32"}


def _path(directory: str | Path, name: str, seed: int) -> Path:
    return Path(directory) / name / f"{seed}.npz"


def _id(path: Path) -> str:
    """Return the training and the seed of a run."""
    return f"{path.parent.name}/{path.stem}"


class ProgressBar:
    """A line on the terminal: the number of runs done, and an estimate of the time left."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.at_first: int | None = None

    def __call__(self, kept: int, total: int) -> None:
        self.at_first = kept if self.at_first is None else self.at_first
        bar = "█" * (30 * kept // total)
        done = kept - self.at_first
        left = f"{(time.monotonic() - self.start) / done * (total - kept) / 60:.0f} min left" if done else ""
        end = "\n" if kept == total else ""
        print(f"\r{bar:30} {kept} of {total} runs  {left:14}", end=end, file=sys.stderr, flush=True)
