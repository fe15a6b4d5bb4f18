"""Checkpoints (C2SP tlog-checkpoint): which log, how many leaves, and the root over them.

example.com/cryogate/pudong-1       the origin: which log
20852163                            its size
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import EvidenceError
from gateway.evidence import note
from gateway.evidence.note import Note, Verifier
from gateway.evidence.tree import HASH_BYTES

LARGEST: Final = 2**63 - 1  # leaves
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read(text: str) -> Checkpoint:
    """The text of a note; lines behind the third are extensions, and passed over.

    Raises EvidenceError where it is no checkpoint.
    """
    lines = text.split("\n")[:-1]
    try:
        origin, digits, encoded = lines[:_LINES]
        root, size = base64.b64decode(encoded, validate=True), int(digits)
    except (ValueError, binascii.Error):
        raise EvidenceError("this note is no checkpoint: origin, size and root") from None
    is_canonical = base64.b64encode(root).decode() == encoded and str(size) == digits
    if not origin or not is_canonical or len(root) != HASH_BYTES or not 0 <= size <= LARGEST:
        raise EvidenceError("this note is no checkpoint: its size or its root is none")
    return Checkpoint(origin, size, root)


def trusted(
    signed: Note, log: Verifier, others: Sequence[Verifier] = ()
) -> tuple[Checkpoint, list[Verifier]]:
    """A checkpoint that its own log signed, and who signed it. Raises EvidenceError of any other.

    The log's key has the log's origin as its name.
    """
    found = read(signed.text)
    signers = note.signed_by(signed, [log, *others])
    if log not in signers:
        raise EvidenceError(f"the checkpoint of {found.origin} is not signed with the key {log}")
    if found.origin != log.name:
        raise EvidenceError(f"the checkpoint is one of {found.origin}, and the key is that of {log.name}")
    return found, signers
