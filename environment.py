"""Make .venv/, in which every command of the Makefile runs, and keep it in step with the lock file.

The Makefile asks the Python of the environment what state it is in: ``ready`` or ``outdated``. One that was half made, moved or copied, or
whose Python was upgraded, gives another answer or none, and is made anew.
"""

import contextlib
import hashlib
import importlib
import os
import sqlite3
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = FOLDER / ".installed"
"""Where and for which Python the environment was made, and from which lock file; written last."""

PACKAGES = ".[notebooks,book,cluster,test]"


def stamp():
    """Return what the stamp has to say: the environment's folder and Python, which do not change, and its lock file, which may."""
    lock = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + (ROOT / "constraints.txt").read_bytes())
    version = "{}.{}".format(*sys.version_info)
    return [os.fsencode(os.path.realpath(FOLDER)), version.encode(), lock.hexdigest().encode()]


def state(*asked):
    """Return the state of the environment that runs this; ``asked`` is the command of the Python that it should be of, if any."""
    *place, lock = stamp()
    *made_at, made_from = STAMP.read_bytes().split(b"\n")
    helpers = find_spec("helpers")
    usable = (
        made_at == place
        and os.path.samefile(sys.prefix, FOLDER)
        and (not asked or version_of(asked) == place[1])
        and find_spec("pip")
        and helpers
        and os.path.samefile(helpers.origin, ROOT / "src/helpers/__init__.py")
    )
    return ("ready" if made_from == lock else "outdated") if usable else "unusable"


def version_of(command):
    """Return the version of a Python as the stamp has it, without its patch level."""
    return subprocess.check_output([*command, "--version"]).split()[1].rpartition(b".")[0]


def is_ready(*asked):
    """Whether the environment says so."""
    try:
        ask = [PYTHON, "-I", __file__, "state", *asked]
        return subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout == b"ready"
    except OSError:
        return False


def make(*asked):
    """Make the environment anew."""
    if is_ready(*asked):  # by another make, while this one waited for it
        return
    if FOLDER.exists():
        print("== .venv/ is half made, from another place, or of another Python: it is made anew", flush=True)
    else:
        print("== installing the pinned packages into .venv/ (once; some minutes)", flush=True)
    base = getattr(sys, "_base_executable", sys.executable)  # this may be the environment that is cleared
    install = [PYTHON, "-c", "from environment import install; install()"]
    for command in ([base, "-m", "venv", "--clear", FOLDER], install):
        if status := subprocess.run(command, cwd=ROOT).returncode:
            sys.exit(status)


def install(packages=PACKAGES):
    """Install packages into the environment that runs this, in the versions of the lock file."""
    before = STAMP.read_bytes() if STAMP.exists() else b""
    STAMP.unlink(missing_ok=True)  # an installation that is interrupted leaves none
    pip = [sys.executable, "-m", "pip", "install", "--progress-bar", "on"]
    status = subprocess.run(
        [*pip, "--constraint", "constraints.txt", "--editable", packages], cwd=ROOT
    ).returncode
    if status:
        if before:  # as where there is no network
            STAMP.write_bytes(before)
        sys.exit(status)
    lead_to_source()
    importlib.invalidate_caches()
    if not find_spec("torch"):
        print(
            "PyTorch has no build for this machine: the chapters run without it, and say what is not checked."
        )
    STAMP.write_bytes(b"\n".join(stamp()))


def lead_to_source():
    """Write the way to the package's source relative to the environment.

    The whole path would lead a copy to the original's source; and Python before 3.13 reads it in the encoding of the locale, which may not
    have its letters.
    """
    packages = sysconfig.get_path("purelib")
    (path,) = Path(packages).glob("*gradients_checked.pth")
    path.write_text(os.path.relpath(ROOT / "src", os.path.realpath(packages)) + "\n", encoding="utf-8")


def main(command, *arguments):
    """Do what the Makefile asks for, and only while no other make does."""
    if command == "state":
        print(state(*arguments), end="")
        return
    try:
        lock = sqlite3.connect(ROOT / ".venv.lock", timeout=3600)
        lock.execute("BEGIN EXCLUSIVE")  # which the system gives back, however this ends
    except sqlite3.OperationalError as error:
        sys.exit(f"The environment is made in {ROOT}, where nothing can be written: {error}.")
    with contextlib.closing(lock):
        {"make": make, "install": install}[command](*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
