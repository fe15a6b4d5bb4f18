"""Backups while another process commits and a third rolls over: each is one whole state, and comes back."""

import shutil
import subprocess
import sys
from collections import Counter

from gateway.journal.backup import backup, restore
from gateway.journal.journal import Journal
from gateway.journal.verify import verify
from tests.system.test_journal_crash import ENDLESS, Follower, started_child
from tests.system.test_rollover_crash import ROLLER

BACKUPS = 8


def test_every_backup_of_a_busy_journal_comes_back_whole(tmp_path):
    data, folder = tmp_path / "data", tmp_path / "backup"
    data.mkdir()
    writer = started_child(data / "journal.sqlite", 0, ENDLESS)
    writer.stdout.readline()
    roller = subprocess.Popen(
        [sys.executable, "-c", ROLLER, str(data / "journal.sqlite")], stdout=subprocess.PIPE
    )
    roller.stdout.readline()
    restored, files = [], set()
    for number in range(BACKUPS):
        for _ in range(20):
            writer.stdout.readline()
        done = backup(data, folder)
        back = tmp_path / f"back{number}"
        assert restore(folder, back).last_seq == done.last_seq
        restored.append((back, done.last_seq))
        files.add(done.files)
    assert verify(data / "journal.sqlite").problems == []  # while both still run
    for process in (roller, writer):
        process.kill()
        process.communicate(timeout=120)
    assert len(files) > BACKUPS // 2  # it did roll over meanwhile
    whole = Follower(data / "journal.sqlite")
    whole.catch_up()
    for back, last_seq in restored:
        copy = Follower(back / "journal.sqlite")
        copy.catch_up()
        assert copy.seq == last_seq
        copy.check_whole_batches(copy.newest_batch)
        assert Counter(copy.readings) <= Counter(whole.readings)
        assert verify(back / "journal.sqlite").problems == []
        shutil.rmtree(back)


def test_a_restored_journal_goes_on(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    child = started_child(data / "journal.sqlite", 0, 20)
    child.communicate(timeout=120)
    backup(data, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "back")
    child = started_child(tmp_path / "back" / "journal.sqlite", 20, 40)
    child.communicate(timeout=120)
    follower = Follower(tmp_path / "back" / "journal.sqlite")
    follower.catch_up()
    follower.check_whole_batches(39)
    with Journal.open_reading(data / "journal.sqlite") as journal:
        assert journal.last_seq() < follower.seq
