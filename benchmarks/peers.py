"""The references side by side with their peers: one run, one thread each, results compared before they are timed.

    python benchmarks/peers.py --record src/helpers/records/data/speed.json

Each row is a task, forward and backward together, in float32 or float64. PyTorch and JAX are compiled; MyGrad and
HIPS autograd are written in Python over NumPy, as the references are. JAX compiles before the clock starts.
"""

from timing import best_in_turns, on_one_thread

on_one_thread()

import os
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["JAX_PLATFORMS"] = "cpu"

import autograd
import autograd.numpy as autograd_numpy
import autograd.scipy.signal
import jax
import mygrad
import numpy as np
import torch
from gated_rnn import T, m, pytorch_states
from mygrad.nnet.layers import conv_nd
from records import head, path_given

from helpers import convolution
from helpers.gated_rnn import GatedRNN
from helpers.numerics import check_close
from helpers.records import write_record

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)

LAYERS = {  # shape of x (with its batch axis), shape of the weight, stride
    "convolution, the sheet's: 5 × 7, one filter of 3, stride 2": ((1, 5, 7), (1, 5, 3), 2),
    "convolution, images: 16 × 3 × 28 × 28, 32 filters of 3 × 3": ((16, 3, 28, 28), (32, 3, 3, 3), 1),
    "convolution, a long signal: 100 000, one filter of 31": ((1, 1, 100_000), (1, 1, 31), 1),
}
ROOT = Path(__file__).parent.parent


# A convolution and both of its vjps: each function returns y, ∂ℓ/∂x and ∂ℓ/∂W.


def convolutions(x, weight, stride, output_gradient):
    """The same layer in each library, as functions without arguments."""
    dimensions = weight.ndim - 2

    def numpy_reference():
        return (
            convolution.conv(x, weight, stride=stride),
            convolution.input_vjp(output_gradient, weight, x.shape[2:], stride=stride),
            convolution.weight_vjp(output_gradient, x, weight.shape[2:], stride=stride),
        )

    x_torch, weight_torch, g_torch = map(torch.from_numpy, (x, weight, output_gradient))
    torch_conv = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[dimensions]

    def pytorch():
        inputs = x_torch.detach().requires_grad_(), weight_torch.detach().requires_grad_()
        y = torch_conv(*inputs, stride=stride)
        return y.detach(), *torch.autograd.grad(y, inputs, g_torch)

    @jax.jit
    def jax_passes(x, weight, g):
        def layer(x, weight):
            return jax.lax.conv_general_dilated(x, weight, (stride,) * dimensions, "VALID")

        y, vjp = jax.vjp(layer, x, weight)
        return y, *vjp(g)

    x_jax, weight_jax, g_jax = map(jax.numpy.asarray, (x, weight, output_gradient))

    def mygrad_passes():
        inputs = mygrad.tensor(x), mygrad.tensor(weight)
        y = conv_nd(*inputs, stride=stride)
        y.backward(output_gradient)
        return y.data, inputs[0].grad, inputs[1].grad

    # It has no stride: the dense convolution is computed, with the kernel turned round, and thinned out.
    spatial = [tuple(range(2, 2 + dimensions))] * 2
    thin = (slice(None), slice(None), *[slice(None, None, stride)] * dimensions)
    turn = (slice(None), slice(None), *[slice(None, None, -1)] * dimensions)

    def autograd_layer(x, weight):
        y = autograd.scipy.signal.convolve(x, weight[turn], axes=spatial, dot_axes=([1], [1]), mode="valid")
        return y[thin]

    def hips_autograd():
        vjp, y = autograd.core.make_vjp(lambda inputs: autograd_layer(*inputs), (x, weight))
        return y, *vjp(output_gradient)

    return {
        "NumPy reference": numpy_reference,
        "PyTorch": pytorch,
        "JAX": lambda: jax.block_until_ready(jax_passes(x_jax, weight_jax, g_jax)),
        "MyGrad": mygrad_passes,
        "HIPS autograd": hips_autograd,
    }


# The gated RNN's gradient: each function returns ∂ℓ/∂W_c, ∂ℓ/∂W_h, ∂ℓ/∂W_x and ∂ℓ/∂x.


