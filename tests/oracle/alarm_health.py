"""Figures of alarm health, slow and obvious: one alarm and one period after the other."""

from __future__ import annotations

import statistics

from gateway.alarms.health import CALM, CHATTER, CHATTER_WITHIN, FLOOD_FROM, STALE, TEN_MINUTES


def rate(raised, start_ns, end_ns):
    """(median and share above ten of the periods, most in any ten minutes)."""
    counts = []
    at = start_ns
    while at < end_ns:
        counts.append(sum(at <= t < at + TEN_MINUTES for t in raised))
        at += TEN_MINUTES
    worst = max((sum(t <= other < t + TEN_MINUTES for other in raised) for t in raised), default=0)
    if not raised:
        return 0.0, 0.0, 0
    return statistics.median(counts), sum(c > FLOOD_FROM for c in counts) / len(counts), worst


def floods(raised):
    """(first, last, how many)."""
    found, current = [], None
    for k, t in enumerate(raised):
        recent = [j for j in range(k + 1) if raised[j] > t - TEN_MINUTES]
        if current is None and len(recent) >= FLOOD_FROM:
            current = recent[0]
        elif current is not None and len(recent) < CALM:
            found.append((raised[current], raised[k - 1], k - current))
            current = None
    if current is not None:
        found.append((raised[current], raised[-1], len(raised) - current))
    return found


def chatter(lives):
    """By cause: (stretches, alarms in them)."""
    found = {}
    for cause in {x.cause for x in lives}:
        times = sorted(x.raised_ns for x in lives if x.cause == cause)
        marked = [False] * len(times)
        for k in range(len(times) - CHATTER + 1):
            if times[k + CHATTER - 1] - times[k] < CHATTER_WITHIN:
                for j in range(k, k + CHATTER):
                    marked[j] = True
        stretches = sum(m and (k == 0 or not marked[k - 1]) for k, m in enumerate(marked))
        if stretches:
            found[cause] = (stretches, sum(marked))
    return found


def stale(lives, end_ns):
    """(how many were active for longer than a day, the most of them at once)."""
    ends = {x.id: end_ns if x.over_ns is None else min(x.over_ns, end_ns) for x in lives}
    old = [x for x in lives if ends[x.id] - x.raised_ns > STALE]
    at_once = [sum(y.raised_ns + STALE <= x.raised_ns + STALE < ends[y.id] for y in old) for x in old]
    return len(old), max(at_once, default=0)
