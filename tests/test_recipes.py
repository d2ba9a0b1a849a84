"""CONTRIBUTING.md's recipes, followed to the letter in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
STEP = re.compile(
    r"^(?P<how>Append to|Write|In) `(?P<path>[^`]+)`(?:, below `(?P<below>[^`]+)`)?"
    r"(?P<apart>, after two blank lines)?:\n\n"
    r"(?P<fence>`{3,})\w+\n(?P<block>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


def recipe(title):
    """The steps of one recipe, as matches of STEP."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n## Add ")[0]
    steps = list(STEP.finditer(section))
    assert steps, title
    assert "make notebooks\nmake test\n" in section
    return steps


def follow(steps, project):
    for step in steps:
        path = project / step["path"]
        if step["how"] == "Write":
            assert not path.exists()
            path.write_text(step["block"], encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        if step["how"] == "Append to":
            path.write_text(text + ("\n\n" if step["apart"] else "") + step["block"], encoding="utf-8")
        else:
            assert text.count(step["below"] + "\n") == 1, step["below"]
            path.write_text(
                text.replace(step["below"] + "\n", step["below"] + "\n" + step["block"]), encoding="utf-8"
            )


@pytest.fixture
def project(tmp_path):
    for folder in ("src", "notebooks", "book", "tests"):
        unwanted = shutil.ignore_patterns("node_modules", "_vendor", "_build", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(project, *command):
    """What a command of the copy prints; it has to succeed."""
    environment = os.environ | {"PYTHONPATH": str(project / "src")}
    done = subprocess.run(
        [sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_style(project):
    """What `make test` asks of the code's form, but for types."""
    run(project, "-m", "ruff", "format", "--check", ".")
    run(project, "-m", "ruff", "check", ".")


def test_what_the_recipes_add_has_types(project):
    for title in ("Add a claim", "Add an explorer", "Add a chapter"):
        follow(recipe(title), project)
    run(project, "-m", "mypy")


def test_a_claim(project):
    follow(recipe("Add a claim"), project)
    check_style(project)
    run(project, "notebooks/renew.py", "notebooks/convolution.md")
    passed = run(
        project,
        "-m",
        "pytest",
        "-q",
        "tests/claims",
        "tests/notebooks",
        "-k",
        "(1.1.b.kept or convolution) and not every_cell_runs",
    )
    assert " passed" in passed
    twin = (project / "notebooks/convolution.ipynb").read_text(encoding="utf-8")
    assert "1.1.b.kept · confirmed" in twin


def test_a_false_claim_is_refused(project):
    follow(recipe("Add a claim"), project)
    module = project / "src/helpers/claims/convolution.py"
    module.write_text(
        module.read_text(encoding="utf-8").replace("H, K = 12, 5", "H, K = 12, 4"), encoding="utf-8"
    )
    with pytest.raises(AssertionError, match=r"1\.1\.b\.kept"):
        run(project, "-m", "pytest", "-q", "tests/claims", "-k", "1.1.b.kept")


def test_an_explorer(project):
    follow(recipe("Add an explorer"), project)
    check_style(project)
    run(project, "notebooks/renew.py", "notebooks/convolution.md")
    made = run(
        project,
        "-c",
        "from helpers.explorers.convolution import kept_size_explorer as e; print(type(e()).__name__)",
    )
    assert made == "Explorer\n"
    passed = run(project, "-m", "pytest", "-q", "tests/test_explorers.py", "-k", "convolution-2")
    assert "2 passed" in passed


def test_a_chapter(project):
    follow(recipe("Add a chapter"), project)
    check_style(project)
    run(project, "notebooks/renew.py", "notebooks/softmax.md")
    passed = run(project, "-m", "pytest", "-q", "tests/claims", "tests/notebooks", "-k", "2.1.a or softmax")
    assert " passed" in passed
    parts = yaml.safe_load((project / "book/_toc.yml").read_text(encoding="utf-8"))["parts"]
    assert {"file": "notebooks/softmax"} in parts[1]["chapters"]
