"""The oracle: values and derivatives by independent code.

Two oracles behind one face. :func:`value`, :func:`jacobian` and :func:`vjp` run a function that is
written in PyTorch and let its autograd differentiate it; :func:`difference_jacobian` takes any function
of arrays and uses central differences. Arrays go in and arrays come out, in float64. Nothing in the
reference implementations imports this module: what it says is independent of them. A chapter's module ``oracle`` adds
its network, written in PyTorch.

Where PyTorch is not installed, this module can be imported all the same. What needs PyTorch then raises
``ModuleNotFoundError``, and notebooks skip it: see :mod:`helpers.numerics.without_pytorch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import real_array

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


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: for arrays of a few numbers, starting a second takes longer than the work.

    Where there is no PyTorch, nothing is changed.

    Examples
    --------
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    if not find_spec("torch"):
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


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
    with _recording():
        jacobians = torch.autograd.functional.jacobian(function, _tensors(arguments), vectorize=True)
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
    with _recording():
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


@contextmanager
def _recording() -> Iterator[None]:
    """Let autograd record, even where the caller has switched that off."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


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
