"""Functions that several references share."""

from __future__ import annotations

import numpy as np

from .arrays import Array


def sigmoid(a: Array) -> Array:
    """σ(a) as e^min(a, 0) / (1 + e^−|a|): no exponent is positive, so none overflows."""
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))
