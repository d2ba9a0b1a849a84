"""Leave of the built site what its pages load: of styles and fonts what they use, and of files those that something names."""

import re
import subprocess
from pathlib import Path

from vendor import BOOK, with_node

NAMES_OTHERS = {".html", ".css", ".js"}
"""The files that may name a file to load."""


def slim(site: Path) -> None:
    """Purge the theme's styles and subset the fonts (slim.mjs), and remove the files that nothing loads."""
    for path in [*site.rglob("*.map"), *site.rglob("fontawesome.js")]:
        path.unlink()  # scripts for those who write the theme, and icons that stand on the pages
    subprocess.run(["node", BOOK / "slim.mjs", site], cwd=BOOK, env=with_node(), check=True)
    for path in unnamed(site):
        path.unlink()


def unnamed(site: Path) -> list[Path]:
    """Return the files in _static whose name stands in no page, style or script."""
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in NAMES_OTHERS]
    words = set(re.findall(r"[\w.-]+", "\n".join(texts)))
    kept = re.compile(r".*LICENSE.*|touch-icon\.png|picture\.png")
    files = (path for path in (site / "_static").rglob("*") if path.is_file())
    return [path for path in files if path.name not in words and not kept.fullmatch(path.name)]
