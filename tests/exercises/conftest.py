"""A folder of the reader's own, empty."""

import pytest

from helpers.book import EXERCISES
from helpers.exercises.progress_file import Progress


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(EXERCISES, "_progress", Progress())
    return tmp_path / "home"
