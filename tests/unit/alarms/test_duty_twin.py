"""The fast answer to who is on duty is the slow one's, across changes of the clocks in three zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.statements.clock_times import WEEKDAYS, Hours
from gateway.statements.roster import Holiday, Roster, Rotation, Team
from gateway.statements.stand_in import StandIn
from tests.oracle.duty import STEP, on_duty, readings
from tests.unit.alarms.staff import BEGIN_NS, NEW_YORK, PARIS, SHANGHAI, Staff, made

PEOPLE = ("li", "wang", "zhao", "chen")
STEP_NS = int(STEP.total_seconds()) * 10**9
AROUND_CHANGES = [datetime(2026, 3, 7), datetime(2026, 3, 28), datetime(2026, 10, 24), datetime(2026, 10, 31)]  # noqa: DTZ001
quarters = st.integers(0, 95).map(lambda k: time(k // 4, 15 * (k % 4))) | st.sampled_from(
    [time(0), time(1), time(2), time(2, 15), time(2, 30), time(3), time(8)]
)
somebody = st.sampled_from([*PEOPLE, "@team"])
order = st.lists(somebody, min_size=1, max_size=3).map(tuple)
hours = st.builds(Hours, quarters, quarters).filter(lambda h: h.begin != h.end)
starts = st.dates(date(2026, 2, 20), date(2026, 3, 12))


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    weekday = draw(st.none() | st.sampled_from(WEEKDAYS))
    period = draw(st.integers(1, 9)) if weekday is None else 7 * draw(st.integers(1, 2))
    days = tuple(draw(st.sets(st.sampled_from(WEEKDAYS), max_size=4)))
    return Rotation(draw(order), period, draw(quarters), weekday, draw(starts), draw(st.none() | hours), days)


@st.composite
def rosters(draw: st.DrawFn, around: datetime) -> Roster:
    first = around.date() + timedelta(days=draw(st.integers(-1, 2)))
    holiday = Holiday("h", first, first + timedelta(days=draw(st.integers(0, 1))), draw(order))
    return made(
        "r",
        *draw(st.lists(rotations(), min_size=1, max_size=2)),
        time_zone=draw(st.sampled_from([SHANGHAI, PARIS, NEW_YORK])),
        holidays=draw(st.sampled_from([(), (holiday,)])),
        teams=(Team("team", ("zhao", "li")),),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[Roster, frozenset[str], list[StandIn], datetime]:
    around = draw(st.sampled_from(AROUND_CHANGES))
    roster = draw(rosters(around))
    gone = draw(st.frozensets(st.sampled_from(PEOPLE), max_size=3))
    stand_ins = []
    for _ in range(draw(st.integers(0, 3))):
        one, other = draw(st.permutations(PEOPLE))[:2]
        from_ns = int(around.replace(tzinfo=UTC).timestamp()) * 10**9 + draw(st.integers(-50, 200)) * STEP_NS
        where = draw(st.sampled_from([(), ("r",), ("s",)]))
        stand_ins.append(StandIn(one, other, where, from_ns, from_ns + draw(st.integers(1, 300)) * STEP_NS))
    return roster, gone, stand_ins, around


@given(stories())
def test_each_quarter_of_an_hour(story: tuple[Roster, frozenset[str], list[StandIn], datetime]) -> None:
    roster, gone, stand_ins, around = story
    staff = Staff()
    for who in PEOPLE:
        if who in gone:
            staff.leaves(who, BEGIN_NS)
        else:
            staff.person(who)
    staff.roster(
        "r", *roster.rotations, time_zone=roster.time_zone, holidays=roster.holidays, teams=roster.teams
    )
    for one in stand_ins:
        staff.stand_in(one.person, one.instead_of, one.from_ns, one.to_ns, *one.rosters)
    begin = around.replace(tzinfo=UTC)
    end = begin + timedelta(days=2)
    begin_ns, end_ns = (int(moment.timestamp()) * 10**9 for moment in (begin, end))
    shifts = staff.duty.course("lab", "", begin_ns, end_ns)
    assert [s.to_ns for s in shifts[:-1]] == [s.from_ns for s in shifts[1:]]
    for moment, clock in readings(roster.time_zone, begin, end):
        at_ns = int(moment.timestamp()) * 10**9
        slow = on_duty(roster, gone, stand_ins, moment, clock)
        assert staff.duty.on_duty("lab", "", at_ns) == slow, (moment, clock)
        assert next(s.people for s in shifts if s.from_ns <= at_ns < s.to_ns) == slow, (moment, clock)