def gated_rnns(W_c, W_h, W_x, x, direct_gradient):
    """The same gradient in each library. All take the products with x out of the loop."""
    arrays = W_c, W_h, W_x, x

    def numpy_reference():
        network = GatedRNN(W_c, W_h, W_x)
        return network.vjp(network.run(x), direct_gradient)[:4]

    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    g_torch = torch.from_numpy(direct_gradient)

    def pytorch():
        return torch.autograd.grad(pytorch_states(*tensors), tensors, g_torch)

    def autograd_states(arrays):
        W_c, W_h, W_x, x = arrays
        h, states = np.zeros(m, x.dtype), []
        gate_inputs, candidates = autograd_numpy.dot(x, W_c.T), autograd_numpy.dot(x, W_x.T)
        for t in range(T):
            c = 1 / (1 + autograd_numpy.exp(-(gate_inputs[t] + autograd_numpy.dot(W_h, h))))
            h = c * h + (1 - c) * candidates[t]
            states.append(h)
        return autograd_numpy.stack(states)

    def hips_autograd():
        vjp, _ = autograd.core.make_vjp(autograd_states, arrays)
        return vjp(direct_gradient)

    @jax.jit
    def jax_passes(W_c, W_h, W_x, x, g):
        def states(W_c, W_h, W_x, x):
            def step(h, inputs):
                gate_input, candidate = inputs
                c = jax.nn.sigmoid(gate_input + W_h @ h)
                h = c * h + (1 - c) * candidate
                return h, h

            return jax.lax.scan(step, jax.numpy.zeros(m, x.dtype), (x @ W_c.T, x @ W_x.T))[1]

        return jax.vjp(states, W_c, W_h, W_x, x)[1](g)

    jax_arrays = [jax.numpy.asarray(array) for array in (*arrays, direct_gradient)]
    return {
        "NumPy reference": numpy_reference,
        "PyTorch": pytorch,
        "JAX": lambda: jax.block_until_ready(jax_passes(*jax_arrays)),
        "HIPS autograd": hips_autograd,
    }


def rows():
    """Every task, and what each library takes for it in seconds."""
    random = np.random.default_rng(0)
    for dtype in ("float32", "float64"):
        for title, (x_shape, weight_shape, stride) in LAYERS.items():
            x, weight = (random.standard_normal(shape).astype(dtype) for shape in (x_shape, weight_shape))
            g = random.standard_normal(convolution.conv(x, weight, stride=stride).shape).astype(dtype)
            yield title, dtype, compared(convolutions(x, weight, stride, g), dtype)
        shapes = [(m, m), (m, m), (m, m), (T, m)]
        arrays = [(random.normal(size=shape) / np.sqrt(m)).astype(dtype) for shape in shapes]
        g = random.normal(size=(T, m)).astype(dtype)
        yield f"gated RNN, gradient: T = {T}, m = n = {m}", dtype, compared(gated_rnns(*arrays, g), dtype)


def compared(functions, dtype):
    """The seconds that each takes, once it is seen that they agree."""
    expected = functions["NumPy reference"]()
    tolerance = 1e-10 if dtype == "float64" else 1e-3
    for name, function in functions.items():
        for theirs, ours in zip(function(), expected, strict=True):
            check_close(np.asarray(theirs), ours, tolerance=tolerance, name=name)
    return best_in_turns(functions, seconds=8.0)


def import_seconds():
    """What importing the package costs beside NumPy alone, each in a new process."""
    commands = {name: [sys.executable, "-c", f"import {name}"] for name in ("numpy", "helpers")}
    return best_in_turns(
        {name: lambda c=c: subprocess.run(c, check=True) for name, c in commands.items()}, turns=15
    )


def notebook_seconds():
    """What it takes to run all notebooks and renew their twins, beside ``jupyter nbconvert --execute`` on the same files."""
    notebooks = sorted(str(path) for path in (ROOT / "notebooks").glob("*.ipynb"))
    with TemporaryDirectory() as folder:
        nbconvert = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute"]
        commands = {
            "nbconvert": [*nbconvert, "--output-dir", folder, *notebooks],
            "book": [sys.executable, str(ROOT / "notebooks" / "renew.py")],
        }
        functions = {
            name: lambda c=c: subprocess.run(c, check=True, capture_output=True)
            for name, c in commands.items()
        }
        return best_in_turns(functions, turns=1)


def main():
    path = path_given(__doc__)
    warnings.simplefilter("ignore")  # of the peers

    measured = []
    for task, dtype, seconds in rows():
        measured.append({"task": task, "dtype": dtype, "seconds": seconds})
        reference = seconds["NumPy reference"]
        print(f"{task}, {dtype}: {1e6 * reference:.0f} µs")
        for name, theirs in seconds.items():
            print(f"    {name:16} {1e6 * theirs:10.0f} µs  {theirs / reference:7.2f} × the reference's time")
    imports = import_seconds()
    print(f"import helpers: {imports['helpers'] / imports['numpy']:.2f} × import numpy")
    notebooks = notebook_seconds()
    print(f"all notebooks: {notebooks['book'] / notebooks['nbconvert']:.2f} × nbconvert --execute")
    if path:
        versions = head("numpy", "torch", "jax", "mygrad", "autograd", on="one thread")
        record = {
            "command": versions.pop("command"),
            "machine": versions.pop("machine"),
            "versions": versions,
            "rows": measured,
            "import": imports,
            "notebooks": notebooks,
        }
        write_record(path, record)


if __name__ == "__main__":
    main()
