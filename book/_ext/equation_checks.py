"""A Sphinx extension: link each numbered equation to the check that covers it.

A cell names the equations that a check covers in a comment on the line before it:

    # checks: eq-conv
    check_close(conv(x, W), by_hand, name="the convolution")

On the page a link to that cell stands under the equation. An equation without a check, a comment without one below it, or one
that names no equation of its page is a warning, and so an error of the build; the tests refuse each as well.
"""

import ast
import re

from docutils import nodes
from fold_cells import Checks, written
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from helpers.numerics.without_pytorch import check_name

COMMENT = re.compile(r"^\s*# checks: (.+)$")
LABEL = re.compile(r"^\s*\$\$ \((eq-[a-z0-9-]+)\)\s*$", re.MULTILINE)
"""How a numbered equation ends in a page's source."""


def checks_in(code: str) -> list[tuple[str, str]]:
    """Return the label of each equation that a cell's comments name, and the name of its check.

    Raises
    ------
    ValueError
        If the statement below such a comment checks nothing.
    """
    found = []
    lines = code.splitlines()
    for number, line in enumerate(lines, start=1):
        named = COMMENT.match(line)
        if named:
            check = _check_below(code, number)
            if check is None:
                raise ValueError(f"no check follows the comment {line.strip()!r}")
            found += [(label.strip(), check) for label in named[1].split(",")]
    return found


def _check_below(code: str, number: int) -> str | None:
    """Return the name of the check in the statement that begins after a line; "" if it has none, None if there is no check."""
    statements = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt))
    below = [node for node in statements if node.lineno > number]
    first = min(
        below, key=lambda node: node.lineno, default=ast.Pass()
    )  # ast.walk yields the outermost first
    for node in ast.walk(first):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check_close":
            return check_name(node)
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return ""
    return None


def link_equations(app: Sphinx, doctree: nodes.document) -> None:
    """Put a link to its check under each numbered equation, and give the check's cell a name to link to."""
    equations = {node["label"]: node for node in doctree.findall(nodes.math_block) if node.get("label")}
    logger = logging.getLogger(__name__)
    words: dict[str, str] = {}
    for cell in doctree.findall(nodes.container):
        if "cell_input" in cell.get("classes", ()):
            try:
                found = checks_in(cell.astext()) if "# checks:" in cell.astext() else []
            except ValueError as error:
                logger.warning(str(error), location=cell)
                continue
            for label, name in found:
                if label not in equations:
                    logger.warning(f"a check names {label}, which is no equation of this page", location=cell)
                if label not in words:
                    cell.parent["ids"].append(f"check-{label}")
                    words[label] = in_words(cell.parent["checks"], name)
    for label, equation in equations.items():
        if label not in words:
            logger.warning(f"no check names the equation {label}", location=equation)
            continue
        link = nodes.reference("", words[label], refuri=f"#check-{label}", internal=True)
        paragraph = nodes.paragraph("", "", link, classes=["equation-check"])
        place = equation
        while not isinstance(place.parent, (nodes.section, nodes.document, nodes.list_item)):
            place = place.parent
        place.parent.insert(place.parent.index(place) + 1, paragraph)


def in_words(checks: Checks, name: str) -> str:
    """Return what the check of an equation compared, of those that its cell has run.

    Examples
    --------
    >>> in_words({"comparisons": [["∂ℓ/∂W", 12, 0.0, 1e-10], ["size", 1, 0.0, 1e-10]], "conditions": []}, "∂ℓ/∂…")
    '✓ ∂ℓ/∂W: 12 numbers compared, equal'
    """
    pattern = re.escape(name).replace("…", ".*")
    named = [comparison for comparison in checks["comparisons"] if re.fullmatch(pattern, comparison[0])]
    ran = checks | {"comparisons": named, "conditions": []} if named else checks
    return "".join(written(ran)) or f"Check: {name or 'a condition'}"


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("doctree-read", link_equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
