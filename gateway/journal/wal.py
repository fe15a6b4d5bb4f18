"""What SQLite keeps silent about: a damaged end of its write-ahead log.

SQLite reads the log up to the first frame whose checksum fails and takes all behind it for rubbish of earlier
times, without a word. This reader finds frames of the present generation that fail, before SQLite opens the
file, so that it can be said what may be missing. Format: sqlite.org/fileformat2.html section 4.
"""

from __future__ import annotations

import functools
import logging
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

import numpy as np

from gateway.dataclass import dataclass
from gateway.journal import recovering
from gateway.journal.chain import Chain
from gateway.journal.database import Connection, check_regular
from gateway.journal.failures import explained
from gateway.regular import open_regular
from gateway.statements.recovery import Recovery

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Damage", "damage", "tell"]

log = logging.getLogger(__name__)
SETTLE_S: Final = 0.1  # another process may be between two writes: damage is still there after this long

_HEADER: Final = struct.Struct(">8I")  # magic, version, page size, checkpoint, salt-1, salt-2, checksum-1, -2
_FRAME: Final = 24  # bytes: page, size of the database after a commit, salt-1, salt-2, checksum-1, -2
_MAGIC: Final = 0x377F0682  # checksums of little-endian words; the next number: of big-endian ones
_PAGE: Final = 4096  # bytes; taken where the header cannot be read
_SALTED: Final = 16  # bytes of a frame up to the end of its salts
_AT_ONCE: Final = 1024  # frames in memory, 4 MB

Words: TypeAlias = "NDArray[np.uint32]"


@dataclass(frozen=True, slots=True)
class Damage:
    """From byte `at` on, `frames` frames of the present generation do not match their checksums.

    `commits` of them are marked as the end of a transaction, as far as their marks can be believed.
    """

    at: int
    frames: int
    commits: int

    def __str__(self) -> str:
        ends = f"{self.commits} of them the end of a commit" if self.commits else "none of them ends a commit"
        return (
            f"the end of the write-ahead log was damaged: {self.frames} frames from byte {self.at} on, "
            f"{ends}; everything up to the last good commit is there. After a power cut this is a write that "
            "was under way and never acknowledged; if there was none, check the disk"
        )


def damage(journal: Path) -> Damage | None:
    """The damaged end of the log beside the database `journal`; None where all is well.

    To be called before SQLite opens it. Frames of a transaction that was never committed are no damage.
    """
    check_regular(journal)
    path = journal.with_name(journal.name + "-wal")
    found = _look(path)
    if found is not None:
        time.sleep(SETTLE_S)
        found = found if found == _look(path) else None
    return found


def tell(found: Damage, journal: Path, connection: Connection, chain: Chain | None) -> None:
    """Log it and state it in the journal; the log of SQLite begins anew, so that it is said once."""
    log.error("journal %s: %s", journal, found)
    said = Recovery(str(found), at=found.at, frames=found.frames, commits=found.commits)
    if not recovering.is_stated(said, journal, connection, chain):
        return
    with explained(journal):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _look(path: Path) -> Damage | None:
    try:
        with open_regular(path) as file:
            return _read(file)
    except FileNotFoundError:
        return None


def _read(file: BinaryIO) -> Damage | None:
    head = file.read(_HEADER.size)
    if not head:
        return None
    if not _is_sound(head):
        heads, cut = _frame_heads(file, _PAGE)
        commits = int(np.count_nonzero(heads[:, 1])) + _ends_a_commit(cut)
        return Damage(0, len(heads) + bool(cut), commits)
    magic, _, page, _, *salts, first, second = _HEADER.unpack(head)
    chain = _Chain(page, "<u4" if magic == _MAGIC else ">u4", (first, second))
    good = 0
    while frames := _whole_frames(file, page):
        part = chain.good(frames, salts)
        good += part
        if part < len(frames) // (_FRAME + page):
            break
    return _behind(file, _HEADER.size + good * (_FRAME + page), page, salts)


def _behind(file: BinaryIO, at: int, page: int, salts: list[int]) -> Damage | None:
    """Frames from byte `at` on that are of the present generation all the same."""
    file.seek(at)
    heads, cut = _frame_heads(file, page)
    mine = np.flatnonzero(np.isin(heads[:, 2:4], salts).any(axis=1))
    frames = int(mine[-1]) + 1 if len(mine) else 0
    commits = int(np.count_nonzero(heads[mine, 1]))
    if cut and _is_mine(cut, salts, follows=frames == len(heads)):
        frames, commits = len(heads) + 1, commits + _ends_a_commit(cut)
    return Damage(at, frames, commits) if frames else None


