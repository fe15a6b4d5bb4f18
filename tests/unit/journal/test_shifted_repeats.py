"""Repeats of readings that were shifted: known by their device's own time, whatever their lead was."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journal import entries, shifts
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.journal.verify import verify
from gateway.model import CLOCK_TOLERANCE_NS, SECOND, Quality
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, bits, sorted_bits

Row = tuple[int, int, float, int, int, int]  # time, channel, value, quality, received, shift
AHEAD_NS = 8 * HOUR_NS
GOOD, UNCERTAIN, BAD = int(Quality.GOOD), int(Quality.UNCERTAIN), int(Quality.BAD)


def said(own_ns: int, channel: int, value: float, quality: int, shift_ns: int, late_ns: int) -> Row:
    """A reading whose device said `own_ns`, as it is committed."""
    return own_ns - shift_ns, channel, value, quality, own_ns - shift_ns + late_ns, shift_ns


def is_repeat(row: Row, kept: Row) -> bool:
    """The rule, pair by pair."""
    time, channel, value, quality, received, shift = row
    alike = (channel, time + shift, str(value + 0.0)) == (kept[1], kept[0] + kept[5], str(kept[2] + 0.0))
    usable = max(quality, kept[3]) <= UNCERTAIN or quality == kept[3]
    if shift:
        return alike and usable
    if kept[5]:
        return alike and usable and abs(time - received) > CLOCK_TOLERANCE_NS
    return alike and quality == kept[3]


class Twin:
    """The slow obvious journal: compares with everything that was kept, one after the other."""

    def __init__(self) -> None:
        self.kept: list[Row] = []

    def commit(self, rows: list[Row]) -> int:
        before = len(self.kept)
        for row in rows:
            if not any(is_repeat(row, kept) for kept in self.kept):
                self.kept.append(row)
        return len(self.kept) - before


row = st.builds(
    said,
    st.sampled_from([NOON_NS - 1, NOON_NS, NOON_NS + 2 * HOUR_NS, NOON_NS + AHEAD_NS]),
    st.sampled_from([1, 2]),
    st.sampled_from([-150.12, 0.0, -0.0, math.nan]),
    st.integers(0, 2),
    st.sampled_from([0, 0, 2 * CLOCK_TOLERANCE_NS, 2 * HOUR_NS, AHEAD_NS, AHEAD_NS + 1]),
    st.sampled_from([0, 0, CLOCK_TOLERANCE_NS, CLOCK_TOLERANCE_NS + 1, 9 * HOUR_NS]),
)
step = st.tuples(st.lists(row, max_size=8), st.sampled_from(["", "", "restart", "roll", "another"]))


@settings(max_examples=120, deadline=None)
@given(st.lists(step, max_size=7))
def test_any_batches_restarts_and_archives_as_the_slow_twin(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[Row], str]]
) -> None:
    path = tmp_path_factory.mktemp("shifted") / "journal.sqlite"
    twin, journal = Twin(), Journal.open(path)
    for rows, event in steps:
        if event == "restart":
            journal.close()
            journal = Journal.open(path)
        if event == "roll":
            roll(path)
        writer = Journal.open(path) if event == "another" else journal
        fresh = twin.commit(rows)
        committed = writer.commit(arrivals(rows))
        assert (committed.fresh, committed.repeated) == (fresh, len(rows) - fresh)
        if writer is not journal:
            writer.close()
    assert bits(journal.read(None, -(2**63), None)) == sorted_bits(arrivals(twin.kept))
    journal.close()
    assert verify(path).problems == []


def roll(path: Path) -> None:
    with RollOver(path) as rolling:
        while rolling.step(2**62, SegmentEnd(hot_ns=0)):
            pass


def test_a_redelivery_hours_later_is_dropped_whatever_its_lead_is_then(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        first = [said(NOON_NS + k * SECOND, 1, -150.0 - k, UNCERTAIN, AHEAD_NS, 0) for k in range(100)]
        assert journal.commit(arrivals(first)).fresh == 100
        for shift_ns in (AHEAD_NS, 3 * HOUR_NS, 2 * CLOCK_TOLERANCE_NS):
            again = [said(NOON_NS + k * SECOND, 1, -150.0 - k, UNCERTAIN, shift_ns, 0) for k in range(100)]
            assert journal.commit(arrivals(again)).repeated == 100
        late = [said(NOON_NS + k * SECOND, 1, -150.0 - k, GOOD, 0, HOUR_NS) for k in range(100)]
        assert journal.commit(arrivals(late)).repeated == 100


def test_what_was_not_shifted_before_is_known_when_it_comes_shifted(tmp_path: Path) -> None:
    """The gateway's clock was not trusted then; it was 23 h behind."""
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(arrivals([said(NOON_NS, 1, -150.0, UNCERTAIN, 0, -23 * HOUR_NS)]))
        assert journal.commit(arrivals([said(NOON_NS, 1, -150.0, UNCERTAIN, HOUR_NS, 0)])).repeated == 1
        assert journal.commit(arrivals([said(NOON_NS, 1, -150.5, UNCERTAIN, HOUR_NS, 0)])).fresh == 1


