"""Limits of time follow the machine, and are one limit wherever cells are run."""

from pathlib import Path
from types import SimpleNamespace

import limits
import pytest
import yaml
from sphinxcontrib import katex
from time_limits import stretch

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("seconds", "slowness"), [(0.01, 1), (0.05, 1), (0.1, 2), (0.4, 8)])
def test_a_limit_is_longer_on_a_slow_machine_and_never_shorter(monkeypatch, seconds, slowness):
    times = iter([0.0, seconds, 0.0, seconds])
    monkeypatch.setattr(limits.time, "perf_counter", lambda: next(times))
    assert limits.slowness() == pytest.approx(slowness)
    assert limits.seconds_per_cell() == pytest.approx(slowness * limits.SECONDS_PER_CELL)


def test_cells_of_pages_have_the_same_limit_and_formulas_theirs(monkeypatch):
    timeout = yaml.safe_load((ROOT / "book/_config.yml").read_text(encoding="utf-8"))["execute"]["timeout"]
    assert timeout == limits.SECONDS_PER_CELL
    config = SimpleNamespace(nb_execution_timeout=timeout)
    for name in ("STARTUP_TIMEOUT", "RENDER_TIMEOUT"):
        monkeypatch.setattr(katex, name, 5.0)
    monkeypatch.setenv("SLOWNESS", "8")
    stretch(None, config)
    assert config.nb_execution_timeout == 8 * timeout
    assert katex.STARTUP_TIMEOUT == katex.RENDER_TIMEOUT == 40


def test_no_limit_of_cells_is_stated_elsewhere():
    """What runs the notebooks takes it from notebooks/limits.py: nbval by notebooks/conftest.py."""
    for name in ("Makefile", "noxfile.py"):
        assert "cell-timeout" not in (ROOT / name).read_text(encoding="utf-8")
