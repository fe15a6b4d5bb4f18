"""What is handed out of the log: proof files, tiles in a folder, and whether all of it is as it was."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import EvidenceError
from gateway.evidence import checkpoint, files, note
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.compare import compare, damaged_leaves
from gateway.evidence.note import Note
from gateway.evidence.proof import Proof
from gateway.evidence.store import Signed, Store
from gateway.evidence.tiles import WIDTH, tile_path
from gateway.evidence.tree import included, leaf_hash
from gateway.journal import exhibits, rights
from gateway.journal.failures import files_explained
from gateway.journal.items import Items

NOT_YET: Final = "it is in no checkpoint yet; a running gateway signs one within a minute or two"
CHECKPOINT: Final = "checkpoint"
LONGEST_ENTRY: Final = 65_535  # bytes: C2SP tlog-tiles has 16 bits for its length


@dataclass(frozen=True, slots=True)
class Verified:
    """Problems in words; `missing`: what of the journal cannot be compared any more, and why."""

    leaves: int
    same: int
    problems: list[str]
    missing: list[str]


def newest(store: Store) -> tuple[Signed, Note]:
    """The store as it is then, at least. Raises EvidenceError where nothing was signed yet."""
    signed = store.newest()
    store.refresh()  # a gateway that runs goes on: the tree must not be older than the checkpoint
    if signed is None:
        raise EvidenceError(f"nothing was signed yet: {NOT_YET.partition('; ')[2]}")
    return signed, note.parse(signed.note.encode())


def leaf_of(store: Store, seq: int) -> int:
    """The number of the leaf that an entry is in. Raises EvidenceError where there is none."""
    index = store.index_of(seq)
    if index is None:
        raise EvidenceError(f"entry {seq} is in no leaf: {NOT_YET}, or the journal never had it")
    return index


def leaf_of_file(store: Store, sha256: str) -> int:
    """The number of the first leaf about a file with this hash. Raises EvidenceError where there is none."""
    for index, entry in store.exhibits():
        said = json.loads(entry)
        if said["type"] in (exhibits.FILE, exhibits.ARCHIVE_FILE) and said["said"]["sha256"] == sha256:
            return index
    raise EvidenceError(f"no leaf is about a file with SHA-256 {sha256}: `cryogate evidence add` adds one")


def prove(store: Store, index: int, under: Note | None = None) -> Proof:
    """That a leaf is in the log, under its newest checkpoint, or under one that it holds.

    Raises EvidenceError where it is not.
    """
    read = newest(store)[1] if under is None else under
    point = checkpoint.read(read.text)
    if index >= point.size:
        raise EvidenceError(f"leaf {index}: {NOT_YET}")
    entry = store.leaves(index, 1)[0].entry
    hashes = store.tree.inclusion(index, point.size)
    if not included(leaf_hash(entry), index, point.size, hashes, point.root):
        raise EvidenceError(f"leaf {index} is damaged; `cryogate evidence verify` tells more")
    return Proof(index, tuple(hashes), read, entry)


def held(store: Store, kept: Note) -> Checkpoint:
    """A checkpoint of the log, whose leaves it still has. Raises EvidenceError of any other."""
    point = _trusted(store, kept)
    if wrong := next(_with_tree(store, point), ""):
        raise EvidenceError(wrong)
    return point


def _trusted(store: Store, kept: Note) -> Checkpoint:
    """One that the log signed, or a log whose tree it went on with: leaves name their keys."""
    origin = checkpoint.read(kept.text).origin
    key = next((one.key for one in former(store) if one.origin == origin), store.key)
    return checkpoint.trusted(kept, note.verifier(store.key if origin == store.origin else key))[0]


def grown(store: Store, kept: Note) -> tuple[int, str]:
    """Size of a checkpoint that was kept, and the proof that the newest one only added to it.

    Raises EvidenceError where it did not, or where the checkpoint is none of this log.
    """
    signed, read = newest(store)
    old = held(store, kept)
    if old.size > signed.size:
        raise EvidenceError(f"the checkpoint has {old.size} leaves, and the newest one {signed.size}")
    hashes = store.tree.consistency(old.size, signed.size)
    lines = [f"old {old.size}", *(base64.b64encode(one).decode() for one in hashes)]
    return old.size, "\n".join(lines) + f"\n\n{read}"


def verify(
    store: Store, items: Items, kept: list[Note], progress: Callable[[int, int], None] = lambda *_: None
) -> Verified:
    """Every leaf with the tree, the tree with all checkpoints, and the journal with the leaves.

    `kept`: checkpoints that somebody kept elsewhere.
    """
    checkpoints = list(store.checkpoints())
    store.refresh()  # a gateway that runs signs more meanwhile
    problems = [*damaged_leaves(store), *_against_checkpoints(store, checkpoints, kept)]
    found = compare(store, items, 0, progress)
    return Verified(found.leaves, found.same, [*problems, *found.differing], found.missing)


def _against_checkpoints(store: Store, checkpoints: list[Signed], kept: list[Note]) -> Iterator[str]:
    own = note.verifier(store.key)
    for signed in checkpoints:
        try:
            read = note.parse(signed.note.encode())
            if signed.origin == store.origin:
                checkpoint.trusted(read, own)
            yield from _with_tree(store, checkpoint.read(read.text))
        except EvidenceError as error:
            yield f"the checkpoint of {signed.size} leaves: {error}"
    for one in kept:
        yield from _with_tree(store, _trusted(store, one))


def _with_tree(store: Store, point: Checkpoint) -> Iterator[str]:
    if point.size > store.size:
        yield f"the checkpoint of {point.size} leaves is ahead of the log, which has {store.size}"
    elif store.tree.root(point.size) != point.root:
        yield f"the checkpoint of {point.size} leaves has another root than these leaves: the log forked"


def write_tiles(store: Store, folder: Path) -> int:
    """All up to the newest checkpoint, as C2SP tlog-tiles has them, for any web server or stick.

    What is there already stays; how many files were new. The checkpoint comes last. Raises EvidenceError
    where the folder has another log.
    """
    signed, read = newest(store)
    written = 0
    with files_explained(folder):
        _check_folder(store, folder)
        for level, number, width in store.tree.tile_numbers(signed.size):
            hashes = store.tree.tile(level, number, width)
            written += _put(folder / tile_path(level, number, width), hashes)
        for first in range(0, signed.size, WIDTH):
            width = min(WIDTH, signed.size - first)
            path = folder / tile_path("entries", first // WIDTH, width)
            written += _put(path, _entries(store, first, width))
        files.write(folder / CHECKPOINT, str(read).encode())
    return written


def _check_folder(store: Store, folder: Path) -> None:
    """A folder of an earlier time has this log, or one whose tree it went on with."""
    path = folder / CHECKPOINT
    try:
        point = checkpoint.read(note.parse(path.read_bytes()).text)
    except FileNotFoundError:
        _check_tiles(store, folder)
        return
    if point.origin not in {store.origin, *(one.origin for one in former(store))}:
        raise EvidenceError(f"{folder} has the log {point.origin}; give {store.origin} a folder of its own")
    if wrong := next(_with_tree(store, point), ""):
        raise EvidenceError(f"{folder}: {wrong}; give another folder")


def _check_tiles(store: Store, folder: Path) -> None:
    """Of a folder whose first writing was interrupted."""
    for level, number, width in store.tree.tile_numbers(store.size):
        path = folder / tile_path(level, number, width)
        if path.exists() and path.read_bytes() != store.tree.tile(level, number, width):
            raise EvidenceError(f"{path} is of another log; give this one a folder of its own")


@dataclass(frozen=True, slots=True)
class Former:
    """A log that was begun in this journal, and its key."""

    origin: str
    key: str


def former(store: Store) -> list[Former]:
    """As the leaves say: this log, and those before it."""
    said = [json.loads(entry) for _, entry in store.exhibits()]
    return [Former(one["said"]["origin"], one["said"]["key"]) for one in said if one["type"] == exhibits.LOG]


def _entries(store: Store, first: int, width: int) -> bytes:
    entries = [leaf.entry for leaf in store.leaves(first, width)]
    if any(len(one) > LONGEST_ENTRY for one in entries):
        raise EvidenceError(
            f"a leaf behind {first} has more than {LONGEST_ENTRY} bytes: tiles cannot hold it"
        )
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


def _put(path: Path, data: bytes) -> bool:
    if path.exists():
        return False
    rights.make_folder(path.parent)
    files.write(path, data)
    return True
