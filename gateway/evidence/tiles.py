"""The tree, kept in tiles (C2SP tlog-tiles): appended to, asked for roots and proofs.

Tile N of level L has the hashes 256 N to 256 N + 255 of height 8 L: 8192 bytes, fewer at the right edge of
the tree. The nodes between are made from them when somebody asks. A tile that is full never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from gateway.errors import EvidenceError
from gateway.evidence.tree import EMPTY, HASH_BYTES, node_hash

HEIGHT: Final = 8  # of a tile
WIDTH: Final = 1 << HEIGHT
FULL_BYTES: Final = WIDTH * HASH_BYTES
CACHED: Final = 64  # tiles with the nodes between, 16 kB each
MOST_AT_EDGE: Final = 8 * 2 * WIDTH  # nodes of tiles that are not full, as many as there can be
LEVELS: Final = 8  # 2**64 leaves


class TileStore(Protocol):
    """Where the tiles are."""

    def tile(self, level: int, number: int) -> bytes:
        """Its hashes, one after the other; empty: there is none."""

    def put(self, level: int, number: int, hashes: bytes) -> None:
        """Instead of what was there: the same with more behind it."""


class Tree:
    """`size`: how many leaves it has. Raises EvidenceError where a tile is not what it has to be."""

    def __init__(self, store: TileStore, size: int) -> None:
        self.size = size
        self._store = store
        self._nodes: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()
        self._edge_nodes: dict[tuple[int, int, int, int], bytes] = {}
        self._edge: list[bytearray] = []
        for level in range(LEVELS):
            count = size >> (HEIGHT * level)
            self._edge.append(bytearray(self.tile(level, count >> HEIGHT, count % WIDTH)))

    def append(self, leaves: Iterable[bytes]) -> None:
        """Hashes of leaves, in their order. What was stored before the call is a whole tree, too."""
        edge = self._edge[0]
        for leaf in leaves:
            edge += leaf
            self.size += 1
            if len(edge) == FULL_BYTES:
                self._fill(0)
        for level, hashes in enumerate(self._edge):
            if hashes:
                self._store.put(level, self.size >> (HEIGHT * (level + 1)), bytes(hashes))

    def root(self, size: int | None = None) -> bytes:
        """Of the whole tree, or of its first `size` leaves."""
        size = self.size if size is None else size
        self._check(0, size)
        return self._between(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """RFC 9162, 2.1.3.1: that leaf `index` is in the tree of the first `size` leaves."""
        self._check(index + 1, size)
        proof, first, end = list[bytes](), 0, size
        while end - first > 1:
            middle = first + _half(end - first)
            if index < middle:
                proof.append(self._between(middle, end))
                end = middle
            else:
                proof.append(self._between(first, middle))
                first = middle
        return proof[::-1]

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        """RFC 9162, 2.1.4.1: that the first `size` leaves begin with the first `old_size`."""
        self._check(old_size, size)
        if old_size == 0:
            return []
        proof, first, end = list[bytes](), 0, size
        while end != old_size:
            middle = first + _half(end - first)
            if old_size <= middle:
                proof.append(self._between(middle, end))
                end = middle
            else:
                proof.append(self._between(first, middle))
                first = middle
        if first:
            proof.append(self._between(first, end))
        return proof[::-1]

    def leaf_hashes(self, number: int) -> list[bytes]:
        """Of tile `number` of level 0, as far as the tree goes."""
        width = min(WIDTH, self.size - number * WIDTH)
        hashes = self.tile(0, number, width)
        return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]

    def tile_numbers(self, size: int) -> Iterator[tuple[int, int, int]]:
        """Level, number and width of each tile of the first `size` leaves."""
        for level in range(LEVELS):
            count = size >> (HEIGHT * level)
            yield from ((level, number, WIDTH) for number in range(count >> HEIGHT))
            if count % WIDTH:
                yield level, count >> HEIGHT, count % WIDTH

    def _check(self, low: int, size: int) -> None:
        if not 0 <= low <= size <= self.size:
            raise EvidenceError(f"the evidence log has {self.size} leaves; {low} of {size} cannot be shown")

    def _fill(self, level: int) -> None:
        """A tile is full: its root goes one level up."""
        hashes = bytes(self._edge[level])
        number = (self.size >> (HEIGHT * (level + 1))) - 1
        self._store.put(level, number, hashes)
        self._edge[level].clear()
        if level + 1 < LEVELS:
            self._edge[level + 1] += _nodes(hashes)[1]
            if len(self._edge[level + 1]) == FULL_BYTES:
                self._fill(level + 1)

    def _between(self, first: int, end: int) -> bytes:
        """The root of leaves [first, end), as the tree is cut: whole subtrees, the largest first."""
        parts, at = list[bytes](), first
        for height in reversed(range((end - first).bit_length())):
            if (end - first) >> height & 1:
                parts.append(self._node(height, at >> height))
                at += 1 << height
        found = parts.pop()
        while parts:
            found = node_hash(parts.pop(), found)
        return found

    def _node(self, height: int, number: int) -> bytes:
        """Of a whole subtree."""
        level, above = divmod(height, HEIGHT)
        tile, at = divmod(number << above, WIDTH)
        if (tile + 1) << HEIGHT <= self.size >> (HEIGHT * level):
            return self._full(level, tile)[(WIDTH >> above) + (at >> above)]
        return self._at_edge(level, at, above)

    def _at_edge(self, level: int, at: int, above: int) -> bytes:
        """Of a subtree in a tile that is not full yet; it is whole, and never changes."""
        key = level, self.size >> (HEIGHT * (level + 1)), at, above
        found = self._edge_nodes.get(key)
        if found is None:
            half = 1 << above >> 1
            if above:
                found = node_hash(
                    self._at_edge(level, at, above - 1), self._at_edge(level, at + half, above - 1)
                )
            else:
                found = bytes(self._edge[level][at * HASH_BYTES : (at + 1) * HASH_BYTES])
            if len(self._edge_nodes) >= MOST_AT_EDGE:
                self._edge_nodes.clear()
            self._edge_nodes[key] = found
        return found

    def _full(self, level: int, number: int) -> list[bytes]:
        key = level, number
        nodes = self._nodes.pop(key, None)
        if nodes is None:
            nodes = _nodes(self.tile(level, number, WIDTH))
        self._nodes[key] = nodes
        if len(self._nodes) > CACHED:
            self._nodes.popitem(last=False)
        return nodes

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of one, as others read it."""
        if not width:
            return b""
        hashes = self._store.tile(level, number)
        if len(hashes) < width * HASH_BYTES:
            raise EvidenceError(
                f"tile {tile_path(level, number, width)} of the evidence log is damaged; "
                "`cryogate evidence verify` tells more"
            )
        return hashes[: width * HASH_BYTES]


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Where others look for a tile; `level` "entries": what the leaves say."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def _half(size: int) -> int:
    """The largest power of two below `size`, which is 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)


def _nodes(hashes: bytes) -> list[bytes]:
    """Of a full tile: [1] its root, [n] over [2 n] and [2 n + 1], from [256] on what is stored."""
    nodes = [b""] * WIDTH + [hashes[i : i + HASH_BYTES] for i in range(0, FULL_BYTES, HASH_BYTES)]
    for at in range(WIDTH - 1, 0, -1):
        nodes[at] = node_hash(nodes[2 * at], nodes[2 * at + 1])
    return nodes
