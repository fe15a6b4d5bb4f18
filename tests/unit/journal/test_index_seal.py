"""A bit of the archive's index that is another one: an error, and never an answer without some readings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.errors import JournalError
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection, connect
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.journal.verify import verify
from gateway.model import Arrivals
from gateway.statements import Statement, recovery
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, noisy, sorted_bits

PARTS = 40
FILES = 3
ROWS = 400
INDEX = "name LIKE 'piece%' OR name LIKE 'segment%' OR name LIKE 'sqlite_autoindex_segment%'"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of the archive, and a journal beside them that nobody has open."""
    path = tmp_path_factory.mktemp("sound") / "journal.sqlite"
    for part in range(FILES):
        at_ns = NOON_NS + part * ROWS * HOUR_NS
        with Journal.open(path, lambda at_ns=at_ns: at_ns) as journal:
            journal.commit(hourly(at_ns, part))
        with RollOver(path) as roll:
            roll.step(at_ns + 2 * ROWS * HOUR_NS, SegmentEnd(0))
    return path


@pytest.fixture(scope="module")
def whole(sound: Path) -> list[object]:
    """Its readings."""
    with Journal.open_reading(sound) as journal:
        return sorted_bits(journal.read(None, 0, None))


def hourly(at_ns: int, seed: int, rows: int = ROWS) -> Arrivals:
    """Each reading in an hour of its own, so that the index is long."""
    some = noisy(rows, start_ns=at_ns, seed=seed)
    times = at_ns + np.arange(rows) * HOUR_NS
    return Arrivals(replace(some.samples, time=times), times)


def connected(path: Path) -> Connection:
    return connect(path, writing=True)


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound.parent, tmp_path / "data")
    return tmp_path / "data" / "journal.sqlite"


