"""The gated RNN's forward and backward pass, against PyTorch's autograd on the same cell as a Python loop.

One thread, one sequence. Both take the products with x out of the loop. Rounds of the two alternate, so
that a machine busy with something else is busy for both; the quickest round of each counts.

    python benchmarks/gated_rnn.py
"""

import time

import numpy as np
import torch

from helpers.checks import check_close
from helpers.gated_rnn import GatedRNN

T, m, n = 512, 64, 64
ROUNDS = 15


def main():
    torch.set_num_threads(1)
    print(f"run + vjp, T = {T}, m = {m}, n = {n}, one sequence, one thread, best of {ROUNDS}")
    print(f"{'':10}{'NumPy':>10}{'PyTorch':>12}{'ratio':>9}")
    for dtype in ("float32", "float64"):
        numpy_seconds, pytorch_seconds = compare(dtype)
        ratio = pytorch_seconds / numpy_seconds
        print(f"{dtype:10}{1e3 * numpy_seconds:7.1f} ms{1e3 * pytorch_seconds:9.1f} ms{ratio:8.1f}×")


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
    return map(min, zip(*rounds, strict=True))


def pytorch_states(W_c, W_h, W_x, x):
    h = x.new_zeros(m)
    states = []
    for gate_input, candidate in zip((x @ W_c.T).unbind(), (x @ W_x.T).unbind(), strict=True):
        c = torch.sigmoid(gate_input + W_h @ h)
        h = c * h + (1 - c) * candidate
        states.append(h)
    return torch.stack(states)


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
