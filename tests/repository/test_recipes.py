"""CONTRIBUTING.md's recipes, followed to the letter in a copy of the project."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RECIPES = ("Add a claim", "Add an explorer", "Add a chapter")
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
            path.parent.mkdir(exist_ok=True)
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
    for file in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / file, tmp_path)
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


def test_no_recipe_names_what_another_adds():
    """So that one may be followed without the others, though below all are followed in one copy."""
    code = [*(ROOT / "src").rglob("*.py"), *(ROOT / "notebooks").glob("*.md")]
    known = words("\n".join(path.read_text(encoding="utf-8") for path in code))
    added = {title: words("\n".join(step["block"] for step in recipe(title))) - known for title in RECIPES}
    assert all(added.values())
    for one, other in itertools.combinations(RECIPES, 2):
        assert not added[one] & added[other]


def words(text):
    """The names in a text, with their dots."""
    return set(re.findall(r"[\w.]+", text))


def test_each_recipe_is_complete(project):
    """Followed one after the other; then every notebook that they change is renewed, and what tests it is run."""
    for title in RECIPES:
        follow(recipe(title), project)
        check_style(project)
    locked = re.findall(r"^numpy==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    if version("numpy") in locked:  # other versions have other types
        # What has not changed is known in the project's own cache.
        run(project, "-m", "mypy", "--cache-dir", str(ROOT / ".mypy_cache"))
    run(project, "notebooks/renew.py", "notebooks/convolution.md", "notebooks/softmax.md")
    twin = (project / "notebooks/convolution.ipynb").read_text(encoding="utf-8")
    assert "1.1.b.filters: confirmed. " in twin
    assert "Explorer with sliders kernel size K (1 to 7)" in twin
    parts = yaml.safe_load((project / "book/_toc.yml").read_text(encoding="utf-8"))["parts"]
    assert {"file": "notebooks/softmax"} in parts[1]["chapters"]
    the_rest = "test_every_cell_runs[convolution] or notebooks/convolution-0 or notebooks/convolution-1"
    report = run(
        *(project, "-m", "pytest", "--verbose", "tests/claims", "tests/repository", "tests/explorers"),
        *("-k", f"(1.1.b.filters or 2.1.a or softmax or convolution) and not ({the_rest})"),
    )
    passed = set(re.findall(r"::(\w+\[.+\]) PASSED", report))
    assert passed >= {
        "test_verdict_is_what_the_evidence_says[1.1.b.filters]",
        "test_verdict_is_what_the_evidence_says[2.1.a]",
        "test_a_statement_is_what_the_sheet_says[1.1.b.filters]",
        "test_a_statement_is_what_the_sheet_says[2.1.a]",
        "test_a_page_quotes_what_the_sheet_says[softmax]",
        "test_every_packed_frame_is_what_the_functions_return[notebooks/convolution-3]",
        "test_pair_is_in_step[convolution]",
        "test_pair_is_in_step[softmax]",
        "test_every_cell_runs[softmax]",
    }


def test_a_false_claim_is_refused(project):
    follow(recipe("Add a claim"), project)
    module = project / "src/helpers/convolution/claims.py"
    module.write_text(module.read_text(encoding="utf-8").replace("F = 4\n", "F = 5\n"), encoding="utf-8")
    with pytest.raises(
        AssertionError, match=r"FAILED \S+::test_verdict_is_what_the_evidence_says\[1\.1\.b\.filters\]"
    ):
        run(project, "-m", "pytest", "-q", "-p", "no:nbval", "tests/claims", "-k", "1.1.b.filters")
