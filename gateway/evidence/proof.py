"""Proof files (C2SP tlog-proof): that one leaf is in a log, to be checked without a network.

c2sp.org/tlog-proof@v1
extra BASE64            here: what the leaf says, so that the file is whole; the proof is what proves it
index 41
BASE64                  the proof, from the leaf's neighbour up
(an empty line)
the checkpoint, as it was signed
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import EvidenceError
from gateway.evidence import note
from gateway.evidence.checkpoint import LARGEST
from gateway.evidence.note import Note
from gateway.evidence.tree import HASH_BYTES, LONGEST_PROOF

FIRST: Final = "c2sp.org/tlog-proof@v1"
SUFFIX: Final = ".tlog-proof"


@dataclass(frozen=True, slots=True)
class Proof:
    """`extra`: what the leaf says, of a file of ours; None: the file does not say it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {_encoded(self.extra)}"]
        lines = [FIRST, *extra, f"index {self.index}", *map(_encoded, self.hashes)]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"


def parse(data: bytes) -> Proof:
    """Raises EvidenceError where it is no proof file."""
    head, gap, signed = data.partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
        if not gap or lines.pop(0) != FIRST:
            raise ValueError
        has_extra = bool(lines) and lines[0].startswith("extra ")
        extra = _decoded(lines.pop(0).removeprefix("extra ")) if has_extra else None
        word, digits = lines.pop(0).split(" ")
        index, hashes = int(digits), tuple(_decoded(line) for line in lines)
        is_index = word == "index" and str(index) == digits and 0 <= index <= LARGEST
        if not is_index or len(hashes) >= LONGEST_PROOF or any(len(one) != HASH_BYTES for one in hashes):
            raise ValueError
    except (ValueError, IndexError, binascii.Error):
        raise EvidenceError(f"this is no proof file: expected {FIRST}, an index and hashes") from None
    return Proof(index, hashes, note.parse(signed), extra)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if _encoded(data) != text:
        raise ValueError
    return data
