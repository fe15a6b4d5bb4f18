"""Holes of the rosters are faults: a week ahead, when they come, and no more once somebody closed them."""

from __future__ import annotations

from contextlib import closing
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from gateway.alarming.faults import Fault
from gateway.alarms.duty import OTHER
from gateway.alarms.priority import Risk
from gateway.config.load import load
from gateway.doctor.duty import findings
from gateway.journal.damaged import Damaged
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.model import SECOND, Severity
from gateway.running.duty_watch import DutyWatch
from gateway.statements import PERSON, Statement, person, roster, stand_in, withdrawal
from gateway.statements.clock_times import hours
from gateway.statements.roster import Rotation
from gateway.times import parse_rfc3339
from tests.unit.alarms.staff import SHANGHAI, made, somebody
from tests.unit.commands.front_desk import CONFIG

MONDAY_NS = parse_rfc3339("2026-01-05T09:00:00+08:00")
HOUR_NS, DAY_NS = 3600 * SECOND, 86_400 * SECOND


class Office:
    """A journal in which people state things, and the watch, with a clock that the test moves."""

    def __init__(self, folder: Path, more: str = "") -> None:
        (folder / "data").mkdir()
        path = folder / "cryogate.toml"
        text = CONFIG.replace("[sites.lab]", f'[sites.lab]\ntime_zone = "{SHANGHAI}"\n{more}')
        path.write_text(text, encoding="utf-8")
        self.configuration = load(path)
        self.now_ns = MONDAY_NS
        self.journal = Journal.open(folder / "data" / "journal.sqlite", lambda: self.now_ns)
        self.watch = self.start()

    def start(self) -> DutyWatch:
        path = self.configuration.data_dir / "journal.sqlite"
        journal = Journal.open(path, lambda: self.now_ns, Damaged())
        return DutyWatch(self.configuration, journal, lambda: self.now_ns, lambda: self.now_ns / SECOND)

    def say(self, kind: Any, said: Any, **more: str) -> str:
        told = Statement(
            kind.KIND, "Li Na", self.now_ns, kind.to_body(said), actor=PERSON, reason="so", **more
        )
        return f"{self.journal.id}-{self.journal.commit(statements=[told]).seqs[0]}"

    def staffed(self) -> None:
        for who in ("li", "wang", "zhao"):
            self.say(person, somebody(who))
        self.say(roster, made("lab", working("li", "wang"), from_ns=MONDAY_NS, time_zone=SHANGHAI))

    def faults(self, after_ns: int = 0) -> list[Fault]:
        self.now_ns += after_ns
        return list(self.watch())


def working(*people: str) -> Rotation:
    """A week each."""
    return Rotation(people, 7, time(8), "monday", date(2026, 1, 5))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_gateway_without_people_is_no_fault(office: Office) -> None:
    assert office.faults() == []
    assert list(findings(office.configuration, office.now_ns)) == []


BARE = """
[sites.annex]
[assets.far]
site = "annex"
[channels.far]
asset = "far"
source = "in"
address = "far"
"""


PEER = """
[sites.annex]
[peers.other]
kind = "mqtt"
host = "127.0.0.1"
client_id = "here"
topic = "cryogate/other/state"
site = "annex"
"""


@pytest.mark.parametrize("what", [BARE, PEER], ids=["measured", "peer"])
def test_a_site_without_any_roster_is_one_where_nobody_is_on_duty(tmp_path: Path, what: str) -> None:
    office = Office(tmp_path)
    path = tmp_path / "cryogate.toml"
    path.write_text(path.read_text() + what)
    office.configuration = load(path)
    office.watch = office.start()
    assert office.faults() == [], "nobody is called at all"
    office.staffed()
    (bare,) = office.faults(SECOND)
    assert (bare.key, bare.severity, bare.site) == ("roster:annex", Severity.MAJOR, "annex")
    assert bare.message.startswith("nobody is on duty for annex: no roster covers it") and bare.after_s > 0
    (found,) = [one for one in findings(office.configuration, office.now_ns) if one.where == "site annex"]
    assert found.what == "no roster covers it: nobody is called"
    later_ns = office.now_ns + 30 * DAY_NS
    office.say(roster, made("later", working("wang"), sites=("annex",), from_ns=later_ns))
    assert office.faults(SECOND) == [], "before it begins nothing is missing"


