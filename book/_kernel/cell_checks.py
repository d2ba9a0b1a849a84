"""An IPython extension of the site's build: leave after each cell what its checks compared, for the page to show.

Only the kernels that ``book/build.py`` starts load it. It counts what has run: a check that was never reached, or one that failed, leaves
nothing.
"""

import ast
import builtins
import itertools
import json
from collections import Counter

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from helpers.numerics import compare

HELD = "_condition_held"
"""The function that the kernel calls after an ``assert`` that passed."""


class CountAsserts(ast.NodeTransformer):
    """Call a function after each ``assert``, with a number of its own."""

    def __init__(self) -> None:
        self.numbers = itertools.count()

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        """Return the statement, and the call behind it."""
        call = ast.parse(f"{HELD}({next(self.numbers)})").body[0]
        return [node, ast.increment_lineno(call, node.lineno - 1)]


class CellChecks:
    """What the checks of the running cell have compared."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.start()

    def start(self, *_: object) -> None:
        """Forget the cell before."""
        self.comparisons: list[tuple[str, int, float, float]] = []
        self.conditions: Counter[int] = Counter()

    def compared(self, *comparison: object) -> None:
        """Note a comparison, as :data:`helpers.numerics.compare.OBSERVERS` describes it."""
        self.comparisons.append(comparison)  # type: ignore[arg-type]

    def held(self, number: int) -> None:
        """Note an ``assert`` that passed."""
        self.conditions[number] += 1

    def publish(self, result: ExecutionResult) -> None:
        """Leave the checks of a cell that has come to its end among its outputs."""
        if result.success and (self.comparisons or self.conditions):
            checks = {"comparisons": self.comparisons, "conditions": list(self.conditions.values())}
            data = json.dumps(checks, ensure_ascii=False).replace("</", "<\\/")
            html = f'<script type="application/json" class="cell-checks">{data}</script>'
            self.shell.display_pub.publish({"text/html": html})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Observe the checks of this kernel's cells."""
    checks = CellChecks(shell)
    setattr(builtins, HELD, checks.held)
    compare.OBSERVERS.append(checks.compared)
    shell.ast_transformers.append(CountAsserts())
    shell.events.register("pre_run_cell", checks.start)
    shell.events.register("post_run_cell", checks.publish)
