"""Faults of the kinds that a book like this makes, each planted, and each caught by the test that is meant for it."""

import contextlib
import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers.book import CLAIMS
from helpers.claims import Verdict
from helpers.convolution import explorers
from helpers.convolution import reference as convolution
from helpers.gated_rnn import reference as gated_rnn

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "convolution.md"


def module(path):
    """A test module that is not beside this one."""
    spec = importlib.util.spec_from_file_location(f"planted_in_{path.stem}", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


test_convolution = module(ROOT / "tests/convolution/test_reference.py")
test_gated_rnn = module(ROOT / "tests/gated_rnn/test_reference.py")
test_explorers = module(ROOT / "tests/explorers/test_explorer.py")


@contextlib.contextmanager
def caught(test, *arguments, **named):
    """The test passes; with what is planted inside the block, it fails."""
    test(*arguments, **named)
    yield
    with pytest.raises(AssertionError):
        test(*arguments, **named)


def test_a_transposed_jacobian(monkeypatch):
    right = gated_rnn.GatedRNN._step_jacobian
    test = test_gated_rnn.TestAgainstNaiveLoops()
    with caught(test.test_total_gradients_of_the_states_are_sums_over_all_later_states):
        monkeypatch.setattr(
            gated_rnn.GatedRNN, "_step_jacobian", lambda *step: np.swapaxes(right(*step), -1, -2)
        )


def test_an_off_by_one_in_padding(monkeypatch):
    right = convolution._Geometry.__init__

    def shifted(geometry, *sizes):
        right(geometry, *sizes)
        _, *inside = geometry.unpadded
        geometry.unpadded = (..., *(slice(at.start + 1, at.stop + 1) for at in inside))

    with caught(test_convolution.test_naive_loop, (8,), (3,), (2,), (1,), (3,), (2,)):
        monkeypatch.setattr(convolution._Geometry, "__init__", shifted)


def test_a_gate_derivative_with_the_wrong_sign(monkeypatch):
    right = gated_rnn.Run.gate_slopes
    against_autograd = test_gated_rnn.TestAgainstAutograd
    instance = {"m": 2, "n": 3, "T": 4, "batch": (), "seed": 0, "scale": 1.0}
    property_test = against_autograd.test_states_and_every_gradient.hypothesis.inner_test
    with (
        caught(test_gated_rnn.TestByHand().test_gradients_of_one_step),
        caught(property_test, against_autograd(), **instance),
    ):
        monkeypatch.setattr(gated_rnn.Run, "gate_slopes", property(lambda run: -right.func(run)))


def test_an_explorer_whose_frame_differs_from_the_reference(monkeypatch):
    right = explorers.size_frame
    setting = {"input_size": 7, "kernel_size": 3, "stride": 3, "padding": 0, "dilation": 1}

    def off_by_one(**setting):
        return right(**{**setting, "stride": setting["stride"] - 1})

    with caught(
        test_explorers.test_size_frame_is_what_pytorch_does.hypothesis.inner_test, setting=setting, row=1
    ):
        monkeypatch.setattr(explorers, "size_frame", off_by_one)


def test_a_claim_with_a_false_verdict():
    test = module(ROOT / "tests/claims/test_ledger.py").test_verdict_is_what_the_evidence_says
    claim = CLAIMS["1.1.c.iii"]
    test(claim)
    false = Verdict.REFUTED if claim.verdict is not Verdict.REFUTED else Verdict.REPAIRED
    with pytest.raises(AssertionError):
        test(replace(claim, verdict=false, correction="something else"))


def test_a_pair_out_of_step(tmp_path):
    test = module(ROOT / "tests/repository/test_pairs.py").test_pair_is_in_step
    for path in (NOTEBOOK, NOTEBOOK.with_suffix(".ipynb")):
        shutil.copy(path, tmp_path)
    copied = tmp_path / NOTEBOOK.name
    test(copied)
    text = copied.read_text(encoding="utf-8")
    copied.write_text(text.replace("stride=2", "stride=1", 1), encoding="utf-8")
    with pytest.raises(AssertionError, match="out of step"):
        test(copied)


def test_a_stale_output_and_a_cell_over_its_time_limit(tmp_path):
    """A notebook with both, run by the same command as in `make test`, but for a limit of 3 seconds where the machine is not slow."""
    printed = {"print(1)": "1\n", "print(2)": "1\n", "import time\ntime.sleep(600)": ""}
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    for number, (source, text) in enumerate(printed.items(), 1):
        outputs = [nbformat.v4.new_output("stream", text=text)] if text else []
        cell = nbformat.v4.new_code_cell(source, execution_count=number, outputs=outputs)
        notebook.cells.append(cell)
    nbformat.write(notebook, tmp_path / "planted.ipynb")
    (recipe,) = (line for line in (ROOT / "Makefile").read_text().splitlines() if "--nbval " in line)
    options = recipe.split("pytest ")[1]
    for ours, here in {
        "--numprocesses 2": "--numprocesses 1",
        "notebooks/sanitize.cfg": str(ROOT / "notebooks/sanitize.cfg"),
    }.items():
        assert ours in options
        options = options.replace(ours, here)
    shutil.copy(ROOT / "notebooks/conftest.py", tmp_path)
    limits = (ROOT / "notebooks/limits.py").read_text(encoding="utf-8")
    assert "SECONDS_PER_CELL = 30" in limits
    (tmp_path / "limits.py").write_text(
        limits.replace("SECONDS_PER_CELL = 30", "SECONDS_PER_CELL = 3"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options.split()[:-1], "."]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    assert "1 passed" in report, report
    stale, slow = (line for line in report.splitlines() if line.startswith("FAILED"))
    assert "::Cell 1" in stale
    assert "::Cell 2" in slow
    assert "mismatch 'stdout'" in report, report
    assert re.search(r"Timeout of [\d.]+ seconds", report), report
