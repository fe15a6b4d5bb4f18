"""Screening again from an older state, or from nothing: names and revisions are those that were stated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import SECOND, Severity
from gateway.screening.excursion import Excursion
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit
from gateway.screening.screener import Screener
from tests.oracle.rule_strategies import other_plans, plans
from tests.oracle.screening import comparable, excursions
from tests.oracle.strategies import EPOCH, columns, raw_rows
from tests.unit.screening.test_screener import Desk, Rows, at, seconds

CUTS = st.lists(st.integers(0, 60), max_size=6)


def live(desk: Desk, rows: Rows, cuts: list[int], now: int) -> Desk:
    """Readings in portions, with what the clock says at the end."""
    for begin, end in pairwise([0, *sorted(min(c, len(rows)) for c in cuts), len(rows)]):
        desk.take(rows[begin:end])
    desk.advance(now)
    return desk


def again(
    plan: Plan, told: Rows, rows: Rows, cuts: list[int], now: int, stand: Collection[Excursion] = ()
) -> Screener:
    """A screener that has seen the same without anybody being told of it; `told` is what the journal held."""
    desk = Desk(plan, stand=stand)
    desk.journal.rows += told
    return live(desk, rows, cuts, now).screener


def forms(known: list[Excursion]) -> dict[str, Excursion]:
    return {e.id: e for e in known}


def end_of(rows: Rows) -> int:
    return max((r[0] for r in rows), default=EPOCH) + 2 * SECOND


@settings(max_examples=60, deadline=None)
@given(plans(), st.data(), raw_rows(), CUTS, CUTS)
def test_from_nothing_everything_has_its_name_and_its_revision(
    plan: Plan, data: st.DataObject, rows: Rows, cuts: list[int], others: list[int]
) -> None:
    desk = Desk(data.draw(other_plans(plan)))
    half = data.draw(st.integers(0, len(rows)))
    live(desk, rows[:half], cuts, data.draw(st.sampled_from([EPOCH, end_of(rows[:half])])))
    desk.replan(plan)
    live(desk, rows[half:], cuts, end_of(rows))
    made = again(plan, [], rows, others, end_of(rows))
    assert made.adopt(desk.known.values()) == []
    assert forms(made.known()) == desk.known


@settings(max_examples=60, deadline=None)
@given(plans(), st.data(), raw_rows(), CUTS, CUTS)
def test_after_a_crash_only_what_was_not_stated_is_news(
    plan: Plan, data: st.DataObject, rows: Rows, cuts: list[int], others: list[int]
) -> None:
    """Saved after some readings, stated up to others; then both are brought to the end."""
    saved_at, stated_at = sorted(data.draw(st.tuples(*[st.integers(0, len(rows))] * 2)))
    desk = live(Desk(data.draw(other_plans(plan))), rows[:saved_at], cuts, EPOCH)
    saved, kept = desk.screener.save(), dict(desk.known)
    before = desk.screener.plan
    desk.replan(plan)
    live(desk, rows[saved_at:stated_at], cuts, EPOCH)
    stated = [e for name, e in desk.known.items() if kept.get(name) != e]

    other = Desk(before)
    other.journal.rows += rows[:saved_at]
    other.screener.restore(saved)
    other.screener.replan(plan)
    other.known = dict(kept)
    taken = saved_at
    for end in [*sorted(saved_at + c for c in others), len(rows)]:
        other.journal.rows += rows[taken : max(end, taken)]
        other.screener.take(columns(rows[taken : max(end, taken)]))
        taken = max(end, taken)
    other.screener.advance(end_of(rows))
    known = {**kept, **forms(stated)}
    for change in other.screener.adopt(stated):
        assert change.before == known.get(change.excursion.id)
        assert change.excursion != change.before
        known[change.excursion.id] = change.excursion
    assert {n: e for n, e in known.items() if n in forms(other.screener.known())} == forms(
        other.screener.known()
    )
    assert comparable(list(known.values())) == excursions(plan, rows, end_of(rows))


WARM = Instance(3, "warm", "limit", limit.Parameters("high", 1.0), Severity.MAJOR, "1")
PLAN = Plan((ChannelPlan(3, "probe", 60 * SECOND),), (WARM,))


def test_names_are_those_of_the_starts_that_were_known_first() -> None:
    """One that was amended to begin later, and another one that begins where it did, have each their own."""
    rows = [at(0, 2.0), at(10, 2.0), at(20, 0.0)]
    desk = Desk(PLAN)
    (first,) = desk.take(rows[:1])
    desk.take([at(0, 2.0), *rows[1:]])
    (moved,) = desk.take([at(-5, 2.0)])  # it began earlier
    assert (moved.excursion.id, moved.excursion.revision) == (first.excursion.id, 2)
    made = again(PLAN, [], [at(-5, 2.0), *rows], [], EPOCH)
    assert [e.id for e in made.known()] != [first.excursion.id]
    assert made.adopt(desk.known.values()) == []
    assert forms(made.known()) == desk.known


def test_what_was_computed_but_never_stated_is_news() -> None:
    made = again(PLAN, [], [at(0, 2.0), at(1, 0.0)], [], EPOCH)
    (change,) = made.adopt([])
    assert (change.before, seconds(change.excursion), change.excursion.revision) == (None, (0, 1), 1)


def test_what_was_stated_but_is_not_found_is_withdrawn_unless_its_readings_were_deleted() -> None:
    desk = live(Desk(PLAN), [at(0, 2.0), at(1, 2.0), at(2, 0.0), at(10, 2.0)], [], EPOCH)
    early, late = sorted(desk.known.values(), key=lambda e: e.start_ns)
    assert again(PLAN, [], [at(10, 2.0)], [], EPOCH, [early]).adopt([early, late]) == []
    (gone,) = again(PLAN, [], [at(10, 2.0)], [], EPOCH).adopt([early, late])
    assert (gone.excursion.id, gone.excursion.withdrawn, gone.excursion.revision) == (early.id, True, 2)


def test_what_lost_some_of_its_readings_stays_as_it_was_stated() -> None:
    rows = [at(0, 2.0), at(1, 2.0), at(2, 0.0)]
    (known,) = live(Desk(PLAN), rows, [], EPOCH).known.values()
    made = again(PLAN, [], rows[1:], [], EPOCH, [known])
    assert made.adopt([known]) == []
    assert made.known() == [known]


def test_one_that_went_on_after_it_was_stated_is_no_other_revision() -> None:
    (stated,) = Desk(PLAN).take([at(0, 2.0)])
    made = again(PLAN, [], [at(0, 2.0), at(1, 3.0), at(2, 0.0)], [], EPOCH)
    (change,) = made.adopt([replace(stated.excursion, revision=4)])
    assert (change.excursion.revision, seconds(change.excursion)) == (4, (0, 2))
    assert change.excursion.extreme == 3.0
