"""The tests on other versions than those of the lock file: `nox` runs all sessions, `nox --list` names them."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = "CI" in os.environ
VARIED = {"numpy": "1.26.*", "ipywidgets": "8.1.5", "jupyterlab": "4.2.*"}
"""The oldest versions that are tested; a test sees to it that they are those of pyproject.toml."""
EVERYTHING = ".[notebooks,book,cluster,test]"
"""What the tests need; as in environment.py, a test sees to it."""


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def locked(session):
    """The versions of the lock file, on each Python that is promised."""
    session.install("--constraint", "constraints.txt", "--editable", EVERYTHING)
    run_tests(session)


@nox.session(python="3.11")
def oldest(session):
    """The oldest NumPy, ipywidgets and JupyterLab."""
    install_with(session, *(f"{name}=={version}" for name, version in VARIED.items()))
    run_tests(session)


@nox.session(python="3.14")
def newest(session):
    """The newest of everything."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "--editable", EVERYTHING)
    run_tests(session)


def install_with(session, *requirements):
    """The lock file, but for what the session varies."""
    lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    others = Path(session.create_tmp(), "constraints.txt")
    kept = [line for line in lines if line.partition("==")[0] not in VARIED]
    others.write_text("\n".join(kept), encoding="utf-8")
    session.install("--constraint", str(others), "--editable", EVERYTHING, *requirements)


def run_tests(session):
    """The numerical tests, and every notebook."""
    session.run("python", "-m", "pip", "freeze", "--exclude-editable")
    session.run("pytest", "--doctest-modules", "--ignore", "tests/site", "src/helpers", "tests")
    session.run("pytest", "--nbval", "--nbval-sanitize-with", "notebooks/sanitize.cfg", "notebooks")
