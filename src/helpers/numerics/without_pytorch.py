"""Where PyTorch is not installed: a notebook leaves out what needs it, and one line says what is not checked.

The references, the records, the explorers and the exercises need NumPy alone; PyTorch is the oracle, and trains
the networks of chapter 4. :mod:`helpers.numerics.oracle` loads this module where there is no PyTorch. From the next cell on
each statement runs by itself. One that needs PyTorch is left out, and so is one that needs what it would have defined.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def is_missing(error: BaseException | None) -> bool:
    """Return whether an error says that there is no PyTorch.

    Examples
    --------
    >>> is_missing(ModuleNotFoundError("No module named 'torch'", name="torch")), is_missing(ImportError("another"))
    (True, False)
    """
    return isinstance(error, ModuleNotFoundError) and error.name == "torch"


class Sparing(ast.NodeTransformer):
    """Has IPython run each statement of a cell by itself, and leaves out those that need PyTorch.

    Parameters
    ----------
    variables : dict
        Those of the notebook.
    """

    def __init__(self, variables: dict[str, Any]):
        self.variables = variables
        self.missing: set[str] = set()
        """The variables that statements left out would have defined."""
        variables["_sparing"] = self

    def visit_Module(self, cell: ast.Module) -> ast.Module:
        """A cell, each of its statements in a ``with`` of its own; the value of the last is shown as ever."""
        self.statements = list(cell.body)
        self.left_out: list[ast.stmt] = []
        body: list[ast.stmt] = []
        for number, statement in enumerate(self.statements):
            if isinstance(statement, ast.Expr) and statement is self.statements[-1]:
                statement = ast.copy_location(ast.Expr(_call("show", statement.value)), statement)
            manager = ast.withitem(_call("part", ast.Constant(number)))
            body.append(ast.copy_location(ast.With([manager], [statement]), statement))
        return ast.fix_missing_locations(ast.Module([*body, ast.Expr(_call("report"))], cell.type_ignores))

    @contextmanager
    def part(self, number: int) -> Iterator[None]:
        """Run one statement. If it is left out, what it assigns is undefined: an earlier value would be a wrong one."""
        try:
            yield
        except (ModuleNotFoundError, NameError) as error:
            if not (is_missing(error) or (isinstance(error, NameError) and error.name in self.missing)):
                raise
            self.left_out.append(self.statements[number])
            for name in assigned(self.statements[number]):
                if not isinstance(self.variables.get(name), ModuleType):
                    self.missing.add(name)
                    self.variables.pop(name, None)

    def show(self, value: object) -> None:
        sys.displayhook(value)

    def report(self) -> None:
        """Say in one line what the cell would have checked."""
        if self.left_out:
            checks = [name for statement in self.left_out for name in checked(statement)]
            what = (
                f"this is not checked: {'; '.join(checks)}" if checks else "a part of this cell is left out"
            )
            print(f"PyTorch is not installed, so {what}.")


def assigned(statement: ast.stmt) -> set[str]:
    """Return the variables that a statement of a cell assigns, imports, defines, or changes the contents of.

    Examples
    --------
    >>> (loop,) = ast.parse("for i in range(3): total[i] = sum(j for j in x); found.append(i)").body
    >>> sorted(assigned(loop))
    ['found', 'i', 'total']
    """
    code = compile(ast.Module([statement], []), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {step.argval for step in dis.get_instructions(code) if step.opname == "STORE_NAME"}
    for node in ast.walk(statement):
        match node:
            case ast.Subscript(value=whole, ctx=ast.Store()) | ast.Attribute(value=whole, ctx=ast.Store()):
                names |= _base(whole)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=whole))):
                names |= _base(whole)
    return names


def _base(part: ast.expr) -> set[str]:
    """The variable that something is a part of: a in a[i].b."""
    while isinstance(part, (ast.Subscript, ast.Attribute)):
        part = part.value
    return {part.id} if isinstance(part, ast.Name) else set()


def checked(statement: ast.stmt) -> list[str]:
    """Return what the calls of ``check_close`` in a statement compare: the name they give, or their first argument.

    Examples
    --------
    >>> (loop,) = ast.parse("for T in (1, 2): check_close(h, g, name=f'h[{T}]'); check_close(a * b, c)").body
    >>> checked(loop)
    ['h[…]', 'a * b']
    """
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return [
        compared(call) or ast.unparse(call.args[0])
        for call in calls
        if ast.unparse(call.func) == "check_close"
    ]


def compared(call: ast.Call) -> str:
    """Return the name that a call of ``check_close`` gives to what it compares, with … for what is filled in later."""
    for keyword in call.keywords:
        if keyword.arg == "name":
            name = keyword.value
            parts = name.values if isinstance(name, ast.JoinedStr) else [name]
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
            return text if text.strip("…") else ""
    return ""


def _call(method: str, *arguments: ast.expr) -> ast.Call:
    load = ast.Load()
    return ast.Call(ast.Attribute(ast.Name("_sparing", load), method, load), list(arguments), [])


def spare_the_notebook() -> None:
    """Have the notebook that runs this, if one does, leave out what needs PyTorch from its next cell on."""
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
        shell.ast_transformers.append(Sparing(shell.user_ns))
