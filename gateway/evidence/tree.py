"""The Merkle tree of RFC 6962, section 2.1, and how its proofs are checked (RFC 9162, sections 2.1.3, 2.1.4).

A hash is 32 bytes of SHA-256. Leaves and nodes are hashed with another first byte, so that no node can be
shown as a leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256().digest()  # the root of a tree without leaves
LONGEST_PROOF: Final = 64  # hashes; a tree of 2**63 leaves needs no more


def leaf_hash(entry: bytes) -> bytes:
    """Of what one leaf says."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two neighbours."""
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from a leaf's hash to the root of a tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` leaves begins with that of `old_size` leaves."""
    if not 0 <= old_size <= size:
        return False
    if old_size in (0, size):
        return not proof and old_root == (root if old_size else EMPTY)
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a power of two: its own root is the first node
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was, now = path[0], path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(one, was), node_hash(one, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, one)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == root
