"""Late data bring something new into a happening that goes on, was answered, or was told as over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import Call, CallKind, Priority
from gateway.alarms.flood import FloodLimits
from gateway.alarms.policy import ON_DUTY, Policy, Step
from gateway.followers import caller as calling
from gateway.followers.caller import Caller
from gateway.notifiers.call_words import call_message
from gateway.notifiers.words import UnknownSetting
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

MINOR = {"rule": "above-170", "severity": "minor", "extreme": -160.0}
WARM = {"severity": "critical", "extreme": -100.0}


class Minus150(UnknownSetting):
    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:
        return (-150.0, "degC") if rule == "above-150" else (-170.0, "degC")


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path, (Policy("p", (Step(0, (ON_DUTY,)), Step(180, ("wang-wei",))), 0),))
    made.employ("li-na", "wang-wei")
    made.roster("li-na")
    return made


def run(board: Switchboard, push: Phone) -> Any:
    flood = FloodLimits(flood_count=100)
    return board.running(board.caller({"push": push}, flood=flood, limiting=Minus150().limit))


def late(board: Switchboard, *excursions: dict[str, Any]) -> None:
    """Excursions that are over when they are noticed, of one import or buffer."""
    with board.in_one_commit():
        for facts in excursions:
            for change in ("raised", "returned"):
                board.happens(change=change, **{"rule": "above-150", **facts})


def knows(caller: Caller, alarm: str) -> bool:
    with caller.looking() as seen:
        assert seen is not None
        found = seen[0].groups.of(alarm)
        return found is not None and found.members[alarm].is_over


def titles(push: Phone) -> list[str]:
    return [call_message(call, Minus150()).title for call, _ in push.heard]


def rows(call: Call) -> dict[str, str]:
    return dict(call_message(call, Minus150()).rows)


def nothing_more(board: Switchboard, push: Phone, number: int) -> None:
    """Until another happening is told there are so many messages."""
    board.happens("E-99", "raised", "dewar-9", rule="above-150")
    eventually(lambda: push.heard[-1][0].group == "G-99", "the next")
    assert len(push.heard) == number + 1, titles(push)


@pytest.mark.parametrize("answer", ["acknowledged", "taken", "shelved"])
def test_what_an_import_brings_into_what_was_answered_leads_and_is_one_message(
    board: Switchboard, answer: str
) -> None:
    push = Phone()
    with run(board, push):
        board.happens("E-1", "raised", **MINOR)
        eventually(lambda: len(push.heard) == 1, "told")
        board.now_s = 1
        board.happens("E-1", answer, by="Li-Na")
        eventually(lambda: len(push.heard) == 1 + (answer == "shelved"), "answered")
        told = len(push.heard)
        board.now_s = 20
        cold = {**MINOR, "name": "E-2", "extreme": -165.0}
        values = enumerate((-120.0, -100.0, -140.0), 3)
        late(board, cold, *({**WARM, "name": f"E-{k}", "extreme": extreme} for k, extreme in values))
        eventually(lambda: len(push.heard) == told + 1, "at once")
        nothing_more(board, push, told + 1)
    urgent = push.heard[told][0]
    assert titles(push)[told] == "Over already - URGENT: dewar-1 -100 °C"
    assert (urgent.kind, urgent.priority) == (CallKind.WORSE, Priority.URGENT)
    told_of = rows(urgent)
    assert told_of["Worst value"] == "-100 °C (limit -150 °C)" and told_of["Alarm"] == "E-4"
    assert told_of["Rule"].startswith("above-150") and told_of["Taken"] == "nobody yet"
    assert (told_of["State"], told_of["What"]) == ("returned unacknowledged", "1 go on, 4 over")


def test_the_end_of_what_went_on_beside_is_told_under_its_own_title(board: Switchboard) -> None:
    push = Phone()
    with run(board, push):
        board.happens("E-1", "raised", **MINOR)
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "acknowledged", by="Li-Na")
        late(board, {**WARM, "name": "E-2"})
        eventually(lambda: len(push.heard) == 2, "what was meanwhile")
        eventually(lambda: len(board.attempts()) == 2, "stated")
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 3, "over")
    assert titles(push)[1:] == ["Over already - URGENT: dewar-1 -100 °C", "Over: dewar-1 -160 °C"]


def test_what_late_data_bring_into_what_goes_on_calls_all_who_were_told_at_once(board: Switchboard) -> None:
    push = Phone()
    with run(board, push):
        board.happens("E-1", "raised", **MINOR)
        eventually(lambda: len(push.heard) == 1, "told")
        board.now_s = 180
        eventually(lambda: len(push.heard) == 2, "the next step")
        board.now_s = 181
        late(board, {**WARM, "name": "E-2"}, {**MINOR, "name": "E-3"})
        eventually(lambda: len(push.heard) == 4, "both, at once")
        nothing_more(board, push, 4)
    assert titles(push)[2:4] == ["URGENT, over already, another goes on: dewar-1 -100 °C"] * 2
    assert {at for _, at in push.heard[2:4]} == {"li-na@push", "wang-wei@push"}
    worse = push.heard[2][0]
    assert (worse.kind, worse.priority) == (CallKind.WORSE, Priority.URGENT)
    assert rows(worse)["Also"] == "dewar-1 -160 °C (E-1)" and not worse.is_late


def test_what_was_told_as_over_leads_nothing_any_more(board: Switchboard) -> None:
    """A silence was told as over; its buffer comes, one dip after the other."""
    push = Phone()
    with run(board, push) as caller:
        board.happens("E-1", "raised", kind="no_data", rule="no-data")
        eventually(lambda: len(push.heard) == 1, "silent")
        board.now_s = 100
        board.happens("E-1", "returned")
        eventually(lambda: len(push.heard) == 2, "over")
        board.now_s = 104
        late(board, {**MINOR, "name": "E-2"})
        eventually(lambda: len(push.heard) == 3, "the first dip")
        board.now_s = 109
        late(board, {**WARM, "name": "E-3"})
        eventually(lambda: len(push.heard) == 4, "one that is more severe, at once")
        for k, extreme in enumerate((-110.0, -90.0, -120.0)):
            board.now_s = 120 + k
            late(board, {**WARM, "name": f"E-{4 + k}", "extreme": extreme})
        eventually(lambda: knows(caller, "E-6"), "three more")
        assert len(push.heard) == 4
        board.now_s = 169
        eventually(lambda: len(push.heard) == 5, "a minute later, together")
        nothing_more(board, push, 5)
    assert titles(push)[2:5] == [
        "Over already - HIGH: dewar-1 -160 °C",
        "Over already - URGENT: dewar-1 -100 °C",
        "Over already - URGENT: dewar-1 -90 °C",
    ]
    assert rows(push.heard[2][0])["Also"] == "dewar-1 no data (E-1)"


def in_summary(board: Switchboard, push: Phone) -> Call:
    board.now_s += 60
    eventually(lambda: push.heard[-1][0].kind is CallKind.SUMMARY, "the summary")
    return push.heard[-1][0]


def flooded(board: Switchboard, push: Phone, count: int) -> Any:
    flood = FloodLimits(flood_count=count, summary_after_s=60)
    return board.running(board.caller({"push": push}, flood=flood, limiting=Minus150().limit))


def test_late_data_in_a_summary_are_as_urgent_as_in_a_message_of_their_own(board: Switchboard) -> None:
    push = Phone()
    with flooded(board, push, 2):
        for k in range(4):
            with board.in_one_commit():
                for change in ("raised", "returned"):
                    board.happens(f"E-{k}", change, f"dewar-{k}", rule="above-150", **WARM)
        eventually(lambda: len(board.calls()) == 4 and len(push.heard) == 2, "two by themselves")
        summary = in_summary(board, push)
    assert summary.priority is Priority.URGENT and summary.is_late and not summary.is_answered
    assert titles(push)[-1].startswith("Over already - URGENT, 2 alarms")


def test_late_data_of_a_happening_that_the_reader_knew_are_urgent_in_a_summary_until_somebody_answers(
    board: Switchboard,
) -> None:
    push = Phone()
    with flooded(board, push, 1):
        board.happens("E-1", "raised", **MINOR, units=[])
        eventually(lambda: len(push.heard) == 1, "told")
        board.happens("E-1", "acknowledged", by="Li-Na")
        board.happens("E-9", "raised", "dewar-9", **WARM)
        eventually(lambda: len(push.heard) == 2, "urgent, and so by itself")
        board.happens("E-9", "acknowledged", "dewar-9", by="Li-Na")
        board.now_s = 100
        late(board, {"name": "E-2", **WARM})
        eventually(lambda: board.calls()[-1].held, "it waits")
        first = in_summary(board, push)
        with board.in_one_commit():
            for change in ("raised", "returned"):
                board.happens("E-3", change, "dewar-3", rule="above-150", **WARM)
        eventually(lambda: board.calls()[-1].held, "one more waits")
        board.happens("E-3", "acknowledged", "dewar-3", by="Li-Na")
        told = len(push.heard)
        board.now_s += 60
        eventually(lambda: len(push.heard) > told, "the next summary")
    assert first.priority is Priority.URGENT and first.alarms[0]["id"] == "E-2"
    assert push.heard[-1][0].priority is Priority.MEDIUM


def test_what_was_told_and_is_over_wakes_nobody_by_a_summary(board: Switchboard) -> None:
    push = Phone()
    with flooded(board, push, 2):
        for k in range(2):
            board.happens(f"E-{k}", "raised", f"dewar-{k}", rule="above-150", **WARM)
        eventually(lambda: len(push.heard) == 2, "by themselves")
        for k in range(2):
            board.happens(f"E-{k}", "returned", f"dewar-{k}")
        eventually(lambda: len(board.calls()) == 4, "over")
        summary = in_summary(board, push)
    assert summary.priority is Priority.MEDIUM and titles(push)[-1].startswith("2 alarms, all over")
