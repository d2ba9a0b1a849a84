"""A folder of the reader's own, empty; and Node.js, which judges as the page does."""

import json
import subprocess
from pathlib import Path

import pytest
from vendor import with_node

from helpers.book import EXERCISES
from helpers.exercises.progress_file import Progress

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node():
    with subprocess.Popen(
        ["node", HERE / "judging.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=with_node(),
        encoding="utf-8",
    ) as process:

        def ask(pack, *typed, want="answers"):
            process.stdin.write(json.dumps({"pack": pack, "typed": typed, "want": want}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(EXERCISES, "_progress", Progress())
    return tmp_path / "home"
