"""Try the intervals of chapter 1.3: how often they miss, if the runs of the census are all that there are.

Seeds are drawn from those of the census, explored and fresh, as many as are fresh; each sample has an interval, and the number of
all seeds together is the truth. An interval of 95 % should miss in 2.5 % of the samples on either side.

    python benchmarks/coverage.py --record src/helpers/records/data/loss_curve_coverage.json
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import records

from helpers.loss_curves import recorded_census, recorded_replay
from helpers.loss_curves.claims import HORIZON, JUDGED
from helpers.numerics.bootstrap import Draw, Interval, misses, rate_ratio, share
from helpers.records import write_record

SAMPLES, RESAMPLES = 1000, 600
EVENTS = {"spikes": "spikes", "long_spikes": "long spikes", "steps_above": "time in spikes"}
BATCHES = (False, True)


Tried = tuple[Callable[[Draw], Interval], int, int]
"""An interval as a function of drawn seeds, the number of seeds in all, and that of a sample."""


def ratio(events: str, cure: str, rng: np.random.Generator) -> Tried:
    """Return the interval of a cure's effect."""
    explored, fresh = (
        min(len(recorded_census.runs(name, fresh=f)["seed"]) for name in ("untreated", cure)) for f in BATCHES
    )
    columns = [
        np.concatenate(
            [
                recorded_census.runs(name, fresh=f)[column][:n]
                for f, n in zip(BATCHES, (explored, fresh), strict=True)
            ]
        )
        for name in (cure, "untreated")
        for column in (events, "steps_after")
    ]

    def interval(of: Draw) -> Interval:
        return rate_ratio(*(column[of] for column in columns), rng=rng, resamples=RESAMPLES)

    return interval, explored + fresh, fresh


def absent(horizon: int, rng: np.random.Generator) -> Tried:
    """Return the interval of the share of spikes that a clipped step keeps away for so many batches."""
    held, cases = [], []
    for fresh in BATCHES:
        seeds = recorded_replay.spikes(fresh=fresh)["seed"]
        kept = recorded_replay.absent("clipped", horizon, fresh=fresh)
        held += [kept[seeds == seed].sum() for seed in np.unique(seeds)]
        cases += [(seeds == seed).sum() for seed in np.unique(seeds)]
    h, n, size = np.array(held), np.array(cases), len(np.unique(seeds))
    return lambda of: share(h[of], n[of], rng=rng, resamples=RESAMPLES), len(n), size


def main() -> None:
    path = records.path_given(__doc__ or "")
    rng = np.random.default_rng(0)
    tried = {
        f"{EVENTS[events]}, {cure}": ratio(events, cure, rng) for cure in JUDGED.values() for events in EVENTS
    }
    tried["spikes, adam"] = ratio("spikes", "adam", rng)
    tried |= {f"absent for {n} batches": absent(n, rng) for n in (1, HORIZON)}
    found = {}
    for what, (interval, seeds, size) in tried.items():
        found[what] = misses(interval, seeds, size=size, rng=rng, samples=SAMPLES)
        below, above = found[what]
        print(f"{what:36} samples of {size:3} from {seeds:3}: {below:.1%} below, {above:.1%} above")
    if path is not None:
        write_record(path, {**records.head("numpy", on="one core"), "samples": SAMPLES, "misses": found})


if __name__ == "__main__":
    main()
