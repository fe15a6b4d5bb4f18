"""Readings in any order, with repeats, conflicts and restarts, end in the twin's record."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Quality, Samples, Severity
from gateway.screening import screener as screener_module
from gateway.screening.excursion import Excursion
from gateway.screening.plan import RETIRED, ChannelPlan, Instance, Plan
from gateway.screening.record import Change
from gateway.screening.rules import limit, no_data
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
        self.begins: list[int] = []  # from when on it was read

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        self.reads += 1
        self.begins.append(start_ns)
        end = 2**63 if end_ns is None else end_ns
        return columns([r for r in self.rows if r[1] in channels and start_ns <= r[0] < end])


class Kept:
    """Excursions as they were published by the time the record left them here; some `stand`."""

    def __init__(self, stand: Collection[Excursion]) -> None:
        self.kept: dict[str, Excursion] = {}
        self._stand = stand

    def since(self, channel: int, rule: str, moment_ns: int) -> list[Excursion]:
        mine = [e for e in self.kept.values() if (e.channel, e.rule) == (channel, rule)]
        over = [e for e in mine if e.end_ns is not None or e.withdrawn]
        return [e for e in over if e.cleared_ns is None or e.cleared_ns > moment_ns]

    def has(self, identity: str) -> bool:
        return identity in self.kept

    def stands(self, excursion: Excursion) -> bool:
        return excursion in self._stand


class Desk:
    """A screener with its journal, and what it has published: the last state of each excursion."""

    def __init__(self, plan: Plan, spacing_ns: int = SECOND, stand: Collection[Excursion] = ()) -> None:
        self.plan, self.spacing_ns = plan, spacing_ns
        self.journal = Journal()
        self.past = Kept(stand)
        self.screener = Screener(plan, self.journal.read, spacing_ns, self.past)
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
        self.screener = Screener(self.screener.plan, self.journal.read, self.spacing_ns, self.past)
        self.screener.restore(saved)
        if plan is not None:
            self.replan(plan)

    def replan(self, plan: Plan) -> list[Change]:
        self.plan = plan
        return self.publish(self.screener.replan(plan))

    def leave_past(self) -> None:
        self.past.kept = dict(self.known)
        self.screener.leave_past()

    def standing(self) -> list[Excursion]:
        return [e for e in self.known.values() if not e.withdrawn]


def final_record(
    plan: Plan, rows: Rows, cuts: list[int], restarts: set[int], now: int, left: set[int] | None = None
) -> Desk:
    """`restarts` and `left`: after which portions it is started again, or leaves what is over to the past."""
    desk = Desk(plan)
    bounds = [0, *sorted(cuts), len(rows)]
    for k, (begin, end) in enumerate(pairwise(bounds)):
        desk.take(rows[begin:end])
        if k in (left or ()):
            desk.leave_past()
        if k in restarts:
            desk.restart()
    desk.advance(now)
    return desk


@settings(max_examples=60, deadline=None)
@given(
    plans(),
    raw_rows(),
    st.lists(st.integers(0, 60), max_size=8),
    st.sets(st.integers(0, 8), max_size=3),
    st.sets(st.integers(0, 8), max_size=5),
)
def test_any_order_gives_the_twins_record(
    plan: Plan, rows: Rows, cuts: list[int], restarts: set[int], left: set[int]
) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    desk = final_record(plan, rows, cuts, restarts, now, left)
    assert comparable(desk.standing()) == excursions(plan, rows, now)


@settings(max_examples=30, deadline=None)
@given(plans(), raw_rows(), st.lists(st.integers(0, 60), max_size=8), st.sets(st.integers(0, 8), min_size=1))
def test_what_was_left_to_the_past_keeps_its_identity_and_its_revisions(
    plan: Plan, rows: Rows, cuts: list[int], left: set[int]
) -> None:
    everything, some = (final_record(plan, rows, cuts, set(), EPOCH, which) for which in (set(), left))
    assert some.known == everything.known
    assert all(e.end_ns is None for e in some.screener._record.open())


@settings(max_examples=40, deadline=None)
@given(plans(("rate", "stuck", "spread", "forecast", "plausible")), raw_rows(), st.lists(st.integers(0, 60)))
def test_windows_are_read_again_bit_by_bit(plan: Plan, rows: Rows, cuts: list[int]) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + 2 * SECOND
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screener_module, "LOOK_NS", SECOND // 2)
        patch.setattr(screener_module, "MOST_LOOKS", 7)
        patch.setattr(screener_module, "HOUR_NS", 2 * SECOND)
        desk = final_record(plan, rows, cuts, set(range(len(cuts) + 1)), now)
    assert comparable(desk.standing()) == excursions(plan, rows, now)


HIGH = Instance(3, "warm", "limit", limit.Parameters("high", 1.0), Severity.CRITICAL, "1")
SILENT = Instance(3, "silent", "no_data", no_data.Parameters(10.0), Severity.MAJOR, "1")


def a_desk(*instances: Instance) -> Desk:
    return Desk(Plan((ChannelPlan(3, "probe", 60 * SECOND),), instances or (HIGH,)))


def at(second: float, value: float, quality: int = 0) -> tuple[int, int, float, int]:
    return EPOCH + round(second * SECOND), 3, value, quality


def seconds(excursion: Excursion) -> tuple[float, float | None]:
    end = excursion.end_ns
    return (excursion.start_ns - EPOCH) / SECOND, None if end is None else (end - EPOCH) / SECOND


def test_live_progress_is_no_revision() -> None:
    desk = a_desk()
    desk.take([at(0, 0.0), at(1, 2.0)])
    desk.take([at(2, 3.0)])
    (change,) = desk.take([at(3, 0.0)])
    assert change.before is not None
    assert change.excursion.revision == 1
    assert seconds(change.excursion) == (1, 3)
    assert change.excursion.extreme == 3.0


def test_late_data_moves_the_start_and_keeps_the_identity() -> None:
    desk = a_desk()
    (opened,) = desk.take([at(0, 0.0), at(10, 2.0)])
    (moved,) = desk.take([at(5, 2.0)])
    assert moved.excursion.id == opened.excursion.id
    assert moved.excursion.revision == 2
    assert (seconds(moved.before), seconds(moved.excursion)) == ((10, None), (5, None))


def test_late_data_withdraws_and_brings_back() -> None:
    desk = a_desk(Instance(3, "warm", "limit", limit.Parameters("high", 1.0, 0.0, 10.0), Severity.MAJOR, "1"))
    (opened,) = desk.take([at(0, 2.0), at(10, 2.0)])
    (gone,) = desk.take([at(5, 0.0)])
    assert gone.excursion.withdrawn
    assert gone.excursion.id == opened.excursion.id
    assert desk.standing() == []
    back = desk.take([at(5, 2.0)])  # a conflict: the warmer one counts, so it was warm all along
    assert [(c.excursion.id, c.excursion.revision, c.excursion.withdrawn) for c in back] == [
        (opened.excursion.id, 3, False)
    ]


def test_one_excursion_that_late_data_splits_becomes_two() -> None:
    desk = a_desk()
    (first, _) = desk.take([at(0, 2.0), at(10, 2.0)]), desk.take([at(20, 0.0)])
    changes = desk.take([at(5, 0.0)])
    assert sorted(seconds(e) for e in desk.standing()) == [(0, 5), (10, 20)]
    assert {c.excursion.revision for c in changes} == {1, 2}
    assert first[0].excursion.id in {e.id for e in desk.standing()}


def test_repeats_have_no_effect_and_read_nothing() -> None:
    desk = a_desk()
    desk.take([at(0, 0.0), at(1, 2.0)])
    assert desk.take([at(1, 2.0)]) == []
    assert desk.journal.reads == 0
    assert desk.take([at(0, 0.0), at(1, 2.0)]) == []


def test_a_silence_that_buffered_data_denies_is_withdrawn() -> None:
    desk = a_desk(SILENT)
    desk.take([at(0, 0.0)])
    (opened,) = desk.advance(EPOCH + 11 * SECOND)
    assert seconds(opened.excursion) == (10, None)
    assert opened.excursion.contains_gap
    (gone,) = desk.take([at(8, 0.0)])
    assert gone.excursion.withdrawn
    assert desk.advance(EPOCH + 18 * SECOND) == []


def test_the_clock_opens_what_data_close_with_the_same_start() -> None:
    desk = a_desk(SILENT)
    desk.take([at(0, 0.0)])
    desk.advance(EPOCH + 30 * SECOND)
    (closed,) = desk.take([at(40, 0.0)])
    assert seconds(closed.excursion) == (10, 40)
    assert closed.excursion.unproven_ns == 30 * SECOND
    assert closed.excursion.revision == 1


def test_a_rule_changed_by_version_hands_over_at_its_time() -> None:
    plan_1 = (HIGH,)
    until = EPOCH + 10 * SECOND
    second = Instance(3, "warm", "limit", limit.Parameters("high", 1.5), Severity.MAJOR, "2", until)
    first = Instance(3, "warm", "limit", HIGH.parameters, Severity.CRITICAL, "1", -(2**63), until)
    desk = a_desk(*plan_1)
    desk.take([at(0, 2.0)])
    desk.restart(Plan(desk.plan.channels, (first, second)))
    desk.take([at(9, 2.0), at(11, 2.0)])
    assert sorted((*e.versions, seconds(e)) for e in desk.standing()) == [("1", (0, 10)), ("2", (11, None))]


def test_a_rule_that_goes_out_of_force_ends_what_it_had_open_and_says_why() -> None:
    desk = a_desk(HIGH, SILENT)
    desk.take([at(0, 2.0)])
    desk.restart(
        Plan(desk.plan.channels, (replace(HIGH, valid_to_ns=EPOCH + SECOND, ends_by=RETIRED), SILENT))
    )
    (ended,) = desk.take([at(5, 2.0)])
    assert (seconds(ended.excursion), ended.excursion.ended_by) == ((0, 1), "retired")
    assert ended.excursion.unproven_ns == SECOND  # no reading of that place says what it was until then


def test_a_rule_that_never_was_takes_its_excursions_along() -> None:
    desk = a_desk(HIGH, SILENT)
    desk.take([at(0, 2.0)])
    (gone,) = desk.replan(Plan(desk.plan.channels, (SILENT,)))
    assert gone.excursion.withdrawn


def test_a_new_rule_begins_where_it_comes_into_force() -> None:
    desk = a_desk(SILENT)
    desk.take([at(0, 2.0), at(1, 2.0)])
    desk.restart(Plan(desk.plan.channels, (SILENT, replace(HIGH, valid_from_ns=EPOCH + 2 * SECOND))))
    desk.take([at(2, 2.0)])
    desk.take([at(0.5, 2.0)])  # late: screened again, but the rule was not in force then
    assert [seconds(e) for e in desk.standing()] == [(2, None)]


def test_what_a_channel_and_its_rules_show() -> None:
    desk = a_desk(HIGH)
    assert desk.screener.channel_state(3).heard_ns is None
    desk.take([at(0, 2.0, 1), at(1, float("nan"), 2)])
    state = desk.screener.channel_state(3)
    assert (state.seen_ns, state.heard_ns) == (EPOCH + SECOND, EPOCH)
    assert (state.value, state.quality) == (2.0, Quality.UNCERTAIN)
    assert [(r.instance, r.raw, r.open) for r in desk.screener.rule_states()] == [(HIGH, True, True)]


def test_names_are_short_and_can_be_typed() -> None:
    (change,) = a_desk().take([at(0, 2.0)])
    name = change.excursion.id
    assert name.startswith("E-")
    assert len(name) == 10
    assert set(name[2:]) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_channels_of_nobody_are_passed_over() -> None:
    desk = a_desk()
    assert desk.take([(EPOCH, 99, 5.0, 0)]) == []


def test_a_state_of_the_first_format_is_refused() -> None:
    file = io.BytesIO()
    np.savez(file, header=np.frombuffer(b"{}", np.uint8), screen=np.empty(0, np.uint8))
    with pytest.raises(ValueError, match="earlier format"):
        a_desk().screener.restore(file.getvalue())


def test_after_a_restart_only_the_first_late_reading_costs_everything_again() -> None:
    warm = Instance(3, "warm", "limit", limit.Parameters("high", 1.0), Severity.MAJOR, "1")
    desk = Desk(Plan((ChannelPlan(3, "probe", 3 * SECOND),), (warm,)), 60 * SECOND)
    desk.take([(EPOCH + k * SECOND, 3, 0.0, 0) for k in range(0, 4_000, 2)])
    desk.restart()
    begins = []
    for k in (3_001, 2_999, 3_005):
        desk.journal.begins.clear()
        desk.take([(EPOCH + k * SECOND, 3, 5.0, 0)])
        begins.append((min(desk.journal.begins) - EPOCH) // SECOND)
    assert begins[0] < 0
    assert all(1_990 < begin < 2_999 for begin in begins[1:])
    assert [(e.start_ns - EPOCH) // SECOND for e in desk.standing()] == [3_001, 2_999, 3_005]
