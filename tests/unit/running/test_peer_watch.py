"""The silence of another gateway is a fault of its site; what is old, or of another, is no sign of life."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.alarming.faults import Fault
from gateway.doctor import Level
from gateway.doctor.watching import findings
from gateway.heartbeats import Health
from gateway.heartbeats.state import LOST, State
from gateway.model import SECOND, Severity
from gateway.peers import Heard
from gateway.peers.mqtt import Options, Peer
from gateway.running.peer_watch import PeerWatch

ALIVE = State("pudong-1", "7Q2M9XKD", ("pudong",), "alive", "", 1_767_614_400 * 10**9, 15.0)


class Watch(PeerWatch):
    """With a clock that the test moves."""

    def __init__(self) -> None:
        self.clock_s = 1000.0
        options = Options("127.0.0.1", "far", "cryogate/pudong-1/state", "pudong", port=1883)
        self.stood = 0.0
        peer = Peer(options)
        super().__init__("pudong-1", "mqtt", peer, "pudong", 120.0, lambda: self.clock_s, lambda: self.stood)

    def after(self, seconds: float) -> list[Fault]:
        self.clock_s += seconds
        return list(self.faults())

    def say(self, *, is_old: bool = False, **changed: Any) -> None:
        self.hear(Heard(replace(ALIVE, **changed), is_old))


@pytest.fixture
def watch() -> Watch:
    watch = Watch()
    watch.begin()
    return watch


def test_as_long_as_it_says_so_it_is_alive(watch: Watch) -> None:
    for _ in range(20):
        watch.say()
        assert watch.after(100) == []


def test_silence_is_a_fault_that_names_it_and_its_site(watch: Watch) -> None:
    watch.say()
    assert watch.after(120) == []
    (fault,) = watch.after(1)
    assert (fault.key, fault.severity, fault.site) == ("peer:pudong-1", Severity.CRITICAL, "pudong")
    assert "gateway pudong-1 at site pudong" in fault.message
    assert "it says nothing more; it was last alive at 2026-01-05T12:00:00Z by its clock" in fault.message
    watch.say()
    assert watch.after(1) == []


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (LOST, "its broker lost it"),
        (Health.STOPPED, "somebody stopped it"),
        (Health.BLIND, "it says that it is blind (no room)"),
        (Health.STARTING, "it is starting"),
        ("dancing", "it says nothing more (no room)"),
    ],
)
def test_other_words_are_no_life_and_the_reason(watch: Watch, health: str, words: str) -> None:
    watch.say()
    watch.after(60)
    watch.say(health=health, why="no room" if health in (Health.BLIND, "dancing") else "")
    (fault,) = watch.after(61)
    assert words in fault.message


def test_a_will_is_no_word_of_its_own(watch: Watch) -> None:
    """The broker says it with the time at which the gateway had connected."""
    month_ago = ALIVE.at_ns - 30 * 86_400 * SECOND
    watch.say(health=LOST, at_ns=month_ago, is_old=True)
    (unknown,) = watch.after(121)
    assert "its broker lost it; when it was last alive is not known here;" in unknown.message
    assert watch.status()["said"] is watch.status()["said_alive"] is None
    watch.say()
    watch.say(health=LOST, at_ns=month_ago)
    (fault,) = watch.after(121)
    assert "its broker lost it; it was last alive at 2026-01-05T12:00:00Z by its clock" in fault.message


def test_what_says_that_it_is_blind_was_alive_before(watch: Watch) -> None:
    """It says so again and again: its last word is of a moment ago, and nobody watches since long before."""
    watch.say()
    watch.after(60)
    watch.say(health=Health.BLIND, at_ns=ALIVE.at_ns + 60 * SECOND, why="no room")
    (fault,) = watch.after(61)
    assert "(no room); it was last alive at 2026-01-05T12:00:00Z by its clock" in fault.message


def test_what_a_broker_kept_is_no_life(watch: Watch) -> None:
    """A broker that was restarted keeps the last word of a gateway that died meanwhile."""
    watch.after(100)
    watch.say(is_old=True)
    assert len(watch.after(21)) == 1


def test_its_clock_does_not_matter(watch: Watch) -> None:
    watch.say(at_ns=0)
    assert watch.after(119) == []
    watch.say(at_ns=2**62)
    assert watch.after(119) == [] and len(watch.after(2)) == 1


def test_a_gateway_that_was_renamed_is_no_life_and_said(watch: Watch) -> None:
    watch.say()
    watch.after(60)
    watch.say(gateway="pudong-2")
    (fault,) = watch.after(61)
    assert "speaks gateway 'pudong-2': it was renamed, or two gateways have one topic" in fault.message


def test_nothing_at_all_is_said_after_a_while(watch: Watch) -> None:
    (fault,) = watch.after(121)
    assert "nothing stands at its topic, and nothing came" in fault.message


def test_three_of_its_periods_are_waited_for(watch: Watch) -> None:
    watch.say(period_s=60.0)
    assert watch.after(179) == [] and len(watch.after(2)) == 1


def test_who_is_deaf_knows_nothing_but_does_not_take_silence_back(watch: Watch) -> None:
    watch.say()
    watch.failed("127.0.0.1:1883: nobody listens there; check host")
    (deaf,) = watch.after(600)
    assert (deaf.key, deaf.after_s, deaf.severity) == ("peer:pudong-1:link", 60.0, Severity.MAJOR)
    assert "cannot be watched from here" in deaf.message and deaf.site == "pudong"
    watch.begin()
    assert watch.after(119) == []
    (silent,) = watch.after(2)
    watch.failed("127.0.0.1:1883: nobody listens there; check host")
    assert [fault.key for fault in watch.after(1)] == ["peer:pudong-1:link", silent.key]
    watch.begin()
    watch.say(is_old=True)
    assert [fault.key for fault in watch.after(1)] == [silent.key]  # it can be heard, and has said nothing
    watch.say()
    assert watch.after(1) == []


def test_doctor_and_status(watch: Watch) -> None:
    def found() -> tuple[Level, str, str]:
        list(watch.faults())
        (one,) = findings({"peers": [watch.status()]})
        assert one.where == "peer pudong-1"
        return one.level, one.what, one.do

    assert found() == (Level.NOTE, "nothing was heard yet", "")
    watch.say()
    watch.clock_s += 4
    assert found() == (Level.NOTE, "says that it is alive; heard alive 4 s ago", "")
    watch.clock_s += 120
    assert found()[0] is Level.ERROR and "it says nothing more" in found()[1]
    watch.say()
    watch.failed("b:1883: nobody listens there; check host")
    assert found() == (Level.WARNING, "cannot be heard: b:1883: nobody listens there", "check host")


def test_a_silence_of_before_our_own_start_is_not_over_before_it_was_heard(watch: Watch) -> None:
    assert [one.key for one in watch.undecided()] == ["peer:pudong-1"]
    watch.say(is_old=True)
    assert watch.after(100) == [] and list(watch.undecided())
    assert watch.after(21) and list(watch.undecided()) == []
    other = Watch()
    other.failed("nobody listens there; check host")
    assert other.after(600) and list(other.undecided())
    other.begin()
    other.say()
    assert list(other.undecided()) == []


def test_a_second_gateway_of_its_name_does_not_hide_its_death(watch: Watch) -> None:
    """A configuration that was copied to another box."""
    watch.say()
    watch.after(60)
    watch.say(journal="1MP0ST0R")
    (twice,) = watch.after(1)
    assert (twice.key, twice.severity) == ("peer:pudong-1:twice", Severity.MAJOR)
    assert "journals 7Q2M9XKD and 1MP0ST0R" in twice.message
    watch.say(journal="1MP0ST0R")
    watch.say(journal="1MP0ST0R", at_ns=ALIVE.at_ns + 60 * SECOND)
    assert [fault.key for fault in watch.after(60)] == ["peer:pudong-1:twice", "peer:pudong-1"]
    assert watch.status()["said_alive"] == "2026-01-05T12:00:00.000000000Z", "no word of the second one"
    watch.say()
    assert [fault.key for fault in watch.after(1)] == ["peer:pudong-1:twice"]


@pytest.mark.parametrize(
    "changed", [{"gateway": "zzz"}, {"health": LOST}, {"is_old": True}, {"journal": "X"}]
)
def test_how_often_it_speaks_is_its_own_word_alone(watch: Watch, changed: dict[str, Any]) -> None:
    watch.say()
    watch.say(period_s=3600.0, **changed)
    assert "peer:pudong-1" in [fault.key for fault in watch.after(121)]


def test_after_we_did_not_run_it_has_its_time_again(watch: Watch) -> None:
    watch.say()
    watch.after(100)
    watch.stood += 600.0
    assert watch.after(600) == []
    assert watch.after(120) == []
    (fault,) = watch.after(1)
    assert fault.key == "peer:pudong-1"


def test_who_was_silent_before_we_did_not_run_stays_so(watch: Watch) -> None:
    watch.say()
    assert watch.after(121)
    watch.stood += 600.0
    assert watch.after(600)
