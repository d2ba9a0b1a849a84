"""The census: a miniature of it, stopped in every way and gone on with."""

import csv
import itertools
import os
import shutil
import subprocess
import sys
import time

import attrs
import dask
import numpy as np
import pytest
from attrs import evolve
from limits import slowness

from helpers.loss_curves.__main__ import main
from helpers.loss_curves.lab import SGD, NormClipping, Training, train
from helpers.loss_curves.lab import census as module
from helpers.loss_curves.lab.census import TRAININGS, census, read_run
from helpers.loss_curves.spikes import SPIKE_LOSS

small = Training(level="easy", hidden_size=3, batch_size=4, batches_per_epoch=5)
two = {"plain": small, "clipped": evolve(small, clipping=NormClipping(0.01))}


def read_table(directory):
    with (directory / "table.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def start_command(*arguments):
    command = [sys.executable, "-m", "helpers.loss_curves", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def children(pid):
    """The processes that this one has started and that train."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=", "-o", "ppid=", "-o", "args="], capture_output=True, text=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(own) for own, parent, line in rows if int(parent) == pid and "LokyProcess" in line]


def is_running(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


@pytest.fixture
def trained(monkeypatch):
    """Which runs were trained, as (training, seed)."""
    runs = []

    def recording_train(training, seeds, *, steps):
        runs.extend((training, seed) for seed in seeds)
        return train(training, seeds, steps=steps)

    monkeypatch.setattr(module, "train", recording_train)
    return runs


def test_the_table_says_what_was_trained_and_how(tmp_path):
    progress = []
    census(
        tmp_path, two, seeds=range(2), epochs=3, progress=lambda kept, total: progress.append((kept, total))
    )
    rows = read_table(tmp_path)
    assert [(row["training"], row["seed"], row["epoch"]) for row in rows] == [
        (name, seed, epoch) for name in ("clipped", "plain") for seed in "01" for epoch in "123"
    ]
    assert progress == [(0, 4), (2, 4), (4, 4)]
    curves = train(two["clipped"], [0, 1], steps=15)
    row = rows[4]  # clipped, seed 1, epoch 2
    for column, expected in {
        "mean_loss": curves.loss[1, 5:10].mean(),
        "last_batch_loss": curves.loss[1, 9],
        "worst_loss": curves.loss[1, 5:10].max(),
        "mean_accuracy": curves.accuracy[1, 5:10].mean(),
        "largest_gradient_norm": curves.gradient_norm[1, 5:10].max(),
        "largest_step_size": curves.step_size[1, 5:10].max(),
        "held_out_loss": curves.held_out_loss[1, 1],
        "held_out_accuracy": curves.held_out_accuracy[1, 1],
    }.items():
        np.testing.assert_allclose(float(row[column]), expected, rtol=1e-4, err_msg=column)
    assert row["settings"] == repr(two["clipped"])
    assert all(
        row[column]
        for column in ("epochs", "dtype", "python", "machine", "gradients-checked", "numpy", "torch")
    )


@pytest.mark.parametrize(
    ("kept", "lines"),
    [
        (
            [0, 30, 60],
            [
                "                               0 of 60 runs                ",
                "███████████████                30 of 60 runs  10 min left   ",
                "██████████████████████████████ 60 of 60 runs  0 min left    \n",
            ],
        ),
        (
            [40, 50, 60],  # gone on with: the estimate is from what was trained since
            [
                "████████████████████           40 of 60 runs                ",
                "█████████████████████████      50 of 60 runs  10 min left   ",
                "██████████████████████████████ 60 of 60 runs  0 min left    \n",
            ],
        ),
        ([60], ["██████████████████████████████ 60 of 60 runs                \n"]),
    ],
)
def test_progress_bar(monkeypatch, capsys, kept, lines):
    clock = itertools.count(100.0, 600.0)  # ten minutes for each task
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    bar, printed = module.ProgressBar(), []
    for number in kept:
        bar(number, 60)
        printed.append(capsys.readouterr().err)
    assert printed == ["\r" + line for line in lines]


def test_a_spike_is_counted_where_it_begins(tmp_path, monkeypatch):
    high, low = 2 * SPIKE_LOSS, SPIKE_LOSS / 2
    losses = np.full((1, 30), low, np.float32)
    losses[0, [0, 1, 12, 13, 24, 26]] = high

    def made_up(training, seeds, *, steps):
        return evolve(train(training, seeds, steps=steps), loss=losses)

    monkeypatch.setattr(module, "train", made_up)
    census(tmp_path, {"plain": small}, seeds=range(1), epochs=6)
    assert [row["spikes"] for row in read_table(tmp_path)] == [*"001010"]


def test_a_run_that_is_there_is_not_trained_again(tmp_path, trained):
    census(tmp_path, two, seeds=range(2), epochs=1)
    assert len(trained) == 4
    before = (tmp_path / "table.csv").read_bytes()
    census(tmp_path, two, seeds=range(2), epochs=1)
    assert len(trained) == 4
    (tmp_path / "plain" / "1.npz").unlink()
    census(tmp_path, two, seeds=range(2), epochs=1)
    assert trained[4:] == [(small, 1)]
    assert (tmp_path / "table.csv").read_bytes() == before
    census(tmp_path, two, seeds=range(3), epochs=1)
    assert {seed for _, seed in trained[5:]} == {2}


def test_a_full_disk_leaves_whole_runs_and_a_table_that_can_be_read(tmp_path, monkeypatch, trained):
    savez, written = np.savez, []

    def disk_with_room_for_three(file, **arrays):
        file.write(b"half a run")
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        file.seek(0)
        file.truncate()
        written.append(file)
        savez(file, **arrays)

    monkeypatch.setattr(np, "savez", disk_with_room_for_three)
    with pytest.raises(OSError, match="No space left"):
        census(tmp_path, two, seeds=range(2), epochs=1, replicas=1)
    assert len(read_table(tmp_path)) == 3
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3 + 1
    monkeypatch.setattr(np, "savez", savez)
    del trained[:]
    census(tmp_path, two, seeds=range(2), epochs=1, replicas=1)
    assert trained == [(two["clipped"], 1)]
    assert len(read_table(tmp_path)) == 4


def test_what_a_kill_leaves_half_written_is_not_a_run(tmp_path, monkeypatch, trained):
    census(tmp_path, {"plain": small}, seeds=range(1), epochs=1)

    replace_file = os.replace

    def killed(source, destination):
        if destination.suffix == ".npz":
            raise KeyboardInterrupt
        replace_file(source, destination)

    with monkeypatch.context() as without_time_to_clean_up:
        without_time_to_clean_up.setattr(os, "replace", killed)
        without_time_to_clean_up.setattr(module.Path, "unlink", lambda path, missing_ok: None)
        with pytest.raises(KeyboardInterrupt):
            census(tmp_path, {"plain": small}, seeds=range(2), epochs=1)
    module.write_table(tmp_path)
    assert len(read_table(tmp_path)) == 1
    del trained[:]
    census(tmp_path, {"plain": small}, seeds=range(2), epochs=1)
    assert trained == [(small, 1)]
    assert len(read_table(tmp_path)) == 2


def test_a_diverged_run_is_kept_and_counted(tmp_path):
    training = evolve(small, cell="relu", optimiser=SGD(1e9))
    census(tmp_path, {"diverging": training}, seeds=range(1), epochs=2)
    curves, _ = read_run(tmp_path, "diverging", 0)
    assert np.isnan(curves["loss"][-1])
    assert [row["mean_loss"] for row in read_table(tmp_path)] == ["nan", "nan"]


def test_other_settings_under_the_same_name_are_refused(tmp_path):
    census(tmp_path, {"plain": small}, seeds=range(1), epochs=1)
    for trainings, epochs in (({"plain": two["clipped"]}, 1), ({"plain": small}, 2)):
        with pytest.raises(ValueError, match=r"directory must hold runs of \{.*, got "):
            census(tmp_path, trainings, seeds=range(1), epochs=epochs)


def test_processes_write_what_one_alone_writes(tmp_path):
    for jobs in (1, 2):
        census(tmp_path / str(jobs), two, seeds=range(2), epochs=1, jobs=jobs, replicas=3 - jobs)
    assert read_table(tmp_path / "1") == read_table(tmp_path / "2")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:700]), "is no whole run"),
        (lambda path: path.write_bytes(b""), "is no whole run"),
        (lambda path: path.write_text("training,seed"), "is no whole run"),
        (lambda path: np.savez(path, loss=np.zeros(3)), "is no whole run"),
        (lambda path: (path.unlink(), path.mkdir()), "is no whole run"),
        (lambda path: path.write_bytes((path.parent / "0.npz").read_bytes()), "is a copy of plain/0"),
    ],
    ids=["cut off", "empty", "text", "another archive", "a folder", "a copy"],
)
def test_a_damaged_run_is_named_set_aside_and_begun_again(tmp_path, trained, damage, why):
    before = census(tmp_path, two, seeds=range(2), epochs=1).read_bytes()
    path = tmp_path / "plain" / "1.npz"
    damage(path)
    del trained[:]
    with pytest.warns(UserWarning, match=rf"plain/1\.npz {why}.*; it is now called 1\.npz\.set-aside-"):
        table = census(tmp_path, two, seeds=range(2), epochs=1)
    assert trained == [(small, 1)]
    assert table.read_bytes() == before
    assert len([*tmp_path.glob("plain/1.npz.set-aside-*")]) == 1
    census(tmp_path, two, seeds=range(2), epochs=1)  # without a warning


def test_a_file_of_another_name_is_left_alone(tmp_path):
    before = census(tmp_path, two, seeds=range(2), epochs=1).read_bytes()
    others = [tmp_path / "plain" / name for name in ("1 (copy).npz", "._1.npz", "01.npz", "notes.npz")]
    for path in others:
        path.write_text("of another program")
    assert census(tmp_path, two, seeds=range(2), epochs=1).read_bytes() == before
    assert all(path.exists() for path in others)


def test_a_copied_folder_is_no_training(tmp_path):
    before = census(tmp_path, two, seeds=range(1), epochs=1).read_bytes()
    shutil.copytree(tmp_path / "plain", tmp_path / "backup")
    with pytest.warns(UserWarning, match=r"backup/0\.npz is a copy of plain/0"):
        assert census(tmp_path, two, seeds=range(1), epochs=1).read_bytes() == before


def test_two_censuses_in_one_directory_end_with_one_table(tmp_path):
    command = ["census", "--directory", str(tmp_path), "--trainings", "untreated", "sgd-momentum-0.9"]
    command += ["--epochs", "1", "--jobs", "1", "--replicas", "1", "--seeds", "4"]
    both = [start_command(*command) for _ in range(2)]
    for process in both:
        _, printed = process.communicate()
        assert process.returncode == 0, printed
    assert len(read_table(tmp_path)) == 8
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 8 + 1


@pytest.mark.skipif(sys.platform == "win32", reason="a process there does not see its parent's end")
def test_a_killed_census_leaves_no_workers(tmp_path):
    command = ["census", "--directory", str(tmp_path), "--trainings", "untreated", "--epochs", "1"]
    process = start_command(*command, "--jobs", "2", "--replicas", "1", "--seeds", "1000")
    deadline = time.monotonic() + 60 * slowness()
    while len(list(tmp_path.glob("untreated/*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    process.stderr.close()
    deadline = time.monotonic() + 20 * slowness()
    while (alive := [pid for pid in workers if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive


def test_a_worker_ends_with_its_census_where_the_number_of_a_parent_outlives_it(tmp_path):
    """As on Windows: there os.getppid() goes on to name a parent that has ended, and the parent's handle is asked."""
    script = tmp_path / "census_and_worker.py"
    script.write_text(
        """
import multiprocessing, os, sys, time
from helpers.loss_curves.lab import census

def work(parent):
    sys.platform, os.getppid = "win32", lambda: parent
    census._end_with(parent)
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(os.getpid(),))
    worker.start()
    worker.join()
"""
    )
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    worker = int(process.stdout.readline())
    time.sleep(1.5)
    assert is_running(worker)
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 20 * slowness()
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(worker)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "hello", "gopher://x:1"])
def test_the_address_of_no_scheduler_is_named(tmp_path, address):
    pytest.importorskip("distributed")  # whose configuration is there when it is
    refusal = pytest.raises(ValueError, match=f"scheduler must be the address .* none answers at '{address}'")
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), refusal:
        census(tmp_path, two, scheduler=address)


