#!/usr/bin/env python3
"""Check what a Cryogate gateway handed out, without Cryogate and without a network.

    python3 cryogate_verify.py --key KEY shipped.tlog-proof
    python3 cryogate_verify.py --key KEY --of report.pdf report.pdf.tlog-proof
    python3 cryogate_verify.py --key KEY --before kept.checkpoint since.consistency
    python3 cryogate_verify.py --key KEY --tiles FOLDER kept.checkpoint
    python3 cryogate_verify.py report.pdf

It needs Python 3.11 or newer, and for signatures the package `cryptography`. KEY is the verifier key of the
log, which you got once by a way that you trust. It says what is proven, by whom, and what is not. Exit code
0: what was asked holds. 1: it does not. 2: it could not be asked. Formats: RFC 6962, RFC 9162 and those of
C2SP. It shares no code with the gateway, so that a mistake of one is found by the other.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_FILE = 500_000_000  # bytes of a report
LARGEST_PART = 200_000_000  # bytes of an attachment, unpacked
MOST_SIGNATURES, MOST_HASHES = 100, 64
ED25519, COSIGNATURE = 1, 4
PROOF, OLD, PDF = b"c2sp.org/tlog-proof@v1\n", b"old ", b"%PDF-"
WORKS_ALONE = "That nobody has another log under this name: ask others for the checkpoints that they hold."
ONLY_HASH = "What the entry says in full: the log has its SHA-256. Compare it with the record of the gateway."
NOT_TRUE = "That what was recorded was so: the log proves that the record was not changed since."


class Wrong(Exception):
    """What was shown does not hold."""


class Key(NamedTuple):
    name: str
    kind: int
    public: bytes
    number: bytes


class Point(NamedTuple):
    """A checkpoint that holds, and who signed it, in words."""

    origin: str
    size: int
    root: bytes
    signers: tuple[str, ...]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Wrong("the proof has more hashes than its tree has levels")
        if fn % 2 == 1 or fn == sn:
            r = node_hash(p, r)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            r = node_hash(r, p)
        fn, sn = fn // 2, sn // 2
    if sn != 0:
        raise Wrong("the proof has fewer hashes than its tree has levels")
    return r


def roots_from_consistency(first: int, second: int, root: bytes, proof: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4.2, for 0 < first < second: the roots that the proof leads to."""
    path = [root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        raise Wrong("the proof has no hashes")
    fn, sn = first - 1, second - 1
    while fn % 2 == 1:
        fn, sn = fn // 2, sn // 2
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Wrong("the proof has more hashes than its tree has levels")
        if fn % 2 == 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            sr = node_hash(sr, c)
        fn, sn = fn // 2, sn // 2
    if sn != 0:
        raise Wrong("the proof has fewer hashes than its tree has levels")
    return fr, sr


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Of all leaves, by the stack of the roots of whole subtrees."""
    stack: list[tuple[int, bytes]] = []
    for one in leaves:
        height, found = 0, one
        while stack and stack[-1][0] == height:
            height, found = height + 1, node_hash(stack.pop()[1], found)
        stack.append((height, found))
    if not stack:
        return sha256(b"")
    found = stack.pop()[1]
    while stack:
        found = node_hash(stack.pop()[1], found)
    return found


def decoded(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not data or base64.b64encode(data).decode() != text:  # one spelling of what is signed, no other
        raise Wrong(f"{what} is damaged: it is no base64")
    return data


def key_of(text: str) -> Key:
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise Wrong("a verifier key looks like NAME+8 hexadecimal digits+base64")
    data = decoded(parts[2], "the key")
    if len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise Wrong(f"the key of {parts[0]} is of a kind that is not known here: Ed25519 is")
    number = sha256(parts[0].encode() + b"\n" + data)[:4]
    if number.hex() != parts[1].lower():
        raise Wrong(f"the key of {parts[0]} was copied wrong: a character is another")
    return Key(parts[0], data[0], data[1:], number)


def holds(key: Key, signed: bytes, signature: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise ValueError("signatures need the package `cryptography`: pip install cryptography") from None
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def checkpoint_of(note: bytes, keys: list[Key]) -> Point:
    """Raises Wrong where it is none, or the log's own key (the first) did not sign it."""
    text, gap, rest = note.decode("utf-8", "replace").rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise Wrong("the checkpoint is damaged: it has no signatures")
    lines = rest[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Wrong(f"the checkpoint has more than {MOST_SIGNATURES} signatures")
    signers: dict[Key, str] = dict(filter(None, (signer_of(line, text + "\n", keys) for line in lines)))
    told = text.split("\n")
    root = decoded(told[2], "the root") if len(told) > 2 else b""
    if len(root) != 32 or not re.fullmatch(r"0|[1-9][0-9]{0,18}", told[1]):
        raise Wrong("the signed text is no checkpoint: origin, size and root")
    point = Point(told[0], int(told[1]), root, tuple(signers.values()))
    if keys[0] not in signers:  # a witness may have the name of the log
        raise Wrong(f"the checkpoint of {point.origin} is not signed with the key of {keys[0].name}")
    if point.origin != keys[0].name:
        raise Wrong(f"the checkpoint is of the log {point.origin}, and the key of {keys[0].name}")
    return point


def signer_of(line: str, text: str, keys: list[Key]) -> tuple[Key, str] | None:
    """Who of those that are trusted signed by this line, and in words; None: nobody known."""
    name, gap, encoded = line[2:].partition(" ")
    if not line.startswith("\u2014 ") or not gap:
        raise Wrong("a line of signatures of the checkpoint is damaged")
    data = decoded(encoded, "a signature")
    for key in keys:
        if (key.name, key.number) != (name, data[:4]):
            continue
        if key.kind == ED25519 and holds(key, text.encode(), data[4:]):
            return key, name
        if key.kind == COSIGNATURE and len(data) == 76:
            time_s = int.from_bytes(data[4:12], "big")
            if holds(key, f"cosignature/v1\ntime {time_s}\n{text}".encode(), data[12:]):
                at = datetime.fromtimestamp(min(time_s, 253402300799), UTC)
                return key, f"{name} (witness, {at:%Y-%m-%d %H:%M:%S} UTC)"
        raise Wrong(f"the signature of {name} does not hold: the checkpoint was changed")
    return None


def hashes_of(lines: list[str]) -> list[bytes]:
    found = [decoded(line, "a hash of the proof") for line in lines]
    if len(found) > MOST_HASHES or any(len(one) != 32 for one in found):
        raise Wrong("the proof is damaged: a hash has another length, or there are too many")
    return found


def check_proof(data: bytes, keys: list[Key], asked: argparse.Namespace) -> str:
    head, gap, note = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")[1:]
    extra = decoded(lines.pop(0)[6:], "the extra line") if lines and lines[0].startswith("extra ") else None
    if not gap or not lines or not re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[0]):
        raise Wrong("the proof is damaged: it has no index, or no checkpoint")
    index, proof, point = int(lines[0][6:]), hashes_of(lines[1:]), checkpoint_of(note, keys)
    entry = Path(asked.entry).read_bytes() if asked.entry else extra
    if entry is None:
        raise Wrong("the proof does not say what its leaf is: give it with --entry FILE")
    if index >= point.size:
        raise Wrong(f"leaf {index} cannot be in a log of {point.size} leaves")
    if root_from_inclusion(leaf_hash(entry), index, point.size, proof) != point.root:
        raise Wrong("the proof does not lead to the root that was signed: leaf, index or a hash was changed")
    proven = f"leaf {index} of the log {point.origin} is\n    {printable(entry)}"
    if asked.of:
        sha = sha256(Path(asked.of).read_bytes()).hex()
        if f'"sha256":"{sha}"'.encode() not in entry:
            raise Wrong(f"the leaf is not about {asked.of}, whose SHA-256 is {sha}")
        proven += f"\nwhich is about the file {asked.of}, as it is now"
    return verdict(proven, point, ONLY_HASH, NOT_TRUE, WORKS_ALONE)


def check_point(data: bytes, keys: list[Key], asked: argparse.Namespace) -> str:
    point = checkpoint_of(data, keys)
    if not asked.tiles:
        had = f"the log {point.origin} had {point.size} leaves, with one root over all"
        return verdict(had, point, "What they say: ask for a proof, or for the tiles (--tiles)", WORKS_ALONE)
    if root_of(leaf_hash(one) for one in entries_in(Path(asked.tiles), point.size)) != point.root:
        raise Wrong(f"the first {point.size} entries in {asked.tiles} have another root than was signed")
    proven = f"the {point.size} entries in {asked.tiles} are those of the log {point.origin}"
    return verdict(proven, point, NOT_TRUE, WORKS_ALONE)


def check_consistency(data: bytes, keys: list[Key], asked: argparse.Namespace) -> str:
    if not asked.before:
        raise Wrong("give the checkpoint that you kept with --before FILE")
    old = checkpoint_of(Path(asked.before).read_bytes(), keys)
    head, _, note = data.partition(b"\n\n")
    lines, new = head.decode("utf-8", "replace").split("\n"), checkpoint_of(note, keys)
    if lines[0] != f"old {old.size}":
        raise Wrong(f"the proof begins with {lines[0][:40]!r}, and the kept checkpoint has {old.size} leaves")
    proof = hashes_of(lines[1:])
    if old.size > new.size:
        raise Wrong(f"the kept checkpoint has {old.size} leaves, the newer one {new.size}: leaves are gone")
    if old.size in (0, new.size):
        is_so = not proof and old.root == (new.root if old.size else sha256(b""))
    else:
        is_so = roots_from_consistency(old.size, new.size, old.root, proof) == (old.root, new.root)
    if not is_so:
        raise Wrong("the newer log does not begin with what the kept checkpoint signed: the log forked")
    proven = f"of {old.size} leaves of the log {new.origin} nothing was changed, left out or put in"
    return verdict(f"{proven}; {new.size - old.size} were added", new, NOT_TRUE, WORKS_ALONE)


def verdict(proven: str, point: Point, *not_proven: str) -> str:
    lines = [f"Proven: {proven}", "Signed by:", *point.signers, "Not proven:", *not_proven]
    return "\n".join(line if line.endswith(":") or k == 0 else f"    {line}" for k, line in enumerate(lines))


def printable(entry: bytes) -> str:
    """Nothing in it drives a terminal."""
    text = entry.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def entries_in(folder: Path, size: int) -> Iterable[bytes]:
    """C2SP tlog-tiles: each behind its length."""
    for first in range(0, size, 256):
        width, number = min(256, size - first), first // 256
        groups = [f"{number % 1000:03d}"]
        while number := number // 1000:
            groups.insert(0, f"x{number % 1000:03d}")
        path = folder / "tile" / "entries" / "/".join(groups)
        data = (path if width == 256 or path.is_file() else Path(f"{path}.p") / str(width)).read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            if len(data) < 2 + length:
                raise Wrong(f"{path} is damaged: it ends within an entry")
            yield data[2 : 2 + length]
            data = data[2 + length :]


def check_report(data: bytes, _keys: list[Key], _asked: argparse.Namespace) -> str:
    """What the facts inside say of the other attachments."""
    if data.count(b"startxref") > 1:
        raise Wrong("the file was changed after it was made: something was put behind its end")
    objects = objects_of(data)
    named = re.findall(rb"/Type/Filespec/F\(([^()\\]{1,200})\)[^<>]{0,300}/EF<</F (\d{1,9}) 0 R", data)
    names = dict(named)
    if len(names) != len(named):
        raise Wrong("the file was changed after it was made: an attachment has its name twice")
    parts = {name.decode("latin-1"): objects[int(at)] for name, at in names.items() if int(at) in objects}
    if "facts.json" not in parts:
        raise Wrong("the report has no attachment facts.json: it was made by another program, or was changed")
    try:
        facts: Any = json.loads(parts["facts.json"])
        told = {one["name"]: (one["bytes"], one["sha256"]) for one in facts.get("samples", [])}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Wrong("the attachment facts.json is damaged") from None
    for name, (size, wanted) in told.items():
        if name not in parts:
            raise Wrong(f"the attachment {name} was left out")
        if len(parts[name]) != size or sha256(parts[name]).hex() != wanted:
            raise Wrong(f"the attachment {name} is not the one that the facts of the report name")
    if more := sorted(set(parts) - set(told) - {"facts.json"}):
        raise Wrong(f"the report has an attachment that its facts do not name: {printable(more[0].encode())}")
    listed = ", ".join(sorted(told)) or "(none)"
    return f"""Proven: the attachments {listed} are those that facts.json names
    SHA-256 of facts.json {sha256(parts["facts.json"]).hex()}
    SHA-256 of this file  {sha256(data).hex()}
Not proven:
    That the pages say what facts.json says, and who made the file.
    Compare the SHA-256 of the file with one that you got another way."""


def objects_of(data: bytes) -> dict[int, bytes]:
    """Attached streams by the number of their object."""
    found: dict[int, bytes] = {}
    numbers = re.findall(rb"(?:^|\n)(\d{1,9}) 0 obj\b", data)
    heads = r"(?:^|\n)(\d{1,9}) 0 obj\n<<(/Length (\d{1,10})/Type/EmbeddedFile[^\n]{0,500})>>\nstream\n"
    for head in re.finditer(heads.encode(), data):
        number, length = int(head[1]), int(head[3])
        if numbers.count(head[1]) > 1:
            raise Wrong(f"the file was changed after it was made: object {number} is in it twice")
        raw = data[head.end() : head.end() + length]
        found[number] = unpacked(raw) if b"/FlateDecode" in head[2] else raw
    return found


def unpacked(raw: bytes) -> bytes:
    try:
        made = zlib.decompressobj()
        data = made.decompress(raw, LARGEST_PART)
    except zlib.error:
        raise Wrong("an attachment is damaged: it cannot be unpacked") from None
    if not made.eof:
        raise Wrong("an attachment is damaged, or too large to be one")
    return data


def kind_of(data: bytes) -> tuple[Callable[[bytes, list[Key], argparse.Namespace], str], set[str]]:
    """What checks it, and which options it looks at."""
    if data.startswith(PDF):
        return check_report, set()
    if data.startswith(PROOF):
        return check_proof, {"key", "witness", "of", "entry"}
    is_old = data.startswith(OLD)
    return check_consistency if is_old else check_point, {"key", "witness", "before" if is_old else "tiles"}


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check what a Cryogate gateway handed out.")
    parser.add_argument("file", help="a .tlog-proof, a checkpoint, a proof of consistency, or a report")
    parser.add_argument("--key", help="the verifier key of the log, or a file with it")
    parser.add_argument("--witness", action="append", default=[], help="of a witness that you trust, too")
    parser.add_argument("--before", help="the checkpoint that you kept")
    parser.add_argument("--tiles", help="a folder with the whole log")
    parser.add_argument("--of", help="the file that the proof is about")
    parser.add_argument("--entry", help="what the leaf says, where the proof does not")
    asked = parser.parse_args(words)
    try:
        if Path(asked.file).stat().st_size > LARGEST_FILE:
            raise ValueError(f"{asked.file} is larger than {LARGEST_FILE} bytes: it is none of these")
        data = Path(asked.file).read_bytes()
        check, looks_at = kind_of(data)
        for name, value in vars(asked).items():
            if value and name not in {"file", *looks_at}:
                raise ValueError(f"--{name} says nothing of {asked.file}: give the file that it is for")
        if "key" in looks_at and not asked.key:
            raise ValueError("give the key of the log with --key")
        given = [asked.key, *asked.witness] if asked.key else []
        keys = [key_of(Path(one).read_text() if Path(one).is_file() else one) for one in given]
        print(check(data, keys, asked))
    except Wrong as wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 1
    except (OSError, ValueError) as error:  # it could not be asked
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
