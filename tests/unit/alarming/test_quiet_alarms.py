"""Who is on an alarm, and alarms that are quiet for a while: stated once, and the same after any loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.model import SECOND, Severity
from gateway.statements import (
    Statement,
    assign,
    comment,
    empty,
    filling,
    out_of_service,
    shelve,
    take,
    unshelve,
)
from gateway.statements.out_of_service import Approved, Requested, Scope
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still

START_NS = NOON_NS + 3600 * SECOND
HOUR = 3600


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return quiet_desk(tmp_path)


def quiet_desk(folder: Path, config: str = CONFIG) -> Desk:
    desk = Desk(folder, config, since_ns=NOON_NS)
    desk.clock = Still(START_NS)
    return desk


def later(desk: Desk, seconds: float) -> None:
    desk.clock = Still(START_NS + round(seconds * SECOND))
    desk.run()


def raise_one(desk: Desk, at_s: float = 0, channel: str = "top") -> dict[str, Any]:
    desk.read((channel, at_s, -140.0))
    desk.run()
    return desk.alarms()[-1]


def say(desk: Desk, kind: Any, said: Any, by: str = "Li Na", user: str = "", **envelope: Any) -> str:
    """The id of the statement."""
    body = kind.to_body(said)
    desk.say(Statement(kind.KIND, by, desk.now_ns(), body, actor="person", user=user, **envelope))
    desk.run()
    return [s.id for _, s in desk.journal.statements(kind.KIND)][-1]


def shelve_it(desk: Desk, alarm: dict[str, Any], for_s: float = HOUR, severity: int = 4) -> str:
    until_ns = desk.now_ns() + round(for_s * SECOND)
    said = shelve.Shelve(
        alarm["id"], alarm["channel"], alarm["rule"], Severity(severity), until_ns, "lid is open"
    )
    return say(desk, shelve, said)


def overlay(desk: Desk) -> str | None:
    told = desk.alarms()[-1]["overlay"]
    return None if told is None else told["kind"]


def lose(desk: Desk) -> None:
    """Everything but the journal; what comes back is compared."""
    before = desk.alarms(), desk.changes()
    desk.lose_records()
    desk.run()
    assert (desk.alarms(), desk.changes()) == before


def test_taken_assigned_and_commented(desk: Desk) -> None:
    alarm = raise_one(desk)
    assert (alarm["taken"], alarm["assigned"], alarm["comments"], alarm["overlay"]) == (None, None, [], None)
    say(desk, assign, assign.Assign(alarm["id"], "Wang Wei"))
    say(desk, take, take.Take(alarm["id"], "on my way"), by="Wang Wei")
    say(desk, comment, comment.Comment(alarm["id"], "seal is worn"), by="Wang Wei")
    (now,) = desk.alarms()
    assert (now["taken"]["by"], now["taken"]["comment"]) == ("Wang Wei", "on my way")
    assert (now["assigned"]["to"], now["assigned"]["by"]) == ("Wang Wei", "Li Na")
    assert [c["comment"] for c in now["comments"]] == ["seal is worn"]
    assert now["state"] == "unacknowledged"
    assert desk.changes() == ["raised", "assigned", "taken", "commented"]
    lose(desk)


def test_taken_over_and_taken_back(desk: Desk) -> None:
    alarm = raise_one(desk)
    say(desk, take, take.Take(alarm["id"]))
    second = say(desk, take, take.Take(alarm["id"]), by="Wang Wei")
    assert desk.alarms()[0]["taken"]["by"] == "Wang Wei"
    desk.withdraw(second)
    desk.run()
    assert desk.alarms()[0]["taken"]["by"] == "Li Na"
    assert desk.changes() == ["raised", "taken", "taken", "taken back"]
    lose(desk)


def test_nobody_takes_what_is_closed_and_nobody_is_on_what_opens_again(desk: Desk) -> None:
    alarm = raise_one(desk)
    say(desk, take, take.Take(alarm["id"]))
    desk.acknowledge(alarm["id"])
    desk.read(("top", 10, -190.0))
    desk.run()
    assert (desk.alarms()[0]["state"], desk.alarms()[0]["taken"]["by"]) == ("closed", "Li Na")
    say(desk, take, take.Take(alarm["id"]), by="Wang Wei")
    say(desk, comment, comment.Comment(alarm["id"], "written up"))
    assert desk.changes() == ["raised", "taken", "acknowledged", "returned", "commented"]
    desk.contain("BAG-1", "freezer", -60)
    desk.run()
    (again,) = desk.alarms()
    assert (again["state"], again["taken"], len(again["comments"])) == ("returned unacknowledged", None, 1)


def test_shelved_until_its_end_and_then_it_speaks_again_once(desk: Desk) -> None:
    alarm = raise_one(desk)
    shelve_it(desk, alarm)
    (now,) = desk.alarms()
    assert (now["state"], now["overlay"]["by"], now["overlay"]["reason"]) == (
        "unacknowledged",
        "Li Na",
        "lid is open",
    )
    later(desk, HOUR - 1)
    assert overlay(desk) == "shelved"
    lose(desk)
    later(desk, HOUR)
    later(desk, HOUR + 1)
    assert overlay(desk) is None
    desk.clock = Still(START_NS)  # set back: what is over stays over
    desk.run()
    assert desk.changes() == ["raised", "shelved", "speaks again"]
    lose(desk)


def test_raised_again_within_the_time_it_is_shelved_from_the_first_moment(desk: Desk) -> None:
    alarm = raise_one(desk)
    shelve_it(desk, alarm)
    desk.read(("top", 10, -190.0), ("top", 20, -140.0))
    desk.run()
    assert [a["overlay"]["kind"] for a in desk.alarms()] == ["shelved", "shelved"]
    assert desk.changes() == ["raised", "shelved", "returned", "raised"]
    assert desk.history(desk.alarms()[1]["id"])[0]["known"]["overlay"]["kind"] == "shelved"
    raise_one(desk, 30, "shipper")
    assert overlay(desk) is None
    lose(desk)
    later(desk, HOUR)
    assert [a["overlay"] for a in desk.alarms()] == [None, None, None]
    assert desk.changes()[4:] == ["raised", "speaks again", "speaks again"]


def test_what_is_worse_than_what_was_shelved_speaks(tmp_path: Path) -> None:
    desk = quiet_desk(tmp_path)
    alarm = raise_one(desk)
    shelve_it(desk, alarm, severity=Severity.MINOR)  # it was minor when somebody looked
    assert (desk.changes(), overlay(desk)) == (["raised"], None)


def test_unshelved_shelved_longer_and_withdrawn(desk: Desk) -> None:
    alarm = raise_one(desk)
    shelve_it(desk, alarm)
    longer = shelve_it(desk, alarm, 2 * HOUR)
    assert desk.alarms()[0]["overlay"]["until"] == "2026-01-05T15:00:00.000000000Z"
    desk.withdraw(longer)
    desk.run()
    assert desk.alarms()[0]["overlay"]["until"] == "2026-01-05T14:00:00.000000000Z"
    said = unshelve.Unshelve(alarm["id"], alarm["channel"], alarm["rule"], "lid is closed")
    say(desk, unshelve, said)
    assert desk.changes() == ["raised", "shelved", "shelved", "shelved", "speaks again"]
    lose(desk)


def ask(desk: Desk, until_s: float = HOUR, by: str = "Li Na", user: str = "lina") -> str:
    until_ns = desk.now_ns() + round(until_s * SECOND)
    return say(desk, out_of_service, Requested(Scope("", "freezer"), "leak", until_ns, None), by, user)


@pytest.mark.parametrize(
    ("by", "user", "counts"),
    [
        ("Wang Wei", "wang", True),
        ("Wang Wei", "", True),
        ("li  na", "wang", False),
        ("Wang Wei", "lina", False),
        ("Wang Wei", "lina as root", False),
    ],
)
def test_out_of_service_needs_a_second_person(desk: Desk, by: str, user: str, counts: bool) -> None:
    raise_one(desk)
    request = ask(desk)
    assert overlay(desk) is None
    say(desk, out_of_service, Approved(Scope("", "freezer"), request, "seen"), by, user)
    assert overlay(desk) == ("out of service" if counts else None)
    later(desk, HOUR)
    assert overlay(desk) is None
    assert desk.changes() == ["raised", *(["out of service", "speaks again"] if counts else [])]
    lose(desk)


def test_an_approval_that_is_withdrawn_lets_everything_speak(desk: Desk) -> None:
    raise_one(desk)
    approval = say(
        desk, out_of_service, Approved(Scope("", "freezer"), ask(desk), "seen"), "Wang Wei", "wang"
    )
    desk.withdraw(approval)
    desk.run()
    assert desk.changes() == ["raised", "out of service", "speaks again"]


DESIGNS = {
    "empty": 'when = "empty"\nlongest_h = 2.0\n',
    "maintenance": 'when = "maintenance"\nlongest_h = 2.0\nassets = ["freezer"]\n'
    "windows = [{ begin = 2026-01-05T13:00:00Z, end = 2026-01-05T19:00:00Z }]\n",
    "repeated": 'when = "maintenance"\nlongest_h = 2.0\nassets = ["freezer"]\n'
    'repeats = [{ hours = "14:00-20:00", weekdays = ["mon"], time_zone = "Europe/Berlin" }]\n',
    "filling": 'when = "filling"\nlongest_h = 2.0\nrules = ["above-150"]\n',
}


@pytest.mark.parametrize("when", DESIGNS)
def test_suppressed_by_design_until_its_longest_time(tmp_path: Path, when: str) -> None:
    desk = quiet_desk(tmp_path, f"{CONFIG}\n[suppressions.by-design]\n{DESIGNS[when]}")
    if when == "empty":
        desk.state(empty.KIND, empty.to_body(empty.Empty("freezer", None)), -3600)
    raise_one(desk)
    if when == "filling":
        say(desk, filling, filling.Filling("freezer", desk.now_ns() + 3 * HOUR * SECOND))
    assert overlay(desk) == "suppressed"
    assert desk.alarms()[0]["overlay"]["until"] == "2026-01-05T15:00:00.000000000Z"
    later(desk, 2 * HOUR - 1)
    assert overlay(desk) == "suppressed"
    lose(desk)
    later(desk, 2 * HOUR)
    assert overlay(desk) is None
    assert desk.changes()[-1] == "speaks again"
    lose(desk)


def test_what_gets_units_inside_is_empty_no_more(tmp_path: Path) -> None:
    desk = quiet_desk(tmp_path, f"{CONFIG}\n[suppressions.by-design]\n{DESIGNS['empty']}")
    desk.state(empty.KIND, empty.to_body(empty.Empty("freezer", None)), -3600)
    raise_one(desk)
    desk.contain("BAG-2", "freezer", 0)
    desk.run()
    assert desk.changes() == ["raised", "amended", "speaks again"]


@pytest.mark.parametrize("kill_after", [1, 2, 3])
def test_killed_between_the_two_writes_it_is_the_same(desk: Desk, kill_after: int) -> None:
    alarm = raise_one(desk)
    shelve_it(desk, alarm)
    before = desk.alarms()
    desk.clock = Still(START_NS + HOUR * SECOND)
    desk.run(kill_after=kill_after)
    desk.run()
    assert desk.changes() == ["raised", "shelved", "speaks again"]
    assert before[0]["overlay"]["kind"] == "shelved"
    lose(desk)
