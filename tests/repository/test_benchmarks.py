"""What the benchmarks share: the least of several turns counts, and a record says how it is made."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def _beside_each_other(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


def test_the_least_of_several_turns_counts():
    """By a clock that only the functions move."""
    from timing import best_in_turns

    now, order = 0.0, []

    def takes(name, *seconds):
        left = iter(seconds)

        def function():
            nonlocal now
            now += next(left)
            order.append(name)

        return function

    functions = {
        "slow": takes("slow", 5, 4, 3, *[6] * 6),
        "quick": takes("quick", 0.5e-3, *[0.4e-3] * 2, *[0.25e-3] * 14),
    }
    best = best_in_turns(functions, turns=8, clock=lambda: now)
    assert best == pytest.approx({"slow": 3, "quick": 0.25e-3})
    assert order[:2] == ["slow", "quick"]
    turns = {tuple(order[start : start + 3]) for start in range(2, len(order), 3)}
    assert turns == {("slow", "quick", "quick"), ("quick", "quick", "slow")}


def test_a_record_says_how_it_is_made(monkeypatch, tmp_path):
    from records import head, path_given

    path = tmp_path / "record.json"
    monkeypatch.setattr(sys, "argv", ["benchmarks/it.py", "--record", str(path)])
    assert path_given("What it measures.\n\nAnd how.") == path
    about = head("numpy", on="one thread")
    assert [*about] == ["command", "python", "numpy", "machine"]
    assert about["command"] == f"python benchmarks/it.py --record {path}"
    assert about["machine"].endswith(", one thread")
    monkeypatch.setattr(sys, "argv", ["benchmarks/it.py"])
    assert path_given("What it measures.") is None
