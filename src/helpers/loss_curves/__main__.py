"""The command line: ``python -m helpers.loss_curves census --directory DIRECTORY``."""

import argparse
import os

from .census import TRAININGS, ProgressBar, census


def main():
    parser = argparse.ArgumentParser(prog="python -m helpers.loss_curves")
    commands = parser.add_subparsers(dest="command", required=True)
    options = commands.add_parser(
        "census", help="train from many seeds; run again, it goes on where it was stopped"
    )
    options.add_argument("--directory", required=True, help="where the runs and table.csv are kept")
    options.add_argument(
        "--trainings",
        nargs="+",
        choices=TRAININGS,
        default=list(TRAININGS),
        metavar="NAME",
        help=f"which of {', '.join(TRAININGS)} (default: all)",
    )
    options.add_argument(
        "--seeds", type=int, default=32, help="train from seeds 0, 1, … (default: 32 of them)"
    )
    options.add_argument("--epochs", type=int, default=100, help="of 31 steps (default: 100)")
    options.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="processes (default: one for each core)"
    )
    options.add_argument(
        "--replicas", type=int, default=32, help="runs that a process trains at once (default: 32)"
    )
    given = parser.parse_args()
    table = census(
        given.directory,
        {name: TRAININGS[name] for name in given.trainings},
        seeds=given.seeds,
        epochs=given.epochs,
        jobs=given.jobs,
        replicas=given.replicas,
        progress=ProgressBar(),
    )
    print(table)


if __name__ == "__main__":
    main()
