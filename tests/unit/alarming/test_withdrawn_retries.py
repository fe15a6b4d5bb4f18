"""Readings of refused messages that were sent through again, and taken back: as those of an import."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.statements import Statement, retry
from gateway.statements.retry import Retry
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, without_clock
from tests.unit.alarming.test_withdrawn_imports import Row, bring, replayed, screened, stored
from tests.unit.journal.test_rollover import rolled


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def send_again(desk: Desk, *rows: Row, quality: Quality = Quality.GOOD) -> str:
    """As `cryogate refused --retry` does: readings and statement in one commit; its id."""
    time_ns = np.array([NOON_NS + round(s * SECOND) for _, s, _ in rows], np.int64)
    channel = np.array([desk.numbers[name] for name, *_ in rows], np.int32)
    value = np.array([value for *_, value in rows], np.float64)
    samples = Samples(time_ns, channel, value, np.full(len(rows), quality, np.uint8))
    channels = tuple(sorted({name for name, *_ in rows}))
    span = int(time_ns.min()), int(time_ns.max())
    body = retry.to_body(Retry("broker", "broker", len(rows), len(rows), channels, *span))
    statement = Statement(retry.KIND, "Li Na", desk.now_ns(), body, actor="person")
    done = desk.journal.commit(Arrivals(samples, time_ns), statements=[statement])
    return f"{desk.journal.id}-{done.seqs[0]}"


def test_its_alarm_is_because_of_it_and_goes_with_it(desk: Desk) -> None:
    desk.read(("top", 0, -190.0), ("top", 60, -190.0))
    identity = send_again(desk, ("top", 20, -100.0), ("top", 30, -190.0))
    desk.run()
    assert [t.because for t in desk.transitions() if t.change == "raised"] == [identity]
    before = screened(desk)
    desk.withdraw(identity)
    desk.run()
    assert desk.alarms()[0]["withdrawn"] and stored(desk) == [-190.0, -190.0] and replayed(desk) == []
    [taken_back] = [seq for seq, _ in desk.journal.statements("withdrawal")]
    desk.withdraw(f"{desk.journal.id}-{taken_back}")
    desk.run()
    assert screened(desk) == before == replayed(desk)
    alarms = without_clock(desk.alarms())
    desk.lose_records()
    desk.run()
    assert without_clock(desk.alarms()) == alarms


def test_what_comes_live_besides_does_not_hang_on_it(desk: Desk) -> None:
    identity = send_again(desk, ("top", 20, -100.0), ("top", 30, -190.0))
    for _ in range(2):
        desk.read(("top", 20, -100.0), ("top", 30, -190.0))
    desk.withdraw(identity)
    assert stored(desk) == [-100.0, -190.0]
    send_again(desk, ("top", 20, -100.0), ("top", 30, -190.0), quality=Quality.UNCERTAIN)
    assert stored(desk) == [-100.0, -190.0]  # it was taken when it came


def test_after_it_was_archived_too(desk: Desk) -> None:
    identity = send_again(desk, ("top", 15, -192.0), ("top", 3700, -193.0))
    desk.read(("top", 10, -191.0), ("top", 3600.0 * 24 * 30, -195.0))
    assert rolled(desk.folder / "journal.sqlite") > 0
    desk.withdraw(identity)
    assert stored(desk) == [-191.0, -195.0]


def test_of_equal_readings_of_an_import_and_a_retry_the_first_stays(desk: Desk) -> None:
    bring(desk, ("top", 20, -190.0))
    send_again(desk, ("top", 20, -190.0), ("top", 30, -190.0))
    bring(desk, ("top", 30, -190.0))
    assert stored(desk) == [-190.0, -190.0]