def pages(path: Path, which: str = INDEX) -> tuple[int, list[int]]:
    """Their size, and where those of the index begin."""
    size = int(connected(path).execute("PRAGMA page_size").fetchall()[0][0])
    found = connected(path).execute(f"SELECT pageno FROM dbstat WHERE {which} ORDER BY pageno").fetchall()
    return size, [(int(number) - 1) * size for (number,) in found]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_flipped_bit_hides_nothing(copied: Path, whole: list[object], part: int) -> None:
    size, begins = pages(copied)
    dice = np.random.default_rng(part)
    content = bytearray(copied.read_bytes())
    content[int(dice.choice(begins)) + int(dice.integers(size))] ^= 1 << int(dice.integers(8))
    copied.write_bytes(content)
    try:
        with Journal.open_reading(copied) as journal:
            found = sorted_bits(journal.read(None, 0, None))
    except JournalError:
        return
    assert found == whole


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing is archived yet."""
    path = tmp_path_factory.mktemp("hot") / "journal.sqlite"
    with Journal.open(path, lambda: NOON_NS) as journal:
        for part in range(30):
            journal.commit(hourly(NOON_NS + part * HOUR_NS, part, 10))
    return path


@pytest.mark.parametrize("part", range(PARTS))
def test_a_flipped_bit_hides_nothing_that_is_not_archived_yet(hot: Path, tmp_path: Path, part: int) -> None:
    with Journal.open_reading(hot) as journal:
        whole = sorted_bits(journal.read(None, 0, None))
    copy = tmp_path / "journal.sqlite"
    shutil.copy(hot, copy)
    size, begins = pages(copy, "name LIKE 'entry%'")
    dice = np.random.default_rng(part)
    content = bytearray(copy.read_bytes())
    content[int(dice.choice(begins)) + int(dice.integers(size))] ^= 1 << int(dice.integers(8))
    copy.write_bytes(content)
    try:
        with Journal.open_reading(copy) as journal:
            found = sorted_bits(journal.read(None, 0, None))
    except JournalError:
        return
    assert found == whole


def test_what_hides_statements_is_refused_and_mended_by_the_next_start(tmp_path: Path) -> None:
    """A bit of the index by kind hid every statement about what is inside."""
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        journal.commit(statements=[Statement("note", "Li Na", k, {"k": k}) for k in range(20)])
    content = path.read_bytes()
    size, begins = pages(path, "name = 'entry_by_kind'")
    at = content.index(b"note", begins[-1])
    assert at < begins[-1] + size
    path.write_bytes(content[:at] + b"nnte" + content[at + 4 :])
    with pytest.raises(JournalError, match="index of what is not archived yet is damaged"):
        Journal.open_reading(path)
    with Journal.open_reading(path, damaged := Damaged()):
        assert "may" not in damaged.hidden and "is damaged" in damaged.hidden
    assert verify(path).problems
    with Journal.open(path) as journal:
        assert len(list(journal.statements("note"))) == 20
        ((_, said),) = journal.statements(recovery.KIND)
        assert "made again from the entries" in recovery.of(said.body).message
    assert verify(path).problems == []


def test_what_cannot_be_made_again_keeps_no_gateway_from_its_start(hot: Path, tmp_path: Path) -> None:
    copy = tmp_path / "journal.sqlite"
    shutil.copy(hot, copy)
    size, begins = pages(copy, "name = 'entry' AND pagetype = 'leaf'")
    content = bytearray(copy.read_bytes())
    content[begins[0] : begins[0] + size] = bytes(size)
    copy.write_bytes(content)
    Journal.open(copy).close()
    with pytest.raises(JournalError, match="is damaged"):
        Journal.open_reading(copy)


def test_an_entry_under_another_hour_is_found(hot: Path, tmp_path: Path) -> None:
    copy = tmp_path / "journal.sqlite"
    shutil.copy(hot, copy)
    connected(copy).execute("UPDATE entry SET hour = hour + 128 WHERE seq = 3")
    with pytest.raises(JournalError, match="entry 3 stands under another"):
        Journal.open_reading(copy)
    assert any("entry 3 stands under another hour" in one for one in verify(copy).problems)


def test_which_segment_it_is_about_is_said_and_the_others_are_given(copied: Path) -> None:
    connected(copied).execute("UPDATE piece SET channels = x'00' WHERE segment = 2")
    why = "its index in the journal is not what was written.*restore a backup"
    with Journal.open_reading(copied) as journal, pytest.raises(JournalError, match=rf"segment 2: {why}"):
        journal.read(None, 0, None)
    (problem, *_) = verify(copied).problems
    assert "segment 2 of the archive: its index" in problem
    with Journal.open_reading(copied, Damaged()) as journal:
        assert len(journal.read(None, 0, None)) == 2 * ROWS
        (one,) = journal.damaged_files()
    assert one.covers(NOON_NS + ROWS * HOUR_NS, NOON_NS + (ROWS + 1) * HOUR_NS) and not one.covers(0, NOON_NS)


def test_a_segment_whose_row_is_lost_is_missed(copied: Path) -> None:
    connected(copied).execute("DELETE FROM segment WHERE number = 2")
    with Journal.open_reading(copied) as journal, pytest.raises(JournalError, match="of segment 2"):
        journal.read(None, 0, None)
    with Journal.open_reading(copied, Damaged()) as journal:
        journal.read(None, 0, None)
        assert [one.file for one in journal.damaged_files()] == ["of segment 2"]


def test_a_journal_of_an_earlier_version_is_sealed_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        journal.commit(noisy(ROWS))
    with RollOver(path) as roll:
        roll.step(NOON_NS + 48 * HOUR_NS, SegmentEnd(0))
    connection = connected(path)
    connection.execute("DROP TABLE segment_seal")
    connection.execute("DROP TABLE channel_copy")
    connection.execute("DROP TABLE exhibit")
    connection.execute("PRAGMA user_version = 8")
    connection.close()
    Journal.open(path).close()
    assert connected(path).execute("SELECT count(*) FROM segment_seal").fetchall() == [(1,)]
    with Journal.open_reading(path) as journal:
        assert len(journal.read(None, 0, None)) == ROWS
