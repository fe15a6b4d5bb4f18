"""Screening as the gateway runs it: in a thread, behind a real journal, with people at other connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.alarming import entry
from gateway.alarming import screening as follower
from gateway.alarming.screening import STATE, Screening
from gateway.errors import JournalError
from gateway.journal.records import Records
from gateway.model import SECOND
from tests.unit.alarming.alarm_desk import (
    CONFIG,
    NOON_NS,
    SOME_CODE,
    Desk,
    codes,
    eventually,
    now_ns,
)

DAY_NS = 86_400 * SECOND
SILENT = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 0.2")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_S", 0.005)
    monkeypatch.setattr(follower, "GRACE_S", 0.05)
    monkeypatch.setattr(entry, "WRITE_EVERY_NS", SECOND // 100)


class Running:
    """A screening in a thread; leaving the block stops it as the gateway would."""

    def __init__(self, desk: Desk) -> None:
        self.screening = desk.screening()
        self.stop = threading.Event()
        self.problem: BaseException | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.screening.run(self.stop)
        except JournalError as error:
            self.problem = error

    def __enter__(self) -> Screening:
        self.thread.start()
        return self.screening

    def __exit__(self, *why: object) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def since_noon_s() -> float:
    return (now_ns() - NOON_NS) / SECOND


def channel(screening: Screening, name: str, at_s: float) -> dict[str, Any]:
    """What is shown of a channel at a moment, in seconds after noon."""
    states = screening.channel_states(NOON_NS + round(at_s * SECOND))
    return next(c for c in states if c["channel"] == name)


def counted(screening: Screening, value: float, waiting: int) -> dict[str, Any]:
    """What is shown of "top" once a reading of just now counts (a turn later), and so many wait."""
    wanted = {"value": value, "waiting": waiting}
    eventually(lambda: wanted.items() <= channel(screening, "top", since_noon_s()).items(), "counts")
    return channel(screening, "top", since_noon_s())


def some(desk: Desk, **expected: Any) -> Any:
    """The first alarm that says what is expected, once there is one."""

    def found() -> Any:
        return [a for a in desk.alarms() if all(a[k] == v for k, v in expected.items())]

    return eventually(found, f"an alarm with {expected}")[0]


def test_from_reading_to_closed_while_people_speak_from_elsewhere(desk: Desk) -> None:
    with Running(desk):
        desk.read(("top", 0, -190.0), ("top", 10, -140.0))
        alarm = some(desk, state="unacknowledged", units="unknown")
        assert [a.id for a in desk.records.book.alarms()] == [alarm["id"]]
        desk.contain(SOME_CODE, "freezer", -60)
        eventually(lambda: codes(desk.alarms()[0]) == [SOME_CODE], "what is inside")
        desk.acknowledge(alarm["id"])
        some(desk, state="acknowledged")
        desk.read(("top", 20, -140.0))
        some(desk, readings=2, beyond_s=10.0)
        desk.read(("top", 30, -190.0))
        some(desk, state="closed")
        eventually(lambda: desk.records.book.alarms() == [], "nobody is needed")
    assert desk.changes() == ["raised", "amended", "acknowledged", "returned"]


def test_a_commit_wakes_it_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_S", 30.0)
    running = Running(desk)
    with running:
        for i in range(3):
            desk.read(("top", 20 * i, -140.0), ("top", 20 * i + 10, -190.0))
            eventually(lambda i=i: len(desk.alarms()) == i + 1, "the commit woke it", 10)
        running.stop.set()
        with desk.committed:
            desk.committed.notify_all()


def test_what_is_committed_before_it_stops_is_screened(desk: Desk) -> None:
    running = Running(desk)
    desk.read(("top", 0, -140.0))
    running.stop.set()
    with running:
        pass
    assert len(desk.alarms()) == 1
    cursor, _ = desk.records.saved(STATE) or (0, b"")
    assert cursor == desk.journal.last_seq()


def seen(desk: Desk, screening: Screening) -> None:
    eventually(lambda: screening.cursor == desk.journal.last_seq(), "screened")


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this machine has no say."""
    monkeypatch.setattr(follower, "GRACE_S", 1e9)


HALF_A_MINUTE = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 30.0")
FIVE_MINUTES = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 300.0")


def test_channels_are_unknown_until_they_are_heard_and_when_they_fall_silent(
    tmp_path: Path, still: None
) -> None:
    desk = Desk(tmp_path, HALF_A_MINUTE.replace('profile = "p"\n', "", 1))
    with Running(desk) as screening:
        assert channel(screening, "top", 0)["state"] == "unknown"
        desk.read(("top", 0, -190.0), ("shipper", 0, -140.0))
        seen(desk, screening)
        shown = channel(screening, "top", 29)
        assert shown.pop("age_s") == pytest.approx(29.0, abs=0.9)  # no wall clock: to the pace of this test
        assert shown == {
            "channel": "top",
            "site": "s",
            "asset": "freezer",
            "zone": "top",
            "source": "broker",
            "unit": "degC",
            "value": -190.0,
            "quality": "good",
            "state": "no limits",
            "unknown": False,
            "waiting": 0,
            "ahead_s": None,
        }
        assert channel(screening, "shipper", 29)["state"] == "critical above-150"
        silent = channel(screening, "shipper", 31)
        assert (silent["state"], silent["value"]) == ("critical above-150, unknown", -140.0)
        silent = channel(screening, "top", 31)
        assert (silent["state"], silent["value"]) == ("unknown", None)  # never the last value


