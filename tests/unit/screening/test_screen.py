"""The kernel against its slow twin: any plan, any readings, any cuts, restarts in between."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Samples, Severity
from gateway.screening import screen as screen_module
from gateway.screening.plan import ChannelPlan, Instance, Plan, Version
from gateway.screening.record import Record
from gateway.screening.resolve import resolve
from gateway.screening.rules import limit, no_data, spread, stuck
from gateway.screening.screen import Screen
from tests.oracle.restarts import restarted
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
        record.progress(screen.feed(part), screen.now_ns)
        if restart:
            screen = restarted(screen, resolve(columns([r for r in rows if r[0] < end])))
    if now is not None:
        record.progress(screen.advance(now), screen.now_ns)
    return comparable(_all(record))


def _all(record: Record) -> list:
    return record.known()


@settings(max_examples=70, deadline=None)
@given(plans(), sorted_rows(), st.lists(st.integers(0, 60), max_size=8), st.booleans())
def test_equals_the_twin_however_it_is_cut(plan: Plan, rows: Rows, cuts: list[int], restart: bool) -> None:
    expected = excursions(plan, rows)
    assert screened(plan, rows, [EPOCH + c * SECOND // 2 for c in cuts], restart) == expected


@settings(max_examples=35, deadline=None)
@given(plans(), sorted_rows(20), st.sampled_from([0, 1, 3, 100, 10**6]))
def test_one_reading_at_a_time_with_the_clock(plan: Plan, rows: Rows, later_s: int) -> None:
    now = max((r[0] for r in rows), default=EPOCH) + later_s * SECOND
    cuts = sorted({r[0] for r in rows})
    assert screened(plan, rows, cuts, now=now) == excursions(plan, rows, now)


def test_a_version_that_came_by_the_clock_is_one_the_excursion_lived_under() -> None:
    later = (Version(EPOCH + SECOND // 2, "2", Severity.CRITICAL),)
    plan = Plan((ChannelPlan(3, "probe", 3 * SECOND),), (replace(high(3), later=later),))
    rows, now = [(EPOCH, 3, 2.0, 0)], EPOCH + SECOND
    expected = excursions(plan, rows, now)
    assert expected[0][0][2:4] == (("1", "2"), Severity.CRITICAL)
    for cuts in ([], [EPOCH]):
        assert screened(plan, rows, cuts, now=now) == expected


def test_what_moved_before_the_window_is_no_witness() -> None:
    """A window holds at most MOST readings: what lies further back does not show that the sensor moves."""
    frozen = Instance(3, "frozen", "stuck", stuck.Parameters(0.5, 5.0, 2), Severity.MAJOR, "1")
    plan = Plan((ChannelPlan(3, "probe", 3 * SECOND),), (frozen,))
    rows = [(EPOCH + k, 3, float(k == 0), 0) for k in range(8)] + [(EPOCH + 4 * SECOND, 3, 0.0, 0)]
    expected = excursions(plan, rows)
    assert [e[1][0] for e in expected] == [EPOCH + 4 * SECOND]
    for cuts in ([r[0] for r in rows], [], [EPOCH + 1], [EPOCH + 2], [EPOCH + 1, EPOCH + 8]):
        assert screened(plan, rows, cuts) == expected


def high(channel: int, rule: str = "warm") -> Instance:
    return Instance(channel, rule, "limit", limit.Parameters("high", 1.0), Severity.MAJOR, "1")


def of_one(*values: float, step: int = SECOND, start: int = EPOCH) -> Samples:
    return resolve(columns([(start + k * step, 3, v, 0) for k, v in enumerate(values)]))


ONE = Plan((ChannelPlan(3, "probe", 3 * SECOND),), (high(3),))


@pytest.mark.parametrize("values", [[], [float("nan")] * 9, [5.0], [0.0] * 50, [float("inf"), -float("inf")]])
def test_degenerate_data_have_defined_results(values: list[float]) -> None:
    found = Screen(ONE).feed(of_one(*values))
    assert [f["start"] for f in found] == ([EPOCH] if values == [5.0] else [])


def test_readings_of_channels_that_no_rule_knows_are_passed_over() -> None:
    assert len(Screen(Plan((), ())).feed(of_one(5.0, 5.0))) == 0
    others = columns([(EPOCH, channel, 5.0, 0) for channel in (1, 2, 3, 4)])
    assert [f["instance"] for f in Screen(ONE).feed(others)] == [0]


def test_disorder_is_refused() -> None:
    screen = Screen(ONE)
    screen.feed(of_one(0.0))
    with pytest.raises(ValueError, match="not newer"):
        screen.feed(of_one(0.0))
    with pytest.raises(ValueError, match="73 years"):
        screen.feed(of_one(0.0, start=2**63 - 1))
    with pytest.raises(ValueError, match="73 years"):
        Screen(ONE).feed(of_one(0.0, start=-(2**63)))
    with pytest.raises(ValueError, match="sorted by channel"):
        two = Plan((ChannelPlan(3, "a", SECOND), ChannelPlan(4, "b", SECOND)), (high(3),))
        Screen(two).feed(columns([(EPOCH, 4, 0.0, 0), (EPOCH, 3, 0.0, 0)]))


def test_plans_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown channel"):
        Plan((), (high(3),))
    with pytest.raises(ValueError, match="twice at once"):
        Plan(ONE.channels, (high(3), Instance(3, "warm", "no_data", no_data.Parameters(1.0), 3, "2")))
    with pytest.raises(ValueError, match="no channel of the plan"):
        Screen(Plan(ONE.channels, (Instance(3, "pair", "spread", spread.Parameters("gone", 1.0), 3, "1"),)))
    with pytest.raises(ValueError, match="valid_from_ns"):
        Instance(3, "warm", "no_data", no_data.Parameters(1.0), Severity.MAJOR, "1", 5, 5)


def test_states_of_another_format_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = Screen(ONE).save()
    monkeypatch.setattr(screen_module, "FORMAT", 99)
    with pytest.raises(ValueError, match="format"):
        Screen(ONE).restore(saved)


def test_many_rules_are_no_trouble() -> None:
    many = Plan(ONE.channels, tuple(high(3, f"warm-{k}") for k in range(20_000)))
    assert len(Screen(many).feed(of_one(5.0))) == 20_000


def test_the_fingerprint_tells_plans_apart() -> None:
    assert ONE.fingerprint == Plan(ONE.channels, (high(3),)).fingerprint
    assert ONE.fingerprint != Plan(ONE.channels, (high(3, "other"),)).fingerprint
