"""Readings in any order, with repeats, conflicts and restarts, end in the twin's record."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Samples
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Plan
from gateway.screening.record import Change
from gateway.screening.screener import Screener
from tests.oracle.rule_strategies import plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, columns, raw_rows

Rows = list[tuple[int, int, float, int]]


class Journal:
    """What the screener reads back: every row, in the order it came."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.reads = 0

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        self.reads += 1
        end = 2**63 if end_ns is None else end_ns
        return columns([r for r in self.rows if r[1] in channels and start_ns <= r[0] < end])


class Desk:
    """A screener with its journal, and what it has published: the last state of each excursion."""

    def __init__(self, plan: Plan, spacing_ns: int = SECOND) -> None:
        self.plan, self.spacing_ns = plan, spacing_ns
        self.journal = Journal()
        self.screener = Screener(plan, self.journal.read, spacing_ns)
        self.known: dict[str, Excursion] = {}

    def take(self, rows: Rows) -> list[Change]:
        self.journal.rows += rows
        return self.publish(self.screener.take(columns(rows)))

    def advance(self, now_ns: int) -> list[Change]:
        return self.publish(self.screener.advance(now_ns))

    def publish(self, changes: list[Change]) -> list[Change]:
        for change in changes:
            now, before = change.excursion, change.before
            assert self.known.get(now.id) == before
            assert now != before
            assert before is None or now.revision in (before.revision, before.revision + 1)
            assert now.revision == 1 or before is not None
            self.known[now.id] = now
        return changes

    def restart(self, plan: Plan | None = None) -> None:
        saved = self.screener.save()
        self.plan = plan or self.plan
        self.screener = Screener(self.plan, self.journal.read, self.spacing_ns)
        self.screener.restore(saved)

    def standing(self) -> list[Excursion]:
        return [e for e in self.known.values() if not e.withdrawn]


def final_record(plan: Plan, rows: Rows, cuts: list[int], restarts: set[int], now: int) -> Desk:
    desk = Desk(plan)
    bounds = [0, *sorted(cuts), len(rows)]
    for k, (begin, end) in enumerate(pairwise(bounds)):
        desk.take(rows[begin:end])
        if k in restarts:
            desk.restart()
    desk.advance(now)
    return desk


@settings(max_examples=120, deadline=None)
@given(plans(), raw_rows(), st.lists(st.integers(0, 60), max_size=8), st.sets(st.integers(0, 8), max_size=3))
def test_any_order_gives_the_twins_record(
    plan: Plan, rows: Rows, cuts: list[int], restarts: set[int]
) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    desk = final_record(plan, rows, cuts, restarts, now)
    assert comparable(desk.standing()) == excursions(plan, rows, now)
