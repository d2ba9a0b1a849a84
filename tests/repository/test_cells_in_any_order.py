"""A reader may scroll back and run any cell again: it raises nothing, and shows what it showed at first.

Each chapter's cells run forwards, each twice in a row, and then backwards, all in one namespace. Left out are cells that neither define
nor read a variable: boxes, hints, cards and explorers.
"""

import ast
import contextlib
import io

import jupytext
import pytest
from checked_cells import NOTEBOOKS

from helpers.numerics.without_pytorch import variables

CHAPTERS = [path.stem for path in sorted(NOTEBOOKS.glob("*.md"))]
BY_ITSELF = {"box", "hints", "claim"}


def code_cells(chapter):
    """Return the code of a chapter's cells, each with its tags."""
    cells = [cell for cell in jupytext.read(NOTEBOOKS / f"{chapter}.md").cells if cell.cell_type == "code"]
    tagged = [(cell.source, set(cell.metadata.get("tags", ()))) for cell in cells]
    return {code: tags for code, tags in tagged if not (tags & BY_ITSELF or code.endswith("_explorer()"))}


def shown(code, namespace):
    """Run a cell, and return what it prints, and what it shows of its last line."""
    *statements, last = ast.parse(code).body
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(statements, []), "cell", "exec"), namespace)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), namespace)
    return printed.getvalue() + ("" if value is None else repr(value))


def spoiled(codes, varying=()):
    """Return what cells do when they are run once more, if it is not what they did at first: each with its code."""
    namespace, first, found = {"__name__": "__main__"}, {}, []
    forwards = [code for code in codes for _ in range(2)]
    for code in [*forwards, *reversed(codes)]:
        try:
            result = shown(code, namespace)
        except Exception as error:
            found.append((code, f"{type(error).__name__}: {error}"))
            continue
        if first.setdefault(code, result) != result and code not in varying:
            found.append((code, f"{result}, where it showed {first[code]}"))
    return found


def shadowed(cells):
    """Return the parameters of the functions that the exercises ask for which are variables of the chapter, too."""
    asked = {
        argument.arg
        for code, tags in cells.items()
        if "exercise" in tags
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.arguments)
        for argument in [*node.posonlyargs, *node.args, *node.kwonlyargs]
    }
    return asked & set().union(*(variables(code)[1] for code in cells))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_cell_shows_the_same_when_it_is_run_again(chapter):
    cells = code_cells(chapter)
    varying = [code for code, tags in cells.items() if "nbval-ignore-output" in tags]
    found = spoiled([*cells], varying)
    assert not found, "\n\n".join(f"{result}\nin\n{code}" for code, result in found)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_variable_does_not_stand_in_for_a_parameter_that_a_reader_forgets(chapter):
    """A solution that reads another name than that of its parameter is refused then, and not right by chance, or strangely wrong."""
    assert shadowed(code_cells(chapter)) == set()


# Planted faults


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (["x = 1", "y = x + 1", "print(y)", "y"], []),
        (["x = 1", "assert x == 1", "x = 2"], [("assert x == 1", "AssertionError: ")]),
        (["x = 1", "x", "x = 2"], [("x", "2, where it showed 1")]),
        (["x = [[1]]", "x = x[0]"], [("x = x[0]", "TypeError: 'int' object is not subscriptable")]),
        (["x = []", "x.append(1); x"], [("x.append(1); x", "[1, 1], where it showed [1]")]),
    ],
)
def test_a_cell_that_another_spoils_is_found(codes, found):
    assert all(one in spoiled(codes) for one in found)
    assert bool(found) == bool(spoiled(codes))


@pytest.mark.parametrize(
    ("chapter_code", "names"), [("T = 5", {"T"}), ("t = 5", set()), ("f = lambda T: T", set())]
)
def test_a_variable_with_a_parameters_name_is_found(chapter_code, names):
    exercise = "def my_sum(x, T):\n    total = 0"
    assert shadowed({chapter_code: set(), exercise: {"exercise"}}) == names
