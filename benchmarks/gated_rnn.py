"""The gated RNN's forward and backward pass, against PyTorch's autograd on the same cell as a Python loop.

One thread, one sequence. Both take the products with x out of the loop. Rounds of the two alternate, and the
quickest round of each counts, in seconds of the processor: what else the machine is busy with does not count.

    python benchmarks/gated_rnn.py
"""

from timing import best_in_turns, on_one_thread

on_one_thread()

import time

import numpy as np
import torch

from helpers.gated_rnn import GatedRNN
from helpers.numerics import check_close

T, m, n = 512, 64, 64
ROUNDS = 30


def main():
    torch.set_num_threads(1)
    print(f"run + vjp, T = {T}, m = {m}, n = {n}, one sequence, one thread, best of {ROUNDS}")
    print(f"{'':10}{'NumPy':>10}{'PyTorch':>12}{'ratio':>9}")
    measured = {dtype: compare(dtype) for dtype in ("float32", "float64")}
    for dtype, milliseconds in measured.items():
        ratio = milliseconds["pytorch"] / milliseconds["numpy"]
        print(f"{dtype:10}{milliseconds['numpy']:7.1f} ms{milliseconds['pytorch']:9.1f} ms{ratio:8.1f}×")
    if any(milliseconds["numpy"] >= milliseconds["pytorch"] for milliseconds in measured.values()):
        raise SystemExit("missed: NumPy must be the faster one")


def compare(dtype):
    """The milliseconds that each takes, once it is seen that they agree."""
    rng = np.random.default_rng(0)
    shapes = [(m, n), (m, m), (m, n), (T, n)]
    arrays = [(rng.normal(size=shape) / np.sqrt(shape[-1])).astype(dtype) for shape in shapes]
    direct_gradient = rng.normal(size=(T, m)).astype(dtype)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    direct_gradient_tensor = torch.tensor(direct_gradient)

    def numpy_passes():
        *weights, x = arrays
        network = GatedRNN(*weights)
        return network.vjp(network.run(x), direct_gradient)[:4]

    def pytorch_passes():
        return torch.autograd.grad(pytorch_states(*tensors), tensors, direct_gradient_tensor)

    tolerance = 1e-10 if dtype == "float64" else 1e-4
    for ours, theirs in zip(numpy_passes(), pytorch_passes(), strict=True):
        check_close(ours, theirs.numpy(), tolerance=tolerance)
    passes = {"numpy": numpy_passes, "pytorch": pytorch_passes}
    best = best_in_turns(passes, turns=ROUNDS - 1, clock=time.process_time)
    return {name: round(1e3 * seconds, 2) for name, seconds in best.items()}


def pytorch_states(W_c, W_h, W_x, x):
    """h[1], …, h[T] in a Python loop."""
    h, states = x.new_zeros(len(W_h)), []
    for gate_input, candidate in zip((x @ W_c.T).unbind(), (x @ W_x.T).unbind(), strict=True):
        c = torch.sigmoid(gate_input + W_h @ h)
        h = c * h + (1 - c) * candidate
        states.append(h)
    return torch.stack(states)


if __name__ == "__main__":
    main()
