"""A Sphinx extension: docstrings are written to be read in a terminal, and shown on the page as they are.

In them ``*`` and ``|`` are an asterisk and a bar, as in ``(F, C, *kernel_size)`` and |s|, and an indented line is an equation.
"""

import re
from collections.abc import Iterator

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

AS_MARKED = re.compile(r"(``.*?``|:\w+:`.*?`|(?<!\w)\*[A-Za-z][a-z ]*\.?\*(?!\w))")
SPECIAL = re.compile(r"([*|])")


def setup(app: Sphinx) -> ExtensionMetadata:
    app.connect("autodoc-process-docstring", show_as_written, priority=100)
    app.connect("autodoc-before-process-signature", show_values, priority=600)  # after the names are put in
    return {"parallel_read_safe": True}


def show_as_written(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Change the lines of a docstring in place."""
    lines[:] = [escaped(line) for line in with_equations(lines)]


def show_values(app: Sphinx, obj: object, bound_method: bool) -> None:
    """Show an attrs class's defaults as values: in its generated source they are ``attr_dict['rate'].default``."""
    code = getattr(obj, "__code__", None)
    if code is not None and code.co_filename.startswith("<attrs generated"):
        vars(obj).pop("__signature__", None)


def escaped(line: str) -> str:
    """Escape asterisks and bars, but in examples, literals, roles and *emphasis*."""
    if line.lstrip().startswith((">>>", "... ")):
        return line
    parts = AS_MARKED.split(line)
    return "".join(part if i % 2 else SPECIAL.sub(r"\\\1", part) for i, part in enumerate(parts))


def with_equations(lines: list[str]) -> Iterator[str]:
    """Mark each indented block of the text before the first section as literal."""
    before_sections = True
    for previous, line in zip(["", *lines], lines, strict=False):
        before_sections &= not line.startswith("---")
        if before_sections and line.startswith("    ") and not previous.strip():
            yield from ["::", ""]
        yield line
