"""The command line: ``python -m helpers.loss_curves census``, ``record``, ``run`` and ``replay``."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable

import torch

from .lab.census import TRAININGS, ProgressBar, census, replica_curves
from .lab.condense import condense_census, row, write_rows
from .lab.replay import record_replay
from .lab.training import Training, train


def main() -> None:
    parser = ArgumentParser(prog="python -m helpers.loss_curves")
    commands = parser.add_subparsers(required=True)

    def command(name: str, function: Callable[[Namespace], None], help: str) -> ArgumentParser:
        options = commands.add_parser(name, help=help)
        options.set_defaults(function=function)
        return options

    long = command("census", run_census, "train from many seeds, or resume a census that was stopped")
    record = command("record", run_record, "condense a finished census to the record of the book")
    one = command("run", run_one, "train one run of the census, and print its row of the record")
    replay = command("replay", run_replay, "replace the last step before every spike by others")
    names = f"which of {', '.join(TRAININGS)} (default: all)"
    for options in (long, record):
        options.add_argument("--directory", required=True, help="the folder of the runs and of table.csv")
        options.add_argument(
            "--trainings", nargs="+", choices=TRAININGS, default=[*TRAININGS], metavar="NAME", help=names
        )
    long.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: one a core)")
    long.add_argument("--replicas", type=int, default=32, help="runs at once in a process (default: 32)")
    long.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, whose workers train instead")
    record.add_argument("--folder", required=True, help="the folder of the record")
    one.add_argument("training", choices=TRAININGS, metavar="NAME")
    one.add_argument("--seed", type=int, required=True)
    replay.add_argument("--record", required=True, help="the JSON file to write")
    for options in (long, replay):
        options.add_argument("--seeds", type=int, default=32, help="how many seeds (default: 32)")
        options.add_argument("--first-seed", type=int, default=0, help="the first of them (default: 0)")
    for options in (long, one, replay):
        options.add_argument("--epochs", type=int, default=100, help="of 31 steps (default: 100)")

    args = parser.parse_args()
    torch.set_num_threads(1)  # one thread is fastest on networks this small
    try:
        args.function(args)
    except ValueError as error:
        parser.exit(1, f"{error}\n")
    except OSError as error:
        parser.exit(
            1,
            f"{error}\nWhat was finished is kept. When the folder can be written to, the same command goes on.\n",
        )


def run_census(args: Namespace) -> None:
    settings = {name: getattr(args, name) for name in ("epochs", "jobs", "replicas", "scheduler")}
    print(
        census(args.directory, _named(args.trainings), seeds=_seeds(args), **settings, progress=ProgressBar())
    )


def run_record(args: Namespace) -> None:
    condense_census(args.directory, args.folder, _named(args.trainings))


def run_one(args: Namespace) -> None:
    training = TRAININGS[args.training]
    curves = train(training, [args.seed], steps=args.epochs * training.batches_per_epoch)
    write_rows(sys.stdout, [row(args.training, args.seed, training, replica_curves(curves, 0))])


def run_replay(args: Namespace) -> None:
    record_replay(args.record, seeds=_seeds(args), epochs=args.epochs)


def _seeds(args: Namespace) -> range:
    return range(args.first_seed, args.first_seed + args.seeds)


def _named(names: Iterable[str]) -> dict[str, Training]:
    return {name: TRAININGS[name] for name in names}


if __name__ == "__main__":
    main()
