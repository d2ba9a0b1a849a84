"""What the notebooks print is the same on another processor: other kernels of linear algebra, and another number of threads."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHER = os.environ | {
    "OPENBLAS_CORETYPE": "Prescott",  # without AVX
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "DNNL_MAX_CPU_ISA": "SSE41",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "3"),
}
ROUNDED = """
import numpy, torch

x = numpy.random.default_rng(0).normal(size=(200, 200))
print((x @ x).tobytes().hex(), torch.tensor(x).softmax(0).numpy().tobytes().hex())
"""

pytestmark = pytest.mark.skipif(
    "CI" not in os.environ or (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="it takes half a minute, on a processor that has the kernels of an older one",
)


def test_the_settings_make_another_processor():
    """Or the test below compares the same with the same: rounding differs, in NumPy and in PyTorch."""
    here, there = (
        subprocess.check_output([sys.executable, "-c", ROUNDED], env=settings).split()
        for settings in (os.environ, OTHER)
    )
    assert [ours != theirs for ours, theirs in zip(here, there, strict=True)] == [True, True]


def test_outputs_are_the_same_on_another_processor():
    nbval = ["--nbval", "--nbval-sanitize-with", "notebooks/sanitize.cfg", "notebooks"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", *nbval]
    report = subprocess.run(command, cwd=ROOT, env=OTHER, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout
