"""What ``import helpers`` costs."""

import subprocess
import sys


def test_importing_helpers_loads_numpy_and_nothing_heavier():
    command = [sys.executable, "-X", "importtime", "-c", "import helpers"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in report.splitlines()}
    assert {"helpers", "numpy"} <= loaded
    assert not loaded & {"torch", "matplotlib", "ipywidgets", "IPython", "anywidget"}
