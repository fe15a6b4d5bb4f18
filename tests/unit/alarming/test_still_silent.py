"""A silence that was answered while its cause lasted asks again, once, if it goes on behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.alarming import screening as follower
from gateway.alarming.book import AlarmBook
from gateway.alarms import lifecycle
from gateway.cli import app
from gateway.model import SECOND, Severity
from gateway.statements import Statement, acknowledge, assign, comment, fault, take
from gateway.statements.fault import FaultChange, FaultCleared, FaultRaised
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Killed, Still

SILENT_AFTER_S = 60
ASKS_AFTER_S = 120
SHORT = CONFIG.replace("no_data_after_s = 300000000.0", f"no_data_after_s = {SILENT_AFTER_S}.0")
SHORT += f"[calls]\nasks_again_after_s = {ASKS_AFTER_S}.0\n"
BOTH = ("freezer", "shipper")
BACK_S = 300  # when the broker is back
ASKS_S = BACK_S + SILENT_AFTER_S + ASKS_AFTER_S


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "GRACE_S", -1.0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Both channels were heard at noon."""
    desk = Desk(tmp_path, SHORT, since_ns=NOON_NS)
    desk.clock = Still(NOON_NS)
    desk.read(("top", 0, -190.0), ("shipper", 0, -190.0))
    return desk


def at(desk: Desk, seconds: float) -> None:
    """The gateway looks at this moment."""
    desk.clock = Still(NOON_NS + round(seconds * SECOND))
    desk.run()


def note(desk: Desk, at_s: float, change: FaultChange) -> None:
    at_ns = NOON_NS + round(at_s * SECOND)
    desk.say(Statement(fault.KIND, "test", at_ns, fault.to_body(change)))


def broker_goes(desk: Desk, at_s: float, key: str = "source:broker", name: str = "F-1") -> None:
    note(desk, at_s, FaultRaised(name, key, Severity.MAJOR, f"{key} is away", BOTH))


def broker_is_back(desk: Desk, at_s: float, key: str = "source:broker", name: str = "F-1") -> None:
    note(desk, at_s, FaultCleared(name, key))


def answer(desk: Desk, kind: Any = acknowledge, said: Any = None) -> None:
    """Of every silence."""
    for alarm in (a for a in desk.alarms() if a["rule"] == "no-data"):
        desk.state(kind.KIND, kind.to_body(said or acknowledge.Acknowledge(alarm["id"], "the broker")))


def take_all(desk: Desk) -> None:
    for alarm in (a for a in desk.alarms() if a["rule"] == "no-data"):
        desk.state(take.KIND, take.to_body(take.Take(alarm["id"], "the broker")))


def answered_and_back(desk: Desk) -> None:
    """The broker went, both are silent, somebody says "it is the broker", it is back, and only top sends."""
    broker_goes(desk, 30)
    at(desk, SILENT_AFTER_S + 1)
    answer(desk)
    at(desk, 100)
    broker_is_back(desk, BACK_S)
    desk.read(("top", BACK_S, -190.0))
    at(desk, BACK_S)


def silence(desk: Desk, channel: str = "shipper") -> dict[str, Any]:
    return [a for a in desk.alarms() if a["rule"] == "no-data" and a["channel"] == channel][-1]


def again(desk: Desk) -> list[str]:
    return [t.alarm for t in desk.transitions() if t.change == "asks again"]


def test_it_asks_again_once_and_so_does_the_record(desk: Desk) -> None:
    answered_and_back(desk)
    assert (silence(desk)["state"], silence(desk, "top")["state"]) == ("acknowledged", "closed")
    desk.read(("top", ASKS_S - 1, -190.0))
    at(desk, ASKS_S - 1)
    assert again(desk) == []
    for second in (0, 1, 100):
        at(desk, ASKS_S + second)
        assert again(desk) == [silence(desk)["id"]]
    assert silence(desk)["state"] == "unacknowledged"
    assert [a["by"] for a in silence(desk)["acknowledgements"]] == ["Li Na"]
    (said,) = [t for t in desk.transitions() if t.change == "asks again"]
    (_, cleared) = [s for _, s in desk.journal.statements(fault.KIND)]
    assert said.because == cleared.id
    before = desk.alarms(), desk.changes()
    desk.lose_records()
    desk.run()
    assert (desk.alarms(), desk.changes()) == before


