"""What runs the project's programs on other people's machines may do no more than it has to, and is what it was when it was looked at."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAY_WRITE = {("test", "publish"): {"pages", "id-token"}, ("release", "publish"): {"id-token"}}


@pytest.fixture
def pythons():
    """Every Python that is promised."""
    sessions = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    return ast.literal_eval(re.search(r"python=(\[.*?\])\)\ndef locked", sessions)[1])


def loaded(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_a_job_writes_only_what_it_publishes(path):
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        granted = job.get("permissions", {})
        written = {scope for scope, access in granted.items() if access != "read"}
        assert written == MAY_WRITE.get((path.stem, name), set())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit_and_leaves_no_credentials(path):
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []
    for job in loaded(path)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_one_commit_for_one_action():
    uses = set(re.findall(r"uses: (.*)", "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)))
    assert len({use.partition("@")[0] for use in uses}) == len(uses)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_is_installed_in_a_workflow_has_its_version(path):
    for install in re.findall(r"pip install (.*)", path.read_text(encoding="utf-8")):
        assert "--constraint" in install or all("==" in package for package in install.split()), install


def test_every_promised_python_is_tested(pythons):
    matrix = loaded(ROOT / ".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]
    tested = {*matrix["python"], *(run["python"] for run in matrix["include"])}
    assert tested == set(pythons)
    assert matrix["python"] == [pythons[0], pythons[-1]]  # on every system
    weekly = loaded(ROOT / ".github/workflows/weekly.yml")["jobs"]["versions"]["steps"][1]["with"]
    assert weekly["python-version"].split() == matrix["python"]


def test_the_promise_is_the_same_everywhere(pythons):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"You need Python {pythons[0]} to {pythons[-1]}" in readme
    assert f'requires-python = ">={pythons[0]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    binder = (ROOT / ".binder/runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert binder in pythons
