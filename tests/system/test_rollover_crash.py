"""kill -9 while segments are written, with commits going on: nothing is lost, nothing comes twice."""

import random
import subprocess
import sys
import time
from pathlib import Path

from gateway.journal.database import only_row
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from tests.system import journal_child
from tests.system.test_journal_crash import ENDLESS, Follower, check_by_time, finished_child, started_child

KILLS = 12
ROLLER = """
import sys, time
from pathlib import Path
from gateway.journal.rollover import RollOver, SegmentEnd

with RollOver(Path(sys.argv[1])) as roll:
    print("open", flush=True)
    while True:
        if roll.step(time.time_ns(), SegmentEnd(0, 3000, 9)):
            print("archived", flush=True)
        else:
            time.sleep(0.001)
"""


def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path):
    path = tmp_path / "journal.sqlite"
    moments = random.Random(20260106)
    finished_child(path, 0, 5)
    follower, committed = Follower(path), 4
    for _ in range(KILLS):
        writer = started_child(path, committed + 1, ENDLESS)
        roller = subprocess.Popen([sys.executable, "-c", ROLLER, str(path)], stdout=subprocess.PIPE)
        for _ in range(1 + moments.choice([0, 1, 2, 5])):
            roller.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.1))
        roller.kill()
        roller.communicate(timeout=120)
        writer.kill()
        said, _ = writer.communicate(timeout=120)
        lines = [line for line in said.splitlines(keepends=True) if line.endswith("\n")]
        committed = max([committed, *(int(line.split()[0]) for line in lines)])
        follower.catch_up()
        assert committed <= follower.newest_batch <= committed + 1
        committed = follower.newest_batch
    follower.check_whole_batches(committed)
    check_by_time(path, follower)
    again = Follower(path)
    again.catch_up()
    assert again.readings == follower.readings
    with Journal.open(path) as journal:
        assert only_row(journal._connection, "SELECT count(*) FROM segment")[0] > KILLS
        repeated = journal.commit(journal_child.batch(3))
        assert repeated.fresh == 0
    with RollOver(path) as roll:
        while roll.step(time.time_ns(), SegmentEnd(0, 1, 1)):
            pass
    # what a killed roll-over left, and what is not the file that was made then, is kept as .before-N
    names = {p.name for p in Path(tmp_path / "archive").iterdir() if ".before-" not in p.name}
    with Journal.open_reading(path) as journal:
        assert names == {segment.file for segment in journal._archive.segments()}
        assert journal._connection.execute(
            "SELECT count(*) FROM entry WHERE hour IS NOT NULL"
        ).fetchone() == (0,)
    check_by_time(path, follower)
