"""A check on a page raises if what it checks is wrong: faults are planted in the references and in the page's own arithmetic.

A chapter's faults are in its ``faults.toml``, below the equation that they break: (place, what stands there, what is put in its place).
"""

import ast
import functools
import tomllib
from pathlib import Path

import checked_cells
import pytest
from checked_cells import ORACLE, REFERENCE

TESTS = Path(__file__).parents[1]
CHAPTERS = [path.stem for path in sorted(checked_cells.NOTEBOOKS.glob("*.md"))]


@functools.cache
def cells(chapter):
    return tuple(checked_cells.cells(chapter))


def faults(chapter):
    """Return the faults of a chapter's equations; without equations there need be none."""
    path = TESTS / chapter / "faults.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


FAULTS = [
    pytest.param(chapter, label, fault, id=f"{label}: {fault[2]}"[:100])
    for chapter in CHAPTERS
    for label, planted in faults(chapter).items()
    for fault in planted
]


def labelled(chapter, label):
    return [check for check in checked_cells.checks(cells(chapter)) if label in check.labels]


@pytest.mark.parametrize(("chapter", "label", "fault"), FAULTS)
def test_a_fault_is_noticed(chapter, label, fault, monkeypatch):
    faulty = checked_cells.plant(monkeypatch, list(cells(chapter)), *fault)
    assert any(checked_cells.raises(faulty, check) for check in labelled(chapter, label))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_without_a_fault_no_check_raises(chapter):
    for check in checked_cells.checks(cells(chapter)):
        assert not checked_cells.raises(list(cells(chapter)), check), check


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_checked_equation_has_a_fault(chapter):
    """For a new one, add to the chapter's faults.toml what a mistake would make of it."""
    labels = {label for check in checked_cells.checks(cells(chapter)) for label in check.labels}
    assert labels == set(faults(chapter))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_check_compares_two_things_and_one_is_not_the_references(chapter):
    found = 0
    for labels, (left, right), sides in checked_cells.origins(cells(chapter)):
        found += 1
        assert ast.dump(sides[0]) != ast.dump(sides[1]), labels
        assert any(ORACLE in side or REFERENCE not in side for side in (left, right)), (
            f"{labels}: both {ast.unparse(sides[0])} and {ast.unparse(sides[1])} come from the reference alone"
        )
    assert found == len(checked_cells.checks(cells(chapter)))


# Planted faults


IMPORTS = "from helpers.gated_rnn import GatedRNN, oracle\nnetwork = GatedRNN(1, 2, 3)\nrun = network.run(x)"


@pytest.mark.parametrize(
    ("compared", "alone"),
    [
        ("run.states, network.run(x).states", True),
        ("run.states, sum(run.states)", True),
        ("run.states, oracle.value(f, run.x)", False),
        ("run.states, [1, 2, 3]", False),
        ("run.states, network.W_c @ x", False),
        ("theirs, run.states", False),
    ],
)
def test_where_a_side_comes_from(compared, alone):
    codes = [IMPORTS, "theirs = oracle.value(f, x)", f"# checks: eq-a\ncheck_close({compared})"]
    ((labels, sides, _),) = checked_cells.origins(codes)
    assert labels == ("eq-a",)
    assert all(REFERENCE in side and ORACLE not in side for side in sides) == alone


def test_a_cell_needs_those_it_builds_on():
    assert checked_cells.needed(["a = 1", "b = 2", "c = a", "d = c + a", "e = b"], 3) == [0, 2, 3]


def test_only_the_labelled_check_counts():
    codes = [
        "assert 0",
        "a = 1\nassert a == 2\n# checks: eq-a\nassert a == 1",
        "# checks: eq-b\nassert a == 2",
    ]
    of_a, of_b = checked_cells.checks(codes)
    assert not checked_cells.raises(codes, of_a)
    assert checked_cells.raises(codes, of_b)
