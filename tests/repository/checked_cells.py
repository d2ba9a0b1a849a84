"""The cells that check a page's equations: run them with faults planted, and see where the two sides of a check come from.

A fault is text in the page's cells, or in a module, that is replaced. A module's functions get the code of the faulty ones, so that
whoever has imported them has those.
"""

import ast
import importlib
import inspect
import textwrap
from pathlib import Path
from typing import NamedTuple

import jupytext
from equation_checks import COMMENT

from helpers.numerics.without_pytorch import variables

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PAGE = "page"
READERS = {"exercise", "hints", "box", "claim"}
"""The tags of cells that are not the page's own arithmetic."""


class Check(NamedTuple):
    """A labelled check: the equations that it names, the number of its cell, and that of its statement's first line."""

    labels: tuple[str, ...]
    cell: int
    line: int


def cells(chapter):
    """Return the code of each cell of a chapter, without those that only a reader's answers, or drawings, need."""
    notebook = jupytext.read(NOTEBOOKS / f"{chapter}.md")
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and READERS.isdisjoint(cell.metadata.get("tags", ()))
    ]


def checks(codes):
    """Return the labelled checks of a page."""
    return [
        Check(tuple(label.strip() for label in named[1].split(",")), number, line + 1)
        for number, code in enumerate(codes)
        for line, text in enumerate(code.splitlines(), start=1)
        if (named := COMMENT.match(text))
    ]


def needed(codes, last):
    """Return the numbers of the cells that one cell builds on, and its own, in their order."""
    wanted, numbers = set(), []
    for number in range(last, -1, -1):
        used, defined = variables(codes[number])
        if number == last or wanted & defined:
            numbers.append(number)
            wanted = (wanted - defined) | used
    return numbers[::-1]


def raises(codes, check):
    """Whether a check raises. What else on the page raises is passed over."""
    namespace = {"__name__": "__main__"}
    for number in needed(codes, check.cell):
        for statement in ast.parse(codes[number]).body:
            last = number == check.cell and statement.lineno <= check.line <= statement.end_lineno
            block = ast.Module([_only(statement, check.line) if last else statement], type_ignores=[])
            try:
                exec(compile(block, f"cell {number}", "exec"), namespace)
            except Exception as error:
                if last and isinstance(error, NameError):
                    raise  # what it compares is not there
                if last:
                    return True
            if last:
                return False
    raise ValueError(f"no statement of cell {check.cell} begins at line {check.line}")


def _only(statement, line):
    """Return a statement without the checks in it that begin at another line."""

    class Others(ast.NodeTransformer):
        def visit_Assert(self, node):
            return node if node.lineno == line else ast.Pass(lineno=node.lineno, col_offset=0)

        def visit_Expr(self, node):
            is_check = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "check_close"
            return ast.Pass(lineno=node.lineno, col_offset=0) if is_check and node.lineno != line else node

    return ast.fix_missing_locations(Others().visit(statement))


def plant(monkeypatch, codes, where, old, new):
    """Return the cells of a page with a fault planted in them; or plant it in a module, and return the cells as they are."""
    if where == PAGE:
        return _replaced_once(codes, old, new)
    module = importlib.import_module(f"helpers.{where}")
    (source,) = _replaced_once([inspect.getsource(module)], old, new)
    faulty = dict(vars(module))
    exec(compile(source, module.__file__, "exec"), faulty)
    planted = 0
    for name, code in _codes(faulty).items():
        function = _codes(vars(module))[name]
        if code.__code__ != function.__code__:
            monkeypatch.setattr(function, "__code__", code.__code__)
            planted += 1
    assert planted, f"{old!r} is in no function of {where}"
    return codes


def _replaced_once(texts, old, new):
    if sum(text.count(old) for text in texts) != 1:
        raise ValueError(
            f"{old!r} must occur once, and occurs {sum(text.count(old) for text in texts)} times"
        )
    return [text.replace(old, textwrap.dedent(new)) for text in texts]


