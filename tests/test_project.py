"""The files that describe the project agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
NAMES_ON_CONDA_FORGE = {"pytorch": "torch"}


def split(requirement):
    """A requirement as its name and the set of its version ranges."""
    name, ranges = re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", requirement).groups()
    return NAMES_ON_CONDA_FORGE.get(name, name), frozenset(filter(None, ranges.split(",")))


@pytest.fixture
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def test_environment_is_the_same_as_in_pyproject(pyproject, conda):
    (from_pip,) = [entry["pip"] for entry in conda if isinstance(entry, dict)]
    listed = [entry for entry in conda if isinstance(entry, str) and entry != "pip"]
    listed += [entry for entry in from_pip if not entry.startswith("-")]
    wanted = ["python" + pyproject["requires-python"], *pyproject["dependencies"]]
    for group in pyproject["optional-dependencies"].values():
        wanted += group
    assert sorted(map(split, listed)) == sorted(map(split, wanted))
    assert "--editable ." in from_pip


def test_lock_pins_everything_that_is_required(pyproject):
    pinned = dict(
        line.split(" ;")[0].split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    required = [*pyproject["dependencies"]]
    for group in pyproject["optional-dependencies"].values():
        required += group
    missing = {split(requirement)[0] for requirement in required} - set(pinned)
    assert not missing
