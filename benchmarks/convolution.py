"""Time the reference convolution against PyTorch's, on one thread: `python benchmarks/convolution.py`.

The two take turns, so that whatever slows the machine down slows both; each ratio is the median over the
turns. A ratio below 1 means that the reference is the faster one.
"""

import os

os.environ |= dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")

import statistics
import timeit

import numpy as np
import torch

from helpers import convolution, oracle
from helpers.checks import check_close

torch.set_num_threads(1)

LAYERS = {  # shape of x, shape of the weight, stride
    "the sheet's layer: 5 × 7, one filter of 3, stride 2": ((5, 7), (1, 5, 3), 2),
    "images: 16 × 3 × 28 × 28, 32 filters of 3 × 3": ((16, 3, 28, 28), (32, 3, 3, 3), 1),
    "a long signal: 1 × 100 000, one filter of 31": ((1, 100_000), (1, 1, 31), 1),
}
TURNS = 15
SECONDS_PER_TURN = 0.02


def pairs(x_shape, weight_shape, stride, dtype):
    """What is timed: for each function, the reference and PyTorch's equivalent, both without arguments."""
    random = np.random.default_rng(0)
    x, weight = (random.standard_normal(shape).astype(dtype) for shape in (x_shape, weight_shape))
    kernel_size = weight.shape[2:]
    input_size = x.shape[-len(kernel_size) :]
    output_gradient = random.standard_normal(convolution.conv(x, weight, stride=stride).shape).astype(dtype)

    x_tensor, weight_tensor, output_gradient_tensor = map(torch.from_numpy, (x, weight, output_gradient))
    inputs = x_tensor.clone().requires_grad_(), weight_tensor.clone().requires_grad_()
    y = oracle.conv(*inputs, stride=stride)

    def autograd(tensor):
        return torch.autograd.grad(y, tensor, output_gradient_tensor, retain_graph=True)[0]

    return {
        "conv": (
            lambda: convolution.conv(x, weight, stride=stride),
            lambda: oracle.conv(x_tensor, weight_tensor, stride=stride),
        ),
        "input_vjp": (
            lambda: convolution.input_vjp(output_gradient, weight, input_size, stride=stride),
            lambda: autograd(inputs[0]),
        ),
        "weight_vjp": (
            lambda: convolution.weight_vjp(output_gradient, x, kernel_size, stride=stride),
            lambda: autograd(inputs[1]),
        ),
    }


def seconds_in_turns(*functions):
    """Seconds per call of each function, one row per turn; the functions take turns."""
    timers = [timeit.Timer(function) for function in functions]
    calls = [max(1, round(SECONDS_PER_TURN / timer.timeit(1))) for timer in timers]
    return [[timer.timeit(n) / n for timer, n in zip(timers, calls, strict=True)] for _ in range(TURNS)]


print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, median of {TURNS} turns")
for title, layer in LAYERS.items():
    print(f"\n{title}\n  {'':10}  dtype    reference   PyTorch    ratio")
    for dtype, tolerance in (("float32", 1e-4), ("float64", 1e-10)):
        for name, (reference, peer) in pairs(*layer, dtype).items():
            check_close(reference(), peer().numpy(), tolerance=tolerance, name=name)
            turns = seconds_in_turns(reference, peer)
            ours, theirs = (1e6 * statistics.median(column) for column in zip(*turns, strict=True))
            ratio = statistics.median(ours / theirs for ours, theirs in turns)
            print(f"  {name:10}  {dtype}  {ours:8.0f} µs {theirs:8.0f} µs  {ratio:6.2f}")