@pytest.mark.parametrize(
    ("call", "priorities", "is_bare"),
    [
        ('"zhao"', "", False),
        ('"on duty"', "", True),
        ('"on duty", "zhao"', "", False),
        ('"zhao"', 'priorities = ["urgent"]\n', True),
        ('"zhao"', 'priorities = ["medium", "high", "urgent"]\n', False),
    ],
)
def test_policies_that_name_people_are_enough(
    tmp_path: Path, call: str, priorities: str, is_bare: bool
) -> None:
    """And nobody of another site is called because of them."""
    office = Office(tmp_path)
    path = tmp_path / "cryogate.toml"
    steps = f"steps = [{{ after_s = 0, call = [{call}] }}]\n"
    path.write_text(f"{path.read_text()}{BARE}[escalations.rest]\n{priorities}{steps}")
    office.configuration = load(path)
    office.watch = office.start()
    office.staffed()
    assert [fault.key for fault in office.faults()] == (["roster:annex"] if is_bare else [])


def test_a_hole_is_said_a_week_ahead_and_is_a_fault_when_it_comes(office: Office) -> None:
    office.staffed()
    assert office.faults() == []
    ends = office.now_ns + 10 * DAY_NS
    office.say(roster, made("lab", from_ns=ends, time_zone=SHANGHAI, state=roster.ENDED))
    assert office.faults() == []
    assert office.faults(2 * DAY_NS) == []
    (ahead,) = office.faults(DAY_NS + HOUR_NS)
    assert (ahead.key, ahead.severity) == ("roster ahead:lab", Severity.WARNING)
    assert ahead.message.startswith(
        "nobody will be on duty for lab from Thursday 2026-01-15 09:00 Asia/Shanghai on; "
    )
    (now,) = office.faults(7 * DAY_NS)
    assert (now.key, now.severity, now.site) == ("roster:lab", Severity.MAJOR, "lab")
    assert now.message.startswith("nobody is on duty for lab until further notice; ")
    again = made("lab", working("zhao"), from_ns=office.now_ns, time_zone=SHANGHAI)
    said = office.say(roster, again)
    assert office.faults(SECOND) == []
    office.say(withdrawal, withdrawal.Withdrawal(), withdraws=said)
    assert [fault.key for fault in office.faults(SECOND)] == ["roster:lab"]


def test_the_person_on_duty_who_leaves_and_a_stand_in_who_comes(office: Office) -> None:
    office.staffed()
    office.say(roster, made("lab", working("li"), from_ns=office.now_ns, time_zone=SHANGHAI))
    assert office.faults() == []
    gone = office.say(person, somebody("li", ways=(), state=person.GONE))
    assert [fault.key for fault in office.faults(SECOND)] == ["roster:lab"]
    until_ns = office.now_ns + 2 * DAY_NS
    office.say(stand_in, stand_in.StandIn("zhao", "li", (), office.now_ns, until_ns))
    assert [fault.key for fault in office.faults(SECOND)] == ["roster ahead:lab"]
    office.say(withdrawal, withdrawal.Withdrawal(), withdraws=gone)
    assert office.faults(SECOND) == []
    before = office.faults(3 * DAY_NS)
    office.watch = office.start()
    assert office.faults() == before == []


def test_a_hole_of_every_night_for_one_risk(office: Office) -> None:
    office.staffed()
    day = Rotation(("zhao",), 1, time(8), None, date(2026, 1, 5), hours("08:00-20:00"))
    office.say(roster, made("lab", day, from_ns=MONDAY_NS, time_zone=SHANGHAI, risks=("high",)))
    rest = tuple(risk.word for risk in Risk if risk is not Risk.HIGH)
    office.say(roster, made("lab-low", working("li"), from_ns=MONDAY_NS, time_zone=SHANGHAI, risks=rest))
    assert [fault.key for fault in office.faults()] == ["roster ahead:lab"]
    now, ahead = office.faults(12 * HOUR_NS)
    assert (now.key, ahead.key) == ("roster:lab:high", "roster ahead:lab")
    assert now.message.startswith("nobody is on duty for lab (risk high) until Tuesday 2026-01-06 08:00")


