"""The convolution: the reference, its claims, exercises and explorers."""

from .reference import (
    conv,
    dropped_samples,
    input_jacobian,
    input_vjp,
    output_size,
    weight_jacobian,
    weight_vjp,
)

__all__ = [
    "conv",
    "dropped_samples",
    "input_jacobian",
    "input_vjp",
    "output_size",
    "weight_jacobian",
    "weight_vjp",
]
