"""An answer box in a real JupyterLab: typed into and checked with the keyboard, with no request to another host."""

import os
import re
import subprocess
import sys
import time

import nbformat
import pytest
from box_page import squares
from browsing import ROOT, patience
from lab import say_what_is_folded
from renew import fold
from stills import SENTENCE, with_still

from helpers.exercises.progress_file import Progress

PATHS = os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests/site", "book/_ext", "notebooks"))
EXPLORER = "from box_page import squares\nsquares('small')"
CELLS = [
    ('from helpers import exercises\nexercises.box("1.2.2.e")', ["remove-input", "box"]),
    ('exercises.hints("1.2.2.e")', ["remove-input", "hints"]),
    ('solution = (5, 2)\nexercises.check("1.1.a", solution, save=False)', ["hide-cell"]),
]


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab in a folder with one notebook."""
    cells = [nbformat.v4.new_code_cell(code, metadata={"tags": tags}) for code, tags in CELLS]
    shown = {"text/html": "<p>(5, 2) is right</p>", "text/plain": "(5, 2) is right"}
    cells[-1].outputs = [nbformat.v4.new_output("execute_result", shown, execution_count=1)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for cell in cells:
        fold(cell)
    say_what_is_folded(notebook)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "box.ipynb")
    stored = with_still(squares("small").static_html())
    output = nbformat.v4.new_output("display_data", {"text/html": stored})
    notebook.cells = [nbformat.v4.new_code_cell(EXPLORER, outputs=[output])]
    nbformat.write(notebook, tmp_path / "explorer.ipynb")
    home = {
        name: str(tmp_path / "home")
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "GRADIENTS_CHECKED_HOME",
        )
    }
    options = [
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--LabApp.expose_app_in_browser=True",
        "--IdentityProvider.token=",
        f"--notebook-dir={tmp_path}",
    ]
    news = "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    log = tmp_path / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, *news],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **home, "PYTHONPATH": PATHS},
        ) as process,
    ):
        try:
            deadline = time.monotonic() + patience() / 1000
            while not (found := re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", log.read_text())):
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            process.terminate()


def until(holds):
    """Wait until something holds."""
    deadline = time.monotonic() + patience() / 1000
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def open_notebook(page, address):
    """Open a notebook, and wait until its kernel is idle."""
    page.set_default_timeout(patience())
    page.goto(f"{address}?reset")
    page.locator(".jp-CodeCell").first.wait_for()
    page.wait_for_function(
        "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )


def run_all(page):
    """Run every cell. The command itself would end when they have."""
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")


def test_a_box_in_jupyterlab(browser, lab, tmp_path, monkeypatch):
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    open_notebook(page, f"{lab}/lab/tree/box.ipynb")
    solution = page.locator(".jp-CodeCell").nth(2)
    assert solution.inner_text().startswith("# A solution")
    assert not solution.get_by_text("(5, 2) is right").is_visible()
    run_all(page)
    page.wait_for_selector("[data-exercise][data-ready]")
    page.locator(".gc-hint").first.wait_for()

    # Sources and the solution are folded; a hint looks like what can be clicked, and can.
    assert page.locator(".jp-CodeCell .cm-content").locator("visible=true").count() == 0
    assert "(5, 2)" not in solution.locator(".jp-InputPlaceholder").inner_text()

    # That JupyterLab shows the output of what has run gives no number away before it is asked for.
    assert solution.get_by_text("✓ Right.").is_visible()
    number = solution.get_by_text("(5, 2) is right")
    assert number.count() == 1
    assert not number.is_visible()
    solution.get_by_text("✓ Right.").click()
    assert number.is_visible()
    summary = page.locator(".gc-hint > summary").first
    look = summary.evaluate(
        "summary => { const {cursor, display, listStyleType} = getComputedStyle(summary); return [cursor, display, listStyleType]; }"
    )
    assert look == ["pointer", "list-item", "disclosure-closed"]
    summary.click()
    assert page.locator(".gc-hint p").first.is_visible()
    field, status = page.locator("[data-answer]"), page.locator("[data-exercise]").get_by_role("status")
    field.click()
    page.keyboard.type("k_1Q_1 dd ii")  # which in a notebook's command mode delete cells and stop the kernel
    assert field.input_value() == "k_1Q_1 dd ii"
    for _ in " dd ii":
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    assert status.get_attribute("data-mistake") == "drops a transpose, of k_1"
    assert page.locator(".gc-box-preview msub").count() == 2
    field.fill("a_1 V_1 + a_1 (v_1 − h) (k_1' Q_1 + q_1' K_1)")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on the button
    assert status.get_attribute("data-outcome") == "right"
    assert page.locator(".gc-box-tick").is_visible()
    monkeypatch.setenv("GRADIENTS_CHECKED_HOME", str(tmp_path / "home"))
    until(lambda: Progress().solved() == ({"1.2.2.e"}, ()))
    assert [url for url in asked if not url.startswith((lab, "data:", "blob:"))] == []
    page.close()


def test_an_explorer_in_jupyterlab_before_and_after_its_cell_is_run(browser, lab):
    page = browser.new_page()
    open_notebook(page, f"{lab}/lab/tree/explorer.ipynb")
    still = page.locator(".jp-OutputArea img")
    still.wait_for()
    assert still.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    assert page.locator(".jp-OutputArea-output").inner_text().strip() == SENTENCE
    run_all(page)
    drawing = page.locator(".gc-grid")
    drawing.wait_for()
    assert still.count() == 0
    cells = page.locator(".jp-Cell").count()
    drawing.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("xdda")  # which in a notebook's command mode cut and delete cells
    assert page.locator(".jp-Cell").count() == cells
    assert page.locator(".gc-tip").inner_text()
    page.close()
