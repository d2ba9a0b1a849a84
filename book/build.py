"""Build the published page: run every notebook, and fail on any warning, broken link or id given twice."""

import gc
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from postprocess import finish
from vendor import with_node

ROOT = Path(__file__).parent.parent
SITE = ROOT / "book" / "_build" / "html"


def build() -> int:
    """Run Jupyter Book over the repository, showing its progress, and return the exit status."""
    if not find_spec("torch"):
        sys.exit("Each page is checked against PyTorch as it is built, and PyTorch is not installed.")
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."),
        *("--config", "book/_config.yml", "--toc", "book/_toc.yml", "--path-output", "book"),
        *("--all", "--warningiserror", "--keep-going", "--quiet"),
    ]
    shutil.rmtree(SITE, ignore_errors=True)  # or a page that is no more stays
    status = subprocess.run(command, cwd=ROOT, env=with_node()).returncode
    if status == 0:
        gc.disable()  # in a page's tree nothing is garbage, and to find that out takes as long as to build it
        problems = finish(SITE)
        print("\n".join(problems))
        status = int(bool(problems))
    return status


if __name__ == "__main__":
    sys.exit(build())