def test_a_bad_reading_is_unknown_however_fresh(tmp_path: Path, still: None) -> None:
    desk = Desk(tmp_path, HALF_A_MINUTE)
    with Running(desk) as screening:
        desk.read(("top", 0, -190.0))
        seen(desk, screening)
        assert channel(screening, "top", 1)["state"] == "in range"
        desk.read(("top", 1, None))
        seen(desk, screening)
        bad = channel(screening, "top", 1)
        assert (bad["state"], bad["value"], bad["quality"]) == ("unknown", None, "bad")


def test_a_reading_that_no_sensor_can_mean_is_unknown_too(tmp_path: Path, still: None) -> None:
    possible = (
        '[[profiles.p.rules]]\nid = "range"\nkind = "plausible"\nfloor_degC = -210.0\nceiling_degC = 60.0\n'
    )
    desk = Desk(
        tmp_path, HALF_A_MINUTE.replace("[channels.top]", possible + 'severity = "minor"\n[channels.top]')
    )
    with Running(desk) as screening:
        desk.read(("top", 0, -250.0))
        seen(desk, screening)
        shown = channel(screening, "top", 1)
        assert (shown["state"], shown["value"], shown["quality"]) == ("unknown", None, "bad")
        desk.read(("top", 1, -190.0))
        seen(desk, screening)
        assert channel(screening, "top", 1)["state"] == "in range"


def test_a_late_reading_is_not_the_newest(tmp_path: Path, still: None) -> None:
    desk = Desk(tmp_path, HALF_A_MINUTE)
    with Running(desk) as screening:
        desk.read(("top", 10, -190.0), ("top", 5, -191.0))
        desk.read(("top", 0, -192.0))
        seen(desk, screening)
        assert channel(screening, "top", 11)["value"] == -190.0


def test_what_lies_ahead_of_the_clock_is_counted_and_decides_nothing(tmp_path: Path, still: None) -> None:
    desk = Desk(tmp_path, HALF_A_MINUTE)
    with Running(desk) as screening:
        desk.read(("top", since_noon_s(), -190.0))
        desk.read(("top", since_noon_s() + 7200, -100.0))
        shown = counted(screening, -190.0, waiting=1)
        assert shown["state"] == "in range"
        assert shown["ahead_s"] == pytest.approx(7200, abs=30)
        assert channel(screening, "top", since_noon_s() + 60)["state"] == "unknown"


def test_a_clock_set_far_ahead_and_back_makes_nothing_fresh(tmp_path: Path, still: None) -> None:
    """At +100 d a reading is stamped; back again it waits, and what was newest before is that again."""
    desk = Desk(tmp_path, FIVE_MINUTES)
    with Running(desk) as screening:
        desk.read(("top", since_noon_s(), -190.0))
        counted(screening, -190.0, waiting=0)
        desk.clock.ahead_ns, later_s = 100 * DAY_NS, 100 * DAY_NS / SECOND
        desk.read(("top", since_noon_s() + later_s, -100.0))
        eventually(desk.alarms, "raised by that clock")
        desk.clock.ahead_ns = 0
        eventually(lambda: channel(screening, "top", since_noon_s())["waiting"] == 1, "it waits for its time")
        shown = channel(screening, "top", since_noon_s())
        assert (shown["state"], shown["value"], shown["age_s"] < 300) == ("in range", -190.0, True)
        desk.read(("top", since_noon_s(), -120.0))
        assert counted(screening, -120.0, waiting=1)["state"] == "critical above-150"


def test_what_was_shown_before_a_restart_is_shown_after_it(tmp_path: Path, still: None) -> None:
    desk = Desk(tmp_path, HALF_A_MINUTE)
    desk.read(("top", 0, -140.0))
    before = desk.run().channel_states(NOON_NS)
    assert desk.screening().channel_states(NOON_NS) == before
    assert before[0]["state"] == "critical above-150"


def test_silence_raises_an_alarm_by_the_clock_and_returns_with_the_next_reading(tmp_path: Path) -> None:
    desk = Desk(tmp_path, SILENT)
    desk.read(("top", (heard := since_noon_s()), -190.0))
    with Running(desk) as screening:
        some(desk, rule="no-data", channel="top", severity="major", units="unknown", end=None)
        assert channel(screening, "top", since_noon_s())["state"] == "unknown"
        desk.read(("top", since_noon_s(), -190.0))
        alarm = some(desk, state="returned unacknowledged")
        assert alarm["unproven_s"] > 0
    assert [t.change for t in desk.transitions() if t.alarm == alarm["id"]] == ["raised", "returned"]
    assert since_noon_s() > heard + 0.2


