"""Nasty readings and plans: few distinct values, all of them on an edge; gaps, faults, repeats, conflicts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening.plan import ENDS, ChannelPlan, Instance, Version

SECOND = 1_000_000_000
EPOCH = 1_700_000_000 * SECOND
MAX_GAP = 3 * SECOND
CHANNELS = (3, 7, 11)

VALUES = st.sampled_from(
    [-2.0, -1.0, -0.5, -0.0, 0.0, 0.1, 0.3, 0.4, 0.5, 1.0, 1.0, 1.5, 2.0, 2.0, 7.25, 1e9, -1e9]
)
BROKEN = st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e300, -2e9])
STEPS = st.sampled_from(
    [1, 2, SECOND // 3, SECOND // 2, SECOND, SECOND, SECOND, 2 * SECOND, MAX_GAP, MAX_GAP + 1]
)
LONG_STEPS = st.sampled_from([4 * SECOND, 10 * SECOND, 3600 * SECOND, 400 * 86_400 * SECOND])


@st.composite
def channel_rows(draw: st.DrawFn, channel: int, most: int = 40) -> list[tuple[int, int, float, int]]:
    """Rows (time, channel, value, quality) of one channel, times rising."""
    time = EPOCH + draw(st.integers(0, 3)) * SECOND
    made = []
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.integers(0, 19))
        if kind == 0:
            made.append((time, channel, float("nan"), draw(st.sampled_from([2, 3]))))
        elif kind == 1:
            made.append((time, channel, draw(BROKEN), draw(st.sampled_from([0, 1]))))
        else:
            made.append((time, channel, draw(VALUES), 1 if kind == 2 else 0))
        time += draw(LONG_STEPS if kind == 3 else STEPS)
    return made


@st.composite
def sorted_rows(draw: st.DrawFn, most: int = 40) -> list[tuple[int, int, float, int]]:
    """Rows of all channels, by (channel, time), no repeats."""
    return [row for channel in CHANNELS for row in draw(channel_rows(channel, most))]


@st.composite
def raw_rows(draw: st.DrawFn, most: int = 25) -> list[tuple[int, int, float, int]]:
    """Rows in any order, with repeats and conflicts."""
    made = draw(sorted_rows(most))
    if made:
        for time, channel, value, quality in draw(st.lists(st.sampled_from(made), max_size=6)):
            other = draw(st.booleans())
            made.append(
                (time, channel, draw(VALUES), draw(st.sampled_from([0, 1])))
                if other
                else (time, channel, value, quality)
            )
    return draw(st.permutations(made)) if draw(st.booleans()) else made


def columns(rows: list[tuple[int, int, float, int]]) -> Samples:
    return Samples(
        np.array([r[0] for r in rows], np.int64),
        np.array([r[1] for r in rows], np.int32),
        np.array([r[2] for r in rows], np.float64),
        np.array([r[3] for r in rows], np.uint8),
    )


def channel_plans() -> tuple[ChannelPlan, ...]:
    return tuple(ChannelPlan(c, f"channel-{c}", MAX_GAP) for c in CHANNELS)


MOMENTS = st.integers(0, 34).map(lambda k: EPOCH + k * SECOND // 2)
GAPS = st.sampled_from([1, SECOND // 2, SECOND, MAX_GAP, MAX_GAP, 5 * SECOND])


@st.composite
def gaps_that_change(draw: st.DrawFn, channel: int) -> ChannelPlan:
    """A channel, most of the time with one max_gap that is always in force."""
    moments = sorted(draw(st.sets(MOMENTS, max_size=3))) if draw(st.integers(0, 2)) == 0 else []
    later = tuple((moment, draw(GAPS)) for moment in moments)
    return ChannelPlan(channel, f"channel-{channel}", MAX_GAP, later)


DELAYS_S = st.sampled_from([0.0, 0.0, 1e-9, 0.5, 1.0, 2.5, 4.0])
ALWAYS = (-(2**63), 2**63 - 1)


@st.composite
def versioned(
    draw: st.DrawFn, channel: int, rule: str, kind: str, parameters: st.SearchStrategy
) -> list[Instance]:
    """One rule of a channel: in force always, or in several instances with or without holes between them."""
    if draw(st.integers(0, 2)) > 0:
        whole = Instance(channel, rule, kind, draw(parameters), Severity.MAJOR, "1")
        return [replace(whole, expected_from_ns=draw(expected_from(kind, ALWAYS[0])))]
    cuts = sorted(draw(st.sets(MOMENTS, min_size=1, max_size=3)))
    begin = draw(st.sampled_from([ALWAYS[0], cuts[0] - SECOND]))
    ranges = list(pairwise([begin, *cuts, ALWAYS[1]]))
    made = []
    for n, (valid_from, valid_to) in enumerate(ranges):
        if n > 0 and draw(st.integers(0, 4)) == 0:
            valid_from += 1  # a hole
            if valid_from >= valid_to:
                continue
        one = Instance(
            channel,
            rule,
            kind,
            draw(parameters),
            draw(SEVERITIES),
            f"{n}",
            valid_from,
            valid_to,
            draw(sees_from(valid_from)),
            draw(st.sampled_from(ENDS)),
            draw(later_versions(valid_from, valid_to)),
        )
        made.append(replace(one, expected_from_ns=draw(expected_from(kind, one.looks_from_ns))))
    return made


SEVERITIES = st.sampled_from([Severity.MINOR, Severity.MAJOR, Severity.CRITICAL])


def sees_from(valid_from: int) -> st.SearchStrategy[int | None]:
    if valid_from == ALWAYS[0]:
        return st.none()
    earlier = st.sampled_from([ALWAYS[0], valid_from - SECOND, valid_from - 3 * SECOND])
    return st.one_of(st.none(), earlier)


def expected_from(kind: str, looks_from: int) -> st.SearchStrategy[int | None]:
    """From when on a channel that was never heard is silent, of rules about silence."""
    if kind != "no_data":
        return st.none()
    return st.one_of(st.none(), MOMENTS.map(lambda moment: max(moment, looks_from)))


@st.composite
def later_versions(draw: st.DrawFn, valid_from: int, valid_to: int) -> tuple[Version, ...]:
    moments = sorted(m for m in draw(st.sets(MOMENTS, max_size=2)) if valid_from < m < valid_to)
    return tuple(Version(m, f"v{m - EPOCH}", draw(SEVERITIES)) for m in moments)
