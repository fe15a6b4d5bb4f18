"""Parts of excursions: beside plain arithmetic, one straight line at a time, however often they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.alarming import measure
from gateway.alarming.measure import Measures
from gateway.errors import JournalError
from gateway.model import SECOND, Samples, Severity
from gateway.screening.excursion import Excursion
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit
from gateway.screening.screener import Screener
from tests.oracle.strategies import EPOCH, MAX_GAP, channel_rows, columns

CHANNEL = 7
Row = tuple[int, int, float, int]


class Journal:
    """Readings by channel and time, and how many were handed out."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows, self.given = rows, 0

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        end = 2**63 if end_ns is None else end_ns
        found = [r for r in self.rows if r[1] in channels and start_ns <= r[0] < end]
        self.given += len(found)
        return columns(found)


def a_plan(side: str = "high", **parameters: float) -> Plan:
    rule = limit.Parameters(side=side, limit=0.5, **parameters)
    instance = Instance(CHANNEL, "r", "limit", rule, Severity.MAJOR, "1")
    return Plan((ChannelPlan(CHANNEL, "c", MAX_GAP),), (instance,))


def excursions(plan: Plan, journal: Journal) -> list[Excursion]:
    changes = Screener(plan, journal.read).take(columns(journal.rows))
    return [c.excursion for c in changes]


def slowly(
    rows: list[Row], found: Excursion, side: str, start: int, end: int | None
) -> tuple[int, float | None, int]:
    """Beyond in ns within [start, end), the worst reading in it, and ns on no proven line."""
    sign = 1 if side == "high" else -1
    until = found.last_ns if found.end_ns is None else found.end_ns
    stop = until if end is None else end
    beyond, shown, before, blocked = 0, 0, None, False
    inside = []
    for time, _, value, quality in rows:
        if not found.start_ns <= time <= until:
            continue
        if quality > 1 or value != value or abs(value) > 1e9:
            blocked = True
            continue
        if before is not None and not blocked and time - before[0] <= MAX_GAP:
            begin, length = part_beyond(*before, time, value, sign)
            beyond += max(0, min(begin + length, stop) - max(begin, start))
            shown += max(0, min(time, stop, until) - max(before[0], start))
        if start <= time and (end is None or time < end):
            inside.append(sign * value)
        before, blocked = (time, value), False
    silent = max(0, min(stop, until) - start) - shown
    return beyond, sign * max(inside) if inside else None, silent


def part_beyond(t0: int, v0: float, t1: int, v1: float, sign: int) -> tuple[int, int]:
    """Where the part of a straight line that lies beyond begins, and how long it is."""
    x0, x1 = sign * v0 - sign * 0.5, sign * v1 - sign * 0.5
    if x0 <= 0 and x1 <= 0:
        return t0, 0
    share = (max(x0, 0) + max(x1, 0)) / (abs(x0) + abs(x1))
    length = t1 - t0 if share == 1 else min(round(share * (t1 - t0)), t1 - t0)
    return (t1 - length if x1 > x0 else t0), length


