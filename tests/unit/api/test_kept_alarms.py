"""Alarms that are kept in memory: what changed comes in its place, also through another connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.priority import Priorities
from gateway.api import kept_alarms
from gateway.api.kept_alarms import KeptAlarms, Snapshot
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records


def row(number: int, severity: int = 2, message: str = "no channel measures it") -> AlarmRow:
    identity, asset = f"E-{number}", f"dewar-{number}"
    fault = {"id": identity, "key": f"unmeasured:{asset}", "severity": severity, "message": message}
    alarm = {"id": identity, "state": "unacknowledged", "raised_ns": number, "over_ns": None, "ended": False}
    known: dict[str, Any] = {
        "schema": 2,
        "fault": {**fault, "assets": [asset], "start_ns": number, "end_ns": None},
        "alarm": {**alarm, "acknowledgements": [], "closing": None},
        "place": {"channel": "", "site": "", "asset": "", "zone": None, "quantity": "", "unit": ""}
        | {"uncertainty": None, "calibration": None, "assets": [asset]},
        "units": None,
        "resets": [],
    }
    return AlarmRow(identity, False, number, 1, known)


def put(records: Records, *rows: AlarmRow) -> None:
    with records.transaction():
        records.book.put_alarms(rows)


def as_anew(records: Records) -> Snapshot:
    return KeptAlarms(Priorities()).now(records)


def test_what_changed_comes_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_alarms, "LOOK_S", 0.0)
    path = tmp_path / "records.sqlite"
    with Records(path) as writing, Records(path, read_only=True) as one, Records(path, read_only=True) as two:
        put(writing, *map(row, range(1, 9)))
        kept = KeptAlarms(Priorities())
        first = kept.now(one)
        assert kept.now(one) is first
        put(writing, row(3, 4, "worse"), row(20))
        for reading in (two, one, two):
            assert kept.now(reading) == as_anew(reading)
        assert first.by_id["E-3"] is not kept.now(one).by_id["E-3"]
        assert first.by_id["E-4"] is kept.now(one).by_id["E-4"]
