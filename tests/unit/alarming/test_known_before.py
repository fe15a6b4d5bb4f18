"""What was imported before the gateway was started with its channel is the newest reading of that channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.journal.journal import Journal
from gateway.model import Arrivals, Samples
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SECOND, Desk, Still

WITHOUT_SHIPPER = CONFIG[: CONFIG.index("[channels.shipper]")]
STARTED_S = 100.0


def brought(folder: Path, channel: str, *rows: tuple[float, float | None]) -> None:
    """As `cryogate import` does beside a gateway that runs, or before the first one."""
    with Journal.open(folder / "journal.sqlite") as journal:
        number = journal.channel_numbers([channel])[channel]
        time_ns = np.array([NOON_NS + round(s * SECOND) for s, _ in rows], np.int64)
        value = np.array([np.nan if v is None else v for _, v in rows])
        quality = np.where(np.isnan(value), 2, 0).astype(np.uint8)
        samples = Samples(time_ns, np.full(len(rows), number, np.int32), value, quality)
        journal.commit(Arrivals(samples, np.full(len(rows), NOON_NS + round(STARTED_S * SECOND))))


def state_of(desk: Desk, channel: str) -> dict[str, Any]:
    screening = desk.run()
    (state,) = [s for s in screening.channel_states(desk.now_ns()) if s["channel"] == channel]
    return {key: state[key] for key in ("value", "quality", "age_s", "state", "unknown")}


def started(folder: Path, config: str = CONFIG) -> Desk:
    desk = Desk(folder, config, since_ns=NOON_NS + round(STARTED_S * SECOND))
    desk.clock = Still(NOON_NS + round((STARTED_S + 60.0) * SECOND))
    return desk


def test_before_any_gateway_ran(tmp_path: Path) -> None:
    brought(tmp_path, "top", (0, -190.0), (60, -191.0))
    desk = started(tmp_path)
    for _ in ("first start", "next start"):
        found = state_of(desk, "top")
        assert found.pop("age_s") == pytest.approx(100.0, abs=60.0)
        assert found == {"value": -191.0, "quality": "good", "state": "in range", "unknown": False}
        assert state_of(desk, "shipper")["age_s"] is None


def test_a_fault_is_the_newest(tmp_path: Path) -> None:
    brought(tmp_path, "top", (0, -190.0), (60, None))
    found = state_of(started(tmp_path), "top")
    assert (found["value"], found["quality"], found["state"]) == (None, "bad", "unknown")
    assert found["age_s"] is not None


def test_while_a_gateway_runs_that_does_not_know_the_channel_yet(tmp_path: Path) -> None:
    desk = started(tmp_path, WITHOUT_SHIPPER)
    desk.run()
    brought(tmp_path, "shipper", (20, -195.0))
    desk.run()
    desk.configure(CONFIG, NOON_NS + round(STARTED_S * SECOND))
    assert state_of(desk, "shipper")["value"] == -195.0
    desk.read(("shipper", 150, -196.0))
    assert state_of(desk, "shipper")["value"] == -196.0
