"""The oracle of chapter 1.1: the convolution, written in PyTorch, independent of the reference."""

from __future__ import annotations

from ..numerics.arrays import Sizes
from ..numerics.oracle import difference_jacobian, jacobian, torch, value, vjp

__all__ = ["conv", "difference_jacobian", "jacobian", "value", "vjp"]


def conv(
    x: torch.Tensor, weight: torch.Tensor, *, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1
) -> torch.Tensor:
    """Return PyTorch's own convolution, in one to three dimensions, with any number of batch axes.

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
