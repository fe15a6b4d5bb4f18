"""What a logger brings late is screened again once it is silent, and told in slices, also across kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.alarming import catching_up
from gateway.alarming import screening as screening_module
from gateway.alarming.screening import Screening
from gateway.screening import put_off
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

STEPS = 30  # more than a slice-wise reading of what these tests have takes
HOUR_S = 3600
IMPATIENT = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 600.0")
SECOND_RULE = """[[profiles.p.rules]]
id = "above-140"
kind = "limit"
side = "high"
limit_degC = -140.0
severity = "critical"
[channels.top]"""
LATE = [("top", -k * HOUR_S, -140.0 if k % 3 == 0 else -190.0) for k in range(2, 14)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(
        tmp_path, CONFIG.replace("[channels.top]", SECOND_RULE), since_ns=NOON_NS - 100 * HOUR_S * 10**9
    )


@pytest.fixture
def screening(desk: Desk) -> Screening:
    desk.read(*(("top", s, -190.0) for s in range(0, 3000, 100)))
    screening = desk.screening()
    steps(screening, 5)
    return screening


def steps(screening: Screening, count: int) -> None:
    for _ in range(count):
        screening._step()


def test_a_channel_waits_until_nothing_late_of_it_comes_any_more(
    desk: Desk, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "QUIET_S", 1000.0)
    monkeypatch.setattr(catching_up, "LONGEST_S", 1000.0)
    for reading in (("top", 50, -140.0), ("top", 150, -140.0)):
        desk.read(reading)
        steps(screening, 3)
    desk.read(("top", 3000, -130.0))  # what is new is told at once
    steps(screening, 1)
    assert [a["extreme"] for a in desk.alarms()] == [-130.0] * 2
    assert screening.late.behind == 1
    monkeypatch.setattr(catching_up, "QUIET_S", 0.0)
    steps(screening, STEPS)
    assert [a["extreme"] for a in desk.alarms()] == [-140.0, -140.0, -130.0, -130.0]
    assert screening.late.behind == 0


def test_but_not_for_ever(desk: Desk, screening: Screening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "QUIET_S", 1000.0)
    monkeypatch.setattr(catching_up, "LONGEST_S", 0.0)
    desk.read(("top", 50, -140.0))
    steps(screening, STEPS)
    assert [a["extreme"] for a in desk.alarms()] == [-140.0]


def test_no_more_is_found_than_can_be_told(
    desk: Desk, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Channel by channel, where each brings enough."""
    monkeypatch.setattr(catching_up, "QUIET_S", 0.0)
    monkeypatch.setattr(catching_up, "SLICE_S", 1000.0)
    monkeypatch.setattr(put_off, "MOST_TOGETHER", 1)
    monkeypatch.setattr(catching_up, "MOST_FOUND", 1)
    desk.read(*(("shipper", s, -190.0) for s in range(0, 3000, 100)))
    steps(screening, 2)
    desk.read(("top", 50, -140.0), ("shipper", 50, -140.0))
    steps(screening, 1)
    assert (screening.late.behind, len(desk.alarms())) == (1, 1)
    steps(screening, STEPS)
    assert screening.late.behind == 0
    assert sorted(a["channel"] for a in desk.alarms()) == ["shipper", "top"]


def test_what_changes_while_much_is_to_be_told_comes_after_what_was_found_of_it(
    desk: Desk, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excursions that began earlier than was known end before that was told: their end is the last word."""
    monkeypatch.setattr(catching_up, "QUIET_S", 0.0)
    monkeypatch.setattr(catching_up, "SLICE_S", 0.0)  # one change a turn
    desk.read(("top", 3000, -130.0))
    steps(screening, 1)
    desk.read(("top", 2950, -130.0), *LATE)
    while not screening.late.is_telling:
        steps(screening, 1)
    desk.read(("top", 3100, -190.0))
    steps(screening, STEPS)
    told = [(a["rule"], a["end"]) for a in desk.alarms() if a["start"] == "2026-01-05T12:49:10.000000000Z"]
    assert sorted(told) == [(rule, "2026-01-05T12:51:40.000000000Z") for rule in ("above-140", "above-150")]
    numbers = [(t.alarm, t.number) for t in desk.transitions()]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("kill_after", range(1, 25, 3))
def test_a_kill_while_it_is_told_loses_and_doubles_nothing(
    tmp_path: Path, kill_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "SLICE_S", 0.0)
    monkeypatch.setattr(screening_module, "GRACE_S", 0.0)  # both see how silent it is
    killed, whole = (
        Desk(tmp_path / name, IMPATIENT, NOON_NS - 100 * HOUR_S * 10**9, "SAMENAME")
        for name in folders(tmp_path)
    )
    for desk in (killed, whole):
        desk.read(("top", 0, -190.0))
        desk.run()
        desk.read(*LATE)
    for _ in range(3):
        killed.run(kill_after)
    killed.run()
    whole.run()
    assert [known(a) for a in killed.alarms()] == [known(a) for a in whole.alarms()]
    assert len(killed.alarms()) > len(LATE)
    numbers = [(t.alarm, t.number) for t in killed.transitions()]
    assert len(numbers) == len(set(numbers))


def folders(tmp_path: Path) -> list[str]:
    names = ["killed", "whole"]
    for name in names:
        (tmp_path / name).mkdir()
    return names


def known(alarm: dict[str, object]) -> tuple[object, ...]:
    return tuple(alarm[key] for key in ("id", "channel", "rule", "start", "end", "state", "extreme"))
