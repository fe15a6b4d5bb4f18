"""A silence between two readings counts whenever they came: imported ones say what a replay of them says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.model import SECOND
from gateway.questions.journal_replay import replay_journal
from gateway.questions.replay import replay
from gateway.traceability.containment import Containments
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still, moment

TWO_MINUTES = CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 120.0")
STARTED_S = 100_000.0  # after noon; what is imported is older


def started(folder: Path) -> Desk:
    desk = Desk(folder, TWO_MINUTES, since_ns=NOON_NS + round(STARTED_S * SECOND))
    desk.clock = Still(NOON_NS + round((STARTED_S + 60.0) * SECOND))
    return desk


def silences(found: list[dict[str, Any]], channel: str = "top") -> list[tuple[str, str | None]]:
    return [(e["start"], e["end"]) for e in found if e["rule"] == "no-data" and e["channel"] == channel]


def test_a_hole_in_what_was_measured_before_the_channel_was_configured(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.read(("top", 0, -190.0), ("top", 60, -190.0), ("top", 400, -190.0), ("top", 460, -190.0))
    recorded = desk.journal.read(None, 0, None).samples
    assert silences(replay(desk.configuration, desk.numbers, [recorded], Containments())) == [
        (moment(180), moment(400))
    ]
    desk.run()
    assert silences(desk.alarms()) == [(moment(180), moment(400))]
    told = silences(replay_journal(desk.journal).excursions)  # until the gateway was started
    assert told == [(moment(180), moment(400)), (moment(580), None)]


def test_until_the_first_live_reading(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.read(("top", STARTED_S + 50, -190.0))
    desk.run()
    assert desk.alarms() == []
    desk.read(("top", 0, -190.0), ("top", 60, -190.0))
    desk.run()
    recorded = desk.journal.read(None, 0, None).samples
    expected = [(moment(180), moment(STARTED_S + 50))]
    assert silences(desk.alarms()) == expected
    assert silences(replay(desk.configuration, desk.numbers, [recorded], Containments())) == expected


def test_nobody_waited_for_a_channel_before_it_was_configured(tmp_path: Path) -> None:
    desk = started(tmp_path)
    desk.clock = Still(NOON_NS + round((STARTED_S + 600.0) * SECOND))
    desk.read(("top", STARTED_S + 550, -190.0))
    desk.run()
    assert silences(desk.alarms()) == [(moment(STARTED_S + 120), moment(STARTED_S + 550))]
