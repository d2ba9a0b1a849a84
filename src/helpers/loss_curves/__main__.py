"""The command line: ``python -m helpers.loss_curves census``, ``record``, ``run`` and ``replay``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from .lab import replay
from .lab.census import TRAININGS, ProgressBar, census, replica_curves
from .lab.condense import record, row, write_rows
from .lab.training import Training, train


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m helpers.loss_curves")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, function: Callable[..., None], help: str) -> argparse.ArgumentParser:
        options = commands.add_parser(name, help=help)
        options.set_defaults(function=function)
        return options

    census_options = command(
        "census", run_census, "train from many seeds; run again, it goes on where it was stopped"
    )
    record_options = command("record", run_record, "condense a finished census to what the book keeps of it")
    for options in (census_options, record_options):
        options.add_argument("--directory", required=True, help="where the runs and table.csv are kept")
        options.add_argument(
            "--trainings",
            nargs="+",
            choices=TRAININGS,
            default=list(TRAININGS),
            metavar="NAME",
            help=f"which of {', '.join(TRAININGS)} (default: all)",
        )
    census_options.add_argument(
        "--seeds", type=int, default=32, help="train from seeds 0, 1, … (default: 32 of them)"
    )
    census_options.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="processes (default: one for each core)"
    )
    census_options.add_argument(
        "--replicas", type=int, default=32, help="runs that a process trains at once (default: 32)"
    )
    census_options.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask cluster, whose workers train in place of processes here",
    )
    record_options.add_argument("--folder", required=True, help="where the record is written")
    run_options = command("run", run_one, "train one run of the census, and print its row of the record")
    run_options.add_argument("training", choices=TRAININGS, metavar="NAME")
    run_options.add_argument("--seed", type=int, required=True)
    replay_options = command("replay", replay.record, "take every spike's last step again, otherwise")
    replay_options.add_argument("--record", dest="path", required=True, help="the JSON file to write")
    replay_options.add_argument("--seeds", type=int, default=32, help="seeds 0, 1, … (default: 32 of them)")
    for options in (census_options, run_options, replay_options):
        options.add_argument("--epochs", type=int, default=100, help="of 31 steps (default: 100)")

    given = vars(parser.parse_args())
    del given["command"]
    given.pop("function")(**given)


def run_census(trainings: Iterable[str], **options: Any) -> None:
    table = census(trainings=_named(trainings), progress=ProgressBar(), **options)
    print(table)


def run_record(directory: str, folder: str, trainings: Iterable[str]) -> None:
    record(directory, folder, _named(trainings))


def run_one(training: str, seed: int, epochs: int) -> None:
    settings = TRAININGS[training]
    curves = train(settings, [seed], steps=epochs * settings.batches_per_epoch)
    write_rows(sys.stdout, [row(training, seed, settings, replica_curves(curves, 0))])


def _named(names: Iterable[str]) -> dict[str, Training]:
    return {name: TRAININGS[name] for name in names}


if __name__ == "__main__":
    main()