def test_whoever_took_it_is_not_on_it_any_more(desk: Desk) -> None:
    broker_goes(desk, 30)
    at(desk, SILENT_AFTER_S + 1)
    take_all(desk)
    for kind, said in ((assign, assign.Assign), (comment, comment.Comment)):
        desk.state(kind.KIND, kind.to_body(said(silence(desk)["id"], "Wang Wei")))
    at(desk, 100)
    assert silence(desk)["taken"]["by"] == "Li Na"
    broker_is_back(desk, BACK_S)
    at(desk, ASKS_S)
    told = silence(desk)
    assert (told["taken"], told["assigned"]["to"], len(told["comments"])) == (None, "Wang Wei", 1)
    assert sorted(again(desk)) == sorted([silence(desk)["id"], silence(desk, "top")["id"]])


def test_answered_again_it_is_quiet(desk: Desk) -> None:
    answered_and_back(desk)
    at(desk, ASKS_S)
    answer(desk)
    at(desk, ASKS_S + 1)
    at(desk, 10 * ASKS_S)
    assert silence(desk)["state"] == "acknowledged" and again(desk).count(silence(desk)["id"]) == 1


def test_an_answer_behind_the_end_is_about_the_silence_itself(desk: Desk) -> None:
    answered_and_back(desk)
    desk.clock = Still(NOON_NS + (BACK_S + SILENT_AFTER_S) * SECOND)
    desk.state(comment.KIND, comment.to_body(comment.Comment(silence(desk)["id"], "it is on the road")))
    at(desk, 10 * ASKS_S)
    assert again(desk) == []


def test_an_answer_before_the_cause_is_not_about_it(desk: Desk) -> None:
    at(desk, SILENT_AFTER_S + 1)
    answer(desk)
    at(desk, 100)
    broker_goes(desk, 200)
    broker_is_back(desk, BACK_S)
    at(desk, 10 * ASKS_S)
    assert again(desk) == []


@pytest.mark.parametrize("key", ["ups:rack", "journal", "screening", "source:com1", "flaps:broker"])
def test_any_fault_that_leaves_assets_unwatched_is_a_cause(desk: Desk, key: str) -> None:
    broker_goes(desk, 30, key)
    at(desk, SILENT_AFTER_S + 1)
    answer(desk)
    broker_is_back(desk, BACK_S, key)
    at(desk, ASKS_S)
    assert len(again(desk)) == 2


@pytest.mark.parametrize("key", ["time left:shipper", "unmeasured:shipper"])
def test_what_is_found_in_an_asset_is_none(desk: Desk, key: str) -> None:
    broker_goes(desk, 30, key)
    at(desk, SILENT_AFTER_S + 1)
    answer(desk)
    broker_is_back(desk, BACK_S, key)
    at(desk, 10 * ASKS_S)
    assert again(desk) == []


def test_while_another_cause_lasts_nobody_is_asked(desk: Desk) -> None:
    broker_goes(desk, 30)
    broker_goes(desk, 40, "ups:rack", "F-2")
    at(desk, SILENT_AFTER_S + 1)
    answer(desk)
    broker_is_back(desk, BACK_S)
    at(desk, 2 * ASKS_S)
    assert again(desk) == []
    broker_is_back(desk, 2 * ASKS_S, "ups:rack", "F-2")
    at(desk, 2 * ASKS_S + SILENT_AFTER_S + ASKS_AFTER_S - 1)
    assert again(desk) == []
    at(desk, 2 * ASKS_S + SILENT_AFTER_S + ASKS_AFTER_S)
    assert len(again(desk)) == 2


def test_a_gateway_that_was_away_is_a_cause(desk: Desk) -> None:
    """It is started an hour after both fell silent, and somebody says "it is only just back"."""
    at(desk, 3600)
    answer(desk)
    at(desk, 3601)
    at(desk, 3600 + SILENT_AFTER_S + ASKS_AFTER_S - 1)
    assert again(desk) == []
    at(desk, 3600 + SILENT_AFTER_S + ASKS_AFTER_S)
    assert len(again(desk)) == 2


