"""How fast screening is, beside what one core of this machine needs to read the same bytes.

    python -m benchmarks.screening [--only batches|limit|lines|ticks] [--readings N] [--channels C]

All times are processor time (of all threads), so that other work on the machine counts as little as can be.
The yardstick is np.max over values, or over values and then times, best of ten, in the same process. Quiet
data: 1 Hz with 10 ms of jitter, noise of 0.05 degC around -190 degC. Long batches are fed in one call to a
new screen (best of five). `loop` is the same rules in compiled scalar loops (scalar_loop.py; needs numba),
with the same excursions by count. `limit` sets the limit rule against polars and DuckDB. Ticks bring one
reading of every channel; the median and the longest of the last half count, first on a new screen, then on
one whose windows are full, then of `Screener.take` on a new one. Machines are noisy: trust the ratios, and of
these the better of several runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import limit_elsewhere
from gateway.model import SECOND, Samples, Severity
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.ranges import starts
from gateway.screening.rules import limit, no_data, plausible, rate, stuck
from gateway.screening.screen import Screen
from gateway.screening.screener import Screener
from gateway.screening.slope import step_of

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
GAP_NS = 300 * SECOND
WARM = -140.0  # degC, beyond both high limits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--readings", type=int, default=10_000_000)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--only", choices=("batches", "limit", "lines", "ticks"))
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "batches": partial(_long_batches, options.readings, options.channels),
        "limit": _limit_elsewhere,
        "lines": _linearity,
        "ticks": _ticks,
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


def _long_batches(readings: int, channels: int) -> None:
    compiled = importlib.util.find_spec("numba") is not None
    print(f"{readings:,} readings of {channels} channels; ns per reading" + "" if compiled else "; no numba")
    print("data            rules            numpy   np.max  ratio     loop  ratio")
    for name, warm in (("quiet", 0.0), ("1 % excursions", 0.01), ("all excursions", 1.0)):
        samples = _samples(channels, readings // channels, warm)
        values = _best(samples.value.max, 10)
        both = values + _best(samples.time.max, 10)
        for what, rules, yardstick in (("limit alone", LIMIT, values), ("whole profile", PROFILE, both)):
            plan = _plan(channels, rules)
            took, found = _screening(plan, samples), _excursions(plan, samples)
            line = (
                f"{name:15} {what:14} {_ns(took, samples)} {_ns(yardstick, samples)} {took / yardstick:6.1f}"
            )
            if compiled:
                loop = _loop(samples, whole=rules is PROFILE)
                if loop() != found:
                    raise AssertionError(f"{name}, {what}: loop and screen differ in excursions")
                scalar = _best(loop, 2)
                line += f" {_ns(scalar, samples)} {took / scalar:6.2f}"
            print(line)


def _loop(samples: Samples, whole: bool) -> Callable[[], int]:
    """Excursions of the same rules by compiled scalar loops."""
    from benchmarks import scalar_loop

    lo = starts(samples.channel)
    data = samples.time, samples.value, lo, np.append(lo[1:], len(samples))
    entry = np.empty(len(samples), np.uint8)
    delays = np.array([[60, 60], [300, 0], [0, 0]]) * SECOND
    limits = np.array([[1.0, -150.0, 2.0], [1.0, -170.0, 2.0], [-1.0, -200.0, 1.0]])
    window, step = 600 * SECOND, int(step_of(np.array([600 * SECOND]))[0])

    def run() -> int:
        count = 3 if whole else 1
        found = sum(scalar_loop.limit(*data, limits[k], delays[k], GAP_NS)[0] for k in range(count))
        if whole:
            found += scalar_loop.plain(*data, -210.0, 60.0, 300 * SECOND)
            scalar_loop.rate(*data, 0.5, window, step, entry)
            found += scalar_loop.followed(*data, entry, GAP_NS)[0]
            scalar_loop.stuck(*data, 0.001, 3600 * SECOND, GAP_NS, entry)
            found += scalar_loop.followed(*data, entry, GAP_NS)[0]
        return found

    return run


def _limit_elsewhere() -> None:
    channels, each = 1_000, 50_000
    samples = _samples(channels, each, 0.0)
    samples.value[np.arange(10, 1_010) + np.arange(20)[:, None] * 2_500_000] = WARM  # 20 excursions of 1000
    plan = _plan(channels, LIMIT)
    took, found = _screening(plan, samples), _excursions(plan, samples)
    yardstick = _best(samples.value.max, 10)
    print(f"limit alone, {channels * each:,} readings of {channels} probes, {found} excursions")
    print(f"numpy    {took * 1e3:8.1f} ms {took / yardstick:6.2f}x np.max of the values")
    rule = LIMIT["above-150"][1]
    assert isinstance(rule, limit.Parameters)
    for name, count in limit_elsewhere.tools(samples, rule).items():
        if count is None:
            print(f"{name:8} is not installed")
            continue
        if count() != found:
            raise AssertionError(f"{name} and screen differ in excursions")
        other = _best(count, 3)
        print(
            f"{name:8} {other * 1e3:8.1f} ms {other / took:6.1f}x numpy, "
            f"{other / yardstick:.1f}x np.max, same excursions by count"
        )


def _linearity() -> None:
    print("cost over three decades, quiet data, whole profile: ns per reading")
    for channels in (10, 100, 1_000):
        for each in (1_000, 10_000, 100_000):
            if channels * each > 10_000_000:
                continue
            samples, plan = _samples(channels, each, 0.0), _plan(channels, PROFILE)
            print(f"{channels:6} channels x {each:8,} readings {_ns(_screening(plan, samples), samples)}")


def _ticks() -> None:
    print("one reading of every channel, whole profile: ms, median and longest")
    print("                   new screen        full windows      Screener.take")
    for channels in (1, 10, 100, 1_000, 10_000):
        new, screen = Screen(_plan(channels, PROFILE)), Screen(_plan(channels, PROFILE))
        screen.feed(_samples(channels, 3_700, 0.0))
        screener = Screener(_plan(channels, PROFILE), lambda *_: Samples.empty())
        line = f"{channels:6} channels"
        for feed, past in ((new.feed, 0), (screen.feed, 3_700), (screener.take, 0)):
            took = np.array(_tick_times(feed, channels, past))[20:] * 1e3
            line += f" {np.median(took):8.3f} {took.max():8.3f}"
        print(line)
    print(f"saved state: {len(screen.save()) / 10_000:.0f} bytes a channel")
    print(
        f"memory with full windows: {_memory(1_000, 3_700):.0f} bytes a channel, of which 16 a reading kept"
    )


def _tick_times(feed: Callable[[Samples], object], channels: int, past: int) -> list[float]:
    rng, tick = np.random.default_rng(2), _samples(channels, 1, 0.0)
    took = []
    for k in range(past, past + 120):
        value = -190.0 + rng.normal(0.0, 0.05, channels)
        samples = Samples(tick.time + k * SECOND, tick.channel, value, tick.quality)
        took.append(_seconds(partial(feed, samples)))
    return took


def _memory(channels: int, past: int) -> float:
    """Bytes a channel that a screen holds after `past` readings of each and a tick."""
    plan, samples, tick = _plan(channels, PROFILE), _samples(channels, past, 0.0), _samples(channels, 1, 0.0)
    tick = Samples(tick.time + past * SECOND, tick.channel, tick.value, tick.quality)
    tracemalloc.start()
    screen = Screen(plan)
    screen.feed(samples)
    screen.feed(tick)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return held / channels


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
        tuple(ChannelPlan(c, f"channel-{c}", GAP_NS) for c in range(channels)),
        tuple(
            Instance(c, name, kind, parameters, Severity.MAJOR, "1")
            for c in range(channels)
            for name, (kind, parameters) in rules.items()
        ),
    )


def _screening(plan: Plan, samples: Samples) -> float:
    """Seconds for one call on a new screen, the best of five."""
    return min(_seconds(partial(Screen(plan).feed, samples)) for _ in range(5))


def _excursions(plan: Plan, samples: Samples) -> int:
    return len(Screen(plan).feed(samples))


def _ns(seconds: float, samples: Samples) -> str:
    return f"{seconds / len(samples) * 1e9:8.2f}"


def _best(work: Callable[[], object], times: int) -> float:
    return min(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
