#!/usr/bin/env python3
"""Check what a Cryogate gateway handed out, without Cryogate and without a network.

    python3 cryogate_verify.py --key KEY shipped.tlog-proof
    python3 cryogate_verify.py --key KEY --of report.pdf report.pdf.tlog-proof
    python3 cryogate_verify.py --key KEY --before kept.checkpoint [--before-key KEY] since.consistency
    python3 cryogate_verify.py --key KEY --tiles FOLDER kept.checkpoint
    python3 cryogate_verify.py --key KEY report.pdf

It needs Python 3.11 or newer, and for signatures the package `cryptography`. KEY is the verifier key of the
log, which you got once by a way that you trust. It says what is proven, by whom, and what is not. Exit code
0: what was asked holds. 1: it does not. 2: it could not be asked. Formats: RFC 6962, RFC 9162 and those of
C2SP. It shares no code with the gateway, so that a mistake of one is found by the other. Without --key only
the attachments of a report are compared with its facts.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import hashlib
import io
import json
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_FILE = 500_000_000  # bytes of a report
LARGEST_PART = 200_000_000  # bytes of an attachment, unpacked
MOST_SIGNATURES, MOST_HASHES = 100, 64
ED25519, COSIGNATURE = 1, 4
DAMAGES = (
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    ValueError,
    struct.error,
    csv.Error,
)
PROOF, OLD, PDF = b"c2sp.org/tlog-proof@v1\n", b"old ", b"%PDF-"
WORKS_ALONE = "That nobody has another log under this name: ask others for the checkpoints that they hold."
ONLY_HASH = "What the entry says in full: the log has its SHA-256. Compare it with the record of the gateway."
NO_NUMBERS = "The numbers of the excursions: compared are those that are over, with all changes proven"
OTHER_CHANGES = "That no other entry changes these numbers: the whole log says of which kind each entry is"
ALL_ELSE = (
    "All else that facts.json says: limits, certainty, clocks, contents, review. Site, asset, zone, severity "
    "and units are compared only of one excursion, together with its numbers"
)
NOT_TRUE = "That what was recorded was so: the log proves that the record was not changed since."


PAGES = (
    "That the pages, and attachments that another program shows, say what is read here; who made the file."
)
COMPARE = "Compare the SHA-256 of the file with one that you got another way."


class Wrong(Exception):
    """What was shown does not hold."""


class CannotAsk(Exception):
    """Something is missing here: nothing is said of what was shown."""


class Key(NamedTuple):
    name: str
    kind: int
    public: bytes
    number: bytes


class Verdict(NamedTuple):
    """What holds, in words: all of `proven`, by whom, and what is not."""

    proven: tuple[str, ...]
    signers: tuple[str, ...]
    not_proven: tuple[str, ...]


class Point(NamedTuple):
    """A checkpoint that holds, and who signed it, in words."""

    origin: str
    size: int
    root: bytes
    signers: tuple[str, ...]


LARGEST_VALUE = 10**9  # beyond it a number is no measurement
USABLE = ("uncertain", "good")  # the better one last
UNASKED = Verdict((), (), ("That any of it is in the evidence log: give the key of the log with --key.",))


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
        raise CannotAsk("signatures need the package `cryptography`: pip install cryptography") from None
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


def proof_in(data: bytes) -> tuple[int, list[bytes], bytes | None, bytes]:
    """Index, hashes, what the leaf says if the file does, and the note with the checkpoint."""
    head, gap, note = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")[1:]
    extra = decoded(lines.pop(0)[6:], "the extra line") if lines and lines[0].startswith("extra ") else None
    if not gap or not lines or not re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[0]):
        raise Wrong("the proof is damaged: it has no index, or no checkpoint")
    return int(lines[0][6:]), hashes_of(lines[1:]), extra, note


def check_proof(data: bytes, keys: list[Key], asked: argparse.Namespace) -> Verdict:
    index, proof, extra, note = proof_in(data)
    point = checkpoint_of(note, keys)
    entry = Path(asked.entry).read_bytes() if asked.entry else extra
    if entry is None:
        raise Wrong("the proof does not say what its leaf is: give it with --entry FILE")
    check_inclusion(entry, index, proof, point)
    proven = f"leaf {index} of the log {point.origin} is\n    {printable(entry)}"
    if asked.of:
        sha = sha256(Path(asked.of).read_bytes()).hex()
        if f'"sha256":"{sha}"'.encode() not in entry:
            raise Wrong(f"the leaf is not about {asked.of}, whose SHA-256 is {sha}")
        proven += f"\nwhich is about the file {asked.of}, as it is now"
    return Verdict((proven,), point.signers, (ONLY_HASH, NOT_TRUE, WORKS_ALONE))


def check_inclusion(entry: bytes, index: int, proof: list[bytes], point: Point) -> None:
    if index >= point.size:
        raise Wrong(f"leaf {index} cannot be in a log of {point.size} leaves")
    if root_from_inclusion(leaf_hash(entry), index, point.size, proof) != point.root:
        raise Wrong("the proof does not lead to the root that was signed: leaf, index or a hash was changed")


def check_point(data: bytes, keys: list[Key], asked: argparse.Namespace) -> Verdict:
    point = checkpoint_of(data, keys)
    if not asked.tiles:
        had = f"the log {point.origin} had {point.size} leaves, with one root over all"
        more = "What they say: ask for a proof, or for the tiles (--tiles)"
        return Verdict((had,), point.signers, (more, WORKS_ALONE))
    if root_of(leaf_hash(one) for one in entries_in(Path(asked.tiles), point.size)) != point.root:
        raise Wrong(f"the first {point.size} entries in {asked.tiles} have another root than was signed")
    proven = f"the {point.size} entries in {asked.tiles} are those of the log {point.origin}"
    return Verdict((proven,), point.signers, (NOT_TRUE, WORKS_ALONE))


def check_consistency(data: bytes, keys: list[Key], asked: argparse.Namespace) -> Verdict:
    if not asked.before:
        raise Wrong("give the checkpoint that you kept with --before FILE")
    theirs = keys if not asked.before_key else [key_of(text_of(asked.before_key)), *keys[1:]]
    old = checkpoint_of(Path(asked.before).read_bytes(), theirs)
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
    added = f"{proven}; {new.size - old.size} were added"
    return Verdict((added,), new.signers, (NOT_TRUE, WORKS_ALONE))


def in_words(said: Verdict) -> str:
    lines = [f"Proven: {one}" for one in said.proven]
    for head, told in (("Signed by:", said.signers), ("Not proven:", said.not_proven)):
        lines += [head, *(f"    {one}" for one in told)] if told else []
    return "\n".join(lines)


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


def check_report(data: bytes, keys: list[Key], _asked: argparse.Namespace) -> Verdict:
    """What the facts inside say of the other attachments; with a key, what the log proves of the facts."""
    parts = attachments_of(data)
    try:
        facts: Any = json.loads(parts["facts.json"])
        evidence = facts.get("evidence") or {}
        told = [*facts.get("samples", []), *evidence.get("proofs", [])]
        told += [evidence["statements"]] if evidence.get("statements") else []
        named = {one["name"]: (one["bytes"], one["sha256"]) for one in told}
        check_attachments(parts, named)
        proven, signers, not_proven = log_of(facts, evidence, parts, keys) if keys else UNASKED
        again, not_again = rescreened(facts, parts)
    except DAMAGES:
        raise Wrong("the attachment facts.json is damaged") from None
    listed = ", ".join(sorted(named)) or "(none)"
    whole = f"""the attachments {listed} are those that facts.json names
    SHA-256 of facts.json {sha256(parts["facts.json"]).hex()}
    SHA-256 of this file  {sha256(data).hex()}"""
    return Verdict((whole, *again, *proven), signers, (*not_again, *not_proven, PAGES, COMPARE))


def rescreened(facts: Any, parts: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """The excursion found again in the attached readings, under the limit that the facts have; or why not."""
    if facts.get("report") != "excursion":
        return [], []
    rule, row = facts.get("screening"), facts["excursion"]
    if rule is None:
        why = "a limit that readings came back from, all of which are kept, is screened again, nothing else"
        return [], [f"The numbers from the readings: {why}"]
    if "samples.csv" not in parts:
        return [], ["The numbers from the readings: there are too many for CSV, which is what is read here"]
    channel = rule.get("channel", row["channel"])  # its name now: the facts have that of then
    readings = readings_of(parts["samples.csv"], channel, ns_of(rule["from"]))
    wanted = {name: row[name] and ns_of(row[name]) for name in MOMENTS}
    found = next((one for one in excursions_in(readings, rule) if one["start"] == wanted["start"]), None)
    if found is None:
        raise Wrong("the attached readings have no excursion under this limit that begins when the facts say")
    wanted |= {name: row[name] for name in ("extreme", "readings")}
    for name, value in wanted.items():
        if found[name] != value:
            raise Wrong(f"the attached readings give {name} otherwise than the facts say")
    for name in ("beyond_s", "degree_seconds", "unproven_s"):
        if abs(found[name] - row[name]) > 1e-6 * max(1.0, abs(found[name])):
            raise Wrong(f"the attached readings give {name} otherwise than the facts say")
    count = sum(one.is_usable for one in readings)
    then = "" if channel == row["channel"] else f" (then {row['channel']})"
    told = f"{count} readings of {channel}{then} in samples.csv give the same excursion and numbers"
    return [f"screened again under {rule['side']} {rule['limit']}, {printable(told.encode())}"], []


class Reading(NamedTuple):
    time: int
    value: Decimal
    is_usable: bool


def readings_of(data: bytes, channel: str, since_ns: int) -> list[Reading]:
    """Of one channel, in order. At one time the best quality counts, then the highest value."""
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    own = (row for row in rows if row["channel"] in (channel, f"'{channel}"))
    best: dict[int, tuple[int, Decimal]] = {}
    for row in own:
        value = Decimal(row["value"] or 0)
        is_usable = row["quality"] in USABLE and row["value"] != "" and abs(value) <= LARGEST_VALUE
        rank = USABLE.index(row["quality"]) + 1 if is_usable else 0
        at, one = ns_of(row["time"]), (rank, value)
        best[at] = max(best.get(at, one), one)
    return [Reading(at, value, rank > 0) for at, (rank, value) in sorted(best.items()) if at >= since_ns]


def excursions_in(readings: list[Reading], rule: Any) -> Iterable[dict[str, Any]]:
    """Those that are over: entry beyond the limit, exit by the deadband, each for as long as its delay."""
    sign = 1 if rule["side"] == "high" else -1
    limit, deadband = sign * Decimal(repr(rule["limit"])), Decimal(repr(rule["deadband"]))
    on_ns, off_ns = (round(rule[name] * 1e9) for name in ("on_delay_s", "off_delay_s"))
    is_beyond, since, start, confirmed = False, 0, None, 0
    for one in readings:
        if not one.is_usable:
            continue
        far = sign * one.value
        if far > limit and not is_beyond:
            is_beyond, since = True, one.time
        elif far <= limit - deadband and is_beyond:
            is_beyond, since = False, one.time
        if is_beyond and start is None and one.time - since >= on_ns:
            start, confirmed = since, one.time
        if not is_beyond and start is not None and one.time - since >= off_ns:
            ends = {"start": start, "confirmed": confirmed, "end": since, "cleared": one.time}
            yield ends | numbers_of(readings, start, since, sign, rule)
            start = None


def numbers_of(readings: list[Reading], start: int, end: int, sign: int, rule: Any) -> dict[str, Any]:
    """By straight lines between neighbours, where nothing bad lies between and they are near enough."""
    inside = [one for one in readings if start <= one.time <= end]
    known = [one for one in inside if one.is_usable]
    worst = max((one for one in known if one.time < end), key=lambda one: sign * one.value)
    beyond = unproven = 0
    degrees = 0.0
    one, is_blocked = inside[0], False
    for other in inside[1:]:
        if not other.is_usable:
            is_blocked = True
            continue
        length = other.time - one.time
        if is_blocked or length > rule["max_gap_s"] * 1e9:
            unproven, one, is_blocked = unproven + length, other, False
            continue
        before, after = (sign * (float(each.value) - rule["limit"]) for each in (one, other))
        above = max(before, after, 0.0)
        is_all = min(before, after) > 0
        part = 1.0 if is_all or not above else above / (abs(before) + abs(after))
        beyond += round(part * length) if above else 0
        degrees += 0.5 * (before + after if is_all else above * part) * length
        one = other
    count = sum(one.time < end for one in known)
    found = {"extreme": float(worst.value), "extreme_at": worst.time, "readings": count}
    return found | {"beyond_s": beyond / 1e9, "degree_seconds": degrees / 1e9, "unproven_s": unproven / 1e9}


def attachments_of(data: bytes) -> dict[str, bytes]:
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
    return parts


def check_attachments(parts: dict[str, bytes], told: dict[str, tuple[int, str]]) -> None:
    for name, (size, wanted) in told.items():
        if name not in parts:
            raise Wrong(f"the attachment {printable(name.encode())} was left out")
        if len(parts[name]) != size or sha256(parts[name]).hex() != wanted:
            named = printable(name.encode())
            raise Wrong(f"the attachment {named} is not the one that the facts of the report name")
    if more := sorted(set(parts) - set(told) - {"facts.json"}):
        raise Wrong(f"the report has an attachment that its facts do not name: {printable(more[0].encode())}")


class Leaf(NamedTuple):
    """A leaf that is in the log, of an entry that the facts name."""

    place: int
    entry: str
    about: tuple[str, ...]
    said: dict[str, Any]

    @property
    def number(self) -> int:
        return number_of(self.entry)

    @property
    def words(self) -> str:
        kind = self.said.get("kind", "readings")
        until = self.said.get("committed", "at an unknown time")
        at = until[-1] if isinstance(until, list) else until
        told = f"entry {self.entry} ({', '.join(self.about)}): {kind}, committed {at}, leaf {self.place}"
        return printable(told.encode())


def log_of(facts: Any, evidence: Any, parts: dict[str, bytes], keys: list[Key]) -> Verdict:
    """Which entries that decide are in the log, and whether the facts say what these entries say."""
    if not evidence.get("proofs"):
        raise Wrong(
            "the facts of the report name no proof of an evidence log: the key can prove nothing in it"
        )
    note = evidence["checkpoint"].encode()
    point = checkpoint_of(note, keys)
    leaves = [leaf_of(row, parts[row["name"]], note, point) for row in evidence["proofs"]]
    stated = statements_in(parts, evidence, leaves)
    for leaf in leaves:
        check_place(facts, leaf, stated.get(leaf.entry))
    check_history(facts, stated)
    last = max(leaves, key=lambda leaf: leaf.number)
    head = f"in the log {point.origin}, which had {point.size} leaves:"
    proven = [head + "".join(f"\n    {leaf.words}" for leaf in leaves)]
    proven += [f"{len(stated)} statements in statements.json are those of the log"] if stated else []
    is_whole = not evidence["not_yet"] and not evidence["left_out"].get("alarm")
    numbers = numbers_proven(facts, leaves, stated) if is_whole else {}
    proven += [
        f"the numbers of {alarm} are those of entry {entry}, the newest change of it that is inside"
        for alarm, entry in numbers.items()
    ]
    proven.append(f"until entry {last.entry} of the journal: a log that says otherwise of it is another log")
    return Verdict(tuple(proven), point.signers, tuple(missing_in(facts, leaves, stated, numbers)))


def leaf_of(row: Any, proof: bytes, note: bytes, point: Point) -> Leaf:
    index, hashes, entry, signed = proof_in(proof)
    name = printable(row["name"].encode())
    if signed != note:
        raise Wrong(f"the proof {name} is under another checkpoint than the report's: of another log or time")
    if entry is None:
        raise Wrong(f"the proof {name} does not say what its leaf is")
    check_inclusion(entry, index, hashes, point)
    said = json.loads(entry)
    ends = [number_of(said[end]) for end in ("first", "last")] if "first" in said else []
    is_it = ends[0] <= number_of(row["entry"]) <= ends[1] if ends else said.get("entry") == row["entry"]
    if not is_it:
        raise Wrong(f"the proof {name} is of another entry than the facts name, {row['entry']}")
    return Leaf(index, row["entry"], tuple(row["about"]), said)


def number_of(entry: str) -> int:
    """Of its name, as Q6J8TY0K-4711."""
    return int(entry.rpartition("-")[2])


def statements_in(parts: dict[str, bytes], evidence: Any, leaves: list[Leaf]) -> dict[str, Any]:
    """Those attached whose hash is in the log, by the names of their entries."""
    if not evidence.get("statements"):
        return {}
    known, found = {leaf.entry: leaf for leaf in leaves}, dict[str, Any]()
    for one in json.loads(parts[evidence["statements"]["name"]])["statements"]:
        name, kind, body = one["entry"], one["kind"].encode(), one["body"].encode()
        head = struct.pack("<4q", one["seq"], one["committed_ns"], one["at_ns"], len(kind))
        digest = sha256(b"statement" + head + kind + body).hex()
        if name not in known or known[name].said.get("sha256") != digest or one["seq"] != number_of(name):
            raise Wrong(f"the attached statement of entry {name} is not the one that is in the log")
        found[name] = {**one, "said": json.loads(body)}
    return found


def check_place(facts: Any, leaf: Leaf, stated: Any) -> None:
    """Whether the facts rest on this entry, as what it is shown for."""
    basis, number = facts["basis"], leaf.number
    journal, last = basis["journal"], basis["journal"]["last_entry"]
    for about in leaf.about:
        if about == "journal":
            is_so = number <= number_of(last) and leaf.entry.rpartition("-")[0] in (
                *journal["ancestors"],
                journal["id"],
            )
        elif about == "contents":
            is_so = stated is None or bool(names_of(leaf, stated) & set(basis["entries"].get("contents", ())))
        else:
            is_so = number in basis["entries"].get(about, ())
        if about == "configuration":
            is_so = number == basis["configuration"]["entry"] and leaf.said.get("kind") == "configuration"
        if not is_so:
            raise Wrong(f"entry {leaf.entry} is proven, and the facts name other entries ({about})")


def names_of(leaf: Leaf, stated: Any) -> set[str]:
    """Of a statement about contents: its entry, or what its sender called it."""
    return {leaf.entry} | ({str(stated["said"].get("id"))} if stated else set())


def check_history(facts: Any, stated: dict[str, Any]) -> None:
    """Who said what and when, of the entries whose statements are proven."""
    by_number = {one["seq"]: one for one in stated.values()}
    for row in facts.get("history", ()):
        one, told = by_number.get(row["entry"]), (row["kind"], row["by"], ns_of(row["at"]))
        if one is not None and told != (one["kind"], one["said"].get("by"), one["at_ns"]):
            raise Wrong(f"the facts say of entry {one['entry']} something else than the log has")


def numbers_proven(facts: Any, leaves: list[Leaf], stated: dict[str, Any]) -> dict[str, str]:
    """Excursions that are over, and the newest change inside, whose numbers they have. Or raises Wrong.

    A change that is proven, and whose statement is not inside, may be a newer one of any of them.
    """
    hidden = [leaf.number for leaf in leaves if is_hidden(leaf, stated) and leaf.said["kind"] == "transition"]
    newest: dict[str, Any] = {}
    for one in sorted(stated.values(), key=lambda one: int(one["seq"])):
        if one["kind"] == "transition":
            newest[one["said"]["body"]["alarm"]] = one
    told = {}
    if facts["report"] in ("asset", "year"):  # that of a unit has parts of excursions
        told = {row["alarm"]: row for row in facts["excursions"]}
    if facts["report"] == "excursion":
        told = {facts["alarm"]: facts["excursion"]}
    found = {}
    for alarm, row in told.items():
        change: Any = newest.get(alarm)
        is_newest = change is not None and max(hidden, default=-1) < change["seq"]
        if is_newest and row["end"] is not None and not row["withdrawn"]:
            check_numbers(alarm, row, change, facts if facts["report"] == "excursion" else None)
            found[printable(alarm.encode())] = printable(change["entry"].encode())
    return found


def is_hidden(leaf: Leaf, stated: dict[str, Any]) -> bool:
    """Whether what its statement says is not inside; a configuration never is."""
    return leaf.entry not in stated and leaf.said.get("kind", "configuration") != "configuration"


SEVERITIES = {1: "warning", 2: "minor", 3: "major", 4: "critical"}
SAME = ("rule", "kind", "extreme", "degree_seconds", "readings", "revision", "withdrawn")
MOMENTS, DURATIONS = ("start", "confirmed", "end", "cleared", "extreme_at"), ("beyond", "unproven")


def check_numbers(alarm: str, row: Any, one: Any, facts: Any) -> None:
    """`facts`: of an excursion, which say where, how severe and which units, too."""
    known = one["said"]["body"]["known"]
    found, place = known["excursion"], known["place"]
    told = {name: (row[name], found[name]) for name in SAME}
    told |= {name: (row[name] and ns_of(row[name]), found[f"{name}_ns"]) for name in MOMENTS}
    for name in DURATIONS:
        took = found[f"{name}_ns"]
        told[f"{name}_s"] = (row[f"{name}_s"], None if took is None else took / 10**9)
    told["channel"] = (row["channel"], place.get("channel", ""))
    if facts:
        told |= {name: (facts["place"][name], place.get(name, "")) for name in ("site", "asset")}
        told["zone"] = (facts["place"]["zone"], place.get("zone"))
        told["severity"] = (row["severity"], SEVERITIES.get(found["severity"]))
        units = facts["units"]
        named = units if units is None else [(unit["scheme"], unit["code"]) for unit in units]
        told["units"] = (named, units_of(known["units"]))
    for name, (said, wanted) in told.items():
        if said != wanted:
            raise Wrong(f"the facts say {name} of {alarm} otherwise than entry {one['entry']} of the log")


def units_of(known: Any) -> list[tuple[str, str]] | None:
    """Scheme and code of each; None: nobody has said what was inside."""
    if known is None:
        return None
    if isinstance(known, list):  # of before they were kept in columns
        return [(one["unit"].get("scheme", ""), one["unit"].get("code", "")) for one in known]
    schemes = (scheme for scheme, count in known["named"]["scheme"] for _ in range(count))
    return list(zip(schemes, known["named"]["code"], strict=False))


def ns_of(text: str) -> int:
    """Of RFC 3339 in UTC, with up to nine decimals."""
    whole, _, rest = text.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * 10**9 + int(rest.ljust(9, "0") or 0)


def missing_in(
    facts: Any, leaves: list[Leaf], stated: dict[str, Any], numbers: dict[str, str]
) -> Iterable[str]:
    entries, known = facts["basis"]["entries"], {leaf.number for leaf in leaves}
    named = {n for about in ("configuration", "alarm", "placements") for n in entries.get(about, ())}
    if without := sorted(named - known):
        yield f"That these entries are in the log, for which no proof is inside: {some_of(without)}"
    proven = {name for leaf in leaves for name in names_of(leaf, stated.get(leaf.entry))}
    if without := sorted(set(entries.get("contents", ())) - proven):
        yield f"That these statements of contents are in the log, without a proof inside: {some_of(without)}"
    if hidden := [leaf.entry for leaf in leaves if is_hidden(leaf, stated)]:
        yield f"What these entries say, whose statements are not inside: {some_of(hidden)}"
    last = facts["basis"]["journal"]["last_entry"]
    if all(leaf.entry != last for leaf in leaves):
        yield f"What was recorded behind the newest of these entries, up to {printable(last.encode())}"
    if facts.get("excursions") or facts["report"] == "excursion":
        yield OTHER_CHANGES if numbers else NO_NUMBERS
    yield ALL_ELSE
    yield "Readings: the log has hashes of whole minutes of all channels; these are samples of some"
    yield NOT_TRUE
    yield WORKS_ALONE


def some_of(names: list[Any]) -> str:
    return printable((", ".join(map(str, names[:10])) + (", ..." if len(names) > 10 else "")).encode())


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


def text_of(given: str) -> str:
    """What a file says, or what was given itself."""
    return Path(given).read_text() if Path(given).is_file() else given


def kind_of(data: bytes) -> tuple[Callable[[bytes, list[Key], argparse.Namespace], Verdict], set[str]]:
    """What checks it, and which options it looks at."""
    if data.startswith(PDF):
        return check_report, {"key", "witness"}
    if data.startswith(PROOF):
        return check_proof, {"key", "witness", "of", "entry"}
    if data.startswith(OLD):
        return check_consistency, {"key", "witness", "before", "before_key"}
    return check_point, {"key", "witness", "tiles"}


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check what a Cryogate gateway handed out.")
    parser.add_argument("file", help="a .tlog-proof, a checkpoint, a proof of consistency, or a report")
    parser.add_argument("--key", help="the verifier key of the log, or a file with it")
    parser.add_argument("--witness", action="append", default=[], help="of a witness that you trust, too")
    parser.add_argument("--before", help="the checkpoint that you kept")
    parser.add_argument("--before-key", help="its key, where the log has another key since")
    parser.add_argument("--tiles", help="a folder with the whole log")
    parser.add_argument("--of", help="the file that the proof is about")
    parser.add_argument("--entry", help="what the leaf says, where the proof does not")
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(words)
    try:
        if Path(asked.file).stat().st_size > LARGEST_FILE:
            raise ValueError(f"{asked.file} is larger than {LARGEST_FILE} bytes: it is none of these")
        data = Path(asked.file).read_bytes()
        check, looks_at = kind_of(data)
        for name, value in vars(asked).items():
            if value and name not in {"file", "json", *looks_at}:
                raise ValueError(
                    f"--{name.replace('_', '-')} says nothing of {asked.file}: give the file that it is for"
                )
        if not asked.key and (check is not check_report or asked.witness):
            raise ValueError("give the key of the log with --key")
        given = [asked.key, *asked.witness] if asked.key else []
        keys = [key_of(text_of(one)) for one in given]
        said = check(data, keys, asked)
        print(json.dumps({"holds": True, **said._asdict()}) if asked.json else in_words(said))
    except Wrong as wrong:
        print(json.dumps({"holds": False, "why": str(wrong)}) if asked.json else f"DOES NOT HOLD: {wrong}")
        return 1
    except (OSError, ValueError, CannotAsk) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