def test_a_clock_that_was_set_right_hides_nothing(tmp_path: Path) -> None:
    """Eight hours later it says again what it said when it was ahead, and the value is the same."""
    times = [NOON_NS + 10 * k * SECOND for k in range(20)]
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(arrivals([said(t, 1, -190.0, UNCERTAIN, AHEAD_NS, 0) for t in times]))
        live = [said(t, 1, -190.0, GOOD, 0, SECOND) for t in times]
        assert journal.commit(arrivals(live)).fresh == 20
        assert journal.commit(arrivals(live)).repeated == 20
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        assert journal.commit(arrivals(live)).repeated == 20


def test_bad_readings_stay_bad_and_are_compared_as_such(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(arrivals([said(NOON_NS, 1, math.nan, BAD, AHEAD_NS, 0)]))
        assert journal.commit(arrivals([said(NOON_NS, 1, math.nan, BAD, HOUR_NS, 0)])).repeated == 1
        other = said(NOON_NS, 1, math.nan, int(Quality.NO_DATA), HOUR_NS, 0)
        assert journal.commit(arrivals([other])).fresh == 1


def test_a_clock_that_is_steadily_ahead_decodes_nothing_and_takes_two_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    original = entries.readings
    monkeypatch.setattr(entries, "readings", lambda c, seq: decoded.append(seq) or original(c, seq))
    random = np.random.default_rng(5)
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        for k in range(200):
            jitter_ns = int(random.integers(-SECOND, SECOND))
            own_ns = NOON_NS + AHEAD_NS + 10 * k * SECOND
            journal.commit(arrivals([said(own_ns, 7, -190.0, UNCERTAIN, AHEAD_NS + jitter_ns, 0)]))
            journal.commit(arrivals([(NOON_NS + k * SECOND, 1, -190.0, GOOD)]))
        (rows,) = journal._connection.execute("SELECT count(*) FROM shift").fetchone()
        assert rows <= 2
        assert decoded == []
        again = said(NOON_NS + AHEAD_NS + 50 * SECOND, 7, -190.0, UNCERTAIN, HOUR_NS, 0)
        assert journal.commit(arrivals([again])).repeated == 1
        assert len(decoded) <= 6  # of 400: the search is as narrow as the jitter


def test_verify_tells_of_a_repeat_that_would_not_be_recognised(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    rows = [said(NOON_NS, 1, -150.0, UNCERTAIN, AHEAD_NS, 0)]
    with Journal.open(path) as journal:
        journal.commit(arrivals(rows))
        journal._connection.execute("UPDATE shift SET last_ns = last_ns - 1")
    assert ["table shift" in problem for problem in verify(path).problems] == [True]
    roll(path)
    assert ["table shift" in problem for problem in verify(path).problems] == [True]


def test_the_table_is_read_by_its_key(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        for query, values in ((shifts._FOUND, (1, 2, 3)), (shifts._COVERED, (1, 2, 3, 4, 5, 6))):
            steps = journal._connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
            assert not any(step[3].startswith("SCAN shift") for step in steps)
