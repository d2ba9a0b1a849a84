"""Notebooks in the hands of a reader: JupyterLab refuses none, saves no more than was written, and no new edition overwrites an answer."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import lab
import nbformat
import pytest
import renew
from jupytext import TextFileContentsManager

ROOT = Path(__file__).parents[2]
TWINS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ANSWER = "def my_size(H): return H + 1"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """No test trusts a notebook in the name of whoever runs it."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project's notebooks."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    monkeypatch.setattr(lab, "COPIES", folder / "my-notebooks")
    return folder


@pytest.fixture
def contents(project):
    """What JupyterLab opens and saves notebooks with."""
    manager = TextFileContentsManager(root_dir=str(project))
    yield manager
    manager.notary.store.close()


def answer(path, text=ANSWER):
    """Write an answer into a copy, as any editor does that knows nothing of jupytext."""
    notebook = nbformat.read(path, 4)
    cell = next(cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", ()))
    cell.source = text
    nbformat.write(notebook, path)


def new_edition(twin, text="A new edition."):
    notebook = nbformat.read(twin, 4)
    notebook.cells[0].source = text
    nbformat.write(notebook, twin)


@pytest.mark.parametrize("seconds", [-100, 0, 100])
@pytest.mark.parametrize("first", [0, 1], ids=["text first", "twin first"])
@pytest.mark.parametrize("twin", TWINS, ids=lambda path: path.stem)
def test_jupyterlab_opens_and_saves_either_of_a_pair_whichever_is_newer(
    project, contents, twin, first, seconds
):
    pair = [project / "notebooks" / (twin.stem + ending) for ending in (".md", ".ipynb")]
    before = [path.read_text(encoding="utf-8") for path in pair]
    now = pair[0].stat().st_mtime
    os.utime(pair[1], (now + seconds, now + seconds))
    for path in pair[first:] + pair[:first]:
        address = f"notebooks/{path.name}"
        contents.save(contents.get(address, type="notebook"), address)
        assert [path.read_text(encoding="utf-8") for path in pair] == before


@pytest.mark.parametrize("seconds", [-100, 100])
def test_an_answer_in_a_copy_is_there_whichever_of_the_pair_is_newer(project, contents, seconds):
    source, twin = (project / "notebooks" / name for name in ("convolution.md", "convolution.ipynb"))
    lab.put(twin)
    mine = lab.COPIES / twin.name
    answer(mine)
    os.utime(source, (twin.stat().st_mtime + seconds,) * 2)
    contents.save(contents.get(f"my-notebooks/{mine.name}"), f"my-notebooks/{mine.name}")
    assert ANSWER in mine.read_text(encoding="utf-8")


def test_the_two_in_notebooks_are_a_pair(project, contents):
    """What is saved in one is in the other."""
    source, twin = (project / "notebooks" / name for name in ("convolution.md", "convolution.ipynb"))
    model = contents.get("notebooks/convolution.ipynb")
    model["content"].cells[0].source += "\n\nOne sentence more."
    contents.save(model, "notebooks/convolution.ipynb")
    assert all("One sentence more." in path.read_text(encoding="utf-8") for path in (source, twin))


def test_a_notebook_of_the_readers_own_gets_no_twin(project, contents):
    for folder in (project, project / "my-notebooks"):
        folder.mkdir(exist_ok=True)
        model = contents.new(
            path=f"{folder.relative_to(project).as_posix()}/scratch.ipynb".removeprefix("./")
        )
        contents.save(contents.get(model["path"]), model["path"])
        assert [path.name for path in folder.glob("scratch*")] == ["scratch.ipynb"]


def test_a_copy_is_trusted_and_the_same(project, contents):
    """JupyterLab shows the drawings of a notebook that is trusted before any cell has run."""
    assert lab.put(project / "notebooks/convolution.ipynb") is None
    model = contents.get("my-notebooks/convolution.ipynb")
    code = [cell for cell in model["content"].cells if cell.cell_type == "code"]
    assert all(cell.metadata.trusted for cell in code)
    copied = nbformat.read(lab.COPIES / "convolution.ipynb", 4)
    twin = nbformat.read(project / "notebooks/convolution.ipynb", 4)
    lab.say_what_is_folded(twin)
    assert copied.cells == twin.cells
    solutions = [cell.source for cell in copied.cells if "hide-cell" in cell.metadata.get("tags", ())]
    assert all(source.startswith("# A solution: click the dots to see it\n") for source in solutions)


def test_a_copy_that_only_ran_is_replaced_by_a_new_edition(project):
    twin = project / "notebooks/convolution.ipynb"
    lab.put(twin)
    copied = lab.COPIES / twin.name
    notebook = nbformat.read(copied, 4)
    notebook.cells[-1].outputs, notebook.metadata["language_info"] = [], {"name": "python"}
    nbformat.write(notebook, copied)
    new_edition(twin)
    assert lab.put(twin) is None
    assert "A new edition." in copied.read_text(encoding="utf-8")
    assert len(list(lab.COPIES.iterdir())) == 1


def test_no_new_edition_overwrites_an_answer(project):
    """A new edition is put beside what was changed, once, and takes the place of an older one beside it that was not."""
    twin = project / "notebooks/convolution.ipynb"
    lab.put(twin)
    mine = lab.COPIES / twin.name
    answer(mine)
    written = mine.read_bytes()
    assert lab.put(twin) is None
    for edition in ("The second edition.", "The third edition."):
        new_edition(twin, edition)
        beside = lab.put(twin)
        assert beside.name == "convolution-2.ipynb"
        assert edition in beside.read_text(encoding="utf-8")
        assert lab.put(twin) is None
    answer(beside)
    new_edition(twin, "The fourth edition.")
    assert lab.put(twin).name == "convolution-3.ipynb"
    assert mine.read_bytes() == written
    assert ANSWER in beside.read_text(encoding="utf-8")


def damaged(path, how):
    if how == "folder":
        path.mkdir()
    elif how == "link to nothing":
        path.symlink_to("nothing")
    else:
        path.write_bytes(
            {"empty": b"", "half": b'{"cells": [', "binary": b"\xff\xfe\0"}.get(how, how.encode())
        )


@pytest.mark.parametrize(
    "how", ["folder", "link to nothing", "empty", "half", "binary", "[]", "null", '{"metadata": 1}']
)
def test_whatever_stands_in_a_copys_place_stays(project, how):
    if how == "link to nothing" and os.name == "nt":
        pytest.skip("Windows asks for a privilege")
    twin = project / "notebooks/convolution.ipynb"
    lab.COPIES.mkdir()
    path = lab.COPIES / twin.name
    damaged(path, how)
    before = path.lstat()
    assert lab.put(twin).name == "convolution-2.ipynb"
    after = path.lstat()  # to look at it may change the time of access
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_size,
    )


