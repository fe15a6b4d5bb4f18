"""The kernel against its slow twin: any plan, any readings, any cuts, restarts in between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.screening.plan import Plan
from gateway.screening.record import Record
from gateway.screening.resolve import resolve
from gateway.screening.screen import Screen
from tests.oracle.rule_strategies import plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, SECOND, columns, sorted_rows

Rows = list[tuple[int, int, float, int]]


def screened(
    plan: Plan, rows: Rows, cuts: list[int], restart: bool = False, now: int | None = None
) -> list[tuple]:
    """Published excursions after feeding `rows` cut in time at `cuts`."""
    screen, record = Screen(plan), Record(plan)
    for begin, end in zip([-(2**62), *sorted(cuts)], [*sorted(cuts), 2**62], strict=True):
        part = resolve(columns([r for r in rows if begin <= r[0] < end]))
        record.progress(screen.feed(part))
        if restart:
            saved, screen = screen.save(), Screen(plan)
            screen.restore(saved)
    if now is not None:
        record.progress(screen.advance(now))
    return comparable(_all(record))


def _all(record: Record) -> list:
    fresh = Record(record._plan)
    fresh.load(record.rows())
    return [e for known in fresh._known.values() for e in known.values()]


@settings(max_examples=150, deadline=None)
@given(plans(), sorted_rows(), st.lists(st.integers(0, 60), max_size=8), st.booleans())
def test_equals_the_twin_however_it_is_cut(plan: Plan, rows: Rows, cuts: list[int], restart: bool) -> None:
    expected = excursions(plan, rows)
    assert screened(plan, rows, [EPOCH + c * SECOND // 2 for c in cuts], restart) == expected


@settings(max_examples=60, deadline=None)
@given(plans(), sorted_rows(20), st.sampled_from([0, 1, 3, 100, 10**6]))
def test_one_reading_at_a_time_with_the_clock(plan: Plan, rows: Rows, later_s: int) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + later_s * SECOND
    cuts = sorted({r[0] for r in rows})
    assert screened(plan, rows, cuts, now=now) == excursions(plan, rows, now)
