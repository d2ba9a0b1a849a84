"""The gated RNN's forward and backward pass, against PyTorch's autograd on the same cell as a Python loop.

One thread, one sequence. Both take the products with x out of the loop. Rounds of the two alternate, and the
quickest round of each counts, in seconds of the processor: what else the machine is busy with does not count.

    python benchmarks/gated_rnn.py
    python benchmarks/gated_rnn.py --record notebooks/data/gated_rnn_cost.json

The second command also writes down what it measured; chapter 2 shows that record.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import datetime
import json
import platform
import time
from pathlib import Path

import numpy as np
import torch

from helpers.checks import check_close
from helpers.gated_rnn import GatedRNN

T, m, n = 512, 64, 64
ROUNDS = 30


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--record", type=Path, metavar="FILE", help="also write what was measured")
    path = arguments.parse_args().record
    torch.set_num_threads(1)
    print(f"run + vjp, T = {T}, m = {m}, n = {n}, one sequence, one thread, best of {ROUNDS}")
    print(f"{'':10}{'NumPy':>10}{'PyTorch':>12}{'ratio':>9}")
    measured = {dtype: compare(dtype) for dtype in ("float32", "float64")}
    for dtype, (numpy_seconds, pytorch_seconds) in measured.items():
        ratio = pytorch_seconds / numpy_seconds
        print(f"{dtype:10}{1e3 * numpy_seconds:7.1f} ms{1e3 * pytorch_seconds:9.1f} ms{ratio:8.1f}×")
    if path:
        record(path, measured)
    if any(numpy_seconds >= pytorch_seconds for numpy_seconds, pytorch_seconds in measured.values()):
        raise SystemExit("missed: NumPy must be the faster one")


def record(path, measured):
    """Write what was measured, and how: times differ from run to run."""
    content = {
        "command": f"python benchmarks/gated_rnn.py --record {path}",
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__.partition("+")[0],
        "machine": f"{platform.system()} {platform.machine()}, one thread",
        "T": T,
        "m": m,
        "n": n,
        "milliseconds": {
            dtype: {"numpy": round(1e3 * ours, 2), "pytorch": round(1e3 * theirs, 2)}
            for dtype, (ours, theirs) in measured.items()
        },
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def compare(dtype):
    """The seconds that each takes, once it is seen that they agree."""
    rng = np.random.default_rng(0)
    shapes = [(m, n), (m, m), (m, n), (T, n)]
    arrays = [(rng.normal(size=shape) / np.sqrt(shape[-1])).astype(dtype) for shape in shapes]
    state_gradient = rng.normal(size=(T, m)).astype(dtype)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    state_gradient_tensor = torch.tensor(state_gradient)

    def numpy_passes():
        *weights, x = arrays
        network = GatedRNN(*weights)
        return network.vjp(network.run(x), state_gradient)[:4]

    def pytorch_passes():
        return torch.autograd.grad(pytorch_states(*tensors), tensors, state_gradient_tensor)

    tolerance = 1e-10 if dtype == "float64" else 1e-4
    for ours, theirs in zip(numpy_passes(), pytorch_passes(), strict=True):
        check_close(ours, theirs.numpy(), tolerance=tolerance)
    rounds = [(seconds(numpy_passes), seconds(pytorch_passes)) for _ in range(ROUNDS)]
    return tuple(map(min, zip(*rounds, strict=True)))


def pytorch_states(W_c, W_h, W_x, x):
    h = x.new_zeros(m)
    states = []
    for gate_input, candidate in zip((x @ W_c.T).unbind(), (x @ W_x.T).unbind(), strict=True):
        c = torch.sigmoid(gate_input + W_h @ h)
        h = c * h + (1 - c) * candidate
        states.append(h)
    return torch.stack(states)


def seconds(function):
    start = time.process_time()
    function()
    return time.process_time() - start


if __name__ == "__main__":
    main()
