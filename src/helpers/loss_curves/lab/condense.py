"""Condense a census to the record that the book keeps, small enough to be committed.

``loss_curve_runs.csv`` has a row for each run, ``loss_curve_epochs.npz`` the epochs of all runs,
``loss_curve_counts.npz`` their spikes by other definitions, ``loss_curve_steps.npz`` every step of some, and
``loss_curve_census.json`` their origin.
:mod:`helpers.loss_curves.recorded_census` reads them.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...numerics.arrays import Array
from ...records import atomic_writes, dated_json
from ..spikes import CALM_STEPS, LEARNT_ACCURACY, SPIKE_LOSS, sensitivity, summary
from .census import FRESH, STEP_CURVES, TRAININGS, epoch_columns, read_run, run_paths
from .training import Training

EVERY_SEED_OF = "untreated"
"""The training whose steps are recorded for all seeds that are not fresh."""
FIRST_SEEDS = 2
"""The number of seeds whose steps are recorded for the other trainings."""
DIGITS = {"accuracy": 13, "loss": 10, "norm": 8, "size": 8}
"""The binary digits that are kept of a column whose name ends so."""
NOT_RECORDED = ("held_out_accuracy",)
NOT_OF_OTHERS = ("mean_loss", "held_out_loss")
NOT_OF_FRESH = ("largest_gradient_norm", "largest_step_size")
"""Columns of the epochs that nothing reads: of any run, of those but :data:`EVERY_SEED_OF`, and of fresh ones."""
EXPLORED, FRESH_RUNS = "", "fresh/"
"""What stands before the names of a training's arrays."""

Runs = dict[str, dict[int, dict[str, Array]]]
"""The curves of the runs of each training, by seed."""


def condense_census(
    directory: str | Path, folder: str | Path, trainings: Mapping[str, Training] = TRAININGS
) -> None:
    """Write the record of a census.

    Numbers are rounded, so that they compress: losses to a relative error below 1e-3, accuracies below 1.3e-4, lengths below 4e-3.

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
        If there is no such folder; if a file is damaged; if a training lacks a run of a seed that another has, but for the fresh ones, or has other
        settings than given here; or if the runs differ in length, in the batches of an epoch or in the versions of their packages.
    """
    directory, folder = Path(directory), Path(folder)
    if not folder.is_dir():
        raise ValueError(f"folder must be a folder that exists, got {str(folder)!r}")
    batches = {training.batches_per_epoch for training in trainings.values()}
    if len(batches) != 1:
        raise ValueError(f"trainings must have as many batches in an epoch, got {batches}")
    runs, origin = _read_census(directory, trainings, _seeds(directory, trainings))
    explored, fresh = _from(runs, 0, FRESH), _from(runs, FRESH)
    tables = _under(EXPLORED, explored) | _under(FRESH_RUNS, fresh)
    seeds, counts = len(next(iter(explored.values()))), {name: len(own) for name, own in fresh.items()}
    metadata = {
        "commands": _commands(trainings, seeds, counts, int(origin["epochs"])),
        **origin,
        "epochs": int(origin["epochs"]),
        "batches_per_epoch": batches.pop(),
        "seeds": seeds,
        "fresh": {"first": FRESH, "seeds": counts},
        "spike": SPIKE_LOSS,
        "calm": CALM_STEPS,
        "learnt": LEARNT_ACCURACY,
        "trainings": {name: repr(training) for name, training in trainings.items()},
    }
    names = ("runs.csv", "epochs.npz", "counts.npz", "steps.npz", "census.json")
    with atomic_writes(*(folder / f"loss_curve_{name}" for name in names)) as files:
        csv_file, by_epoch, by_definition, by_step, about = files
        csv_file.write(_rows(trainings, runs).encode())
        _save(by_epoch, tables, _recorded_epochs)
        _save(by_definition, tables, _counts)
        _save(by_step, {name: _with_steps(name, own) for name, own in explored.items()}, _steps)
        about.write(dated_json(metadata))


def _from(runs: Runs, first: int, end: float = float("inf")) -> dict[str, list[dict[str, Array]]]:
    """Return the runs of seeds from ``first`` to below ``end``, for the trainings that have some."""
    chosen = {name: [own[seed] for seed in own if first <= seed < end] for name, own in runs.items()}
    return {name: own for name, own in chosen.items() if own}


