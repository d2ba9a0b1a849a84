"""Measure where gradients explode and where they vanish: the experiment for the map of chapter 1.2.1.

    python -m helpers.gated_rnn.exponents src/helpers/records/data/gated_rnn_exponents.json

measures the largest Lyapunov exponent, equation (2.9), over a plane of the gain of W_h and the scale of the
input, for the gated network and for a plain tanh network with the same W_h, W_x and input, and records the
exponents of every seed. It takes a minute or two on one core. Chapter 2 draws the record and measures some of
it again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..numerics.arrays import Array
from ..numerics.formatting import format_number
from ..records import made_with, write_record
from .reference import GatedRNN, lyapunov_exponents

GAINS = (0, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16)
SCALES = (0.1, 0.18, 0.32, 0.56, 1, 1.8, 3.2, 5.6, 10, 18, 32, 56)
SEEDS = 10
STATES = 64
STEPS = 2000


def random_network(
    seed: int, gain: float, scales: Sequence[float] = SCALES, T: int = STEPS, m: int = STATES
) -> tuple[GatedRNN, Array, Array]:
    """Return a random network, its input at each scale, and its initial state.

    Entries of W_h have variance gain² / m, those of W_c and W_x variance 1 / n with n = m; inputs have the
    standard deviation ``scale``, and h[0] has 1. One seed gives the same network up to the gain, and the same
    input up to the scale; a shorter input is the beginning of a longer one.

    Returns
    -------
    network : GatedRNN
    x : numpy.ndarray, shape (scales, T, m)
    initial_state : numpy.ndarray, shape (scales, m)

    Examples
    --------
    >>> network, x, h0 = random_network(seed=0, gain=2, scales=(1, 10), T=5, m=3)
    >>> network.W_h.shape, x.shape, h0.shape
    ((3, 3), (2, 5, 3), (2, 3))
    """
    random = np.random.default_rng(seed)
    W_c, W_h, W_x = random.normal(size=(3, m, m)) / np.sqrt(m)
    h0 = random.normal(size=m)
    x = np.reshape(scales, (-1, 1, 1)) * random.normal(size=(T, m))
    return GatedRNN(W_c, gain * W_h, W_x), x, np.broadcast_to(h0, (len(scales), m))


def tanh_jacobians(network: GatedRNN, x: Array, initial_state: Array) -> Iterator[Array]:
    """Yield the step Jacobians diag(1 − h[t]²) W_h of the plain network h[t] = tanh(W_h h[t−1] + W_x x[t]).

    Examples
    --------
    >>> network = GatedRNN(W_c=[[0]], W_h=[[2]], W_x=[[1]])
    >>> list(tanh_jacobians(network, np.zeros((1, 1)), np.zeros(1)))
    [array([[2.]])]
    """
    h = initial_state
    for t in range(x.shape[-2]):
        h = np.tanh(h @ network.W_h.T + x[..., t, :] @ network.W_x.T)
        yield (1 - h**2)[..., None] * network.W_h


def largest_exponents(
    seed: int, gain: float, scales: Sequence[float] = SCALES, T: int = STEPS
) -> tuple[Array, Array]:
    """Return the largest exponent of the gated and of the plain network, at each input scale.

    Returns
    -------
    gated, plain : numpy.ndarray, shape (scales,)
        The plain one is −∞ at gain 0, where nothing passes from one step to the next.
    """
    network, x, h0 = random_network(seed, gain, scales, T)
    gated = network.lyapunov_exponents(network.run(x, h0), count=1)
    plain = lyapunov_exponents(tanh_jacobians(network, x, h0), count=1)
    return gated[:, 0], plain[:, 0]


def record(path: Path) -> None:
    """Measure the whole map and write it, with the settings that reproduce it."""
    exponents = [[largest_exponents(seed, gain) for seed in range(SEEDS)] for gain in GAINS]
    # (gain, seed, network, scale) → (network, gain, scale, seed)
    gated, plain = np.transpose(exponents, (2, 0, 3, 1)).round(4)
    measured = {
        "command": f"python -m helpers.gated_rnn.exponents {path}",
        **made_with("numpy"),
        "states": STATES,
        "steps": STEPS,
        "seeds": list(range(SEEDS)),
        "gains": GAINS,
        "scales": SCALES,
        "axes": "gain, scale, seed; null is minus infinity",
        "gated": gated.tolist(),
        "plain": np.ma.masked_invalid(plain).tolist(),
    }
    path.parent.mkdir(exist_ok=True)
    write_record(path, measured)


def read(path: str | Path) -> dict[str, Any]:
    """Return a record as a dict, with its exponents as arrays of shape (gains, scales, seeds)."""
    measured = json.loads(Path(path).read_text(encoding="utf-8"))
    for network in ("gated", "plain"):
        numbers = np.array(measured[network], float)
        measured[network] = np.where(np.isnan(numbers), -np.inf, numbers)
    return measured


def describe_positive(exponents: ArrayLike, gains: Sequence[float], scales: Sequence[float]) -> str:
    """Describe, gain by gain, at which input scales an exponent is above 0.

    Parameters
    ----------
    exponents : array_like, shape (gains, scales)
    gains, scales : sequence of float

    Examples
    --------
    >>> levels = [[-1, -1, -1], [-2, -2, -2], [-1, 2, 3], [4, -1, 5]]
    >>> print(describe_positive(levels, gains=(0, 1, 2, 4), scales=(0.1, 1, 10)))
    gain 0 to 1: nowhere; gain 2: from 1 to 10; gain 4: at 0.1 and at 10
    """
    rows = []
    signs = zip(gains, map(tuple, np.asarray(exponents) > 0), strict=True)
    for row, alike in groupby(signs, key=itemgetter(1)):
        of_these = [gain for gain, _ in alike]
        ends = np.flatnonzero(np.diff(row, prepend=False, append=False)).reshape(-1, 2)
        runs = [_range(scales[first], scales[end - 1], "at ", "from ") for first, end in ends]
        rows.append(f"gain {_range(of_these[0], of_these[-1])}: {' and '.join(runs) or 'nowhere'}")
    return "; ".join(rows)


def _range(lowest: float, highest: float, alone: str = "", several: str = "") -> str:
    if lowest == highest:
        return f"{alone}{format_number(lowest)}"
    return f"{several}{format_number(lowest)} to {format_number(highest)}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("path", type=Path, metavar="FILE", help="where to write the record")
    record(arguments.parse_args().path)


if __name__ == "__main__":
    main()