def test_a_directory_that_cannot_be_written_to_is_named_in_one_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setattr(
        sys, "argv", ["loss_curves", "census", "--directory", str(tmp_path / "file" / "runs")]
    )
    with pytest.raises(SystemExit, match="1"):
        main()
    printed = capsys.readouterr().err
    assert str(tmp_path / "file") in printed
    assert "What was finished is kept" in printed
    assert len(printed.splitlines()) == 2


@pytest.mark.parametrize("argument", ["epochs", "jobs", "replicas"])
def test_bad_input(tmp_path, argument):
    with pytest.raises(ValueError, match=f"{argument} must be at least 1, got 0"):
        census(tmp_path, two, **{argument: 0})


def test_trainings_differ_in_one_setting_from_what_they_are_compared_with():
    """A clipped one with another optimiser from the same without clipping, and those of the normal level from its RMSprop."""
    untreated = TRAININGS["untreated"]
    assert untreated == Training(level="moderate", cell="lstm", hidden_size=12)
    assert len(TRAININGS) >= 24
    for name, training in TRAININGS.items():
        shorter = name.startswith("normal")
        base = evolve(untreated, level="normal") if shorter else untreated
        unclipped = TRAININGS.get(name.replace("-clipping-1", ""), base)
        compared_with = unclipped if "-clipping-1" in name and unclipped.optimiser != base.optimiser else base
        settings = (attrs.asdict(one, recurse=False) for one in (training, compared_with))
        changed = sum(a != b for a, b in zip(*map(dict.values, settings), strict=True))
        assert changed == (training != base), name


def test_command_killed_in_the_middle_goes_on(tmp_path):
    command = [sys.executable, "-m", "helpers.loss_curves", "census", "--directory", str(tmp_path)]
    command += ["--trainings", "untreated", "--epochs", "1", "--jobs", "1", "--replicas", "1", "--seeds"]
    process = subprocess.Popen([*command, "1000"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60 * slowness()
    while len(list(tmp_path.glob("untreated/*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    assert process.wait() != 0
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("untreated/*.npz")}
    assert len(kept) >= 2
    assert len(read_table(tmp_path)) >= len(kept) - 1
    wanted = len(kept) + 1
    result = subprocess.run([*command, str(wanted)], capture_output=True, text=True, check=True)
    assert f"{len(kept)} of {wanted} runs" in result.stderr
    assert f"{wanted} of {wanted} runs" in result.stderr
    assert result.stdout.strip() == str(tmp_path / "table.csv")
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(read_table(tmp_path)) == wanted
