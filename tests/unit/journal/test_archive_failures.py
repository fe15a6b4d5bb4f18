"""When a file of the archive is missing, damaged or cannot be written."""

import os
import pkgutil
import resource
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from gateway.errors import JournalError
from gateway.journal import parquet
from gateway.journal.backup import backup
from gateway.journal.journal import Journal
from gateway.journal.retaining import SUFFIX, retain
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.journal.verify import verify
from gateway.model import SECOND
from gateway.statements import retention
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, bits, noisy, sorted_bits
from tests.unit.journal.test_journal_processes import finished, started
from tests.unit.journal.test_rollover import EVERYTHING, LATER_NS, rolled

PART = 40


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def archived(path, batch):
    with Journal.open(path) as journal:
        journal.commit(batch)
    assert rolled(path) == len(batch)
    (file,) = (path.parent / "archive").iterdir()
    return file


def test_a_missing_file_is_named_and_keeps_no_new_data_out(path):
    batch = noisy(100)
    file = archived(path, batch)
    file.unlink()
    with Journal.open(path) as journal:
        for look in (lambda: journal.entries(0), lambda: journal.read(None, 0, None)):
            with pytest.raises(JournalError, match=rf"{file.name} is missing.*backup"):
                look()
        assert journal.commit(noisy(10, start_ns=NOON_NS + HOUR_NS)).fresh == 10
        assert journal.commit(batch).fresh == 100  # nobody can know; a repeat is bearable, a loss is not
        assert len(journal.read(None, NOON_NS + HOUR_NS, None)) == 10


@pytest.mark.parametrize("part", range(PART))
def test_a_flipped_bit_is_never_taken_for_readings(path, part):
    batch = noisy(2000)
    file = archived(path, batch)
    content = bytearray(file.read_bytes())
    at = min(len(content) - 1, len(content) * part // (PART - 1))
    content[at] ^= 1 << (part % 8)
    file.write_bytes(content)
    with Journal.open_reading(path) as reader:
        try:
            found = bits(reader.read(None, 0, None))
        except JournalError as error:
            assert file.name in str(error) and "CRC" not in str(error)
        else:
            assert found == sorted_bits(batch)


@pytest.mark.parametrize("size", [0, 3, 4, 100, 5000])
def test_a_file_cut_short_is_named(path, size):
    file = archived(path, noisy(2000))
    os.truncate(file, size)
    with Journal.open_reading(path) as reader, pytest.raises(JournalError, match=f"{file.name} is damaged"):
        reader.entries(0)


def test_another_file_in_its_place_is_noticed(path, tmp_path):
    file = archived(path, noisy(100))
    (tmp_path / "other").mkdir()
    file.write_bytes(archived(tmp_path / "other" / "journal.sqlite", noisy(100, seed=2)).read_bytes())
    with Journal.open_reading(path) as reader, pytest.raises(JournalError, match=r"damaged.*footer"):
        reader.read(None, 0, None)


@pytest.mark.parametrize("other", ["pipe", "device"])
def test_what_is_no_file_holds_nobody_up(path, tmp_path, other):
    """Opening a pipe waits for somebody who writes to it, and reading of /dev/zero never ends."""
    file = archived(path, noisy(100))
    file.unlink()
    os.mkfifo(file) if other == "pipe" else file.symlink_to("/dev/zero")
    with Journal.open_reading(path) as reader, pytest.raises(JournalError, match=r"damaged.*no file"):
        reader.read(None, 0, None)
    (problem,) = verify(path).problems
    assert file.name in problem and "no file" in problem
    done = backup(path.parent, tmp_path / "backup")
    assert file.name in done.damaged[0] and "no file" in done.damaged[0]


@contextmanager
def no_large_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_leaves_everything_as_it_was(path):
    batch = noisy(5000)
    with Journal.open(path) as journal, RollOver(path) as roll:
        journal.commit(batch)
        with no_large_files(), pytest.raises(JournalError, match="room on its disk"):
            roll.step(LATER_NS, EVERYTHING)
        assert list((path.parent / "archive").iterdir()) == []
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)
        assert roll.step(LATER_NS, EVERYTHING) == 5000
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)


def test_a_folder_that_can_not_be_made_is_an_error_that_says_what_to_do(path):
    Journal.open(path).close()
    (path.parent / "archive").write_text("somebody's file")
    with pytest.raises(JournalError, match="archive is not a folder; move it away"):
        RollOver(path)
    (path.parent / "archive").unlink()
    RollOver(path).close()


def test_a_file_that_does_not_read_back_deletes_nothing(path, monkeypatch):
    batch = noisy(50)
    with Journal.open(path) as journal, RollOver(path) as roll:
        journal.commit(batch)
        monkeypatch.setattr(parquet, "same", lambda one, other: False)
        with pytest.raises(JournalError, match=r"does not read back.*nothing was deleted"):
            roll.step(LATER_NS, EVERYTHING)
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)
        assert list((path.parent / "archive").iterdir()) == []


