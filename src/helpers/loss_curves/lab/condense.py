"""Condense a census to the record that the book keeps, small enough to be committed.

``loss_curve_runs.csv`` has a row for each run, ``loss_curve_epochs.npz`` the epochs of all runs,
``loss_curve_steps.npz`` every step of some, and ``loss_curve_census.json`` their origin.
:mod:`helpers.loss_curves.recorded_census` reads them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...numerics.arrays import Array
from ...records import write_record
from ..spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS, summary
from .census import STEP_CURVES, TRAININGS, epoch_columns, read_run
from .training import Training

EVERY_SEED_OF = "untreated"
"""The training whose steps are recorded for all seeds."""
FIRST_SEEDS = 3
"""The number of seeds whose steps are recorded for the other trainings."""

Runs = dict[str, list[tuple[dict[str, Array], dict[str, str]]]]
"""The runs of each training, as :func:`helpers.loss_curves.lab.census.read_run` returns them, seed by seed."""


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
        The folder of the record, which must exist. Its files are replaced.
    trainings : dict of str to Training

    Raises
    ------
    ValueError
        If a training lacks a run of a seed that another has, or has other settings than given here; or if the runs
        differ in length, in the batches of an epoch or in the versions of their packages.
    """
    folder = Path(folder)
    runs = _every_run(Path(directory), trainings)
    origin = _origin(runs)
    batches = {training.batches_per_epoch for training in trainings.values()}
    if len(batches) != 1:
        raise ValueError(f"trainings must have as many batches in an epoch, got {batches}")
    seeds, epochs = len(next(iter(runs.values()))), int(origin["epochs"])

    rows = [
        row(name, seed, trainings[name], curves)
        for name, own in runs.items()
        for seed, (curves, _) in enumerate(own)
    ]
    with (folder / "loss_curve_runs.csv").open("w", newline="") as file:
        write_rows(file, rows)
    columns = {name: [epoch_columns(curves) for curves, _ in own] for name, own in runs.items()}
    _save(folder / "loss_curve_epochs.npz", {name: _stacked(own) for name, own in columns.items()})
    kept = {name: own if name == EVERY_SEED_OF else own[:FIRST_SEEDS] for name, own in runs.items()}
    steps = {
        name: _stacked([{curve: curves[curve] for curve in STEP_CURVES} for curves, _ in own])
        for name, own in kept.items()
    }
    _save(folder / "loss_curve_steps.npz", steps)
    names = "" if list(trainings) == list(TRAININGS) else f" --trainings {' '.join(trainings)}"
    metadata = {
        "commands": [
            f"python -m helpers.loss_curves census --directory DIRECTORY{names} --seeds {seeds} --epochs {epochs}",
            f"python -m helpers.loss_curves record --directory DIRECTORY{names} --folder src/helpers/records/data",
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
    write_record(folder / "loss_curve_census.json", metadata)


def _every_run(directory: Path, trainings: Mapping[str, Training]) -> Runs:
    """Read a census; raise unless it holds every training of every seed, with these settings, which are then left out."""
    seeds = range(1 + max((int(path.stem) for path in directory.glob("*/*.npz")), default=-1))
    missing = [f"{n}/{s}" for n in trainings for s in seeds if not (directory / n / f"{s}.npz").exists()]
    if missing or not seeds:
        raise ValueError(f"directory must hold every training of every seed, but lacks {missing or 'all'}")
    runs = {name: [read_run(directory, name, seed) for seed in seeds] for name in trainings}
    settings = {name: {about.pop("settings") for _, about in runs[name]} for name in runs}
    if wrong := [name for name in trainings if settings[name] != {repr(trainings[name])}]:
        raise ValueError(
            f"directory must hold runs of the trainings given, but has other settings of {wrong}"
        )
    return runs


def _origin(runs: Runs) -> dict[str, str]:
    """Return the length of all runs and their versions; raise unless they agree."""
    origins = {json.dumps(origin) for own in runs.values() for _, origin in own}
    if len(origins) != 1:
        raise ValueError(f"directory must hold runs of one length and of the same versions, got {origins}")
    return json.loads(origins.pop())


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


def _stacked(runs: Sequence[Mapping[str, np.ndarray]]) -> dict[str, NDArray[np.float32]]:
    """Stack the columns of all runs, with the seeds in front."""
    return {column: rounded(np.stack([run[column] for run in runs])) for column in runs[0]}


def _save(path: Path, tables: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write the columns of each training, under ``training/column``."""
    arrays: dict[str, Any] = {
        f"{name}/{column}": array for name, table in tables.items() for column, array in table.items()
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
