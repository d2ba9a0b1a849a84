"""What plants faults and counts them: what is a fault, which are chosen, and what it complains of."""

import os
import random
import subprocess
import sys

import mutants
import pytest

KILLED, SURVIVOR = "convolution: conv: a → b", "convolution: conv: a → c"


@pytest.fixture(scope="module")
def of_checks():
    return list(mutants.mutants("numerics.arrays"))


def test_every_name_is_another(of_checks):
    assert len({mutant.name for mutant in of_checks}) == len(of_checks) > 50


def test_a_mutant_differs_where_its_name_says(of_checks):
    source = mutants.path_of("numerics.arrays").read_text(encoding="utf-8")
    for mutant in of_checks[::10]:
        assert mutants.difference(source, mutant.source) in mutant.name


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("y = x + 1", "y = x - 1", "+ → -"),
        ("y = f(x, axis=-1)", "y = f(x, axis=-2)", "1 → 2"),
        ("y = f(x, axis=-1)", "y = f(x, )", "axis=-1 → nothing"),
        ("y = f(\n    x,\n    axis=-1,\n)", "y = f(\n    x,\n    )", "axis=-1 → nothing"),
        ("y = f(x)[0]", "y = f(x)[1]", "0 → 1"),
        (f"y = f({'x' * 50}, 1)", "y = f(1)", f"{'x' * 40}… → nothing"),
    ],
)
def test_a_change_has_a_name_that_does_not_depend_on_the_line(before, after, name):
    for around in ("{}", "    {}  # why", "a = 1\n{}\nb = 2"):
        assert mutants.difference(around.format(before), around.format(after)) == name


def test_constants_defaults_and_properties_are_changed_too():
    of_gated_rnn = list(mutants.mutants("gated_rnn.reference"))
    for start in ("exploding_instance: 60 → 61", "Run.gate_slopes: "):
        assert any(
            mutants.is_fault(mutant)
            for mutant in of_gated_rnn
            if mutant.name.startswith(f"gated_rnn.reference: {start}")
        )
    assert any(
        mutant.name.startswith("numerics.compare: TOLERANCE: 1e-10 → ")
        for mutant in mutants.mutants("numerics.compare")
    )


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("y = x + 1", "y = x - 1", True),
        ("y = f(x)", "y = f()", True),
        ("y: int = 1", "y: float = 1", False),
        ("def f(x: int) -> int | None: pass", "def f(x: float) -> None: pass", False),
        ("def f(x=1): pass", "def f(x=2): pass", True),
        ("f('x')", "f('XXxXX')", False),
        ("f(f'{x:.2g}')", "f(f'{x:.3g}')", False),
        ("raise ValueError('x', 1)", "raise ValueError('y', 2)", False),
        ("raise ValueError('x')", "raise TypeError('x')", True),
        ("__all__ = ['x']", "__all__ = []", False),
        ("zip(x, y, strict=True)", "zip(x, y)", False),
        ("zip(x, y, strict=True)", "zip(x, strict=True)", True),
        ("if __name__ == '__main__': f()", "if __name__ != '__main__': f()", False),
        ("if name == '__main__': f()", "if name != '__main__': f()", True),
    ],
)
def test_what_differs_in_text_alone_is_no_fault(before, after, fault):
    assert (mutants.meaning(before) != mutants.meaning(after)) == fault


def test_a_sample_is_the_same_in_any_order(of_checks):
    chosen = mutants.sample(of_checks, 5)
    shuffled = random.Random(0).sample(of_checks, len(of_checks))
    assert mutants.sample(shuffled, 5) == chosen
    assert mutants.sample(shuffled, 4) == chosen[:4]
    assert all(map(mutants.is_fault, chosen))


@pytest.mark.parametrize(
    ("tests", "ended"),
    [
        ("def test_it(): pass", mutants.SURVIVES),
        ("def test_it(): assert False", mutants.KILLED),
        ("import pytest; raise ValueError", mutants.KILLED),
        ("# none", pytest.ExitCode.NO_TESTS_COLLECTED),
        ("def test_it(): raise KeyboardInterrupt", pytest.ExitCode.INTERRUPTED),
        (None, pytest.ExitCode.USAGE_ERROR),
    ],
)
def test_nothing_but_a_failing_test_kills(tmp_path, tests, ended):
    file = tmp_path / "test_it.py"
    if tests is not None:
        file.write_text(tests)
    source = mutants.path_of("numerics.arrays").read_text(encoding="utf-8")
    script = f"mutants.TESTS['numerics.arrays'] = [{str(file)!r}] * 2; sys.exit(mutants.outcome('numerics.arrays', {source!r}))"
    command = [sys.executable, "-c", f"import sys, mutants; {script}"]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(command, cwd=mutants.ROOT / "tests/repository", env=alone, capture_output=True)
    assert run.returncode == ended


def test_a_module_that_cannot_be_imported_is_killed():
    script = "import sys, mutants; sys.exit(mutants.outcome('numerics.arrays', 'raise SystemExit(2)'))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=mutants.ROOT / "tests/repository", capture_output=True
    )
    assert run.returncode == mutants.KILLED


def test_what_says_nothing_of_a_mutant_stops_the_run():
    mutant = mutants.Mutant("checks", "checks: some", "")
    assert mutants.verdict(mutant, mutants.KILLED)
    assert not mutants.verdict(mutant, mutants.SURVIVES)
    for ended in (*pytest.ExitCode, -11):
        if ended != pytest.ExitCode.OK:
            with pytest.raises(SystemExit, match="nothing is known of\n    checks: some"):
                mutants.verdict(mutant, ended)


def test_a_survivor_without_a_reason_is_complained_of():
    (complaint,) = mutants.complaints({KILLED: True, SURVIVOR: False}, {}, complete=[])
    assert complaint == f"survives, and is not listed:\n    {SURVIVOR}"
    assert not mutants.complaints(
        {KILLED: True, SURVIVOR: False}, {SURVIVOR: "why"}, complete=["convolution"]
    )


def test_a_reason_without_a_survivor_is_complained_of():
    (complaint,) = mutants.complaints({KILLED: True}, {KILLED: "why"}, complete=[])
    assert complaint == f"is listed, and was killed:\n    {KILLED}"
    (complaint,) = mutants.complaints({KILLED: True}, {SURVIVOR: "why"}, complete=["convolution"])
    assert complaint == f"is listed, and there is no such mutant:\n    {SURVIVOR}"
    assert not mutants.complaints({KILLED: True}, {SURVIVOR: "why"}, complete=[])


def test_the_list_gives_a_reason_for_mutants_that_there_are():
    names = {mutant.name for module in mutants.TESTS for mutant in mutants.mutants(module)}
    known = mutants.reasons()
    assert all(known.values())
    assert not set(known) - names


def test_every_module_with_mutants_has_its_tests():
    for module, files in mutants.TESTS.items():
        assert mutants.path_of(module).exists()
        assert all((mutants.ROOT / file.partition("::")[0]).exists() for file in files)


def test_where_no_process_can_be_copied_a_fresh_one_decides():
    """As on Windows."""
    _, emptied = mutants.extremes("loss_curves.cliff")
    assert mutants.is_killed(emptied, fork=False)
