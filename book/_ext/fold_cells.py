"""A Sphinx extension: on the page the argument comes first, and the code is one click away.

A cell that shows nothing is folded to one line, which says what its checks compared. That line is written by the run:
``book/_kernel/cell_checks.py`` leaves below each cell what its checks compared. Where no check ran, the line names what the cell defines, or imports. Of a cell that
shows something the line stands below that; long code is folded, and the code of a drawing stands below it.
"""

import ast
import json
import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from helpers.numerics.formatting import count, format_number, listed
from helpers.numerics.without_pytorch import variables

LEFT = re.compile(r'<script type="application/json" class="cell-checks">(.*)</script>', re.DOTALL)
UNNAMED = "result"
"""The name of a comparison that was given none."""
MOST_NAMES = 3
LONG = 12
"""The lines from which on code is folded though its cell shows something."""
AS_IT_IS = {"exercise", "hide-cell"}
"""The tags of cells that are for the reader to fill in, or are folded whole."""

Checks = dict[str, Any]
"""What the checks of a cell compared: ``comparisons``, each a name, a count of numbers, their relative error and the tolerance; and
``conditions``, how often each of its asserts has passed."""


def fold_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Fold the code of each cell that shows nothing, draws, or is long, and say what it checked."""
    for cell in [cell for cell in doctree.findall(is_cell) if cell.children]:
        cell["checks"] = take_checks(cell)
        code, *output = cell.children
        if "cell_input" not in code.get("classes", ()):
            continue
        tags = set(cell["cell_metadata"].get("tags", ()))
        if output or AS_IT_IS & tags:
            cell += [nodes.paragraph("", words, classes=["cell-checks"]) for words in written(cell["checks"])]
        if not AS_IT_IS & tags:
            hidden = cell.attributes.pop("hide_mode", None) is not None
            cell[: 1 + len(output)] = arranged(code, output, cell["checks"], hidden=hidden)
            cell["classes"] += ["joined"] * (len(output) > 0 and cell[0] is code)


def arranged(
    code: nodes.Element, output: list[nodes.Node], checks: Checks, *, hidden: bool
) -> list[nodes.Node]:
    """Return the code and the output of a cell in the order of the page."""
    lines = len(code.astext().splitlines())
    if not output:
        return folded("".join(written(checks)) or f"Code: {purpose(code.astext())}", code)
    if is_drawing(output[0]):
        return [*output, *folded("Code of this drawing", code)]
    return [*(folded(f"Code, {count(lines, 'line')}", code) if hidden or lines > LONG else [code]), *output]


def folded(line: str, code: nodes.Element) -> list[nodes.Node]:
    """Return code behind a line that unfolds it."""
    opening = f'<details class="fold"><summary>{escape(line)}</summary>'
    return [nodes.raw("", opening, format="html"), code, nodes.raw("", "</details>", format="html")]


def is_cell(node: nodes.Node) -> bool:
    """Return whether a node is a cell of code."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def is_drawing(output: nodes.Node) -> bool:
    """Return whether an output is drawn, and neither text nor numbers."""
    return any('class="gc ' in raw.astext() for raw in output.findall(nodes.raw))


def take_checks(cell: nodes.container) -> Checks:
    """Take out of a cell's outputs what its checks compared; an output that holds nothing else goes too."""
    for raw in list(cell.findall(nodes.raw)):
        left = LEFT.fullmatch(raw.astext().strip())
        if left:
            node: nodes.Node = raw
            while node.parent is not cell and len(node.parent) == 1:
                node = node.parent
            node.parent.remove(node)
            return json.loads(left[1])
    return {"comparisons": [], "conditions": []}


def written(checks: Checks) -> list[str]:
    """Return what checks compared in words: no sentence, or one.

    Examples
    --------
    >>> written({"comparisons": [["∂ℓ/∂W", 12, 2e-16, 1e-10], ["∂ℓ/∂x", 8, 0.0, 1e-10]], "conditions": [1, 4]})
    ['✓ ∂ℓ/∂W and ∂ℓ/∂x: 20 numbers compared, equal to within 10⁻¹⁰; 2 conditions hold, in 5 cases']
    """
    parts = [*compared(checks["comparisons"]), *held(checks["conditions"])]
    return [f"✓ {'; '.join(parts)}"] if parts else []


def compared(comparisons: list[tuple[str, int, float, float]]) -> list[str]:
    """Return what was compared in words, and how closely it agrees."""
    if not comparisons:
        return []
    names = list(dict.fromkeys(name for name, *_ in comparisons if name != UNNAMED))
    size = sum(size for _, size, _, _ in comparisons)
    error = max(error for *_, error, _ in comparisons)
    tolerance = max(tolerance for *_, tolerance in comparisons)
    close = f"equal to within {format_number(tolerance)}" if error else "equal"
    what = f"{first_few(names)}: " if names else ""
    return [f"{what}{count(size, 'number')} compared, {close}"]


def first_few(names: list[str]) -> str:
    """Return the first names in words, and how many more there are; of those that differ in their numbers alone, one.

    Examples
    --------
    >>> first_few(["h[1]", "h[2]", "h[3]", "y"]), first_few(["a", "b", "c", "d", "e"])
    ('h[1] (and 2 like it) and y', 'a, b, c and 2 more')
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(re.sub(r"\d+", "0", name), []).append(name)
    kinds = [name if not more else f"{name} (and {len(more)} like it)" for name, *more in alike.values()]
    rest = len(kinds) - MOST_NAMES
    return listed(kinds if rest <= 0 else [*kinds[:MOST_NAMES], f"{rest} more"])


def held(conditions: list[int]) -> list[str]:
    """Return how many conditions were checked, and in how many cases where these are more."""
    number, cases = len(conditions), sum(conditions)
    if not number:
        return []
    where = f", in {count(cases, 'case')}" if cases > number else ""
    return [f"{count(number, 'condition')} {'holds' if number == 1 else 'hold'}{where}"]


def purpose(code: str) -> str:
    """Return what a cell is for that shows and checks nothing.

    Examples
    --------
    >>> purpose("import numpy as np")
    'imports'
    >>> purpose("y = 2\\nx = y + 1")
    'defines x and y'
    >>> purpose("train()")
    '1 line'
    """
    imports = all(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(code).body)
    names = sorted(variables(code)[1])
    if imports or not names:
        return "imports" if imports else count(len(code.splitlines()), "line")
    return f"defines {first_few(names)}"


def add_switch(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Give a page with folded cells the switch that shows them all, of book/_templates, and its script."""
    context["folds"] = doctree and any('class="fold"' in raw.astext() for raw in doctree.findall(nodes.raw))
    if context["folds"]:
        app.add_js_file("fold.js")


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-read", fold_cells, priority=400)  # before equations look for their checks
    app.connect("html-page-context", add_switch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
