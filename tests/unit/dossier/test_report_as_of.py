"""A report of an earlier state of the journal is the one of then; what changed since is visible now."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.dossier.case import case_in, case_of
from gateway.dossier.facts import facts, report_of
from gateway.dossier.kinds import excursion
from gateway.dossier.making import made
from gateway.dossier.passport import facts as facts_of_unit
from gateway.dossier.passport import passport_of
from gateway.dossier.period import facts as facts_of_asset
from gateway.dossier.period import period_of
from gateway.dossier.sections import sections
from gateway.dossier.sections.history import _with_differences
from gateway.dossier.state import state_of
from gateway.dossier.words import in_language
from gateway.errors import InputError
from gateway.questions.history import find
from tests.unit.alarming.alarm_desk import CONFIG, Desk, moment
from tests.unit.dossier.test_period_report import HOUR, at, desk_in, line


def desk_with_one(folder: Path) -> Desk:
    """An excursion that is over, and one unit that was inside."""
    desk = desk_in(folder, CONFIG)
    desk.contain("BAG-1", "freezer", 0)
    desk.read(*line(-60, 3600, (900, 1200)))
    desk.run()
    return desk


def changed_since(desk: Desk) -> None:
    """Everything that can change afterwards does."""
    desk.read(("top", 1005.0, -120.0))
    desk.run()
    desk.contain("BAG-2", "freezer", 0)
    desk.run()
    renamed = CONFIG.replace("[channels.top]", '[channels.lid]\nwas = "top"').replace(
        "[assets.freezer]", '[assets.dewar]\nwas = "freezer"\nname = "Dewar"'
    )
    desk.configure(renamed.replace('asset = "freezer"', 'asset = "dewar"'), at(5000))
    desk.run()


def test_what_came_later_changes_nothing_of_a_report_of_then(tmp_path: Path) -> None:
    desk = desk_with_one(tmp_path)
    (alarm,) = (one["id"] for one in desk.alarms())
    entry = str(desk.journal.last_seq())
    before = made(report_of(case_of(desk.journal, desk.records, alarm)), "both", "a4")
    asset = facts_of_asset(period_of(state_of(desk.journal), "freezer", at(0), at(HOUR)), desk.records)
    unit = facts_of_unit(passport_of(state_of(desk.journal), "BAG-1"), desk.records)
    changed_since(desk)
    then = state_of(desk.journal, entry)
    assert made(report_of(case_in(then, desk.records, find(desk.records, alarm))), "both", "a4") == before
    assert facts_of_asset(period_of(then, "freezer", at(0), at(HOUR)), desk.records) == asset
    assert facts_of_unit(passport_of(then, "BAG-1"), desk.records) == unit
    now = state_of(desk.journal)
    assert facts_of_asset(period_of(now, "freezer", at(0), at(HOUR)), desk.records) != asset


def test_a_report_of_now_says_what_changed(tmp_path: Path) -> None:
    desk = desk_with_one(tmp_path)
    (alarm,) = (one["id"] for one in desk.alarms())
    changed_since(desk)
    told = facts(case_of(desk.journal, desk.records, alarm))
    changes = {one["what"]: one for row in told["history"] for one in row.get("differences", ())}
    assert (changes["extreme"]["before"], changes["extreme"]["after"]) == (-140.0, -120.0)
    assert changes["units"]["came"] == ["BAG-2"] and "start" not in changes
    words = [in_language(_with_differences(told, row), "en") for row in told["history"]]
    assert any("extreme: −140 °C → −120 °C" in one for one in words)
    assert any("units: 1 → 2 (+BAG-2)" in one for one in words)
    where = next(
        one
        for one in sections(excursion.ORDER, told, ())
        if in_language(one.title, "en") == "Where the units were"
    )
    said = [in_language(row[-1], "en") for row in where.blocks[0].rows]
    assert all(one.endswith("(stated afterwards)") for one in said)


def test_entries_that_are_not_there_and_alarms_that_came_later_are_refused(tmp_path: Path) -> None:
    desk = desk_with_one(tmp_path)
    (alarm,) = (one["id"] for one in desk.alarms())
    named = f"{desk.journal.id}-1"
    assert state_of(desk.journal, named).seq == 1 and not state_of(desk.journal, "1").is_now
    for name in ("0", "9999", "", "x", "-1", "WRONG-1", "9" * 400, "²"):
        with pytest.raises(InputError, match="has no entry"):
            state_of(desk.journal, name)
    with pytest.raises(InputError, match="was not there at entry 1"):
        case_of(desk.journal, desk.records, alarm, "1")


def test_while_it_went_on_the_report_of_then_has_the_numbers_of_its_entry(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.read(*line(-60, 1200, (900, 1500)))
    desk.run()
    entry = str(desk.journal.last_seq())
    desk.read(*line(1200, 3600, (900, 1500)))
    desk.run()
    (alarm,) = (one["id"] for one in desk.alarms())
    then = facts(case_of(desk.journal, desk.records, alarm, entry))
    assert then["preliminary"] and then["excursion"]["end"] is None
    assert facts(case_of(desk.journal, desk.records, alarm))["excursion"]["end"] == moment(1500)
