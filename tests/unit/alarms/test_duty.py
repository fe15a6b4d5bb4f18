"""Who is on duty: turns, hours, holidays, stand-ins, people who left, what is corrected and withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from gateway.alarms.call import Priority
from gateway.alarms.duty import OTHER, Duty
from gateway.statements import person as stated_person
from gateway.statements import roster as stated_roster
from gateway.statements.clock_times import WEEKDAYS, Hours, hours
from gateway.statements.person import PRIORITIES, Way
from gateway.statements.roster import ENDED, Holiday, Roster, Team
from gateway.times import format_rfc3339, parse_rfc3339
from tests.unit.alarms.staff import (
    BEGIN_NS,
    MONDAY,
    NEW_YORK,
    PARIS,
    SHANGHAI,
    Staff,
    daily,
    made,
    somebody,
    weekly,
)

LATER_NS = parse_rfc3339("2027-06-01T00:00:00Z")


@pytest.fixture
def staff() -> Staff:
    known = Staff()
    for who in ("li", "wang", "zhao"):
        known.person(who)
    return known


def test_people_take_turns(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang", "zhao"))
    assert staff.on_duty("2026-01-05T07:59:59Z") == ()
    assert staff.on_duty("2026-01-05T08:00:00Z") == ("li",)
    assert staff.on_duty("2026-01-12T07:59:59.999Z") == ("li",)
    assert staff.on_duty("2026-01-12T08:00:00Z") == ("wang",)
    assert staff.on_duty("2026-01-26T08:00:00Z") == ("li",)
    assert staff.duty.deputies("lab", "high", parse_rfc3339("2026-01-12T08:00:00Z")) == ("zhao",)
    assert staff.duty.everybody("lab", "high", LATER_NS) == ("li", "wang", "zhao")


def test_a_week_that_is_cut_at_the_start(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang", start=date(2026, 1, 8)))
    assert staff.on_duty("2026-01-08T07:59:00Z") == ()
    assert staff.on_duty("2026-01-08T08:00:00Z") == ("li",)
    assert staff.on_duty("2026-01-12T08:00:00Z") == ("wang",)


@pytest.mark.parametrize(
    ("zone", "winter", "summer", "autumn"),
    [
        (SHANGHAI, "2026-03-07T00:00:00Z", "2026-07-01T00:00:00Z", "2026-11-02T00:00:00Z"),
        (PARIS, "2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-10-25T07:00:00Z"),
        (NEW_YORK, "2026-03-07T13:00:00Z", "2026-03-08T12:00:00Z", "2026-11-01T13:00:00Z"),
    ],
)
def test_eight_o_clock_is_eight_o_clock_on_the_day_of_the_change(
    staff: Staff, zone: str, winter: str, summer: str, autumn: str
) -> None:
    """Clocks change in the night of `summer` and of `autumn`, where they do."""
    staff.roster("day", daily("li", "wang"), time_zone=zone)
    for hand_over in (winter, summer, autumn):
        at_ns = parse_rfc3339(hand_over)
        before, after = (staff.duty.on_duty("lab", "", at_ns + k) for k in (-1, 0))
        assert {before, after} == {("li",), ("wang",)}, hand_over
        shifts = staff.duty.course("lab", "", at_ns - 3600 * 10**9, at_ns + 3600 * 10**9)
        assert [format_rfc3339(shift.from_ns) for shift in shifts[1:]] == [format_rfc3339(at_ns)]


@pytest.mark.parametrize(
    ("zone", "day", "at", "begins"),
    [
        (PARIS, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00:00Z"),  # skipped: 02:00 becomes 03:00
        (PARIS, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00Z"),  # twice: meant the first time
        (NEW_YORK, date(2026, 3, 8), time(2, 0), "2026-03-08T07:00:00Z"),
        (NEW_YORK, date(2026, 11, 1), time(1, 59), "2026-11-01T05:59:00Z"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30:00Z"),  # half an hour
    ],
)
def test_times_that_do_not_exist_or_come_twice(
    staff: Staff, zone: str, day: date, at: time, begins: str
) -> None:
    staff.roster("day", daily("li", "wang", hand_over=at), time_zone=zone)
    at_ns = parse_rfc3339(begins)
    shifts = staff.duty.course("lab", "", at_ns - 10 * 3600 * 10**9, at_ns + 10 * 3600 * 10**9)
    assert [format_rfc3339(s.from_ns) for s in shifts[1:]] == [format_rfc3339(at_ns)]
    assert day.year == 2026


def test_a_night_shift_is_an_hour_longer_or_shorter_on_the_day_of_the_change(staff: Staff) -> None:
    staff.roster("night", daily("li", hours=hours("20:00-08:00")), time_zone=PARIS)

    def nights(begin: str, end: str) -> list[int]:
        shifts = staff.duty.course("lab", "", parse_rfc3339(begin), parse_rfc3339(end))
        return [(s.to_ns - s.from_ns) // (3600 * 10**9) for s in shifts if s.people]

    assert nights("2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z") == [12, 11, 12]
    assert nights("2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z") == [12, 13, 12]


def test_hours_beyond_midnight_belong_to_the_day_on_which_they_begin(staff: Staff) -> None:
    staff.roster("night", daily("li", hours=hours("20:00-08:00"), weekdays=("friday",)))
    assert staff.on_duty("2026-01-09T19:59:00Z") == ()
    assert staff.on_duty("2026-01-09T20:00:00Z") == ("li",)
    assert staff.on_duty("2026-01-10T07:59:00Z") == ("li",)
    assert staff.on_duty("2026-01-10T08:00:00Z") == ()
    assert staff.on_duty("2026-01-09T03:00:00Z") == ()


def test_somebody_who_left_is_never_on_duty(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang", "zhao"))
    left = parse_rfc3339("2026-01-13T00:00:00Z")
    staff.leaves("wang", left)
    assert staff.on_duty("2026-01-12T09:00:00Z") == ("wang",)
    assert staff.on_duty("2026-01-13T00:00:00Z") == ("zhao",)
    assert staff.duty.deputies("lab", "", left) == ("li",)
    assert staff.duty.everybody("lab", "", LATER_NS) == ("li", "zhao")
    for who in ("li", "zhao"):
        staff.leaves(who, parse_rfc3339("2026-02-01T00:00:00Z"))
    assert staff.on_duty("2026-02-01T00:00:00Z") == ()
    (hole,) = staff.duty.holes(left, parse_rfc3339("2026-03-01T00:00:00Z"))
    assert (hole.site, hole.risks, format_rfc3339(hole.from_ns)[:10]) == ("lab", (), "2026-02-01")
    gone = staff.duty.person("wang")
    assert gone is not None and gone.has_left and gone.name() == "Wang"


def test_nobody_whom_nobody_entered_is_on_duty(staff: Staff) -> None:
    staff.roster("week", weekly("stranger", "li"))
    assert staff.on_duty("2026-01-05T09:00:00Z") == ("li",)


def test_a_stand_in_until_friday(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang"))
    begin, friday = parse_rfc3339("2026-01-07T12:00:00Z"), parse_rfc3339("2026-01-09T08:00:00Z")
    said = staff.stand_in("zhao", "li", begin, friday)
    assert staff.on_duty("2026-01-07T11:59:59Z") == ("li",)
    assert staff.on_duty("2026-01-07T12:00:00Z") == ("zhao",)
    assert staff.on_duty("2026-01-09T08:00:00Z") == ("li",)
    assert staff.duty.everybody("lab", "", begin) == ("li", "wang", "zhao")
    staff.stand_in("wang", "li", begin, friday, "another roster")
    assert staff.on_duty("2026-01-08T00:00:00Z") == ("zhao",)
    staff.leaves("zhao", parse_rfc3339("2026-01-08T00:00:00Z"))
    assert staff.on_duty("2026-01-08T00:00:00Z") == ("li",)
    staff.withdraw(said)
    assert staff.on_duty("2026-01-07T13:00:00Z") == ("li",)


def test_stand_ins_of_stand_ins_and_in_a_circle(staff: Staff) -> None:
    staff.roster("week", weekly("li"))
    week = parse_rfc3339("2026-01-06T00:00:00Z"), parse_rfc3339("2026-01-10T00:00:00Z")
    staff.stand_in("wang", "li", *week)
    staff.stand_in("zhao", "wang", *week)
    assert staff.on_duty("2026-01-07T00:00:00Z") == ("zhao",)
    circle = staff.stand_in("li", "zhao", *week)
    assert staff.on_duty("2026-01-07T00:00:00Z") == ("li",)
    staff.withdraw(circle)
    assert staff.on_duty("2026-01-07T00:00:00Z") == ("zhao",)


def test_holidays_name_who_stands_in(staff: Staff) -> None:
    spring = Holiday("Spring Festival", date(2026, 2, 16), date(2026, 2, 22), ("zhao", "@lab"))
    teams = (Team("lab", ("li", "wang")),)
    staff.roster("week", weekly("li", "wang"), holidays=(spring,), teams=teams, time_zone=SHANGHAI)
    assert staff.on_duty("2026-02-15T15:59:59Z") == ("wang",)
    assert staff.on_duty("2026-02-15T16:00:00Z") == ("zhao", "li", "wang")
    assert staff.on_duty("2026-02-22T15:59:59Z") == ("zhao", "li", "wang")
    assert staff.on_duty("2026-02-22T16:00:00Z") == ("li",)


def test_a_holiday_covers_its_weekend_although_no_rotation_has_a_turn_there(staff: Staff) -> None:
    days = replace(weekly("li", "wang"), weekdays=WEEKDAYS[:5])
    spring = Holiday("Spring Festival", date(2026, 2, 16), date(2026, 2, 22), ("zhao",))
    staff.roster("week", days, holidays=(spring,), time_zone=SHANGHAI)
    assert staff.on_duty("2026-02-14T16:00:00Z") == ()  # the Sunday before
    assert staff.on_duty("2026-02-21T16:00:00Z") == ("zhao",)  # Sunday
    assert staff.on_duty("2026-02-22T15:59:59Z") == ("zhao",)
    assert staff.on_duty("2026-02-22T16:00:00Z") != ("zhao",)
    begin_ns, end_ns = (parse_rfc3339(at) for at in ("2026-02-20T00:00:00Z", "2026-02-22T15:00:00Z"))
    assert staff.duty.holes(begin_ns, end_ns) == ()
    before, friday, sunday = (parse_rfc3339(f"2026-02-{day}T16:00:00Z") for day in (14, 19, 21))
    deputies = staff.duty.deputies("lab", "", friday)
    assert deputies and staff.duty.deputies("lab", "", sunday) == deputies
    assert staff.duty.deputies("lab", "", before) == ()


def test_a_team_takes_its_turn_together(staff: Staff) -> None:
    staff.roster("week", weekly("@lab", "zhao"), teams=(Team("lab", ("wang", "li")),), deputies=("@lab",))
    assert staff.on_duty("2026-01-05T09:00:00Z") == ("wang", "li")
    monday = parse_rfc3339("2026-01-12T09:00:00Z")
    assert staff.duty.deputies("lab", "", monday) == ("wang", "li")
    assert staff.duty.deputies("lab", "", parse_rfc3339("2026-01-06T09:00:00Z")) == ()


def test_the_roster_that_is_meant_most_closely(staff: Staff) -> None:
    staff.roster("all", daily("zhao"), sites=())
    staff.roster("lab", daily("wang", hours=hours("08:00-20:00")))
    staff.roster("lab-high", daily("li", weekdays=("monday",)), risks=("high",))
    assert staff.on_duty("2026-01-05T09:00:00Z") == ("li",)
    assert staff.on_duty("2026-01-05T09:00:00Z", risk="low") == ("wang",)
    assert staff.on_duty("2026-01-05T09:00:00Z", risk="") == ("li",)
    assert staff.on_duty("2026-01-06T09:00:00Z") == ("wang",)
    assert staff.on_duty("2026-01-06T21:00:00Z") == ("zhao",)
    assert staff.on_duty("2026-01-06T09:00:00Z", site="elsewhere") == ("zhao",)
    assert staff.on_duty("2026-01-05T09:00:00Z", site="", risk="") == ("li",)
    assert (
        staff.duty.holes(parse_rfc3339("2026-01-06T00:00:00Z"), parse_rfc3339("2026-01-20T00:00:00Z")) == ()
    )


def test_holes_name_site_risks_and_time(staff: Staff) -> None:
    staff.roster("lab", daily("li", hours=hours("08:00-20:00")), risks=("high",))
    staff.roster("rest", daily("wang"))
    begin, end = parse_rfc3339("2026-01-06T00:00:00Z"), parse_rfc3339("2026-01-07T00:00:00Z")
    assert staff.duty.holes(begin, end) == ()
    staff.say(
        stated_roster, Roster("rest", begin + 3600 * 10**9, ("lab",), (), "UTC", (), state=ENDED), begin
    )
    holes = staff.duty.holes(begin, end)
    told = [(h.risks, format_rfc3339(h.from_ns)[11:16], format_rfc3339(h.to_ns or 0)[11:16]) for h in holes]
    assert told == [((), "01:00", "08:00"), ((OTHER,), "08:00", "20:00"), ((), "20:00", "08:00")]
    assert staff.duty.sites(begin, end) == ("lab",)


def test_a_roster_that_replaces_another_from_a_day_on(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang"))
    new_year = parse_rfc3339("2027-01-01T00:00:00Z")
    said = staff.roster("week", daily("zhao"), at_ns=new_year)
    assert staff.on_duty("2026-12-31T23:59:59Z") == ("wang",)
    assert staff.on_duty("2027-01-01T00:00:00Z") == ("zhao",)
    assert staff.duty.everybody("lab", "", LATER_NS) == ("zhao",)
    assert staff.duty.everybody("lab", "", new_year - 1) == ("li", "wang")
    correction = staff.say(stated_roster, made("week", daily("li"), from_ns=new_year), corrects=said)
    assert staff.on_duty("2027-01-01T00:00:00Z") == ("li",)
    staff.withdraw(correction)
    assert staff.on_duty("2027-01-01T00:00:00Z") == ("zhao",)
    staff.withdraw(said)
    assert staff.on_duty("2027-01-01T09:00:00Z") == ("wang",)


def test_a_person_is_corrected(staff: Staff) -> None:
    said = staff.person("chen", name_zh="陈")
    staff.say(stated_person, somebody("chen", name_zh="程", languages=("zh", "en")), corrects=said)
    chen = staff.duty.person("chen")
    assert chen is not None and (chen.name(), chen.name("en"), chen.language) == ("程", "Chen", "zh")
    staff.withdraw("J-5")
    chen = staff.duty.person("chen")
    assert chen is not None and chen.name("zh") == "陈"


def test_by_which_name_somebody_is_meant(staff: Staff) -> None:
    staff.person("li.na", name_en="Li Na", name_zh="李娜")
    staff.person("wang.wei", name_en="Wang Wei", name_zh="王伟")
    staff.person("wang.wei.2", name_en="Wang Wei", name_zh="王薇")
    meant = {
        "li.na": "li.na", " li  NA ": "li.na", "李娜": "li.na", "Wang Wei": None,
        "wang.wei": "wang.wei", "王薇": "wang.wei.2", "x": None,
    }  # fmt: skip
    for text, expected in meant.items():
        found = staff.duty.find(text)
        assert (found.id if found else None) == expected, text
    staff.leaves("wang.wei", BEGIN_NS + 1)
    assert (one := staff.duty.find("Wang Wei")) is not None and one.id == "wang.wei.2"


def test_quiet_hours_are_of_the_persons_clock_and_broken_by_what_is_urgent(staff: Staff) -> None:
    night = Hours(time(22), time(7))
    ways = (Way("sms", "+86", "high", night, "urgent"), Way("mail", "a@b"))
    staff.person("chen", time_zone=SHANGHAI, ways=ways)
    chen = staff.duty.person("chen")
    assert chen is not None

    def used(priority: Priority, when: str) -> list[str]:
        return [way.notifier for way in chen.ways_at(priority, parse_rfc3339(when))]

    assert used(Priority.HIGH, "2026-01-05T13:59:59Z") == ["sms", "mail"]
    assert used(Priority.HIGH, "2026-01-05T14:00:00Z") == ["mail"]
    assert used(Priority.URGENT, "2026-01-05T14:00:00Z") == ["sms", "mail"]
    assert used(Priority.HIGH, "2026-01-05T22:59:59Z") == ["mail"]
    assert used(Priority.HIGH, "2026-01-05T23:00:00Z") == ["sms", "mail"]
    assert used(Priority.MEDIUM, "2026-01-05T23:00:00Z") == ["mail"]
    assert [Priority[name.upper()] for name in PRIORITIES] == list(Priority)


def test_enough_people_for_a_site(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang"), sites=("lab", "plant"))
    assert not staff.duty.coverage("lab", LATER_NS).is_enough
    staff.roster("week", weekly("li", "wang", "zhao"), sites=("lab", "plant"))
    assert (
        staff.duty.coverage("lab", LATER_NS).people == ("li", "wang", "zhao")
        and staff.duty.coverage("lab", LATER_NS).is_enough
    )
    assert not staff.duty.coverage("lab", LATER_NS, notifiers=["sms"]).is_enough
    assert not staff.duty.coverage("elsewhere", LATER_NS).is_enough
    plant = staff.duty.coverage("plant", LATER_NS, is_contract_manufacturer=True)
    assert (plant.on_site, plant.is_enough) == ((), False)
    for who in ("li", "zhao"):
        staff.person(who, on_site=("plant",))
    assert staff.duty.coverage("plant", LATER_NS, is_contract_manufacturer=True).is_enough
    staff.leaves("zhao", BEGIN_NS)
    assert staff.duty.coverage("plant", LATER_NS, is_contract_manufacturer=True).on_site == ("li",)


def test_a_site_that_was_renamed_is_the_same_site() -> None:
    staff = Staff()
    staff.duty = Duty(lambda name: {"new": "lab"}.get(name, name))
    staff.person("li", on_site=("new",))
    staff.roster("week", daily("li"), sites=("lab",))
    assert staff.on_duty("2026-01-06T00:00:00Z", site="new") == ("li",)
    assert staff.duty.coverage("lab", LATER_NS).on_site == ("li",)
    assert staff.duty.sites(LATER_NS, LATER_NS + 1, ["new"]) == ("lab",)


def test_a_zone_that_this_machine_does_not_know_leaves_somebody_on_duty(staff: Staff) -> None:
    staff.roster("week", daily("li"), time_zone="Mars/Olympus")
    assert staff.on_duty("2026-01-05T08:00:00Z") == ("li",)
    staff.roster("week", daily("li"), time_zone="+08:00")
    assert staff.on_duty("2026-01-05T00:00:00Z") == ("li",)
    assert MONDAY.year == 2026


def test_the_last_hole_goes_on_to_its_own_end(staff: Staff) -> None:
    begin = parse_rfc3339("2026-01-06T00:00:00Z")
    staff.roster("week", daily("li", hours=hours("08:00-12:00"), weekdays=("monday",)))

    def end(days: int) -> str:
        last = staff.duty.holes(begin, begin + days * 86_400 * 10**9)[-1]
        return "" if last.to_ns is None else format_rfc3339(last.to_ns)[:16]

    assert [end(1), end(6), end(7), end(13)] == ["2026-01-12T08:00"] * 2 + ["2026-01-19T08:00"] * 2
    assert staff.duty.until_ns("lab", "", begin) == parse_rfc3339("2026-01-12T08:00:00Z")
    ends = begin + 3600 * 10**9
    ended = staff.say(stated_roster, Roster("week", ends, ("lab",), (), "UTC", (), state=ENDED), begin)
    assert end(1) == end(13) == "" and staff.duty.until_ns("lab", "", ends) is None
    staff.withdraw(ended)
    staff.roster("week", daily("li", start=date(2026, 2, 9)), at_ns=ends)
    assert end(1) == "2026-02-09T08:00", "a month ahead"


def test_the_same_again_after_hearing_everything_anew(staff: Staff) -> None:
    staff.roster("week", weekly("li", "wang", "zhao"))
    staff.stand_in("zhao", "li", BEGIN_NS, parse_rfc3339("2026-01-09T08:00:00Z"))
    staff.withdraw(staff.stand_in("wang", "li", BEGIN_NS, parse_rfc3339("2026-01-09T08:00:00Z")))
    again = Duty()
    for statement in (*staff.said, *staff.said):
        again.hear(statement)
    span = (BEGIN_NS, parse_rfc3339("2026-03-01T00:00:00Z"))
    assert again.course("lab", "", *span) == staff.duty.course("lab", "", *span)


def test_nothing_is_missing_before_the_first_roster_begins(staff: Staff) -> None:
    span = parse_rfc3339("2026-01-01T00:00:00Z"), parse_rfc3339("2026-01-20T00:00:00Z")
    staff.roster("week", daily("li", start=date(2026, 1, 8)))
    assert staff.duty.holes(*span) == ()
    staff.roster("week", daily("li", hours=hours("00:00-23:00")), at_ns=span[0])
    assert format_rfc3339(staff.duty.holes(*span)[0].from_ns).startswith("2026-01-05T23")