STEPS = {
    "before the file is renamed": ("pathlib.Path.rename", None),
    "before its entries are deleted": ("gateway.journal.rollover.RollOver._publish", "after"),
    "before the index names it": ("gateway.journal.rollover.insert_segment", None),
}


@pytest.mark.parametrize(("function", "when"), STEPS.values(), ids=STEPS.keys())
def test_stopped_between_two_steps_it_goes_on(path, monkeypatch, function, when):
    batch = noisy(500)
    with Journal.open(path) as journal:
        journal.commit(batch)
        with monkeypatch.context() as patch:
            original = pkgutil.resolve_name(function)

            def stop(*arguments):
                if when:
                    original(*arguments)
                raise KeyboardInterrupt

            patch.setattr(function, stop)
            with RollOver(path) as roll, pytest.raises(KeyboardInterrupt):
                roll.step(LATER_NS, EVERYTHING)
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)
        assert [len(e.arrivals) for e in journal.entries(0)] == [500]
        rolled(path)
        assert bits(journal.read(None, 0, None)) == sorted_bits(batch)
        assert [p.name for p in (path.parent / "archive").iterdir()] == ["000000000001.parquet"]
        assert journal._connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_two_that_roll_over_at_once_do_it_once(path):
    with Journal.open(path) as journal:
        journal.commit(noisy(10))
    with RollOver(path) as one, RollOver(path) as other:
        chosen = one._chosen(LATER_NS, EVERYTHING)
        assert other.step(LATER_NS, EVERYTHING) == 10
        with pytest.raises(JournalError, match="another process"):
            one._publish(None, chosen, None, [])


READER = """
import sys
from pathlib import Path
from gateway.journal.journal import Journal

with Journal.open_reading(Path(sys.argv[1])) as journal:
    print("open", flush=True)
    seq = readings = 0
    while readings < int(sys.argv[2]):
        for entry in journal.entries(seq, most_readings=500):
            assert entry.seq == seq + 1, (entry.seq, seq)
            seq = entry.seq
            readings += len(entry.arrivals)
        assert len(journal.read(None, 0, None)) >= readings
        assert sum(map(len, journal.scan([1, 2], 0, None, seq))) == readings // 5
"""


def test_a_second_process_reads_on_while_this_one_rolls_over(path):
    with Journal.open(path) as journal, RollOver(path) as roll:
        reader = started(READER, path, 400 * 40)
        for number in range(400):
            journal.commit(noisy(40, start_ns=NOON_NS + number * 20 * SECOND, seed=number), {})
            roll.step(LATER_NS, SegmentEnd(0, most_entries=1 + number % 7))
        finished(reader)


def test_pyarrow_is_not_imported_before_the_first_file(path):
    code = """
import sys
from pathlib import Path
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
with Journal.open(Path(sys.argv[1])) as journal, RollOver(Path(sys.argv[1])) as roll:
    journal.entries(0), journal.read(None, 0, None), roll.step(1, SegmentEnd())
assert "pyarrow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=120)


class Everything:
    """A policy under which all may go."""

    latest_ns = heard_seq = 2**62

    def may_go(self, arrivals):
        return np.ones(len(arrivals), np.bool_)

    def waits_for(self, seq):
        return ""


def test_a_file_that_retention_can_not_remove_is_named(path):
    archived(path, noisy(10))
    left = path.parent / "archive" / f"000000000001-2.parquet{SUFFIX}"
    left.mkdir()  # as little a file to remove as one that a disk refuses
    with pytest.raises(JournalError, match=rf"{left.name}.*check the path, its rights"):
        retain(path, Everything(), "Li Na", 0, dry_run=False)
    left.rmdir()
    assert [gone.readings for gone in retain(path, Everything(), "Li Na", 0, dry_run=False).removed] == [10]


def cut(file):
    file.write_bytes(file.read_bytes()[:-9])


def flipped(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, flipped, lambda file: file.unlink()])
def test_retention_names_a_damaged_file_leaves_it_and_goes_on(path, damage):
    for hour in range(3):
        with Journal.open(path) as journal:
            journal.commit(noisy(10, start_ns=NOON_NS + hour * HOUR_NS))
        rolled(path)
    first, second, third = sorted((path.parent / "archive").iterdir())
    damage(second)
    left = second.read_bytes() if second.exists() else None
    for removed in (2, 0):
        done = retain(path, Everything(), "Li Na", 0, dry_run=False)
        assert [one.readings for one in done.removed] == [10] * removed
        (problem,) = done.damaged
        assert second.name in problem
    assert (second.read_bytes() if second.exists() else None) == left
    assert not first.exists()
    assert not third.exists()
    with Journal.open_reading(path) as journal:
        stated = [retention.of(s.body).file for _, s in journal.statements(retention.KIND)]
    assert stated == [first.name, third.name]
