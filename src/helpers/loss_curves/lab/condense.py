"""Condense a census to the record that the book keeps, small enough to be committed.

``loss_curve_runs.csv`` has a row for each run, ``loss_curve_epochs.npz`` the epochs of all runs,
``loss_curve_steps.npz`` every step of some, and ``loss_curve_census.json`` their origin.
:mod:`helpers.loss_curves.recorded_census` reads them.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...numerics.arrays import Array
from ...records import atomic_writes, dated_json
from ..spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS, summary
from .census import STEP_CURVES, TRAININGS, epoch_columns, read_run, run_paths
from .training import Training

EVERY_SEED_OF = "untreated"
"""The training whose steps are recorded for all seeds."""
FIRST_SEEDS = 3
"""The number of seeds whose steps are recorded for the other trainings."""

Runs = dict[str, list[dict[str, Array]]]
"""The curves of the runs of each training, seed by seed."""


def condense_census(
    directory: str | Path, folder: str | Path, trainings: Mapping[str, Training] = TRAININGS
) -> None:
    """Write the record of a census.

    Numbers are rounded to a relative error below 2.5e-4, so that they compress.

    Parameters
    ----------
    directory : path
        The folder of the census.
    folder : path
        The folder of the record, which must exist. Its files are replaced, all at once.
    trainings : dict of str to Training

    Raises
    ------
    ValueError
        If there is no such folder; if a file is damaged; if a training lacks a run of a seed that another has, or has other settings than given here; or if the runs
        differ in length, in the batches of an epoch or in the versions of their packages.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"folder must be a folder that exists, got {str(folder)!r}")
    runs, origin = _read_census(Path(directory), trainings)
    batches = {training.batches_per_epoch for training in trainings.values()}
    if len(batches) != 1:
        raise ValueError(f"trainings must have as many batches in an epoch, got {batches}")
    seeds, epochs = len(next(iter(runs.values()))), int(origin["epochs"])
    rows = [
        row(name, seed, trainings[name], run) for name, own in runs.items() for seed, run in enumerate(own)
    ]
    which = "" if list(trainings) == list(TRAININGS) else f" --trainings {' '.join(trainings)}"
    command = "python -m helpers.loss_curves"
    metadata = {
        "commands": [
            f"{command} census --directory DIRECTORY{which} --seeds {seeds} --epochs {epochs}",
            f"{command} record --directory DIRECTORY{which} --folder src/helpers/records/data",
        ],
        **origin,
        "epochs": epochs,
        "batches_per_epoch": batches.pop(),
        "seeds": seeds,
        "spike": SPIKE_LOSS,
        "calm": CALM_STEPS,
        "learnt": LEARNT_ACCURACY,
        "trainings": {name: repr(training) for name, training in trainings.items()},
    }
    table = io.StringIO(newline="")
    write_rows(table, rows)
    names = ("runs.csv", "epochs.npz", "steps.npz", "census.json")
    with atomic_writes(*(folder / f"loss_curve_{name}" for name in names)) as (
        csv_file,
        by_epoch,
        by_step,
        about,
    ):
        csv_file.write(table.getvalue().encode())
        _save(by_epoch, {name: list(map(epoch_columns, own)) for name, own in runs.items()})
        _save(by_step, {name: _with_steps(name, own) for name, own in runs.items()})
        about.write(dated_json(metadata))


def _read_census(directory: Path, trainings: Mapping[str, Training]) -> tuple[Runs, dict[str, str]]:
    """Read every run, and the length and the versions that all have in common; raise unless they have."""
    runs: Runs = {name: [] for name in trainings}
    origins = set()
    for name, seed in itertools.product(trainings, _seeds(directory, trainings)):
        curves, about = read_run(directory, name, seed)
        if about.pop("settings") != repr(trainings[name]):
            raise ValueError(
                f"directory must hold runs of the trainings given, but has other settings of {name!r}"
            )
        runs[name].append(curves)
        origins.add(json.dumps(about))
    if len(origins) != 1:
        raise ValueError(f"directory must hold runs of one length and of the same versions, got {origins}")
    return runs, json.loads(origins.pop())


def _seeds(directory: Path, trainings: Mapping[str, Training]) -> range:
    """Return the seeds of a census; raise unless it holds every training of each."""
    of_these = (path for path in run_paths(directory) if path.parent.name in trainings)
    seeds = range(1 + max((int(path.stem) for path in of_these), default=-1))
    runs = itertools.product(trainings, seeds)
    missing = [f"{n}/{s}" for n, s in runs if not (directory / n / f"{s}.npz").exists()]
    if missing or not seeds:
        raise ValueError(f"directory must hold every training of every seed, but lacks {missing or 'all'}")
    return seeds


def _with_steps(name: str, runs: Sequence[Mapping[str, Array]]) -> list[dict[str, Array]]:
    """Return the step curves of those runs of a training whose steps are recorded."""
    recorded = runs if name == EVERY_SEED_OF else runs[:FIRST_SEEDS]
    return [{curve: run[curve] for curve in STEP_CURVES} for run in recorded]


def row(name: str, seed: int, training: Training, curves: Mapping[str, Array]) -> dict[str, Any]:
    """Return the row of one run: its summary, its last epoch, and the command that runs it again."""
    epochs = len(curves["held_out_loss"])
    ends = epoch_columns(curves)
    return {
        "training": name,
        "seed": seed,
        **summary(curves["loss"], curves["accuracy"], training.batches_per_epoch),
        "last_accuracy": float(ends["mean_accuracy"][-1]),
        "last_held_out_loss": float(ends["held_out_loss"][-1]),
        "command": f"python -m helpers.loss_curves run {name} --seed {seed} --epochs {epochs}",
    }


def write_rows(file: TextIO, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV, numbers with six digits."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([f"{v:.6g}" if isinstance(v, float) else v for v in row.values()] for row in rows)


def rounded(values: ArrayLike) -> NDArray[np.float32]:
    """Return numbers rounded to 12 binary digits, as float32.

    Examples
    --------
    >>> rounded([1.0, 1 + 2**-13, np.nan]).tolist()
    [1.0, 1.0, nan]
    """
    fraction, exponent = np.frexp(np.asarray(values, np.float64))
    return np.ldexp(np.round(fraction * 2**12) / 2**12, exponent).astype(np.float32)


def _save(file: BinaryIO, tables: Mapping[str, Sequence[Mapping[str, Array]]]) -> None:
    """Write the columns of each training, under ``training/column``, with the seeds in front."""
    arrays: dict[str, Any] = {
        f"{name}/{column}": rounded(np.stack([run[column] for run in runs]))
        for name, runs in tables.items()
        for column in runs[0]
    }
    np.savez_compressed(file, **arrays)
