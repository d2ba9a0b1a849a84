"""The files that describe the project agree with each other."""

import ast
import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NAMES_ON_CONDA_FORGE = {"pytorch": "torch"}


def split(requirement):
    """A requirement as its name and the set of its version ranges, on whatever machine it is wanted."""
    name, ranges = re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", requirement.partition(";")[0]).groups()
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
    for name, group in pyproject["optional-dependencies"].items():
        wanted += group if name != "bench" else []
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


@pytest.mark.parametrize(
    ("system", "processor", "wanted"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", True),
        ("darwin", "arm64", True),
        ("win32", "AMD64", True),
        ("darwin", "x86_64", False),
        ("win32", "ARM64", False),
    ],
)
def test_pytorch_is_wanted_where_it_has_a_build(pyproject, system, processor, wanted):
    """Where it has none, what has no build there without it is not wanted either; and the lock file says the same."""
    machine = {"sys_platform": system, "platform_machine": processor}
    notebooks, test = (pyproject["optional-dependencies"][name] for name in ("notebooks", "test"))
    locked = (ROOT / "constraints.txt").read_text().splitlines()
    for name, lines in (("torch", notebooks), ("torch", locked), ("mutmut", test), ("mutmut", locked)):
        (requirement,) = (line for line in lines if line.startswith((f"{name}>", f"{name}=")))
        assert Requirement(requirement).marker.evaluate(machine) == wanted


def test_oldest_versions_are_those_that_are_tested(pyproject):
    oldest = ast.literal_eval(re.search(r"VARIED = (\{.*?\})", (ROOT / "noxfile.py").read_text())[1])
    required = [*pyproject["dependencies"], *pyproject["optional-dependencies"]["notebooks"]]
    ranges = dict(map(split, required))
    assert {name: frozenset([f">={version.removesuffix('.*')}"]) for name, version in oldest.items()} == {
        name: ranges[name] for name in oldest
    }


def test_the_package_is_described_as_the_book_is_cited(pyproject):
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == pyproject["version"]
    assert cited["keywords"] == pyproject["keywords"]
    assert cited["authors"] == pyproject["authors"]


def locked_pythons():
    """Return the versions of Python that nox tests with the locked packages."""
    versions = re.search(r"@nox\.session\(python=(\[.*?\])\)\ndef locked", (ROOT / "noxfile.py").read_text())
    return ast.literal_eval(versions[1])


def test_the_versions_of_python_that_are_named_are_those_that_are_tested(pyproject):
    prefix = "Programming Language :: Python :: "
    named = [name.removeprefix(prefix) for name in pyproject["classifiers"] if name.startswith(prefix)]
    assert named == locked_pythons()


def test_all_versions_are_tested_with_all_that_the_tests_need():
    everything = re.search(r'EVERYTHING = "(.*)"', (ROOT / "noxfile.py").read_text())[1]
    assert f'PACKAGES = "{everything}"' in (ROOT / "environment.py").read_text()


def test_code_in_notebooks_fits_the_column():
    for path in (ROOT / "notebooks").glob("*.md"):
        cells = re.findall(r"```\{code-cell\}.*?```", path.read_text(encoding="utf-8"), re.DOTALL)
        too_long = [line for cell in cells for line in cell.splitlines() if len(line) > 80]
        assert not too_long, path.name


def test_binder_installs_the_notebooks_packages_without_cuda(pyproject):
    script = ROOT / ".binder/postBuild"
    lines = script.read_text().splitlines()
    assert lines[0].startswith("#!")
    assert "export PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu" in lines
    assert "https://download.pytorch.org/whl/cpu" in (ROOT / "README.md").read_text()
    command = shlex.split(next(line for line in lines if line.startswith("pip install")))
    assert (ROOT / command[command.index("--constraint") + 1]).exists()
    (wanted,) = re.findall(r"^\.\[(\w+)\]$", command[-1])
    assert any(requirement.startswith("torch") for requirement in pyproject["optional-dependencies"][wanted])
    version = (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-")
    assert version in locked_pythons()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such mark")
def test_binder_may_run_its_script():
    assert os.access(ROOT / ".binder/postBuild", os.X_OK)


@pytest.mark.parametrize("name", ["pyproject.toml", "environment.yml", "notebooks/sanitize.cfg"])
def test_what_other_programs_read_in_the_systems_encoding_is_ascii(name):
    """Jupytext reads pyproject.toml so, and on Windows could open no notebook."""
    assert (ROOT / name).read_bytes().isascii()
