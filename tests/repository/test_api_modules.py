"""Every module of helpers is documented on a page of the API, but for what stands on a chapter's own page."""

import re
from pathlib import Path

from api_modules import ON_THE_PAGE, SOURCE, chapters, modules

PAGES = (Path(__file__).parents[2] / "book/api").glob("*.md")


def test_every_module_is_documented_once():
    named = [
        name for page in PAGES for name in re.findall(r"\.\. api:: (.*)", page.read_text(encoding="utf-8"))
    ]
    folders = [folder for name in named for folder in (chapters() if name == "chapters" else name.split())]
    documented = [module for folder in folders for module in modules(folder)]
    files = {path.relative_to(SOURCE.parent).with_suffix("") for path in SOURCE.glob("*/**/*.py")}
    expected = {
        ".".join(file.parts).removesuffix(".__init__") for file in files if file.stem not in ON_THE_PAGE
    }
    assert sorted(documented) == sorted(expected)