def test_make_lab_says_in_one_sentence_that_a_chapter_stays(project):
    """The program as the Makefile runs it, asked by JupyterLab's own option to do no more than list what it would do."""
    command = [sys.executable, "notebooks/lab.py", "--version"]
    run = {"cwd": project, "capture_output": True, "text": True, "check": True}
    assert "stays" not in subprocess.run(command, **run).stdout
    assert {path.name for path in lab.COPIES.iterdir()} == {twin.name for twin in TWINS}
    answer(lab.COPIES / "gated_rnn.ipynb")
    new_edition(project / "notebooks/gated_rnn.ipynb")
    done = subprocess.run(command, **run).stdout
    assert done.splitlines()[0] == (
        "You have changed gated_rnn.ipynb: it stays, and the new edition stands beside it, as gated_rnn-2.ipynb."
    )
    assert "stays" not in subprocess.run(command, **run).stdout


def test_the_reader_works_on_copies():
    assert "notebooks/lab.py" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "my-notebooks/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    clean = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nclean:")[2]
    assert "my-notebooks" not in clean


SMALL = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Größe

```{code-cell} ipython3
print(6 * 7)
```
"""


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_source_as_windows_writes_it(project, mark, end):
    source = project / "notebooks/small.md"
    source.write_text(mark + SMALL, encoding="utf-8", newline=end)
    renew.renew(source)
    notebook = nbformat.read(source.with_suffix(".ipynb"), 4)
    assert [cell.source for cell in notebook.cells] == ["# Größe", "print(6 * 7)"]
    assert notebook.cells[1].outputs[0].text == "42\n"


def test_a_source_without_its_header_is_refused_in_a_sentence(tmp_path):
    source = tmp_path / "small.md"
    source.write_text(SMALL.partition("# Größe")[2], encoding="utf-8")
    with pytest.raises(ValueError, match="header that names its kernel"):
        renew.renew(source)


def test_a_twin_that_another_program_saved_is_kept(project, capsys, monkeypatch):
    """One that was renewed is not, and neither are two that git could not merge."""
    source, twin = (project / "notebooks" / name for name in ("convolution.md", "convolution.ipynb"))
    renewed = nbformat.read(twin, 4)
    monkeypatch.setattr(renew, "executed", lambda source: renewed)
    renew.renew(source)
    twin.write_text("<<<<<<< HEAD\n" + twin.read_text(encoding="utf-8"), encoding="utf-8")
    renew.renew(source)
    assert not lab.COPIES.exists()
    answer(twin)
    content = json.loads(twin.read_text(encoding="utf-8"))
    content["metadata"]["language_info"] = {"name": "python"}
    twin.write_text(json.dumps(content), encoding="utf-8")
    renew.renew(source)
    assert "saved by another program" in capsys.readouterr().out
    assert ANSWER in (lab.COPIES / "convolution.ipynb").read_text(encoding="utf-8")
    assert ANSWER not in twin.read_text(encoding="utf-8")
