"""A siren that a step names: on from that step until people answer, over kills, and never instead of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.alarms.call import CallKind
from gateway.alarms.policy import DEPUTIES, EVERYBODY, ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.followers import pauses, tellers
from gateway.notifiers import siren
from gateway.notifiers.lamps import Command
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

STEPS = (
    Step(0, (ON_DUTY,), ways=2),
    Step(180, (ON_DUTY,), ways=2),
    Step(360, (DEPUTIES,)),
    Step(720, (EVERYBODY,), ways=0, notifiers=("horn",)),
)
POLICY = Policy("usual", STEPS, repeat_after_s=600)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    monkeypatch.setattr(calling, "REST_S", 0.02)
    monkeypatch.setattr(tellers, "LOOK_S", 0.02)
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.01)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.02)


class Horn:
    """A command that writes down what it was told."""

    def __init__(self, folder: Path) -> None:
        self.file, self.broken = folder / "horn", folder / "broken"
        script = f'[ -e {self.broken} ] && exit 7; echo "$1" >> {self.file}'
        self.command = Command(("/bin/sh", "-c", script, "sh", "on"), ("/bin/sh", "-c", script, "sh", "off"))

    def made(self) -> siren.Notifier:
        return siren.Notifier(siren.Options(self.command, again_s=3600.0))

    def told(self) -> list[str]:
        return self.file.read_text().split() if self.file.exists() else []

    def is_on(self) -> bool:
        return self.told()[-1:] == ["on"]

    def is_off(self) -> bool:
        return self.told()[-1:] == ["off"]


@pytest.fixture
def horn(tmp_path: Path) -> Horn:
    return Horn(tmp_path)


@pytest.fixture
def board(tmp_path: Path) -> Switchboard:
    made = Switchboard(tmp_path, (POLICY,))
    made.employ("li-na", "wang-wei", "zhou-yu")
    made.roster("li-na", "wang-wei", "zhou-yu")
    return made


def notifiers(horn: Horn, **others: Phone) -> Mapping[str, Phone | siren.Notifier]:
    return {"push": Phone(), "sms": Phone(), **others, "horn": horn.made()}


def rung(board: Switchboard) -> list[tuple[int, int, str]]:
    """Round, step and answer of what the horn was told, as the journal has it."""
    return [(a.round, a.steps[-1], a.answer) for a in board.attempts() if a.notifier == "horn" and a.steps]


def until_it_sounds(board: Switchboard, horn: Horn) -> None:
    board.happens("E-1", "raised")
    for now_s in (0.0, 180.0, 360.0):
        board.now_s = now_s
        eventually(lambda step=now_s // 180: any(step in c.steps for c in board.calls()), "a step")
    eventually(horn.is_off, "set to what it should be")
    assert "on" not in horn.told(), "it is for the last step alone"
    board.now_s = 720
    eventually(horn.is_on, "everybody and the siren")


@pytest.mark.parametrize("change", ["taken", "acknowledged", "returned"])
def test_on_duty_then_the_deputy_then_everybody_and_the_siren_until_somebody_answers(
    board: Switchboard, horn: Horn, change: str
) -> None:
    with board.running(board.caller(notifiers(horn))):
        eventually(horn.is_off, "after a start it is set to what it should be")
        until_it_sounds(board, horn)
        eventually(lambda: rung(board) == [(0, 3, "on")], "and that is stated")
        board.happens("E-1", change, by="Wang-Wei")
        eventually(horn.is_off, "quiet")
        eventually(lambda: [a.kind for a in board.attempts() if not a.person] == ["alarm", "over"], "stated")
    assert horn.told() == ["off", "on", "off"]


@pytest.mark.parametrize("loses_records", [False, True])
def test_killed_while_it_sounds_it_sounds_on_and_the_round_is_not_told_twice(
    board: Switchboard, horn: Horn, loses_records: bool
) -> None:
    with board.running(board.caller(notifiers(horn))):
        until_it_sounds(board, horn)
        eventually(lambda: rung(board), "stated")
    if loses_records:
        board.lose_records()
    horn.file.write_text("off\n")  # the power was away, too
    with board.running(board.caller(notifiers(horn))):
        eventually(horn.is_on, "as it was")
        board.now_s = 760
        board.happens("E-1", "amended")
        assert rung(board) == [(0, 3, "on")]
        board.happens("E-1", "acknowledged")
        eventually(horn.is_off, "quiet")
    with board.running(board.caller(notifiers(horn))):
        eventually(lambda: len(horn.told()) >= 4, "set anew")
        assert horn.is_off()


def test_of_two_groups_the_second_keeps_it_on(board: Switchboard, horn: Horn) -> None:
    with board.running(board.caller(notifiers(horn))) as caller:
        until_it_sounds(board, horn)
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(board.calls()) == 5, "another vessel")
        board.now_s = 1440
        eventually(lambda: caller.sounding["horn"] == {"G-1", "G-2"}, "both")
        board.happens("E-1", "acknowledged")
        eventually(lambda: caller.sounding["horn"] == {"G-2"}, "one of them")
        assert horn.is_on()
        board.happens("E-2", "shelved", "dewar-2", overlay={"kind": "shelved"})
        eventually(horn.is_off, "none")


def test_one_that_fails_is_a_fault_until_it_works_and_still_sounds_then(
    board: Switchboard, horn: Horn
) -> None:
    horn.broken.touch()
    with board.running(board.caller(notifiers(horn))) as caller:
        eventually(lambda: "ended with 7" in caller.failing.get("horn", ""), "nobody could hear it")
        horn.broken.unlink()
        eventually(lambda: not caller.failing, "it works again")
        board.happens("E-1", "raised")
        horn.broken.touch()
        board.now_s = 720
        eventually(lambda: "horn" in caller.failing, "not when it is needed")
        assert not caller.nobody, "people were reached"
        horn.broken.unlink()
        eventually(horn.is_on, "at last")
        eventually(lambda: not caller.failing, "no fault any more")


def test_where_only_the_siren_was_reached_nobody_was(tmp_path: Path, horn: Horn) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,), notifiers=("horn",)),)),))
    board.employ("li-na", ways=())
    with board.running(board.caller({"horn": horn.made()})) as caller:
        board.happens("E-1", "raised")
        eventually(horn.is_on, "it sounds")
        eventually(lambda: list(caller.nobody) == ["G-1"], "perhaps in an empty building")
        board.happens("E-1", "taken")
        eventually(lambda: not caller.nobody and horn.is_off(), "somebody came")


def test_who_fails_beside_one_who_was_reached_is_not_nobody(board: Switchboard, horn: Horn) -> None:
    push = Phone()
    push.never = {"wang-wei@push"}
    sms = Phone()
    sms.never = {"wang-wei@sms"}
    with board.running(board.caller(notifiers(horn, push=push, sms=sms))) as caller:
        until_it_sounds(board, horn)
        eventually(lambda: "push wang-wei" in caller.failing and "sms wang-wei" in caller.failing, "a fault")
        assert not caller.nobody


def test_a_policy_of_a_siren_alone_misses_nobody(tmp_path: Path, horn: Horn) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, notifiers=("horn",)),)),))
    with board.running(board.caller({"horn": horn.made()})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: horn.is_on() and rung(board), "it sounds")
        assert not caller.nobody


def test_what_was_over_before_its_step_came_does_not_sound(tmp_path: Path, horn: Horn) -> None:
    board = Switchboard(tmp_path, (Policy("p", (Step(0, notifiers=("horn",)),)),))
    board.happens("E-1", "raised")
    board.happens("E-1", "returned")
    with board.running(board.caller({"horn": horn.made()})):
        eventually(lambda: rung(board) == [(0, 0, "off")], "told once, and quiet")
        assert set(horn.told()) == {"off"}
    assert board.calls()[-1].kind == CallKind.ALARM.value
