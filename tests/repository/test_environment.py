"""`make` asks the environment whether it is sound, and makes it anew where it is not: tried with a package that needs no other."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "gradients-checked"
version = "0.1.0"
optional-dependencies = { notebooks = [], book = [], cluster = [], test = [] }
"""
BACKEND = '''
"""As hatchling does, it writes the way to the source in full, and in UTF-8."""
import os, time, zipfile
from pathlib import Path

NAME = "gradients_checked-0.1.0"
EXTRAS = "".join(f"Provides-Extra: {name}\\n" for name in ("notebooks", "book", "cluster", "test"))

def build_editable(folder, *_):
    if os.path.exists("started"):
        Path("started").write_text("now")
        time.sleep(600)
    files = {
        "_gradients_checked.pth": os.path.abspath("src") + "\\n",
        f"{NAME}.dist-info/METADATA": f"Metadata-Version: 2.1\\nName: gradients-checked\\nVersion: 0.1.0\\n{EXTRAS}",
        f"{NAME}.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{NAME}.dist-info/RECORD": "",
    }
    files[f"{NAME}.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in files)
    with zipfile.ZipFile(Path(folder, f"{NAME}-py3-none-any.whl"), "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text.encode())
    return f"{NAME}-py3-none-any.whl"
'''
POSIX = pytest.mark.skipif(
    os.name == "nt", reason="Windows runs no shell script as a program, and links to no Python"
)
MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(not MAKE, reason="there is no make")