def _under(prefix: str, tables: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {prefix + name: own for name, own in tables.items()}


def _rows(trainings: Mapping[str, Training], runs: Runs) -> str:
    """Return the table of all runs as text."""
    table = io.StringIO(newline="")
    write_rows(
        table,
        [row(name, seed, trainings[name], run) for name, own in runs.items() for seed, run in own.items()],
    )
    return table.getvalue()


def _commands(
    trainings: Mapping[str, Training], seeds: int, fresh: Mapping[str, int], epochs: int
) -> list[str]:
    """Return the commands that make the record again, with DIRECTORY for the folder of the runs."""
    python = "python -m helpers.loss_curves"
    names = "" if list(trainings) == list(TRAININGS) else f" --trainings {' '.join(trainings)}"
    commands = [f"{python} census --directory DIRECTORY{names} --seeds {seeds} --epochs {epochs}"]
    for count in sorted(set(fresh.values())):
        own = " ".join(name for name in fresh if fresh[name] == count)
        commands.append(
            f"{python} census --directory DIRECTORY --trainings {own} --first-seed {FRESH} --seeds {count} "
            f"--epochs {epochs}"
        )
    return [*commands, f"{python} record --directory DIRECTORY{names} --folder src/helpers/records/data"]


def _read_census(
    directory: Path, trainings: Mapping[str, Training], seeds: Mapping[str, Sequence[int]]
) -> tuple[Runs, dict[str, str]]:
    """Read every run, and the length and the versions that all have in common; raise unless they have."""
    runs: Runs = {name: {} for name in trainings}
    origins = set()
    for name, seed in [(name, seed) for name, own in seeds.items() for seed in own]:
        runs[name][seed], about = read_run(directory, name, seed)
        if about.pop("settings") != repr(trainings[name]):
            raise ValueError(
                f"directory must hold runs of the trainings given, but has other settings of {name!r}"
            )
        origins.add(json.dumps(about))
    if len(origins) != 1:
        raise ValueError(f"directory must hold runs of one length and of the same versions, got {origins}")
    return runs, json.loads(origins.pop())


def _seeds(directory: Path, trainings: Mapping[str, Training]) -> dict[str, list[int]]:
    """Return the seeds of each training; raise unless all have the same that are not fresh, from 0, and fresh ones from the first."""
    found = defaultdict(set)
    for path in run_paths(directory):
        found[path.parent.name].add(int(path.stem))
    most = 1 + max((seed for name in trainings for seed in found[name] if seed < FRESH), default=0)
    seeds = {name: [*range(most), *range(FRESH, 1 + max(found[name], default=0))] for name in trainings}
    missing = [f"{name}/{seed}" for name in trainings for seed in seeds[name] if seed not in found[name]]
    if missing:
        raise ValueError(f"directory must hold every training of every seed, but lacks {missing}")
    return seeds


def _with_steps(name: str, runs: Sequence[Mapping[str, Array]]) -> Sequence[Mapping[str, Array]]:
    """Return those runs of a training whose steps are recorded."""
    return runs if name == EVERY_SEED_OF else runs[:FIRST_SEEDS]


def _steps(_: str, curves: Mapping[str, Array]) -> dict[str, Array]:
    """Return the columns of a run's steps that are recorded."""
    return {curve: curves[curve] for curve in STEP_CURVES}


def _recorded_epochs(name: str, curves: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """Return the columns of a run's epochs that are recorded."""
    left_out = [*NOT_RECORDED]
    left_out += NOT_OF_OTHERS if name != EVERY_SEED_OF else ()
    left_out += NOT_OF_FRESH if name.startswith(FRESH_RUNS) else ()
    return {column: values for column, values in epoch_columns(curves).items() if column not in left_out}


def _counts(_: str, curves: Mapping[str, Array]) -> Mapping[str, NDArray[Any]]:
    """Return the spikes of a run by every definition."""
    batches = len(curves["loss"]) // len(curves["held_out_loss"])
    return sensitivity(curves["loss"], curves["accuracy"], batches)


def row(name: str, seed: int, training: Training, curves: Mapping[str, Array]) -> dict[str, Any]:
    """Return the row of one run: its summary, its last epoch, and the command that runs it again."""
    epochs = len(curves["held_out_loss"])
    return {
        "training": name,
        "seed": seed,
        **summary(curves["loss"], curves["accuracy"], training.batches_per_epoch),
        "last_accuracy": float(epoch_columns(curves)["mean_accuracy"][-1]),
        "command": f"python -m helpers.loss_curves run {name} --seed {seed} --epochs {epochs}",
    }


def write_rows(file: TextIO, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as CSV, numbers with six digits."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([f"{v:.6g}" if isinstance(v, float) else v for v in row.values()] for row in rows)


def rounded(values: ArrayLike, digits: int = 10) -> NDArray[np.float32]:
    """Return numbers rounded to binary digits, as float32.

    Examples
    --------
    >>> rounded([1.0, 1 + 2**-11, np.nan]).tolist()
    [1.0, 1.0, nan]
    """
    fraction, exponent = np.frexp(np.asarray(values, np.float64))
    return np.ldexp(np.round(fraction * 2**digits) / 2**digits, exponent).astype(np.float32)


def compact(column: str, values: ArrayLike) -> NDArray[Any]:
    """Return a column as it is recorded: counts as they are, and other numbers rounded."""
    values = np.asarray(values)
    if values.dtype.kind in "iu":
        return values.astype(np.uint16)
    (digits,) = (digits for ending, digits in DIGITS.items() if column.endswith(ending))
    return rounded(values, digits)


def _save(
    file: BinaryIO,
    tables: Mapping[str, Sequence[Mapping[str, Array]]],
    columns: Callable[[str, Mapping[str, Array]], Mapping[str, NDArray[Any]]],
) -> None:
    """Write the columns of each training's runs, under ``training/column``, with the seeds in front."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:  # NumPy's own is larger
        for name, runs in tables.items():
            of_runs = [columns(name, run) for run in runs]
            for column in of_runs[0]:
                values = np.stack([own[column] for own in of_runs])
                with archive.open(f"{name}/{column}.npy", "w") as array:
                    np.lib.format.write_array(array, compact(column, values))
