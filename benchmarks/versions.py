"""What rules that changed over time cost: instances that are out of force, and boundaries within a batch.

    python -m benchmarks.versions [--readings N] [--channels C]

The whole profile of benchmarks.screening on quiet data, in one instance a rule; in four, of which three were
over before; and in four with their boundaries spread over the data. Long batches: ns per reading, the best of
five. Ticks of every channel: ms, median of 100. Processor time; ratios to one instance a rule.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from benchmarks.screening import PROFILE, START_NS, _plan, _samples, _screening, _tick_times
from gateway.model import SECOND
from gateway.screening.plan import FOREVER, FOREVER_PAST, Plan
from gateway.screening.screen import Screen

PIECES = 4


def main() -> None:
    """Print long batches, then ticks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--readings", type=int, default=10_000_000)
    parser.add_argument("--channels", type=int, default=200)
    options = parser.parse_args()
    each = options.readings // options.channels
    samples = _samples(options.channels, each, 0.0)
    length = each * SECOND
    cuts = {
        "always": [],
        "three over": [START_NS - 3 * length, START_NS - 2 * length, START_NS - length],
        "boundaries": [START_NS + length * k // PIECES for k in range(1, PIECES)],
    }
    first = 0.0
    for name, moments in cuts.items():
        took = _screening(_in_pieces(_plan(options.channels, PROFILE), moments), samples)
        first = first or took
        print(f"{name:12} {took / len(samples) * 1e9:8.2f} ns per reading {took / first:6.2f}x")
    for channels in (100, 1_000, 10_000):
        first = 0.0
        for name in ("always", "three over"):
            screen = Screen(_in_pieces(_plan(channels, PROFILE), cuts[name]))
            took = float(np.median(_tick_times(screen.feed, channels, 0)[20:]))
            first = first or took
            print(f"{name:12} {channels:6} channels, a tick {took * 1e3:8.3f} ms {took / first:6.2f}x")


def _in_pieces(plan: Plan, moments: list[int]) -> Plan:
    """The same rules, each in one instance after the other."""
    begins, ends = [FOREVER_PAST, *moments], [*moments, FOREVER]
    instances = tuple(
        replace(i, version=f"{k}", valid_from_ns=begin, valid_to_ns=end)
        for i in plan.instances
        for k, (begin, end) in enumerate(zip(begins, ends, strict=True))
    )
    return replace(plan, instances=instances)


if __name__ == "__main__":
    main()
