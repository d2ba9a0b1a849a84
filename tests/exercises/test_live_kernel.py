"""In a notebook's kernel: a wrong answer reads well, an endless loop ends, and the next cell runs."""

import nbformat
from limits import seconds_per_cell
from nbclient import NotebookClient

CELLS = [
    "import numpy as np\nfrom helpers import exercises\nfrom helpers.exercises import sandbox\nsandbox.SECONDS = 1.0",
    "def endless(output_gradient, x):\n    while True:\n        print('still here')\n\n\n"
    'exercises.check("1.1.c.iv", endless, save=False)',
    "def typo(output_gradient, x):\n    gradient = np.zeros((1, 5, 3))\n    return gradeint\n\n\n"
    'exercises.check("1.1.c.iv", typo, save=False)',
    'exercises.check("1.1.c.iv", lambda output_gradient, x: input("?"), save=False)',
    "import time\n\ntime.sleep(0.5)\n6 * 7",
]


def test_the_notebook_goes_on(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(notebook, timeout=seconds_per_cell(), resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert all(len(output) == 1 for output in outputs[1:])  # nothing is printed, no exception is left over
    endless, typo, asking, after = (output[0].data["text/plain"] for output in outputs[1:])
    assert "It did not finish. If it has a loop" in endless
    assert "`still here ⏎ still here" in endless
    assert "name 'gradeint' is not defined, in the line `return gradeint`." in typo
    assert "It raised EOFError: it asks for input" in asking
    assert after == "42"
    page = notebook.cells[2].outputs[0].data["text/html"]
    assert "<code>return gradeint</code>" in page