def test_what_came_late_is_asked_about_after_the_start_as_well(desk: Desk) -> None:
    """The gateway was down when the moment came."""
    answered_and_back(desk)
    at(desk, 10 * ASKS_S)
    assert again(desk) == [silence(desk)["id"]]


@pytest.mark.parametrize("stated", [False, True])
def test_killed_at_any_moment_it_asks_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, stated: bool) -> None:
    """Before the transition is in the journal, or behind that and before the records have it."""
    answered_and_back(desk)

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(AlarmBook, "write" if stated else "news", dies)
        at(desk, ASKS_S)
    assert len(again(desk)) == stated
    for kill_after in (1, 2, 3):
        desk.run(kill_after)
    at(desk, ASKS_S + 5)
    assert again(desk) == [silence(desk)["id"]]


def test_one_that_was_never_taken_lets_nobody_go() -> None:
    alarm = lifecycle.raised("E-1", 0)
    assert lifecycle.let_go(alarm) == alarm


SHIPPERS = tuple(f"sh-{k}" for k in range(6))
FLEET = "".join(
    f"""
[assets.{name}]
site = "s"
[channels.{name}]
asset = "{name}"
source = "broker"
address = "{name}"
profile = "p"
no_data_after_s = {SILENT_AFTER_S}.0
max_gap_s = 60.0
"""
    for name in SHIPPERS
)


@pytest.fixture
def fleet(tmp_path: Path) -> Desk:
    """Six shippers fell silent together, with no fault that says why, and somebody acknowledged them all."""
    desk = Desk(tmp_path, SHORT + FLEET, since_ns=NOON_NS)
    desk.clock = Still(NOON_NS)
    desk.read(*((name, k, -190.0) for k, name in enumerate(SHIPPERS)))
    for second in (SILENT_AFTER_S + 1, SILENT_AFTER_S + 7):
        at(desk, second)
    answer(desk)
    at(desk, 250)
    return desk


def come_back(desk: Desk, *names: str) -> None:
    desk.read(*((name, BACK_S, -190.0) for name in names))
    at(desk, BACK_S)


def go_on(desk: Desk, seconds: float, *names: str) -> None:
    """These send all the time."""
    for second in range(BACK_S + 30, round(seconds) + 1, 30):
        desk.clock = Still(NOON_NS + second * SECOND)
        desk.read(*((name, second, -190.0) for name in names))
        desk.run()


EVERYBODY = (*SHIPPERS, *("top", "shipper"))


def history_of(desk: Desk, alarm: str) -> str:
    config = desk.folder / "cryogate.toml"
    config.write_text((SHORT + FLEET).replace('name = "test"', 'name = "test"\ndata_dir = "."', 1))
    return CliRunner().invoke(app, ["history", alarm, "--config", str(config)]).stdout


def test_what_is_silent_when_half_of_a_site_talks_again_asks_again(fleet: Desk) -> None:
    come_back(fleet, *SHIPPERS[:4])
    go_on(fleet, ASKS_S - 10, *SHIPPERS[:4])
    assert again(fleet) == []
    go_on(fleet, ASKS_S + 60, *SHIPPERS[:4])
    assert sorted(again(fleet)) == sorted(silence(fleet, name)["id"] for name in EVERYBODY[4:])
    assert "most of those that fell silent with it talk again" in history_of(fleet, again(fleet)[0])
    before = fleet.alarms(), fleet.changes()
    fleet.lose_records()
    fleet.run()
    assert (fleet.alarms(), fleet.changes()) == before


def test_less_than_half_proves_nothing(fleet: Desk) -> None:
    come_back(fleet, *SHIPPERS[:3])
    go_on(fleet, 2 * ASKS_S, *SHIPPERS[:3])
    assert again(fleet) == []


def test_the_gateway_may_be_down_when_half_of_a_site_talks_again(fleet: Desk) -> None:
    come_back(fleet, *SHIPPERS[:5])
    fleet.lose_records()
    at(fleet, BACK_S + 1)
    go_on(fleet, ASKS_S + 60, *SHIPPERS[:5])
    assert sorted(again(fleet)) == sorted(silence(fleet, name)["id"] for name in EVERYBODY[5:])
