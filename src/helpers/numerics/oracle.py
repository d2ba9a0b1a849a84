"""The oracle: values and derivatives by independent code.

Two oracles behind one face. :func:`value`, :func:`jacobian` and :func:`vjp` run a function that is
written in PyTorch and let its autograd differentiate it; :func:`difference_jacobian` takes any function
of arrays and uses central differences. Arrays go in and arrays come out, in float64. Nothing in the
reference implementations imports this module: what it says is independent of them.

Where PyTorch is not installed, this module can be imported all the same. What needs PyTorch then raises
``ModuleNotFoundError``, and notebooks skip it: see :mod:`helpers.numerics.without_pytorch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Sizes, real_array

if TYPE_CHECKING:
    import torch
else:

    class _Torch:
        """PyTorch, loaded when it is first used: it takes seconds, and may not be installed."""

        def __getattr__(self, name: str) -> Any:
            import torch

            return getattr(torch, name)

    torch = _Torch()

if not find_spec("torch"):
    from .without_pytorch import skip_without_torch

    skip_without_torch()


def is_missing(error: BaseException | None) -> bool:
    """Return whether an error says that there is no PyTorch.

    Examples
    --------
    >>> is_missing(ModuleNotFoundError(name="torch")), is_missing(ModuleNotFoundError(name="another"))
    (True, False)
    """
    return isinstance(error, ModuleNotFoundError) and error.name == "torch"


def value(function: Callable[..., torch.Tensor], *arguments: ArrayLike) -> np.ndarray:
    """Return ``function(*arguments)``, computed by PyTorch in float64.

    Parameters
    ----------
    function : callable
        Takes tensors and returns one tensor.
    *arguments : array_like

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> value(torch.sigmoid, [0.0])
    array([0.5])
    """
    return _output(function, _tensors(arguments)).detach().numpy()


def jacobian(function: Callable[..., torch.Tensor], *arguments: ArrayLike) -> Any:
    """Return the Jacobian with respect to each argument, by PyTorch's autograd in float64.

    Parameters
    ----------
    function : callable
        Takes tensors and returns one tensor, y of shape Y.
    *arguments : array_like
        x of shape X, and so on.

    Returns
    -------
    numpy.ndarray of shape Y + X, or a tuple of them
        A tuple if there are several arguments.

    Examples
    --------
    >>> jacobian(lambda x: x**2, [1.0, 3.0])
    array([[2., 0.],
           [0., 6.]])
    """
    tensors = _tensors(arguments)
    jacobians = torch.autograd.functional.jacobian(function, tensors, vectorize=True)
    arrays = tuple(derivative.numpy() for derivative in jacobians)
    return arrays if len(arrays) > 1 else arrays[0]


def vjp(function: Callable[..., torch.Tensor], output_gradient: ArrayLike, *arguments: ArrayLike) -> Any:
    """Return ∂ℓ/∂x = ∂ℓ/∂y · ∂y/∂x for each argument x, by PyTorch's autograd in float64.

    Parameters
    ----------
    function : callable
        Takes tensors and returns one tensor y.
    output_gradient : array_like
        ∂ℓ/∂y, in y's shape.
    *arguments : array_like

    Returns
    -------
    numpy.ndarray, or a tuple of them
        Each in its argument's shape; 0 where y does not depend on it.

    Raises
    ------
    ValueError
        If ``output_gradient`` does not have y's shape.

    Examples
    --------
    >>> vjp(lambda x: x**2, [1.0, 10.0], [1.0, 3.0])
    array([ 2., 60.])
    """
    tensors = [tensor.requires_grad_() for tensor in _tensors(arguments)]
    (output_gradient,) = _tensors([output_gradient])
    y = _output(function, tensors)
    if output_gradient.shape != y.shape:
        raise ValueError(
            f"output_gradient must have shape {tuple(y.shape)}, got shape {tuple(output_gradient.shape)}"
        )
    gradients = torch.autograd.grad(y, tensors, output_gradient, materialize_grads=True)
    arrays = tuple(gradient.numpy() for gradient in gradients)
    return arrays if len(arrays) > 1 else arrays[0]


def difference_jacobian(
    function: Callable[[np.ndarray], ArrayLike], x: ArrayLike, *, step: float = 1e-6
) -> np.ndarray:
    """Return the Jacobian of a function of arrays by central differences: (f(x + s) − f(x − s)) / 2s.

    Good to about eight digits. It needs neither PyTorch nor a second version of the function.

    Parameters
    ----------
    function : callable
        Takes an array of shape X and returns one of shape Y.
    x : array_like, shape X
    step : float
        s, in the units of x.

    Returns
    -------
    numpy.ndarray, shape Y + X

    Raises
    ------
    ValueError, TypeError
        If x is not an array of real numbers, or step is not a number greater than 0.

    Examples
    --------
    >>> difference_jacobian(lambda x: x**2, [1.0, 3.0]).round(6)
    array([[2., 0.],
           [0., 6.]])
    """
    x = real_array(x, "x").astype(np.float64)
    step = real_array(step, "step", shape=())
    if not step > 0:
        raise ValueError(f"step must be greater than 0, got {step}")
    columns = []
    for direction in np.eye(x.size).reshape(x.size, *x.shape):
        ahead, behind = function(x + step * direction), function(x - step * direction)
        columns.append(np.subtract(ahead, behind, dtype=float) / (2 * step))
    jacobian = np.stack(columns, axis=-1)
    return jacobian.reshape(*jacobian.shape[:-1], *x.shape)


def conv(
    x: torch.Tensor, weight: torch.Tensor, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> torch.Tensor:
    """PyTorch's own convolution, in one to three dimensions, with any number of batch axes.

    Parameters
    ----------
    x : torch.Tensor, shape (..., C, *input_size)
    weight : torch.Tensor, shape (F, C, *kernel_size)
    stride, padding, dilation : int or tuple of int

    Returns
    -------
    torch.Tensor, shape (..., F, *output_size)

    Examples
    --------
    >>> value(lambda x, weight: conv(x, weight, stride=2), [[1, 4, 9, 16, 25]], [[[-1, 1]]])
    array([[3., 7.]])
    """
    dimensions = weight.ndim - 2
    torch_conv = (torch.conv1d, torch.conv2d, torch.conv3d)[dimensions - 1]
    batch = x.shape[: -dimensions - 1]
    y = torch_conv(
        x.reshape(-1, *x.shape[-dimensions - 1 :]),
        weight,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
    return y.reshape(*batch, *y.shape[1:])


def gated_rnn(
    W_c: torch.Tensor, W_h: torch.Tensor, W_x: torch.Tensor, x: torch.Tensor, h0: torch.Tensor
) -> torch.Tensor:
    """The gated recurrent network of :mod:`helpers.gated_rnn`, step by step as it is defined.

    Parameters
    ----------
    W_c, W_x : torch.Tensor, shape (m, n)
    W_h : torch.Tensor, shape (m, m)
    x : torch.Tensor, shape (..., T, n)
    h0 : torch.Tensor, shape (..., m)

    Returns
    -------
    torch.Tensor, shape (..., T, m)
        h[1], …, h[T].

    Examples
    --------
    >>> value(gated_rnn, [[0]], [[0]], [[1]], [[4], [6]], [0])
    array([[2.],
           [4.]])
    """
    states = [h0]
    for x_t in x.unbind(-2):
        h = states[-1]
        c = torch.sigmoid(x_t @ W_c.T + h @ W_h.T)
        states.append(c * h + (1 - c) * (x_t @ W_x.T))
    return torch.stack(states, dim=-2)[..., 1:, :]


def attention_rnn(
    input_triple: torch.Tensor, past_triples: torch.Tensor, x: torch.Tensor, initial_states: torch.Tensor
) -> torch.Tensor:
    """The networks of :mod:`helpers.attention_rnn`, step by step as they are defined.

    Parameters
    ----------
    input_triple : torch.Tensor, shape (3, m, n)
    past_triples : torch.Tensor, shape (k, 3, m, m) or (3, m, m)
        A triple for each of k past states, or one for all states there are.
    x : torch.Tensor, shape (T, n)
    initial_states : torch.Tensor, shape (any number, m)
        The latest last.

    Returns
    -------
    torch.Tensor, shape (T, m)
        h[1], …, h[T].

    Examples
    --------
    >>> mean = [[[0]], [[0]], [[1]]]
    >>> value(attention_rnn, mean, [mean, mean], [[9], [9]], [[0], [0]])
    array([[3.],
           [4.]])
    """
    unbounded = past_triples.ndim == 3
    states = list(initial_states)
    for x_t in x:
        # The latest first; in what order does not matter to states that share one triple.
        past = states if unbounded else states[: -len(past_triples) - 1 : -1]
        triples = [past_triples] * len(past) if unbounded else past_triples
        scores, values = [], []
        for (Q, K, V), y in zip([input_triple, *triples], [x_t, *past], strict=True):
            scores.append((Q @ y) @ (K @ y))
            values.append(V @ y)
        a = torch.softmax(torch.stack(scores), dim=0)
        states.append(a @ torch.stack(values))
    return torch.stack(states[len(initial_states) :])


def _output(function: Callable[..., torch.Tensor], tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return a function's output, which has to be one tensor."""
    y = function(*tensors)
    if not isinstance(y, torch.Tensor):
        raise TypeError(f"function must return a tensor, got {type(y).__name__}")
    return y


def _tensors(arrays: Iterable[ArrayLike]) -> tuple[torch.Tensor, ...]:
    return tuple(
        torch.from_numpy(real_array(array, "argument", may_be_empty=True).astype(np.float64))
        for array in arrays
    )
