"""Where records of experiments are found, and how they are written."""

import json
import os
import platform
import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from helpers.records import atomic_write, atomic_writes, made_with, record_path, write_record

ROOT = Path(__file__).parents[2]


def test_a_record_is_found():
    assert record_path("attention_rnn_cost.json") == ROOT / "src/helpers/records/data/attention_rnn_cost.json"


@pytest.mark.parametrize("name", [None, 3, ROOT])
def test_a_name_is_text(name):
    with pytest.raises(TypeError, match="name must be the name of a file, got "):
        record_path(name)


def test_a_missing_record_is_named():
    with pytest.raises(FileNotFoundError, match=r"'nothing.json'; there are .*attention_rnn_cost.json"):
        record_path("nothing.json")
    for name in ("x" * 10**6, "../__init__.py", "a\0b"):
        with pytest.raises(FileNotFoundError, match=r"^no record "):
            record_path(name)


def test_versions_are_those_installed():
    assert made_with("numpy", "torch") == {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "numpy": version("numpy"),
        "torch": version("torch"),
    }
    with pytest.raises(PackageNotFoundError):
        made_with("no-such-package")


def test_what_is_written_is_read_again_with_the_date_after_its_first_entry(tmp_path):
    record = {"command": "python -m it", "losses": [[1.5, None], [2, 0]], "words": "α = ½"}
    path = tmp_path / "record.json"
    write_record(path, record)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == record | {"date": date.today().isoformat()}
    lines = text.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith('{"command"')
    assert lines[1].startswith('"date"')
    assert "α = ½" in lines[3]


def test_what_is_written_whole_replaces_what_was_there(tmp_path):
    path = tmp_path / "new" / "file"
    for content in (b"first", b"second"):
        with atomic_write(path) as file:
            file.write(content)
            assert not path.exists() or path.read_bytes() == b"first"
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_half_of_a_file_is_never_there(tmp_path, trouble):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def write_half():
        with atomic_write(path) as file:
            file.write(b"half")
            raise trouble

    with pytest.raises(type(trouble)):
        write_half()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_two_may_write_at_once(tmp_path):
    path = tmp_path / "file"
    with atomic_write(path) as one, atomic_write(path) as other:
        one.write(b"one")
        other.write(b"other")
    assert path.read_bytes() == b"one"  # which was closed last
    assert list(tmp_path.iterdir()) == [path]


def test_files_written_together_are_all_new_or_all_old(tmp_path, monkeypatch):
    paths = [tmp_path / name for name in "abc"]

    def write(content):
        with atomic_writes(*paths) as files:
            for file in files:
                file.write(content)

    write(b"old")
    sync, synced = os.fsync, []

    def disk_full_at_the_last(descriptor):
        synced.append(descriptor)
        if len(synced) == 3:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", disk_full_at_the_last)
    with pytest.raises(OSError, match="No space left on device: .*" + re.escape(tmp_path.name)):
        write(b"new")
    assert [path.read_bytes() for path in paths] == [b"old"] * 3
    assert sorted(tmp_path.iterdir()) == paths
