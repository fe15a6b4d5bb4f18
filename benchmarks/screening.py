"""How fast screening is, beside what one core of this machine needs to read the same bytes.

    python -m benchmarks.screening [--readings N] [--channels C] [--live]

The yardstick is np.max over the columns in question, best of three, in the same process. Quiet data: 1 Hz
with 10 ms of jitter, noise of 0.05 degC around -190 degC. Long batches are fed in one call to a new screen
(best of two); ticks bring one reading of every channel, the median of the last half counts. `--live` makes
ticks only. Machines are noisy: trust the ratios, and of these the better of several runs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from gateway.model import SECOND, Samples, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit, no_data, plausible, rate, stuck
from gateway.screening.screen import Screen

START_NS = 1_767_609_600 * SECOND
Rules = dict[str, tuple[str, object]]
LIMIT: Rules = {"above-150": ("limit", limit.Parameters("high", -150.0, 2.0, 60.0, 60.0))}
PROFILE: Rules = LIMIT | {
    "above-170": ("limit", limit.Parameters("high", -170.0, 2.0, 300.0)),
    "below-200": ("limit", limit.Parameters("low", -200.0, 1.0)),
    "rising": ("rate", rate.Parameters("rising", 0.5, 600.0)),
    "frozen": ("stuck", stuck.Parameters(0.001, 3600.0)),
    "silent": ("no_data", no_data.Parameters(300.0)),
    "possible": ("plausible", plausible.Parameters(60.0, -210.0)),
}
WARM = -140.0  # degC, beyond both high limits


def main() -> None:
    options = _options()
    if not options.live:
        _long_batches(options.readings, options.channels)
        _linearity()
    _ticks()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=10_000_000)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--live", action="store_true", help="ticks only")
    return parser.parse_args()


def _long_batches(readings: int, channels: int) -> None:
    print(f"{readings:,} readings of {channels} channels; ns per reading, and times the yardstick")
    for name, warm in (("quiet", 0.0), ("1 % excursions", 0.01), ("all excursions", 1.0)):
        samples = _samples(channels, readings // channels, warm)
        values = _best(samples.value.max, 3)
        both = values + _best(samples.time.max, 3)
        for what, rules, yardstick in (("limit alone", LIMIT, values), ("whole profile", PROFILE, both)):
            plan = _plan(channels, rules)
            took = _screening(plan, samples)
            print(f"{name:15} {what:14} {took / readings * 1e9:8.2f} ns {took / yardstick:8.1f}x")


def _linearity() -> None:
    print("cost is linear in readings and in channels: ns per reading on quiet data, whole profile")
    for channels, each in ((1, 100_000), (10, 100_000), (100, 100_000), (1, 1_000_000), (100, 10_000)):
        samples, plan = _samples(channels, each, 0.0), _plan(channels, PROFILE)
        took = _screening(plan, samples)
        print(f"{channels:6} channels x {each:9,} readings {took / (channels * each) * 1e9:8.2f}")


def _ticks() -> None:
    print("one reading of every channel, whole profile")
    for channels in (1, 10, 100, 1_000, 10_000):
        screen, rng = Screen(_plan(channels, PROFILE)), np.random.default_rng(2)
        tick = _samples(channels, 1, 0.0)
        took = []
        for k in range(40):
            value = -190.0 + rng.normal(0.0, 0.05, channels)
            samples = Samples(tick.time + k * SECOND, tick.channel, value, tick.quality)
            took.append(_seconds(partial(screen.feed, samples)))
        median = float(np.median(took[20:]))
        print(f"{channels:6} channels {median * 1e3:8.3f} ms {median / channels * 1e9:10.0f} ns per reading")
    print(f"saved state of 10 000 channels: {len(screen.save()) / 10_000:.0f} bytes a channel")


def _samples(channels: int, each: int, warm: float) -> Samples:
    """`warm` is the share of readings in excursions of 100 readings."""
    rng = np.random.default_rng(1)
    count = channels * each
    value = -190.0 + rng.normal(0.0, 0.05, count)
    if warm >= 1.0:
        value += WARM + 190.0
    elif warm > 0.0:
        begin = rng.integers(0, max(count - 100, 1), int(count * warm / 100))
        value[(begin[:, None] + np.arange(100)).ravel()] = WARM
    jitter = rng.integers(0, SECOND // 100, count)
    moment = START_NS + np.tile(np.arange(each), channels) * SECOND + jitter
    channel = np.repeat(np.arange(channels), each).astype(np.int32)
    return Samples(moment.astype(np.int64), channel, value, np.zeros(count, np.uint8))


def _plan(channels: int, rules: Rules) -> Plan:
    return Plan(
        tuple(ChannelPlan(c, f"channel-{c}", 300 * SECOND) for c in range(channels)),
        tuple(
            Instance(c, name, kind, parameters, Severity.MAJOR, "1")
            for c in range(channels)
            for name, (kind, parameters) in rules.items()
        ),
    )


def _screening(plan: Plan, samples: Samples) -> float:
    """Seconds for one call on a new screen, the better of two."""
    return min(_seconds(partial(Screen(plan).feed, samples)) for _ in range(2))


def _best(work: Callable[[], object], times: int) -> float:
    return min(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
