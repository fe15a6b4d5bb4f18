"""Faults of the gateway: from checks through the journal to alarms, over restarts and a full journal."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.alarming import faults
from gateway.alarming.faults import Fault, FaultWatch, Undecided
from gateway.ingestion.link import Link, LinkState
from gateway.journal.journal import Journal
from gateway.model import Severity
from gateway.running import checks
from gateway.statements.fault import FaultRaised, of, to_body
from gateway.times import format_rfc3339
from tests.unit.alarming.alarm_desk import SOME_CODE, Desk, codes

DISK = Fault("disk", Severity.MAJOR, "the disk is nearly full: make room", ("freezer",))


class Site:
    """A desk with a watch whose one check says what `wrong` holds."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.wrong: list[Fault | Undecided] = []
        self.start()

    def start(self) -> None:
        self.watch = FaultWatch("test", Journal.open(self.desk.folder / "journal.sqlite"), [self.check])

    def check(self) -> list[Fault | Undecided]:
        return self.wrong

    def look(self, *wrong: Fault) -> None:
        self.wrong = list(wrong)
        self.watch.look()
        self.desk.run()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_fault_is_an_alarm_with_the_units_that_are_not_watched(site: Site) -> None:
    site.desk.contain(SOME_CODE, "freezer", -3600)
    site.look(DISK)
    (alarm,) = site.desk.alarms()
    assert (alarm["kind"], alarm["rule"], alarm["severity"]) == ("fault", "disk", "major")
    assert (alarm["message"], alarm["asset"], alarm["channel"]) == (DISK.message, "freezer", "")
    assert (alarm["state"], alarm["end"], codes(alarm)) == ("unacknowledged", None, [SOME_CODE])
    assert alarm["id"].startswith("F-")

    assert alarm["site"] == ""

    site.look(DISK)  # the same again is no news
    site.desk.acknowledge(alarm["id"], "ordered a disk")
    site.look()
    (alarm,) = site.desk.alarms()
    assert alarm["state"] == "closed"
    assert alarm["end"] is not None
    assert site.desk.changes() == ["raised", "acknowledged", "returned"]


def test_what_gets_worse_is_told_anew_but_not_all_the_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "TELL_ANEW_S", 0.0)
    more = replace(DISK, message="6 files", told_anew=True)
    site.look(more)
    site.look(more)
    assert len(site.desk.alarms()) == 1
    site.start()  # and after a start it is compared with what was stated
    site.look(replace(more, message="9 files"))
    assert {(a["message"], a["end"] is None) for a in site.desk.alarms()} == {
        ("6 files", False),
        ("9 files", True),
    }
    monkeypatch.setattr(faults, "TELL_ANEW_S", 60.0)
    site.look(replace(more, message="10 files"))
    site.look(replace(DISK, message="not this"), replace(more, message="11 files"))
    assert len(site.desk.alarms()) == 2


def test_what_cannot_get_well_is_over_once_somebody_has_acknowledged_it(site: Site) -> None:
    known: list[str] = []
    lost = replace(DISK, key="lost", seen=lambda: known.append("seen"))
    site.look(lost)
    site.look(lost)
    assert known == []
    (alarm,) = site.desk.alarms()
    site.desk.acknowledge(alarm["id"], "sent again")
    site.look(lost)
    assert known == ["seen"]
    site.look()
    (alarm,) = site.desk.alarms()
    assert alarm["state"] == "closed"


def test_again_is_another_alarm(site: Site) -> None:
    for wrong in ([DISK], [], [DISK]):
        site.look(*wrong)
    first, second = site.desk.alarms()
    assert first["id"] != second["id"]
    assert (first["end"] is None, second["end"] is None) == (False, True)


def test_of_several_assets_all_units_are_named_and_unknown_stays_unknown(site: Site) -> None:
    both = Fault("journal", Severity.CRITICAL, "no reading can be stored", ("freezer", "shipper"))
    site.look(both)
    assert codes(site.desk.alarms()[0]) == "unknown"
    site.desk.contain("BAG-1", "freezer", -3600)
    site.desk.contain("BAG-2", "shipper", -3600)
    site.desk.run()
    (alarm,) = site.desk.alarms()
    assert (codes(alarm), alarm["asset"]) == (["BAG-1", "BAG-2"], "freezer, shipper")

    site.look()
    site.desk.acknowledge(alarm["id"])
    site.desk.run()
    site.desk.contain("BAG-3", "shipper", -1800)  # known only after the alarm was closed
    site.desk.run()
    assert codes(site.desk.alarms()[0]) == ["BAG-1", "BAG-2", "BAG-3"]


def test_a_fault_without_assets_is_about_no_product(site: Site) -> None:
    site.look(Fault("sink:x", Severity.WARNING, "nobody listens there"))
    (alarm,) = site.desk.alarms()
    assert (alarm["asset"], alarm["units"]) == ("", [])


def test_what_lasts_too_shortly_is_no_alarm(site: Site) -> None:
    blip = Fault("source:x", Severity.MAJOR, "x: no answer", after_s=0.2)
    site.look(blip)
    site.look()
    site.look(blip)
    assert site.desk.alarms() == []
    began_ns = time.time_ns()
    time.sleep(0.25)
    site.look(blip)
    (alarm,) = site.desk.alarms()
    assert alarm["start"] < format_rfc3339(began_ns), "it began when it was first seen"


