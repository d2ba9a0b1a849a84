"""Where a benchmark writes what it measured, and what stands at the head of its record."""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path

from helpers.records import made_with


def path_given(description: str) -> Path | None:
    """Return the file that ``--record`` names on the command line, or None where nothing is to be written."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write what was measured")
    return parser.parse_args().record


def head(*packages: str, on: str) -> dict[str, object]:
    """Return how a record is made: the command, the versions of Python and of these packages, and on what machine."""
    made = made_with(*packages)
    machine = f"{platform.system()} {made.pop('machine')}, {on}"
    return {"command": " ".join(["python", *sys.argv]), **made, "machine": machine}
