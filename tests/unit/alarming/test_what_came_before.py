"""What was measured before a move, or under other limits, says nothing about now; ends say their cause."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.config.load import parse
from gateway.errors import StatementError
from gateway.journal.journal import Journal
from gateway.journal.said import check_readable
from gateway.journal.verify import verify
from gateway.published.urgency import state_words
from gateway.questions.history import history
from gateway.questions.start import would_follow
from gateway.statements import Statement, placement
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SECOND, Desk

OTHER_LIMIT = CONFIG.replace(
    '[[profiles.p]]\nversion = "1"',
    """[[profiles.q]]
version = "1"
[[profiles.q.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -180.0
severity = "critical"
[[profiles.p]]
version = "1\"""",
).replace('profile = "p"', 'profile = "q"', 1)


def top(desk: Desk) -> dict[str, Any]:
    screening = desk.run()
    (state,) = [s for s in screening.channel_states(desk.now_ns()) if s["channel"] == "top"]
    return state


def seconds(desk: Desk) -> float:
    return (desk.now_ns() - NOON_NS) / SECOND


def test_a_probe_that_was_moved_is_unknown_until_it_speaks(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", seconds(desk) - 1, -170.0))
    assert (top(desk)["state"], top(desk)["value"]) == ("in range", -170.0)
    desk.place("top", "shipper", seconds(desk))
    moved = top(desk)
    assert (moved["asset"], moved["state"], moved["value"], moved["unknown"]) == (
        "shipper",
        "unknown",
        None,
        True,
    )
    desk.read(("top", seconds(desk), -171.0))
    assert (top(desk)["state"], top(desk)["value"]) == ("in range", -171.0)


def test_under_other_limits_a_channel_is_unknown_until_it_speaks(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", seconds(desk) - 1, -170.0))
    assert top(desk)["state"] == "in range"
    desk.configure(OTHER_LIMIT)
    assert (top(desk)["state"], top(desk)["value"]) == ("unknown", None)
    desk.read(("top", seconds(desk), -170.0))
    assert top(desk)["state"] == "critical above-150"


def test_the_end_of_a_retired_channel_says_which_configuration_retired_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    desk.configure(CONFIG[: CONFIG.index("[channels.top]")] + CONFIG[CONFIG.index("[channels.shipper]") :])
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["ended_by"] == "retired"
    last = list(history(desk.journal, desk.records, alarm["id"]))[-1]
    assert last["change"] == "ended"
    assert last["because"] is not None
    assert "configuration" in str(last["because"])


def test_an_alarm_that_never_was_is_not_shown_as_returned(tmp_path: Path) -> None:
    desk = Desk(tmp_path, since_ns=NOON_NS)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0))
    desk.place("top", "shipper", 20)
    desk.read(("top", 30, -139.0))
    desk.run()
    ((seq, _),) = desk.journal.statements(placement.KIND)
    desk.withdraw(f"{desk.journal.id}-{seq}")
    desk.run()
    withdrawn = [a for a in desk.alarms() if a["withdrawn"]]
    assert [(a["state"], a["returned"], a["ended_by"]) for a in withdrawn] == [
        ("withdrawn unacknowledged", None, "withdrawn")
    ]
    assert state_words(withdrawn[0]) == "withdrawn unacknowledged"
    because = list(history(desk.journal, desk.records, withdrawn[0]["id"]))[-1]["because"]
    assert because["words"].startswith("withdrew what Li Na stated: placed top in shipper"), because
    desk.acknowledge(withdrawn[0]["id"])
    desk.run()
    (seen,) = [a for a in desk.alarms() if a["withdrawn"]]
    assert (seen["returned"], state_words(seen)) == (None, "withdrawn, closed")


def test_what_a_newer_version_stated_is_passed_over_by_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    desk.say(Statement("teleport", "Li Na", NOON_NS, {"schema": 1}))
    with pytest.raises(
        StatementError, match="of kind 'teleport', which this version of Cryogate does not know"
    ):
        desk.screening().run(None)  # type: ignore[arg-type]
    with pytest.raises(StatementError, match="run that one"):
        check_readable(desk.journal)
    assert ["newer version" in note for note in verify(tmp_path / "journal.sqlite").notes] == [True]
    (problem,) = would_follow(desk.configuration, tmp_path).problems
    assert "'teleport'" in problem


def test_check_finds_a_statement_that_cannot_be_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("containment", "Li Na", NOON_NS, {"schema": 99})])
    (problem,) = would_follow(desk.configuration, tmp_path).problems
    assert "newer version" in problem


def test_check_says_what_a_version_in_the_past_judges_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -140.0))
    desk.run()
    (alarm,) = desk.alarms()
    later = """
[[profiles.p]]
version = "2"
valid_from = 2026-01-01T00:00:00Z
retroactive = "label mended"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -100.0
severity = "critical"
[channels.top]"""
    document = tomllib.loads(CONFIG.replace("[channels.top]", later, 1))
    configuration = parse(document, tmp_path / "cryogate.toml")
    changes = would_follow(configuration, tmp_path).changes
    assert any("'2' is valid since 2026-01-01" in line and "label mended" in line for line in changes)
    assert f"alarm {alarm['id']} (above-150 of top) would be judged again" in changes
