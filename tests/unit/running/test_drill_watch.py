"""Drills of the schedules: when they are due, what begins by itself, and which faults say what is wrong."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from gateway.alarms.drill_times import Schedule, due_ns, is_overdue, may_begin
from gateway.alarms.walltime import zone_named
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND
from gateway.running.drill_watch import DrillWatch
from gateway.statements import GATEWAY, drill
from gateway.times import parse_rfc3339
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still
from tests.unit.alarming.test_drills import started, wait

HOUR = 3600
SHANGHAI = CONFIG.replace("[sites.s]\n", '[sites.s]\ntime_zone = "Asia/Shanghai"\n')
MONTHLY = SHANGHAI + '[drills.monthly]\nasset = "freezer"\nat = "22:00"\nautomatic = true\n'  # 14:00Z
BY_HAND = MONTHLY.replace("automatic = true\n", "latest_h = 24.0\n")
EVERY = Schedule("m", "freezer", "", 30, time(2, 30), 900.0, 24 * HOUR * SECOND, True)


def at(text: str) -> int:
    return parse_rfc3339(text)


def made(folder: Path, config: str) -> tuple[Desk, DrillWatch]:
    """It is 13:00Z, and the gateway was started an hour ago."""
    desk = Desk(folder, config, NOON_NS)
    desk.clock = Still(NOON_NS + HOUR * SECOND)
    return desk, watching(desk)


def watching(desk: Desk) -> DrillWatch:
    """As after a start of the gateway."""
    seconds = iter(range(0, 10**6, 10))
    path = desk.folder / "journal.sqlite"
    journal, records = Journal.open(path, desk.clock.now_ns), Records(desk.folder / "records.sqlite")
    return DrillWatch(desk.configuration, journal, records, desk.clock, lambda: next(seconds))


def keys(watch: DrillWatch) -> list[str]:
    return [fault.key for fault in watch()]


def stated(desk: Desk) -> list[drill.Drill]:
    return [drill.of(s.body) for _, s in desk.journal.statements(drill.KIND)]


def test_it_begins_by_itself_at_its_time_and_once(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, MONTHLY)
    assert not keys(watch) and not stated(desk), "not before 22:00 there"
    wait(desk, HOUR)
    assert not keys(watch)
    [said] = stated(desk)
    assert (said.schedule, said.asset, said.channel) == ("monthly", "freezer", "top")
    statement = next(s for _, s in desk.journal.statements(drill.KIND))
    assert (statement.actor, statement.by, statement.origin) == (GATEWAY, "test", "configuration")
    assert not keys(watching(desk)) and len(stated(desk)) == 1, "nor after a start"
    desk.run()
    assert desk.alarms()[0]["drill"]["schedule"] == "monthly"
    desk.acknowledge(said.id)
    desk.run()
    wait(desk, 29 * 24 * HOUR)
    assert not keys(watch) and len(stated(desk)) == 1
    wait(desk, 24 * HOUR)
    assert not keys(watch) and len(stated(desk)) == 2


def test_one_that_is_not_heard_in_time_is_begun_no_second_time(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, MONTHLY)
    wait(desk, HOUR)
    for _ in range(5):  # the gateway is behind for five times as long as the drill lasts
        assert not keys(watch) and len(stated(desk)) == 1
        wait(desk, stated(desk)[0].within_s)
    desk.run()
    [alarm] = desk.alarms()
    assert alarm["closing"]["comment"].startswith("drill failed: the gateway was behind and raised it after")
    assert keys(watch) == ["drill failed:freezer"] and len(stated(desk)) == 1


def test_a_gateway_that_was_away_waits_for_the_time_of_the_day(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, MONTHLY)
    wait(desk, 6 * HOUR)
    assert not keys(watch) and not stated(desk)
    wait(desk, 19.5 * HOUR)
    assert not keys(watch) and len(stated(desk)) == 1


def test_one_whose_time_passed_while_the_gateway_was_away_says_so_and_when_it_begins(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, MONTHLY.replace("automatic = true\n", "automatic = true\nlatest_h = 1.0\n"))
    wait(desk, 6 * HOUR)
    [fault] = watch()
    assert "the gateway did not run at its time" in fault.message
    assert "it begins by itself within the hour from 22:00 on, Asia/Shanghai" in fault.message


def test_one_by_hand_is_overdue_until_somebody_begins_it(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, BY_HAND)
    wait(desk, 24.9 * HOUR)
    assert not keys(watch)
    wait(desk, 0.2 * HOUR)
    [fault] = watch()
    assert fault.key == "drill overdue:monthly" and fault.site == "s" and "--asset freezer" in fault.message
    started(desk)
    assert not keys(watch)


def test_one_that_cannot_begin_says_why_once_it_is_overdue(tmp_path: Path) -> None:
    config = MONTHLY.replace('address = "top"\nprofile = "p"', 'address = "top"')
    desk, watch = made(tmp_path, config.replace("automatic = true\n", "automatic = true\nlatest_h = 24.0\n"))
    wait(desk, HOUR)
    assert not keys(watch) and not stated(desk)
    wait(desk, 26 * HOUR)
    [fault] = watch()
    assert "could not begin: channel top has no limit in force" in fault.message


def test_a_failed_one_is_a_fault_until_a_later_one_passes(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, CONFIG)
    failed = started(desk)
    desk.run()
    assert not keys(watch)
    wait(desk, 900)
    desk.run()
    [fault] = watch()
    assert fault.key == "drill failed:freezer" and failed.drill.id in fault.message
    assert (fault.assets, fault.site) == ((), desk.configuration.assets["freezer"].site)
    withdrawn = started(desk)
    desk.withdraw(withdrawn.stated.id)
    desk.run()
    assert keys(watching(desk)) == ["drill failed:freezer"]
    wait(desk, 1)
    passing = started(desk)
    desk.run()
    desk.acknowledge(passing.drill.id)
    desk.run()
    assert not keys(watch)


def test_a_forged_one_is_a_fault_until_it_is_withdrawn(tmp_path: Path) -> None:
    desk, watch = made(tmp_path, CONFIG)
    real = started(desk)
    desk.state(drill.KIND, drill.to_body(replace(stated(desk)[0], id="D-FORGED00")))
    desk.run()
    [fault] = watch()
    forged = next(s for _, s in desk.journal.statements(drill.KIND) if drill.of(s.body).id != real.drill.id)
    assert fault.key == f"drill forged:{forged.id}" and "never sealed it" in fault.message
    (tmp_path / "drill.key").unlink()
    assert len(keys(watching(desk))) == 1, "what was carried out was believed then"
    desk.withdraw(forged.id)
    assert not keys(watch)


def test_by_the_clocks_of_the_site() -> None:
    berlin = zone_named("Europe/Berlin")
    assert due_ns(EVERY, berlin, at("2026-02-27T01:30:00Z"), 0) == at("2026-03-29T01:00:00Z"), (
        "02:30 is skipped"
    )
    assert due_ns(EVERY, berlin, at("2026-03-29T12:00:00Z"), 0) == at("2026-04-28T00:30:00Z")
    assert due_ns(EVERY, berlin, None, at("2026-01-05T01:30:00Z")) == at("2026-01-05T01:30:00Z")
    assert due_ns(EVERY, berlin, None, at("2026-01-05T01:30:01Z")) == at("2026-01-06T01:30:00Z")


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-01-05T01:29:59Z", False),
        ("2026-01-05T01:30:00Z", True),
        ("2026-01-05T02:29:59Z", True),
        ("2026-01-05T02:30:00Z", False),
        ("2026-01-06T01:45:00Z", True),
    ],
)
def test_within_the_hour(now: str, begins: bool) -> None:
    berlin, due = zone_named("Europe/Berlin"), at("2026-01-05T01:30:00Z")
    assert may_begin(EVERY, berlin, due, at(now)) is begins
    assert is_overdue(EVERY, due, at(now)) is (now > "2026-01-06")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('asset = "attic"', "drills.x.asset: unknown asset 'attic'"),
        ('asset = "freezer"\nchannel = "lid"', "drills.x.channel: unknown channel 'lid'"),
        ('asset = "freezer"\nat = "noon"', "noon"),
        ('asset = "freezer"\nevery_d = 0', "every_d must lie between 1 and 3660"),
        ('asset = "freezer"\nwithin_s = 5.0', "within_s must lie between 60 and 86400"),
        ('asset = "freezer"\nlatest_h = 0.0', "latest_h must lie between 1 and 8760"),
        ("every_d = 3", "drills.x"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        parse(tomllib.loads(f"{CONFIG}[drills.x]\n{line}\n"), tmp_path / "cryogate.toml")