def test_the_end_of_a_hole_is_its_own_however_far_is_looked_ahead(office: Office) -> None:
    """The week that is looked ahead ends in the midst of it: a stand-in of an hour would not close it."""
    office.staffed()
    mornings = Rotation(("li",), 14, time(8), None, date(2026, 1, 5), hours("08:00-12:00"), ("monday",))
    office.say(roster, made("lab", mornings, from_ns=MONDAY_NS, time_zone=SHANGHAI))
    (now, ahead) = office.faults(5 * HOUR_NS)
    assert now.message.startswith("nobody is on duty for lab until Monday 2026-01-12 08:00 Asia/Shanghai; ")
    assert " from Monday 2026-01-12 12:00 Asia/Shanghai to Monday 2026-01-19 08:00 " in ahead.message


def test_a_risk_that_no_roster_is_for_is_a_hole(office: Office) -> None:
    office.staffed()
    told = made("lab", working("li"), from_ns=MONDAY_NS, time_zone=SHANGHAI, risks=("high", "irreplaceable"))
    office.say(roster, told)
    (now,) = office.faults()
    assert now.key == f"roster:lab:{OTHER}"
    assert now.message.startswith("nobody is on duty for lab (risk any other) until further notice; ")


def test_doctor_says_which_site_is_not_covered(tmp_path: Path) -> None:
    office = Office(tmp_path, "needs_duty = true\ncontract_manufacturer = true")
    (found,) = findings(office.configuration, office.now_ns)
    assert (found.where, found.what) == ("site lab", "no roster covers it: nobody is called")
    office.staffed()
    site, *ways = findings(office.configuration, office.now_ns)
    assert site.what == (
        "is not covered: nobody of its rosters can be reached by a notifier of the configuration, at least 3 "
        "are needed; nobody of them on the spot, a contract manufacturer needs 2"
    )
    assert [way.where for way in ways] == ["person li", "person wang", "person zhao"]
    assert "is reached by notifier 'mail', which the configuration does not have" in ways[0].what
    office.say(person, somebody("li", ways=()))
    (told,) = (one for one in findings(office.configuration, office.now_ns) if one.where == "person li")
    assert told.what == "stands in a roster and cannot be reached"


def test_a_damaged_statement_and_one_of_a_newer_version_do_not_count(office: Office) -> None:
    office.staffed()
    newest = office.say(roster, made("lab", working("stranger"), from_ns=MONDAY_NS, time_zone=SHANGHAI))
    assert [fault.key for fault in office.faults()] == ["roster:lab"]
    with closing(connect(office.journal.path, writing=True)) as database:
        seq = int(newest.rpartition("-")[2])
        database.execute("UPDATE entry SET committed_ns = committed_ns + 1 WHERE seq = ?", (seq,))
    office.watch = office.start()
    assert office.faults() == []
    body = {**person.to_body(somebody("li")), "schema": person.SCHEMA + 1}
    office.journal.commit(statements=[Statement(person.KIND, "Li Na", office.now_ns, body, actor=PERSON)])
    (told,) = office.faults()
    assert (told.key, told.severity) == ("rosters", Severity.MAJOR) and "newer version" in told.message


def test_whom_policies_name_and_nobody_knows_is_found(tmp_path: Path) -> None:
    policy = (
        '[escalations.usual]\nsteps = [{ after_s = 0, call = ["on duty", "zao", "li", "nobody.else"] }]\n'
    )
    office = Office(tmp_path, "[sites.other]\n" + policy)
    assert list(findings(office.configuration, office.now_ns)) == []
    office.staffed()
    told = [one for one in findings(office.configuration, office.now_ns) if one.where == "escalations"]
    assert [(one.what, one.do) for one in told] == [
        ("call 'nobody.else', and nobody here has this id", "enter nobody.else with `cryogate people set`"),
        ("call 'zao', and nobody here has this id", "did you mean 'zhao'?"),
    ]
