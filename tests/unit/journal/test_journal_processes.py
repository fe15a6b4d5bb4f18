"""Several processes at one journal: one writes readings, the others read or append statements."""

import subprocess
import sys

from gateway.journal.journal import Journal
from gateway.model import SECOND
from tests.unit.journal.journal_data import NOON_NS, bits, noisy, sorted_bits

FOLLOWER = """
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
    print(seq, readings)
"""

SPEAKER = """
import sys
from pathlib import Path
from gateway.journal.journal import Journal, Statement

with Journal.open(Path(sys.argv[1])) as journal:
    print("open", flush=True)
    for number in range(int(sys.argv[2])):
        journal.commit(statements=[Statement("acknowledge", "li.wei", number, {"number": number})])
"""

OPENERS = """
import multiprocessing
import sys
from pathlib import Path
from gateway.journal.journal import Journal


def open_together(path, barrier):
    barrier.wait()
    with Journal.open(path) as journal:
        journal.channel_numbers(["a", "b"])


context = multiprocessing.get_context("fork")
for number in range(15):
    barrier = context.Barrier(4)
    path = Path(sys.argv[1]) / f"{number}.sqlite"
    openers = [context.Process(target=open_together, args=(path, barrier)) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
        assert opener.exitcode == 0
    with Journal.open_reading(path) as journal:
        assert len(journal.channel_names()) == 2
"""


def started(code, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    return process


def finished(process):
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def test_a_second_process_follows_while_the_first_writes(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        follower = started(FOLLOWER, path, 150 * 40)
        for number in range(150):
            journal.commit(noisy(40, start_ns=NOON_NS + number * SECOND, seed=number), {})
        assert finished(follower) == f"150 {150 * 40}\n"


def test_a_second_process_states_things_while_the_first_writes(tmp_path):
    path = tmp_path / "journal.sqlite"
    written = []
    with Journal.open(path) as journal:
        speaker = started(SPEAKER, path, 60)
        while speaker.poll() is None or len(written) < 60:
            batch = noisy(40, start_ns=NOON_NS + len(written) * SECOND, seed=len(written))
            assert journal.commit(batch, {}).fresh == 40
            written.append(batch)
        finished(speaker)
        assert [s.body["number"] for _, s in journal.statements("acknowledge")] == list(range(60))
        assert bits(journal.read(None, 0, None)) == sorted_bits(*written)
        assert journal.last_seq() == 60 + len(written)


def test_several_processes_may_open_a_new_journal_at_once(tmp_path):
    subprocess.run([sys.executable, "-c", OPENERS, str(tmp_path)], check=True, timeout=120)
