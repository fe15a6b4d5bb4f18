"""Signed notes (C2SP signed-note): a text, and who signed it.

    TEXT, which ends in a newline
    an empty line
    — NAME BASE64(key id || signature), one line for each who signed

A reader passes over signatures of keys that it does not know, and rejects the note where one of a key that it
knows does not hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.dataclass import dataclass
from gateway.errors import EvidenceError

ED25519: Final = b"\1"  # the type byte
KEY_ID_BYTES: Final = 4
PUBLIC_KEY_BYTES: Final = 32
LONGEST: Final = 1_000_000  # bytes of a note: as Go's package has it
MOST_SIGNATURES: Final = 100  # as Go's package has it; the specification asks for 16 at least
DASH: Final = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """One line."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """As it was read; nothing is known of its signatures yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that a reader trusts, by the name it signs under."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """The verifier key, as people hand it on."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether it was made over this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs under a name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.verifier.key_id, self.private.sign(text.encode()))


def is_name(text: str) -> bool:
    """Whether a key can have it."""
    return bool(text) and "+" not in text and text.isprintable() and not any(c.isspace() for c in text)


def sign(text: str, signers: Iterable[Signer]) -> Note:
    """`text` ends in a newline. Raises ValueError where it is none of a note."""
    if not text.endswith("\n") or _has_control(text):
        raise ValueError("a note is text that ends in a newline")
    return Note(text, tuple(one.sign(text) for one in signers))


def parse(data: bytes) -> Note:
    """Raises EvidenceError where it is no signed note."""
    if len(data) > LONGEST:
        raise EvidenceError(f"a signed note has at most {LONGEST} bytes; this is none")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise EvidenceError("a signed note is UTF-8; this is none") from None
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n") or _has_control(whole):
        raise EvidenceError("this is no signed note: a text, an empty line, and lines of signatures")
    found = lines[:-1].split("\n")
    if len(found) > MOST_SIGNATURES:
        raise EvidenceError(f"a signed note has at most {MOST_SIGNATURES} signatures; this has more")
    return Note(f"{text}\n", tuple(_signature(line) for line in found))


def signed_by(note: Note, trusted: Sequence[Verifier]) -> list[Verifier]:
    """Who of `trusted` signed it. Raises EvidenceError where a signature of one of them does not hold."""
    known = {(one.name, one.key_id): one for one in trusted}
    found = dict[tuple[str, bytes], Verifier]()
    for one in note.signatures:
        key = one.name, one.key_id
        if key not in known or key in found:
            continue
        if not known[key].holds(note.text, one.signature):
            raise EvidenceError(f"the signature of {one.name} does not hold: the text or it was changed")
        found[key] = known[key]
    return list(found.values())


def verifier(text: str) -> Verifier:
    """Of a verifier key. Raises EvidenceError where it is none of Ed25519."""
    parts = text.strip().split("+", 2)
    try:
        name, key_id, key = parts
        data = base64.b64decode(key, validate=True)
        made = Verifier(name, data[1:])
        if is_name(name) and data[:1] == ED25519 and len(data) == 1 + PUBLIC_KEY_BYTES:
            if made.key_id == bytes.fromhex(key_id):
                return made
            raise EvidenceError(f"the verifier key of {name} is not what it says: a character was changed")
    except (ValueError, binascii.Error):
        pass
    raise EvidenceError("expected a verifier key: NAME+8 hexadecimal digits+base64, of Ed25519")


def _signature(line: str) -> Signature:
    name, gap, text = line.removeprefix(DASH).partition(" ")
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    is_canonical = base64.b64encode(data).decode() == text
    if (
        not line.startswith(DASH)
        or not gap
        or not is_name(name)
        or len(data) <= KEY_ID_BYTES
        or not is_canonical
    ):
        raise EvidenceError("a line of signatures of this note is none")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _has_control(text: str) -> bool:
    return any(c < " " and c != "\n" for c in text)