@settings(max_examples=150, deadline=None)
@given(
    rows=channel_rows(CHANNEL, most=20),
    side=st.sampled_from(["high", "low"]),
    off_delay_s=st.sampled_from([0.0, 2.5]),
    cuts=st.lists(st.tuples(st.integers(-2, 40), st.integers(0, 40), st.booleans()), min_size=1, max_size=4),
)
def test_parts_are_what_plain_arithmetic_says(rows, side, off_delay_s, cuts):
    plan, journal = a_plan(side, deadband=0.3, off_delay_s=off_delay_s), Journal(rows)
    for found in excursions(plan, journal):
        ask = Measures(plan, journal.read).of(found)
        for after, length, goes_on in cuts:
            start = max(found.start_ns, EPOCH + after * SECOND // 3)
            end = start + length * SECOND // 3 + 1
            if found.end_ns is not None:
                start, end = min(start, found.end_ns - 1), min(end, found.end_ns)
            elif goes_on:
                end = None
            if (start, end) != (found.start_ns, found.end_ns):
                assert ask(start, end) == slowly(rows, found, side, start, end)


@settings(max_examples=60, deadline=None)
@given(
    rows=channel_rows(CHANNEL, most=20),
    cuts=st.lists(st.integers(0, 40), max_size=3),
    over=st.one_of(st.none(), st.integers(1, 60)),
)
def test_the_parts_of_an_excursion_add_up_to_the_whole(rows, cuts, over):
    """Also of one that ends between two readings, because other limits came into force."""
    plan, journal = a_plan(), Journal(rows)
    if over is not None:
        (one,) = plan.instances
        plan = replace(plan, instances=(replace(one, valid_to_ns=EPOCH + over * SECOND // 3),))
    for found in excursions(plan, journal):
        if found.end_ns is None or found.end_ns - found.start_ns < 2:
            continue
        middle = sorted({min(found.start_ns + 1 + c * SECOND // 3, found.end_ns - 1) for c in cuts})
        bounds = sorted({found.start_ns, *middle, found.end_ns})
        parts = [Measures(plan, journal.read).of(found)(a, b) for a, b in pairwise(bounds)]
        assert sum(beyond for beyond, _, _ in parts) == found.beyond_ns
        assert sum(unproven for _, _, unproven in parts) == found.unproven_ns
        assert max((e for _, e, _ in parts if e is not None), default=None) == found.extreme


@settings(max_examples=60, deadline=None)
@given(rows=channel_rows(CHANNEL, most=25), after=st.integers(0, 20), length=st.integers(1, 20))
@example(rows=[(EPOCH, CHANNEL, 1.0, 0), (EPOCH + 1, CHANNEL, 1.0, 0)], after=0, length=1)
def test_asked_again_and_again_as_readings_come_it_stays_right(rows, after, length):
    """One Measures over the life of an excursion, as the alarm book uses it."""
    plan, journal = a_plan(), Journal([])
    measures, screener = Measures(plan, journal.read), Screener(plan, journal.read)
    for row in rows:
        journal.rows.append(row)
        for change in screener.take(columns([row])):
            found = change.excursion
            start = found.start_ns + 1 + after * SECOND // 3
            for end in (start + length * SECOND // 3, None):
                if found.end_ns is not None:
                    end = min(found.end_ns, end or found.end_ns)
                    start = min(start, end - 1)
                if (start, end) != (found.start_ns, found.end_ns):
                    assert measures.of(found)(start, end) == slowly(journal.rows, found, "high", start, end)


def warm(count: int) -> list[Row]:
    return [(EPOCH + i * SECOND, CHANNEL, 1.0 + i / 1000, 0) for i in range(count)]


def test_a_long_excursion_is_not_read_from_its_start_every_time():
    plan, journal = a_plan(), Journal(warm(500))
    (found,) = excursions(plan, journal)[-1:]
    measures = Measures(plan, journal.read)
    assert measures.of(found)(EPOCH + SECOND, None) == (498 * SECOND, 1.499, 0)
    journal.given = 0
    journal.rows = warm(502)
    later = replace(found, last_ns=EPOCH + 501 * SECOND)
    assert measures.of(later)(EPOCH + SECOND, None) == (500 * SECOND, 1.501, 0)
    assert journal.given < 10
    assert measures.of(later)(EPOCH + SECOND, None) == (500 * SECOND, 1.501, 0)


def test_an_amended_excursion_is_counted_afresh():
    plan, journal = a_plan(), Journal(warm(50))
    (found,) = excursions(plan, journal)[-1:]
    measures = Measures(plan, journal.read)
    measures.of(found)(EPOCH + SECOND, None)
    journal.rows = [*journal.rows, (EPOCH + 5 * SECOND + 1, CHANNEL, 9.0, 0)]
    assert measures.of(replace(found, revision=2))(EPOCH + SECOND, None) == (48 * SECOND, 9.0, 0)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(measure, "MOST_REMEMBERED", 3)
    plan, journal = a_plan(), Journal(warm(50))
    (found,) = excursions(plan, journal)[-1:]
    measures = Measures(plan, journal.read)
    for i in range(1, 20):
        assert measures.of(found)(EPOCH + i * SECOND, None) == ((49 - i) * SECOND, 1.049, 0)
    assert len(measures._counted) <= 3


def test_the_whole_is_not_read_and_other_rules_have_no_parts():
    plan, journal = a_plan(), Journal(warm(5))
    (found,) = excursions(plan, journal)[-1:]
    journal.given = 0
    measures = Measures(plan, journal.read)
    assert measures.of(found)(found.start_ns, None) == (found.beyond_ns, found.extreme, found.unproven_ns)
    assert measures.of(replace(found, rule="gone"))(found.start_ns + 1, None) == (None, None, None)
    assert journal.given == 0


def test_what_cannot_be_read_proves_no_crossing_and_stops_nobody():
    plan, journal = a_plan(), Journal([(EPOCH - SECOND, CHANNEL, 0.0, 0), *warm(5)])
    (found,) = excursions(plan, journal)[-1:]

    def damaged(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        raise JournalError("a file of the archive is damaged")

    assert Measures(plan, damaged).line_to(found) == (found.start_ns, found.start_ns)
    assert Measures(plan, journal.read).line_to(found) == (EPOCH - SECOND, EPOCH - SECOND // 2)
