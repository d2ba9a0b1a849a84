"""Colours for numbers whose sign and size matter, such as errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.arrays import real_array

DIVERGING = ("level-0", "level-1", "zero", "level-2", "level-3")
"""The legend of a :class:`~helpers.drawings.Grid` whose roles are those of :func:`diverging`."""


def diverging(values: ArrayLike, limit: float) -> NDArray[np.integer]:
    """Return the positions of numbers in :data:`DIVERGING`: of −limit and below, below 0, 0, above 0, limit and above.

    What is smaller than a millionth of the limit counts as 0.

    Parameters
    ----------
    values : array_like
    limit : float
        Above 0.

    Returns
    -------
    array of int
        Of the shape of ``values``.

    Raises
    ------
    ValueError
        If the limit is not above 0.

    Examples
    --------
    >>> diverging([[-7.0, -1.0, 0.0, 2.0]], limit=2)
    array([[0, 1, 2, 4]])
    """
    values, size = real_array(values, "values"), float(real_array(limit, "limit", shape=()))
    if not size > 0:
        raise ValueError(f"limit must be above 0, got {limit}")
    strength = (np.abs(values) > 1e-6 * size).astype(int) + (np.abs(values) >= size)
    return 2 + (np.sign(values) * strength).astype(int)
