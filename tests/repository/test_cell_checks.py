"""What the kernels of the site's build leave below a cell: what its checks compared, and nothing where none ran."""

import json
import os
from unittest import mock

import nbformat
import pytest
from build import with_recorded_checks
from fold_cells import LEFT, compared, held, written
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

IMPORT = "from helpers.numerics import check_close"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What runs cells as the build does, and returns what each has left."""

    def run(*cells):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        with mock.patch.dict(os.environ, with_recorded_checks(tmp_path_factory.mktemp("profile"))):
            NotebookClient(notebook, timeout=120).execute()
        return [left(cell) for cell in notebook.cells]

    return run


def left(cell):
    found = [LEFT.fullmatch(output.get("data", {}).get("text/html", "")) for output in cell.outputs]
    return [json.loads(match[1]) for match in found if match]


def test_only_what_has_run_is_counted(run):
    nothing, function, loop, called, unreached = run(
        IMPORT,
        "def f(n):\n    assert n > 0",
        "for i in range(3):\n    check_close([1, 2.0], [1, 2.5], tolerance=0.3, name=f'h[{i}]')\n    assert i < 3, 'x'\ni",
        "f(1), f(2)\ncheck_close(1, 1)",
        "if False:\n    check_close(1, 2)\n    assert 1 > 2",
    )
    assert nothing == function == unreached == []
    assert loop == [
        {"comparisons": [[f"h[{i}]", 2, pytest.approx(0.2), 0.3] for i in range(3)], "conditions": [3]}
    ]
    assert called == [{"comparisons": [["result", 1, 0.0, 1e-10]], "conditions": [2]}]


@pytest.mark.parametrize("cell", ["check_close(1, 2)", "assert 1 > 2"])
def test_a_check_that_fails_is_an_error_as_before(run, cell):
    with pytest.raises(CellExecutionError, match="AssertionError"):
        run(IMPORT, cell)


def test_a_notebook_finds_nothing_of_it_among_its_names(run):
    run(
        "import re\nassert not [name for name in dict(globals()) if re.search('check|condition|shell_', name)]"
    )


def test_sentences():
    exact = [["y", 2, 0.0, 1e-10], ["result", 1, 0.0, 1e-3]]
    assert compared(exact) == ["y: 3 numbers compared, equal"]
    assert compared([*exact, ["z", 1, 1e-5, 1e-4]]) == ["y and z: 4 numbers compared, equal to within 0.001"]
    assert held([1]) == ["1 condition holds"]
    assert held([1, 1]) == ["2 conditions hold"]
    assert held([4]) == ["1 condition holds, in 4 cases"]
    assert written({"comparisons": [], "conditions": []}) == []