def _codes(namespace):
    """Return the functions and methods that a namespace defines, by their qualified names."""
    found = {}
    for thing in namespace.values():
        if getattr(thing, "__module__", None) != namespace["__name__"]:
            continue
        for member in vars(thing).values() if inspect.isclass(thing) else [thing]:
            member = getattr(member, "fget", None) or getattr(member, "func", None) or member
            if inspect.isfunction(member):
                member = inspect.unwrap(member)
                found[member.__qualname__] = member
    return found


# ---------------------------------------------------------------- where the two sides of a check come from

ORACLE, REFERENCE, OBJECT = "the oracle", "the reference", "an object of the reference"


def origins(codes):
    """Return, for each labelled check of a page, (labels, the sources of its two sides, the expressions).

    A source is the oracle, the reference, or none: arithmetic on the page. An object of the reference, as a network, holds data; what its
    methods return comes from the reference. Variables of a comprehension are passed over.
    """
    scope = _Scope()
    labelled = {(check.cell, check.line): check.labels for check in checks(codes)}
    for number, code in enumerate(codes):
        scope.visit_all(ast.parse(code).body)
        for node in ast.walk(ast.parse(code)):
            if (labels := labelled.get((number, getattr(node, "lineno", 0)))) and (sides := _sides(node)):
                yield labels, [scope.of(side) for side in sides], sides


def _sides(node):
    """Return the two expressions that a check compares."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return node.value.args[:2]
    if isinstance(node, ast.Assert):
        (comparison,) = [part for part in ast.walk(node.test) if isinstance(part, ast.Compare)][:1]
        return [comparison.left, comparison.comparators[-1]]
    return None


class _Scope:
    """The names of a page, and from where their values come. A name that is set again has the sources of both."""

    def __init__(self):
        self.names = {}

    def of(self, node):
        """Return the sources of an expression."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, set())
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, ast.Subscript):
            return self.of(node.value)  # an index only selects
        if isinstance(node, ast.Attribute):
            return self.of(node.value) - {OBJECT}  # its data
        return set().union(*(self.of(child) for child in ast.iter_child_nodes(node)))

    def _of_call(self, call):
        arguments = set().union(*(self.of(part) for part in [*call.args, *(k.value for k in call.keywords)]))
        function = call.func
        if isinstance(function, ast.Attribute) and OBJECT in self.of(function.value):
            return {REFERENCE}
        if isinstance(function, ast.Name) and OBJECT in self.names.get(function.id, set()):
            return {OBJECT}
        return (self.of(function) | arguments) - {OBJECT}

    def visit_all(self, statements):
        for statement in statements:
            self._visit(statement)
            if not isinstance(statement, ast.FunctionDef):
                self.visit_all(getattr(statement, "body", ()))

    def _visit(self, node):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
            self.names |= {
                alias.asname or alias.name: _imported(node.module, alias.name) for alias in node.names
            }
        elif isinstance(node, ast.FunctionDef):
            # What it is given is that of its call.
            self.names[node.name] = set().union(*(self.of(part) for part in node.body)) & {ORACLE, REFERENCE}
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._set(target, self.of(node.value))
        elif isinstance(node, ast.AugAssign):
            self._set(node.target, self.of(node.target) | self.of(node.value))
        elif isinstance(node, ast.For):
            self._set(node.target, self.of(node.iter))

    def _set(self, target, sources):
        """Give the names of a target these sources; one of which a part is set keeps those that it had."""
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                whole = isinstance(name.ctx, ast.Store)
                self.names[name.id] = sources | (set() if whole else self.names.get(name.id, set()))


def _imported(module, name):
    if name in ("oracle", "torch"):
        return {ORACLE}
    if (
        module.count(".") != 1
        or not (Path(importlib.import_module(module).__file__).parent / "claims.py").exists()
    ):
        return set()
    return {OBJECT} if name[0].isupper() else {REFERENCE}
