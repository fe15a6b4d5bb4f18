"""A cause of silences that is over while some go on: what is back, since when, how many are silent.

Where no fault said why (a bridge died behind a live broker), that some of them talk again is the cause's end.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.alarms.call import Back
from gateway.alarms.member import Member, leaves_unwatched


def back(members: Iterable[Member]) -> Back | None:
    """Of what ended last among the alarms of a group; None: something of it lasts, or nothing is silent."""
    known = list(members)
    causes = [one for one in known if one.is_fault and leaves_unwatched(one.cause, one.assets)]
    if not causes:
        return _some_back(known)
    if not all(one.is_over for one in causes):
        return None
    last = max(causes, key=lambda one: one.over_ns)
    silences = [one for one in known if one.is_silence and not set(last.assets).isdisjoint(one.assets)]
    every = {one.assets for one in silences}  # one may have fallen silent several times
    silent = {one.assets for one in silences if not one.is_over}
    return Back(last.cause, last.over_ns, len(silent), len(every)) if silent else None


def _some_back(known: list[Member]) -> Back | None:
    silent = {one.assets for one in known if one.is_silence and not one.is_over}
    every = {one.assets for one in known if one.is_silence}
    ends = [one.over_ns for one in known if one.is_over and one.assets not in silent]
    if not silent or not ends or not all(one.is_silence for one in known):
        return None
    return Back("", max(ends), len(silent), len(every))
