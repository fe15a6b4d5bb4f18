"""A damaged end of SQLite's write-ahead log is found, whatever byte it is, and said in the journal."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.journal import wal
from gateway.journal.journal import Journal, Statement
from gateway.journal.wal import Damage
from gateway.statements.recovery import KIND as RECOVERY

COMMITS = 4
FRAME = 24 + 4096
WRITER = """
import os, signal, sys
from pathlib import Path
from gateway.journal.journal import Journal, Statement
journal = Journal.open(Path(sys.argv[1]))
for n in range(int(sys.argv[2])):
    journal.commit(statements=[Statement("note", "test", n, {"n": n, "text": "x" * 5000})])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose writer was killed: its last commits are in the log alone."""
    path = tmp_path_factory.mktemp("killed") / "journal.sqlite"
    subprocess.run([sys.executable, "-c", WRITER, str(path), str(COMMITS)], check=False)
    return path


@pytest.fixture
def journal(killed: Path, tmp_path: Path) -> Path:
    for suffix in ("", "-wal"):
        shutil.copy(f"{killed}{suffix}", tmp_path / f"journal.sqlite{suffix}")
    return tmp_path / "journal.sqlite"


def log_of(journal: Path) -> Path:
    return journal.with_name("journal.sqlite-wal")


def notes(journal: Path) -> list[int]:
    with Journal.open_reading(journal) as opened:
        return [s.body["n"] for _, s in opened.statements("note")]


def commit_ends(data: bytes) -> list[int]:
    """Byte behind each frame that ends a commit."""
    heads = range(32, len(data) - 23, FRAME)
    return [at + FRAME for at in heads if struct.unpack_from(">I", data, at + 4)[0]]


def slow_checksum(data: bytes, state: tuple[int, int], order: str) -> tuple[int, int]:
    """As the format says it."""
    first, second = state
    for x, y in struct.iter_unpack(f"{order}2I", data):
        first = (first + x + second) % 2**32
        second = (second + y + first) % 2**32
    return first, second


@pytest.mark.parametrize("length", [8, 24, 4104])
def test_the_product_is_the_sum_that_the_format_defines(length: int) -> None:
    random = np.random.default_rng(length)
    data = random.integers(0, 256, length, np.uint8).tobytes()
    words = np.frombuffer(data, "<u4").astype(np.uint32)
    for state in ((0, 0), (1, 2), (2**32 - 1, 2**31 + 7)):
        assert wal._checksum(words, state) == slow_checksum(data, state, "<")


def test_a_killed_writer_leaves_no_damage(journal: Path) -> None:
    assert log_of(journal).stat().st_size > FRAME
    assert wal.damage(journal) is None
    assert notes(journal) == list(range(COMMITS))


def test_no_log_and_an_empty_one_are_no_damage(journal: Path) -> None:
    log_of(journal).write_bytes(b"")
    assert wal.damage(journal) is None
    log_of(journal).unlink()
    assert wal.damage(journal) is None


def test_each_byte_of_the_last_commit_counts(journal: Path) -> None:
    data = log_of(journal).read_bytes()
    start = commit_ends(data)[-2]
    heads = [at for frame in range(start, len(data), FRAME) for at in range(frame, frame + 24)]
    for at in [*heads, *range(start, len(data), 211)]:
        flipped = bytearray(data)
        flipped[at] ^= 0xFF
        log_of(journal).write_bytes(flipped)
        assert wal._look(log_of(journal)) is not None, at


def test_a_log_cut_anywhere_but_between_frames_is_seen(journal: Path) -> None:
    data = log_of(journal).read_bytes()
    for at in range(commit_ends(data)[-2], len(data), 97):
        log_of(journal).write_bytes(data[:at])
        assert (wal._look(log_of(journal)) is not None) == ((at - 32) % FRAME != 0), at


def test_it_recovers_to_the_last_good_commit_and_says_so_once(
    journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = bytearray(log_of(journal).read_bytes())
    ends = commit_ends(bytes(data))
    data[ends[-3] + 24 + 100] ^= 1  # in a page of the last commit but one
    log_of(journal).write_bytes(data)
    with Journal.open(journal) as opened:
        ((_, said),) = opened.statements(RECOVERY)
        opened.commit(statements=[Statement("note", "test", 0, {"n": 99})])
    assert (said.body["at"], said.body["commits"]) == (ends[-3], 2)
    assert "write-ahead log was damaged" in caplog.text
    assert notes(journal) == [*range(COMMITS - 2), 99]
    with Journal.open(journal) as opened:
        assert len(list(opened.statements(RECOVERY))) == 1


def test_a_head_that_is_damaged_loses_the_whole_log(journal: Path) -> None:
    data = bytearray(log_of(journal).read_bytes())
    data[10] ^= 1
    log_of(journal).write_bytes(data)
    found = wal.damage(journal)
    assert found is not None
    assert (found.at, found.commits) == (0, len(commit_ends(bytes(data))))


def test_what_a_running_writer_has_half_written_is_no_damage(journal: Path, monkeypatch) -> None:
    looks = iter([Damage(32, 1, 0), None])
    monkeypatch.setattr(wal, "_look", lambda _: next(looks))
    assert wal.damage(journal) is None


def slow_behind(data: bytes, at: int, page: int, salts: list[int]) -> Damage | None:
    """Frame by frame."""
    frames = commits = last = 0
    for number, start in enumerate(range(at, len(data), 24 + page), 1):
        head = data[start : start + 24]
        words = [int.from_bytes(head[k : k + 4], "big") for k in range(0, len(head) // 4 * 4, 4)]
        is_mine = any(word in salts for word in words[2:4])
        if is_mine or (len(words) < 4 and last == number - 1):
            frames, last = number, number
            commits += int(len(words) > 1 and words[1] != 0)
    return Damage(at, frames, commits) if frames else None


@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([7, 2**32 - 1, 3]), st.sampled_from([8, 3]))),
    st.integers(0, 31),
    st.integers(0, 40),
)
@example([(0, 2**32 - 1, 3), (0, 7, 8)], 17, 0)  # the second frame ends behind its first salt
def test_frames_behind_the_good_ones_are_counted_as_one_by_one(frames, cut, at) -> None:
    """Those of this generation have one of its salts."""
    page, salts = 8, [7, 8]
    data = b"".join(struct.pack(">6I8x", 1, mark, one, two, 0, 0) for mark, one, two in frames)
    data = data[: max(0, len(data) - cut)]
    at = min(at, len(data))
    assert wal._behind(io.BytesIO(data), at, page, salts) == slow_behind(data, at, page, salts)


def test_rubbish_of_earlier_generations_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as writer:
        for n in range(450):  # more pages than SQLite keeps before it writes them back and begins anew
            writer.commit(statements=[Statement("note", "test", n, {"n": n, "text": "x" * 5000})])
        log = log_of(path)
        salts = {log.read_bytes()[at + 8 : at + 16] for at in range(32, log.stat().st_size, FRAME)}
        assert len(salts) > 1
        assert wal.damage(path) is None


def test_numbers_that_a_follower_has_seen_are_not_given_out_again(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.continue_behind(7)
        assert journal.last_seq() == 7
        assert journal.commit(statements=[Statement("note", "test", 0, {})]).last_seq == 8
        journal.continue_behind(11)
        assert journal.commit(statements=[Statement("note", "test", 0, {})]).last_seq == 12
