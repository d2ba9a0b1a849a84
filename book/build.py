"""Build the published page: run every notebook, and fail on any warning, broken link or id given twice."""

import gc
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from postprocess import finish
from slim import slim
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
    with TemporaryDirectory() as profile:
        environment = with_node() | {"SLOWNESS": str(slowness())} | with_recorded_checks(Path(profile))
        # It would print where the site is built, and not where it will be; warnings come by the other way.
        status = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL).returncode
    if status == 0:
        gc.disable()  # in a page's tree nothing is garbage, and to find that out takes as long as to build it
        problems = finish(made)
        slim(made)
        print("\n".join(problems))
        status = int(bool(problems))
    if status:
        print("The site was not built; the one before is left as it was.")
    else:
        replace_site(made)
    return status


def with_recorded_checks(profile: Path) -> dict[str, str]:
    """Return the environment variables under which kernels load book/_kernel/cell_checks.py, from a profile in this folder."""
    config = profile / "profile_default" / "ipython_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"InteractiveShellApp": {"extensions": ["cell_checks"]}}), encoding="utf-8")
    paths = [str(ROOT / "book" / "_kernel"), os.environ.get("PYTHONPATH", "")]
    return {"IPYTHONDIR": str(profile), "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def replace_site(made: Path) -> None:
    """Put a site that is whole in the place of the one before."""
    if SITE.exists():
        SITE.rename(BESIDE / "before")
    made.rename(SITE)
    shutil.rmtree(BESIDE)


if __name__ == "__main__":
    sys.exit(build())
