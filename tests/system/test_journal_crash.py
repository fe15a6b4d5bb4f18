"""kill -9 at random moments: what was said to be committed is there bit for bit, and nothing is torn."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from gateway.journal.journal import Journal
from gateway.statements import recovery
from tests.system import journal_child

KILLS = 25
ENDLESS = 10**9
CHILD = Path(journal_child.__file__)


def test_nothing_committed_is_lost_and_nothing_is_torn(tmp_path):
    path = tmp_path / "journal.sqlite"
    moments = random.Random(20260105)
    follower = Follower(path)
    committed = -1  # the last batch that was said to be committed
    for _ in range(KILLS):
        said = killed_child(path, committed + 1, moments)
        follower.catch_up()
        for number, last_seq in said:
            assert number == committed + 1
            committed = number
            assert last_seq <= follower.seq
        follower.check_whole_batches(committed)
    assert committed > KILLS  # the kills did not all come before the first commit
    finished_child(path, committed + 1, committed + 4)
    follower.catch_up()
    follower.check_whole_batches(committed + 3)
    assert follower.newest_batch == committed + 3
    check_by_time(path, follower)


def killed_child(path, first, moments):
    """What a child said before it was killed, some random lines and milliseconds after its start."""
    child = started_child(path, first, ENDLESS)
    lines = [child.stdout.readline() for _ in range(moments.choice([0, 1, 3, 8, 20, 40]))]
    longest_s = (
        0.02 if lines else 0.6
    )  # without a line to wait for: somewhere in start, recovery, first commits
    time.sleep(moments.uniform(0.0, longest_s))
    child.kill()
    rest, _ = child.communicate(timeout=120)
    complete = [line for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    return [tuple(map(int, line.split())) for line in complete]


def finished_child(path, first, last):
    child = started_child(path, first, last)
    output, _ = child.communicate(timeout=120)
    assert child.returncode == 0
    assert len(output.splitlines()) == last - first


def started_child(path, first, last):
    command = [sys.executable, str(CHILD), str(path), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


class Follower:
    """Reads the journal behind a cursor, across all the kills, as a sink would."""

    def __init__(self, path):
        self.path = path
        self.seq = 0
        self.readings = Counter()
        self.batches = Counter()

    @property
    def newest_batch(self):
        return max(self.batches, default=-1)

    def catch_up(self):
        if not self.path.exists() or self.path.stat().st_size == 0:
            return  # killed before the journal was there
        with Journal.open_reading(self.path) as journal:
            while page := journal.entries(self.seq):
                for entry in page:
                    assert entry.seq == self.seq + 1
                    self.seq = entry.seq
                    self.take(entry)
            assert journal.last_seq() == self.seq

    def take(self, entry):
        if entry.kind == recovery.KIND:
            return  # a commit that was under way when the process was killed, and never acknowledged
        if entry.statement is not None:
            self.batches[entry.statement.body["batch"]] += 1
        else:
            self.readings.update(rows(entry.arrivals))

    def check_whole_batches(self, committed):
        """All up to `committed` are there and at most one more, each whole, each reading once."""
        newest = self.newest_batch
        assert committed <= newest <= committed + 1
        assert sorted(self.batches) == list(range(newest + 1))
        expected = Counter(row for number in range(newest + 1) for row in rows(journal_child.batch(number)))
        assert self.readings == expected


def check_by_time(path, follower):
    with Journal.open_reading(path) as journal:
        found = journal.read(None, 0, None)
        (counts,) = journal.refusal_counts().values()
        assert sum(counts.values()) == sum(follower.batches.values())
    assert Counter(rows(found)) == follower.readings
    order = np.lexsort((found.samples.time, found.samples.channel))
    assert (order == np.arange(len(found))).all()


def rows(arrivals):
    """Readings that compare bit for bit."""
    s = arrivals.samples
    columns = (s.time, s.channel, s.value.view(np.int64), s.quality, arrivals.received)
    return list(zip(*(column.tolist() for column in columns), strict=True))