# Without a compiler, and where no package can be fetched.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("PYTHONPATH", "PYTHON", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV")
}
ENVIRONMENT |= {"PIP_NO_INDEX": "1", "CC": "false", "CXX": "false"}
ENVIRONMENT |= {"PYTHON": sys.executable} if os.name == "nt" else {}  # it has no python3
ENVIRONMENT["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def make(project, *arguments, **variables):
    """What make prints in a project as it sees to the environment, and its exit status."""
    command = [MAKE, "--no-print-directory", ".venv/.installed", *arguments]
    environment = ENVIRONMENT | variables
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout + done.stderr, done.returncode


def python(project):
    return project / (".venv/Scripts/python.exe" if os.name == "nt" else ".venv/bin/python")


def source(project, **variables):
    """The folder from which the environment's Python takes the package."""
    code = "import helpers, os; print(os.fsencode(helpers.__file__).hex())"
    done = subprocess.run(
        [python(project), "-c", code], env=ENVIRONMENT | variables, capture_output=True, text=True, check=True
    )
    return Path(os.path.realpath(os.fsdecode(bytes.fromhex(done.stdout)))).parents[2]


def check_sound(project):
    """The environment runs the code that is beside it, its programs start, and make leaves it alone."""
    assert source(project) == project.resolve()
    pip = next(python(project).parent.glob("pip3*"))
    subprocess.run([pip, "--version"], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    made = (project / ".venv/pyvenv.cfg").stat()
    assert make(project) == ("", 0)
    assert (project / ".venv/pyvenv.cfg").stat() == made


def project_in(folder):
    folder.mkdir(parents=True)
    for name in ("Makefile", "environment.py"):
        shutil.copy(ROOT / name, folder)
    (folder / "constraints.txt").touch()
    (folder / "src/helpers").mkdir(parents=True)
    (folder / "src/helpers/__init__.py").touch()
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project in a folder with an awkward name, and its environment, made where the locale has no such letters."""
    folder = project_in(tmp_path_factory.mktemp("projects") / "sp ace" / "Jürgen's (50%) #é")
    says, status = make(folder, LC_ALL="C")
    assert status == 0, says
    assert says.startswith("== installing the pinned packages into .venv/")
    assert says.count("PyTorch has no build for this machine") == 1
    check_sound(folder)
    return folder


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "de_DE.ISO-8859-1"])
def test_letters_in_the_path_whatever_the_locale(project, locale):
    """Python before 3.13 reads the way to the source in the locale's encoding, even where PYTHONUTF8 is 1."""
    for variables in ({}, {"PYTHONUTF8": "1"}, {"PYTHONUTF8": "0"}):
        assert source(project, LC_ALL=locale, **variables) == project.resolve()
    assert make(project, LC_ALL=locale) == ("", 0)


MADE_ANEW = "== .venv/ is half made, from another place, or of another Python: it is made anew"


def test_an_environment_that_is_half_made_is_made_anew(project):
    """As where python3-venv is missing, on Debian."""
    shutil.rmtree(project / ".venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=project, check=True)
    says, status = make(project)
    assert status == 0, says
    assert says.startswith(MADE_ANEW)
    check_sound(project)


def set_aside(path):
    path.rename(path.with_name("aside"))
    return path, path.with_name("aside")


def gone(project):
    return set_aside(project / ".venv")


def empty(project):
    there = set_aside(project / ".venv")
    (project / ".venv").mkdir()
    return there


def dangling(project):
    """As where the Python that it was made from is gone."""
    there = set_aside(python(project))
    python(project).symlink_to("/nowhere/python3")
    return there


def pip_removed(project):
    return set_aside(next((project / ".venv").rglob("site-packages/pip")))


def upgraded(project):
    """As where the same command is another version now."""
    there = stamp, aside = set_aside(project / ".venv/.installed")
    place, _, lock = aside.read_bytes().split(b"\n")
    stamp.write_bytes(b"\n".join([place, b"3.9", lock]))
    return there


def stamp_of_another_kind(project):
    there = set_aside(project / ".venv/.installed")
    there[0].touch()
    return there


def no_stamp(project):
    """As where the installation was interrupted."""
    return set_aside(project / ".venv/.installed")


@POSIX
@pytest.mark.parametrize(
    "spoil",
    [
        gone,
        empty,
        dangling,
        pip_removed,
        upgraded,
        stamp_of_another_kind,
        no_stamp,
    ],
)
def test_whatever_is_wrong_with_an_environment_is_noticed(project, tmp_path, spoil):
    """Tried with a Python for a new one that does no more than to say that it was called."""
    path, aside = spoil(project)
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\necho made anew\n", encoding="utf-8")
    fake.chmod(0o755)
    path_variable = os.pathsep.join([str(tmp_path), ENVIRONMENT["PATH"]])
    assert "made anew" in make(project, PATH=path_variable, PYTHON="python3")[0]
    if path.is_dir():
        shutil.rmtree(path)
    aside.replace(path)
    check_sound(project)


def test_a_copy_runs_its_own_code_and_is_made_anew(project, tmp_path):
    copied = tmp_path / "copy"
    shutil.copytree(project, copied, symlinks=True)
    assert source(copied) == copied.resolve()
    assert MADE_ANEW in make(copied)[0]
    check_sound(copied)
    check_sound(project)
    moved = copied.rename(tmp_path / "moved")
    state = subprocess.run(
        [python(moved), "-I", "environment.py", "state"], cwd=moved, stdout=subprocess.PIPE
    )
    assert state.stdout == b"unusable"


def test_two_makes_at_once_make_one_environment(project):
    shutil.rmtree(project / ".venv")
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(make, [project, project]))
    assert [status for _, status in answers] == [0, 0], answers
    assert sorted(bool(says) for says, _ in answers) == [False, True]
    check_sound(project)


@POSIX
def test_an_installation_that_was_killed_is_begun_anew(project):
    started = project / "started"
    started.touch()
    (project / "constraints.txt").write_text("# another lock file\n", encoding="utf-8")
    killed = subprocess.Popen(
        [MAKE, ".venv/.installed"],
        cwd=project,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not started.read_text():
        assert killed.poll() is None
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    started.unlink()
    says, status = make(project)
    assert status == 0, says
    assert MADE_ANEW in says
    check_sound(project)


def test_a_lock_file_that_changed_is_installed_into_the_same_environment(project):
    made = (project / ".venv/pyvenv.cfg").stat()
    (project / "constraints.txt").write_text("gradients-checked==9\n", encoding="utf-8")
    says, status = make(project)
    assert status, says  # as where there is no network
    (project / "constraints.txt").write_text("# mended\n", encoding="utf-8")
    says, status = make(project)
    assert status == 0, says
    assert says.startswith("== installing the pinned packages that have changed\n")
    assert (project / ".venv/pyvenv.cfg").stat() == made
    check_sound(project)


OTHER = f"""#!/bin/sh
case "$1" in
  --version) echo Python 3.99.0 ;;
  *) exec '{sys.executable}' "$@" ;;
esac
"""


@POSIX
def test_a_python_of_another_version_is_noticed_where_it_is_named(project, tmp_path):
    other = tmp_path / "python3.99"
    other.write_text(OTHER, encoding="utf-8")
    other.chmod(0o755)
    says, status = make(project, f"PYTHON={other}")
    assert status == 0, says
    assert MADE_ANEW in says
    assert make(project, PYTHON=sys.executable) == ("", 0)
    says, status = make(project, "PYTHON=no-such-python")
    assert status
    assert "no-such-python" in says
    check_sound(project)


@POSIX
def test_a_python_that_is_too_old_is_refused_and_nothing_is_lost(project, tmp_path):
    old = tmp_path / "python3.10"
    old.write_text('#!/bin/sh\necho "Python 3.11 or newer is needed" >&2\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    says, status = make(project, f"PYTHON={old}")
    assert status
    assert "Python 3.11 or newer is needed" in says
    check_sound(project)


def test_a_folder_in_which_nothing_can_be_written_is_named(tmp_path):
    """As root may write everywhere, a folder stands where the file should."""
    project = project_in(tmp_path / "locked")
    (project / ".venv.lock").mkdir()
    says, status = make(project)
    assert status
    assert says.startswith(f"The environment is made in {project}, where nothing can be written")
    assert "Traceback" not in says


def test_the_environment_is_made_in_one_place_only():
    """Whatever else installs the project goes through environment.py, which mends the way to the source."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert not re.findall(r"-m venv|--editable", makefile)
