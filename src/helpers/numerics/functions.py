"""Functions that several references share."""

from __future__ import annotations

import numpy as np

from .arrays import Array


def quiet() -> np.errstate:
    """Return a context, which also decorates functions, in which NaN and infinity spread without a warning.

    They are data, as in PyTorch, and what overflows is infinite.

    Examples
    --------
    >>> with quiet():
    ...     print(np.float64(1e200) * 1e200)
    inf
    """
    return np.errstate(all="ignore")


def sigmoid(a: Array) -> Array:
    """Return σ(a) as e^min(a, 0) / (1 + e^−|a|): no exponent is positive, so none overflows.

    Examples
    --------
    >>> sigmoid(np.array([-1e4, 0]))
    array([0. , 0.5])
    """
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))
