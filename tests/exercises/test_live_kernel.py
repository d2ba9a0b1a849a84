"""In a notebook's kernel: a wrong answer reads well, an endless loop ends, and the next cell runs."""

import threading
import time

import nbformat
from jupyter_client.manager import start_new_kernel
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
    assert "It did not come to an end. If it has a loop" in endless
    assert "`still here ⏎ still here" in endless
    assert "name 'gradeint' is not defined, in the line `return gradeint`." in typo
    assert "It raised EOFError: it asks for input" in asking
    assert after == "42"
    page = notebook.cells[2].outputs[0].data["text/html"]
    assert "<code>return gradeint</code>" in page


ENDLESS = """
import numpy as np
from helpers import exercises

factor = 1  # of the notebook


def endless(x, W):
    open(BEGUN, "w").close()
    while factor:
        pass


def right(x, W):
    return factor * np.array([(x[:, 2 * r : 2 * r + 3] * W[0]).sum() for r in range(3)])


exercises.check("1.1.c.i", endless, save=False)
"""


def test_an_interrupt_of_the_kernel_is_answered_and_the_notebook_goes_on(tmp_path):
    """As ■: the kernel's whole group of processes has the signal."""
    begun, answers = tmp_path / "begun", []
    manager, client = start_new_kernel(kernel_name="python3")

    def interrupt():
        while not begun.exists():
            time.sleep(0.05)
        manager.interrupt_kernel()

    def hear(message):
        assert message["msg_type"] != "error", message["content"]["traceback"]
        if "data" in message["content"]:
            answers.append(message["content"]["data"]["text/plain"])

    try:
        threading.Thread(target=interrupt, daemon=True).start()
        for code in (f"BEGUN = {str(begun)!r}{ENDLESS}", 'exercises.check("1.1.c.i", right, save=False)'):
            client.execute_interactive(code, output_hook=hear, timeout=seconds_per_cell())
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "You have interrupted it." in answers[0]
    assert answers[1].startswith("✓ Right")
