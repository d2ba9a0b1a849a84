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
sys.path.append(str(ROOT / "notebooks"))
from limits import slowness  # noqa: E402

SITE = ROOT / "book" / "_build" / "html"
BESIDE = SITE.with_name("next")
"""Where a site is built: the one before stays until the new one is whole, whatever happens to it."""


def build() -> int:
    """Run Jupyter Book over the repository, put the new site in the old one's place, and return the exit status."""
    if not find_spec("torch"):
        sys.exit(
            "The site is checked against PyTorch as it is built, and PyTorch is not installed. "
            "`make lab` opens the chapters, which run without it."
        )
    command = [
        *(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."),
        *("--config", "book/_config.yml", "--toc", "book/_toc.yml", "--path-output", str(BESIDE)),
        *("--all", "--warningiserror", "--keep-going", "--quiet"),
    ]
    shutil.rmtree(BESIDE, ignore_errors=True)  # or a page that is no more stays
    made = BESIDE / "_build" / "html"
    environment = with_node() | {"SLOWNESS": str(slowness())}
    # It would print where the site is built, and not where it will be; warnings come by the other way.
    status = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL).returncode
    if status == 0:
        gc.disable()  # in a page's tree nothing is garbage, and to find that out takes as long as to build it
        problems = finish(made)
        print("\n".join(problems))
        status = int(bool(problems))
    if status:
        print("The site was not built; the one before is left as it was.")
    else:
        replace_site(made)
    return status


def replace_site(made: Path) -> None:
    """Put a site that is whole in the place of the one before."""
    if SITE.exists():
        SITE.rename(BESIDE / "before")
    made.rename(SITE)
    shutil.rmtree(BESIDE)


if __name__ == "__main__":
    sys.exit(build())
