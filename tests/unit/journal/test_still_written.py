"""A disk that turns read-only: what the journal asks after each commit."""

import pytest

from benchmarks.rig import Unavailable
from benchmarks.rig.disks import Image
from gateway.errors import JournalError
from gateway.journal.journal import Journal
from gateway.journal.still_written import StillWritten
from tests.unit.journal.journal_data import noisy


@pytest.fixture
def disk(tmp_path):
    try:
        image = Image(tmp_path / "disk.ext4", tmp_path / "disk", 24_000_000)
    except Unavailable as error:
        pytest.skip(str(error))  # root for mounting a disk, or what the kernel of a container does not allow
    yield image
    image.unmount()


def test_a_disk_that_turned_read_only_is_noticed(disk):
    still = StillWritten(disk.folder)
    still.check()
    still.check()
    disk.fail()
    for _ in range(3):
        with pytest.raises(
            JournalError, match=r"(?s)went read-only.*check the disk \(dmesg\), mount it again"
        ):
            still.check()
    still.close()


def test_a_commit_of_what_is_there_already_is_no_proof(disk):
    """A repeat writes nothing: it must not be acknowledged by a disk that may have lost what it repeats."""
    with Journal.open(disk.folder / "journal.sqlite") as journal:
        journal.commit(noisy(10))
        disk.fail()
        with pytest.raises(JournalError, match="read-only"):
            journal.commit(noisy(10))


def test_it_leaves_no_file(tmp_path):
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(noisy(10))
        journal.commit(noisy(20))
    assert [path.name for path in tmp_path.iterdir()] == ["journal.sqlite"]