def test_a_restart_neither_repeats_nor_forgets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Fault("sink:x", Severity.WARNING, "nobody listens there")
    site.look(DISK, other)
    site.start()
    site.look(DISK)
    assert [a["end"] for a in site.desk.alarms()] == [None, None], "sink:x had no time yet to say so again"
    site.look()
    assert {a["rule"]: a["end"] is None for a in site.desk.alarms()} == {"disk": False, "sink:x": True}
    monkeypatch.setattr(faults, "GRACE_S", 0.0)
    site.look()
    assert [a["end"] is None for a in site.desk.alarms()] == [False, False]


def test_what_nobody_can_tell_yet_stays_as_it_was_stated(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that was restarted has not heard its UPS yet: the power is not back because of that."""
    monkeypatch.setattr(faults, "GRACE_S", 0.0)
    old, failed = (Fault(key, Severity.MAJOR, "x; y") for key in ("ups:rack:RB", "power:rack"))
    site.look(old, failed, DISK)
    site.start()
    site.wrong = [Undecided("ups:rack", below=True), Undecided("power:rack")]
    for _ in range(2):
        site.watch.look()
    site.desk.run()
    assert {a["rule"] for a in site.desk.alarms() if a["end"] is None} == {"ups:rack:RB", "power:rack"}
    site.look()
    assert [a["end"] is None for a in site.desk.alarms()] == [False] * 3


def test_while_the_journal_is_full_what_happened_waits(site: Site) -> None:
    site.desk.contain(SOME_CODE, "freezer", -3600)
    database = site.watch._journal._connection
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    full = Fault("journal", Severity.CRITICAL, "no room " * 5000, ("freezer",))
    site.look(full)
    site.look()
    assert site.desk.alarms() == []
    database.execute("PRAGMA max_page_count = 1000000")
    site.look()
    (alarm,) = site.desk.alarms()
    assert (alarm["rule"], codes(alarm)) == ("journal", [SOME_CODE])
    assert alarm["end"] is not None
    assert site.desk.changes() == ["raised", "returned"]


def test_the_watch_looks_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "LOOK_S", 0.01)
    site.wrong = [DISK]
    stop = threading.Event()
    thread = threading.Thread(target=site.watch.run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 60
    while not list(site.desk.journal.statements(faults.FAULT)) and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert len(list(site.desk.journal.statements(faults.FAULT))) == 1


class Broker:
    """A source of which only the link is looked at."""

    name = "broker"

    def __init__(self) -> None:
        self.link = Link("broker")


def test_a_source_that_is_down_is_named_with_its_assets(site: Site) -> None:
    broker = Broker()
    check = checks.sources(site.desk.configuration, [broker])  # type: ignore[list-item]
    broker.link.change(LinkState.UP)
    assert list(check()) == []
    broker.link.change(LinkState.DOWN, "nobody listens on port 1883")
    (fault,) = check()
    assert (fault.key, fault.assets) == ("source:broker", ("freezer", "shipper"))
    assert "nobody listens on port 1883" in fault.message
    broker.link.change(LinkState.STOPPED)
    assert list(check()) == []


def test_a_source_is_a_fault_before_its_channels_are_silent(site: Site) -> None:
    """Silences that came before it would be calls of their own."""
    broker = Broker()
    broker.link.change(LinkState.DOWN, "gone")
    configuration = site.desk.configuration
    for shortest_s, after_s in ((20.0, 10.0), (300.0, 60.0)):
        channels = {
            name: replace(one, table=replace(one.table, no_data_after_s=wait_s))
            for (name, one), wait_s in zip(
                configuration.channels.items(), (shortest_s, 600.0, 600.0), strict=False
            )
        }
        (fault,) = checks.sources(replace(configuration, channels=channels), [broker])()  # type: ignore[list-item]
        assert fault.after_s == after_s


def test_a_source_that_comes_and_goes_is_named_with_its_assets(site: Site) -> None:
    broker = Broker()
    check = checks.sources(site.desk.configuration, [broker])  # type: ignore[list-item]
    for _ in range(3):
        broker.link.change(LinkState.UP)
        broker.link.change(LinkState.DOWN, "it hung up")
    found = {fault.key: fault for fault in check()}
    assert sorted(found) == ["flaps:broker", "source:broker"]
    assert found["flaps:broker"].assets == ("freezer", "shipper")
    assert found["flaps:broker"].after_s == 0.0
    broker.link.change(LinkState.UP)
    (fault,) = check()
    assert fault.message == (
        "source broker: flaps: 3 times in the last 5 minutes; the last time: it hung up; "
        "its channels have gaps until it holds"
    )


def test_an_instrument_that_is_another_one_is_named_with_its_assets(site: Site) -> None:
    broker = Broker()
    check = checks.sources(site.desk.configuration, [broker])  # type: ignore[list-item]
    broker.link.change(LinkState.UP)
    assert list(check()) == []
    broker.link.strangers = ("the serial number is 2, and was 1: another instrument is connected here",)
    (fault,) = check()
    assert (fault.key, fault.assets) == ("instrument:broker", ("freezer", "shipper"))
    assert fault.message.startswith("source broker: the serial number is 2, and was 1")
    broker.link.strangers = ()
    assert list(check()) == []


def test_a_fault_of_a_site_says_so_to_whoever_is_called(site: Site) -> None:
    site.look(Fault("peer:far", Severity.CRITICAL, "gateway far is silent; go and look", site="s"))
    (alarm,) = site.desk.alarms()
    assert (alarm["site"], alarm["asset"]) == ("s", "")
    site.desk.lose_records()
    site.desk.run()
    assert site.desk.alarms()[0]["site"] == "s"


def test_a_fault_of_the_version_before_has_no_site() -> None:
    told = FaultRaised("F-1", "disk", Severity.MAJOR, "x; y", ())
    body = {name: value for name, value in to_body(told).items() if name != "site"} | {"schema": 1}
    assert of(body) == told