def _is_mine(cut: bytes, salts: list[int], *, follows: bool) -> bool:
    """Of a frame that is cut off in its head; without its salts it is what the frame before is."""
    there = min(len(cut), _SALTED) // 4 * 4  # the first salt alone says it, too
    return bool(np.isin(np.frombuffer(cut[8:there], ">u4"), salts).any()) or (len(cut) < _SALTED and follows)


def _ends_a_commit(cut: bytes) -> int:
    return int(any(cut[4:8]) and len(cut) >= 8)


def _is_sound(head: bytes) -> bool:
    if len(head) < _HEADER.size:
        return False
    magic, *_, first, second = _HEADER.unpack(head)
    words: Words = np.frombuffer(head[:24], "<u4" if magic == _MAGIC else ">u4").astype(np.uint32)
    return magic in (_MAGIC, _MAGIC + 1) and _checksum(words, (0, 0)) == (first, second)


def _whole_frames(file: BinaryIO, page: int) -> bytes:
    frames = file.read(_AT_ONCE * (_FRAME + page))
    return frames[: len(frames) // (_FRAME + page) * (_FRAME + page)]


def _frame_heads(file: BinaryIO, page: int) -> tuple[Words, bytes]:
    """uint32[frames, 6]: the words of each frame's head from here on; and a last head that is cut off.

    After a large commit the log stays as long as it was, so that there are many of an earlier generation.
    """
    size, told = _FRAME + page, bytearray()
    while part := file.read(_AT_ONCE * size):
        whole = len(part) // size * size
        told += np.frombuffer(part, np.uint8, whole).reshape(-1, size)[:, :_FRAME].tobytes()
        told += part[whole : whole + _FRAME]
    whole = len(told) // _FRAME * _FRAME
    heads = np.frombuffer(told[:whole], ">u4").astype(np.uint32)
    return heads.reshape(-1, _FRAME // 4), bytes(told[whole:])


class _Chain:
    """The running checksum: s0 += x + s1, s1 += y + s0 for each pair of words (x, y), modulo 2**32.

    That is a linear recurrence with the matrix ((1, 1), (1, 2)), so what a frame adds is one product with
    powers of it, and only one step for each frame is left to do in order.
    """

    def __init__(self, page: int, words: str, state: tuple[int, int]) -> None:
        self._page = page
        self._words = words
        self._state = state
        self._weights, self._power = _weights((8 + page) // 8)

    def good(self, frames: bytes, salts: list[int]) -> int:
        """How many of these whole frames are sound, in order from the first."""
        table = np.frombuffer(frames, np.uint8).reshape(-1, _FRAME + self._page)
        heads = table[:, :_FRAME].copy().view(">u4").astype(np.uint32)
        summed = np.concatenate([table[:, :8], table[:, _FRAME:]], axis=1).view(self._words)
        added = (summed.astype(np.uint32) @ self._weights).tolist()
        for number, (head, more) in enumerate(zip(heads.tolist(), added, strict=True)):
            state = _step(self._power, self._state, more)
            if head[2:4] != salts or tuple(head[4:]) != state or head[0] == 0:
                return number
            self._state = state
        return len(heads)


def _checksum(words: Words, state: tuple[int, int]) -> tuple[int, int]:
    weights, power = _weights(len(words) // 2)
    return _step(power, state, (words @ weights).tolist())


def _step(power: list[list[int]], state: tuple[int, int], added: list[int]) -> tuple[int, int]:
    (a, b), (c, d) = power
    first, second = state
    return (a * first + b * second + added[0]) % 2**32, (c * first + d * second + added[1]) % 2**32


@functools.lru_cache(maxsize=4)  # a gateway opens its journal more than a dozen times
def _weights(pairs: int) -> tuple[Words, list[list[int]]]:
    """uint32[2 x pairs, 2]: what each word adds to the two sums by the end; and the matrix to that power."""
    a, b, d = 1, 0, 1  # a symmetric matrix ((a, b), (b, d)), to the power 0
    weights = np.zeros((pairs, 2, 2), np.uint32)
    for pair in range(pairs - 1, -1, -1):
        weights[pair] = ((a + b) % 2**32, (b + d) % 2**32), (b, d)  # of x: into both sums; of y: the second
        a, b, d = (a + b) % 2**32, (a + 2 * b) % 2**32, (b + 2 * d) % 2**32
    return weights.reshape(-1, 2), [[a, b], [b, d]]