def test_silence_is_heard_while_others_never_stop_talking(tmp_path: Path) -> None:
    desk = Desk(tmp_path, SILENT)
    desk.read(("top", since_noon_s(), -190.0))
    done = threading.Event()

    def talk() -> None:
        while not done.is_set():
            talker.read(("shipper", since_noon_s(), -190.0))

    talker = Desk(tmp_path, SILENT)
    talker.committed = desk.committed
    thread = threading.Thread(target=talk)
    thread.start()
    try:
        with Running(desk):
            some(desk, rule="no-data", channel="top")
    finally:
        done.set()
        thread.join(60)


def test_after_a_start_silence_counts_only_when_everybody_had_time_to_come_back(
    tmp_path: Path, still: None
) -> None:
    desk = Desk(tmp_path, SILENT)
    desk.read(("top", 0, -190.0))
    with Running(desk) as screening:
        for i in range(1, 5):
            desk.read(("top", i / 10, -190.0))
            seen(desk, screening)
    assert desk.alarms() == []


def test_a_no_data_alarm_of_the_clock_survives_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, SILENT)
    desk.read(("top", since_noon_s() - 10, -190.0))
    with Running(desk):
        alarm = some(desk, rule="no-data", channel="top")
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    for _ in range(3):
        desk.run(kill_after=1)
    desk.read(("top", since_noon_s(), -190.0))
    desk.run()
    assert some(desk, state="returned unacknowledged")["id"] == alarm["id"]
    assert [t.change for t in desk.transitions() if t.alarm == alarm["id"]] == ["raised", "returned"]


def test_another_timeout_ends_the_silence_of_the_old_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path, SILENT)
    desk.read(("top", 0, -190.0))
    with Running(desk):
        old = some(desk, rule="no-data", channel="top", state="unacknowledged")
    desk.configure(SILENT.replace("no_data_after_s = 0.2", "no_data_after_s = 0.3"))
    with Running(desk):
        ended = some(desk, id=old["id"], state="ended unacknowledged")
        assert (ended["ended_by"], ended["returned"]) == ("superseded", None)
        eventually(lambda: len(of_top(desk)) == 2, "the new one")
    new = of_top(desk)[1]
    assert (new["rule"], new["state"], new["end"]) == ("no-data", "unacknowledged", None)
    assert new["profile_version"] != old["profile_version"]


def of_top(desk: Desk) -> list[dict[str, Any]]:
    return [a for a in desk.alarms() if a["channel"] == "top"]


def no_room(*_: object) -> None:
    raise JournalError("no room")


def test_a_kill_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.contain(SOME_CODE, "freezer", -60)
    desk.read(("top", 0, -140.0))
    with monkeypatch.context() as patch:
        patch.setattr(Records, "save", no_room)
        running = Running(desk)
        with running:
            eventually(lambda: running.problem, "it failed")
    assert (desk.alarms(), desk.changes()) == ([], ["raised"])  # stated, and not recorded yet
    desk.run()
    assert codes(desk.alarms()[0]) == [SOME_CODE]
    assert desk.changes() == ["raised"]


def test_the_same_one_goes_on_after_a_failure_from_what_is_durable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the supervisor does it."""
    desk.read(("top", 0, -140.0))
    running = Running(desk)
    with monkeypatch.context() as patch:
        patch.setattr(Records, "save", no_room)
        with running:
            eventually(lambda: running.problem, "it failed")
    assert channel(running.screening, "top", 0)["state"] == "critical above-150"
    running.screening.failed("no room")
    assert channel(running.screening, "top", 0)["state"] == "critical above-150, unknown"
    again = Running(desk)
    again.screening = running.screening
    with again as screening:
        some(desk, state="unacknowledged")
        eventually(lambda: channel(screening, "top", 0)["state"] == "critical above-150", "watched again")
    assert desk.changes() == ["raised"]


def test_a_containment_statement_in_quiet_times_survives_a_kill(desk: Desk) -> None:
    desk.read(("top", 0, -140.0))
    desk.run()
    desk.contain("ELSEWHERE", "shipper", -60)
    desk.read(("shipper", 0, -190.0))
    desk.run(kill_after=1)
    desk.read(("shipper", 10, -140.0))
    desk.run()
    assert [codes(a) for a in desk.alarms()] == ["unknown", ["ELSEWHERE"]]


def test_readings_of_channels_that_left_the_configuration_are_passed_over(desk: Desk) -> None:
    desk.read(("top", 0, -140.0), ("shipper", 0, -140.0))
    desk.configure(CONFIG[: CONFIG.index("[channels.top]")] + CONFIG[CONFIG.index("[channels.shipper]") :])
    desk.run()
    assert [(a["channel"], a["ended_by"]) for a in desk.alarms()] == [("shipper", None), ("top", "retired")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before
