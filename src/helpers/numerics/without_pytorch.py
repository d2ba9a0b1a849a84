"""Skip the cells of a notebook that need PyTorch, where it is not installed.

The references, the records, the explorers and the exercises need NumPy alone; PyTorch is the oracle, and trains
networks. A cell needs it that uses ``oracle`` or ``torch``, or a variable that such a cell defines. In the notebooks it has
the tag ``oracle``; a kernel does not see tags, so the code decides here, and a test holds the two together.
"""

from __future__ import annotations

import ast
import sys
from symtable import symtable

ORACLE = {"oracle", "torch"}
"""The names under which a notebook imports :mod:`helpers.numerics.oracle` and PyTorch."""


def variables(code: str) -> tuple[set[str], set[str]]:
    """Return the variables that a cell takes from the cells before it, and those that it defines.

    Examples
    --------
    >>> used, defined = variables("for i in x: y = [f(i, j) for j in z]")
    >>> sorted(used), sorted(defined)
    (['f', 'x', 'z'], ['i', 'y'])
    """
    scopes = [symtable(code, "cell", "exec")]
    for scope in scopes:
        scopes += scope.get_children()
    defined = {
        name.get_name() for name in scopes[0].get_symbols() if name.is_assigned() or name.is_imported()
    }
    used = {
        name.get_name()
        for scope in scopes
        for name in scope.get_symbols()
        if name.is_referenced() and name.is_global()
    }
    return used - (defined - ORACLE), defined - ORACLE


class SkipWithoutTorch:
    """Replace each cell that needs PyTorch by one line, which names what the cell would have checked."""

    def __init__(self) -> None:
        self.missing = set(ORACLE)

    def needs_torch(self, code: str) -> bool:
        """Return whether a cell needs PyTorch, and remember what it defines; it comes after those asked about before.

        Examples
        --------
        >>> cells = SkipWithoutTorch()
        >>> cells.needs_torch("y = oracle.value(f, x)"), cells.needs_torch("y + 1"), cells.needs_torch("x + 1")
        (True, True, False)
        """
        used, defined = variables(code)
        needs_torch = not used.isdisjoint(self.missing)
        self.missing = self.missing | defined if needs_torch else self.missing - defined
        return needs_torch

    def __call__(self, lines: list[str]) -> list[str]:
        """Return the lines of a cell, or those that take its place."""
        code = "".join(lines)
        try:
            return [f"print({skip_message(code)!r})\n"] if self.needs_torch(code) else lines
        except SyntaxError:  # IPython reports it
            return lines


def skip_message(code: str) -> str:
    """Return the line that stands for a skipped cell.

    Examples
    --------
    >>> skip_message("for T in (1, 2): check_close(h, g, name=f'h[{T}]'); check_close(a * b, c)")
    'PyTorch is not installed, so this is not checked: h[…]; a * b.'
    >>> skip_message("run = train()")
    'PyTorch is not installed, so this cell is skipped.'
    """
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    checks = [call for call in calls if ast.unparse(call.func) == "check_close"]
    names = dict.fromkeys(check_name(check) or ast.unparse(check.args[0]) for check in checks)
    skipped = f"this is not checked: {'; '.join(names)}" if names else "this cell is skipped"
    return f"PyTorch is not installed, so {skipped}."


def check_name(check: ast.Call) -> str:
    """Return the name that a call of ``check_close`` gives to what it compares, with … for what is filled in later."""
    for keyword in check.keywords:
        if keyword.arg == "name":
            parts = keyword.value.values if isinstance(keyword.value, ast.JoinedStr) else [keyword.value]
            name = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
            return name if name.strip("…") else ""
    return ""


def skip_without_torch() -> None:
    """Skip what needs PyTorch in the notebook that runs this, if one does, from its next cell on."""
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
        shell.input_transformers_post.append(SkipWithoutTorch())
