"""Is the journal still what the log has leaves of?

What the journal says now is made into leaves once more and compared, byte for byte. What it does not have
any more - removed by retention, damaged, lost with its end - can be missing; what it says otherwise differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Final

from gateway.dataclass import dataclass
from gateway.evidence.leaves import Leaf, Leaves
from gateway.evidence.store import Store
from gateway.evidence.tiles import WIDTH
from gateway.evidence.tree import leaf_hash
from gateway.journal.items import BEGINNING, Items

TAIL: Final = 10  # leaves that are compared at each start: minutes of readings, at most
AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of `leaves`, so many are the same; `missing`: what cannot be made again, and `differing`, in words."""

    leaves: int
    same: int
    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


def tail_differs(store: Store, items: Items) -> str:
    """What of the newest leaves the journal says otherwise, in words; empty: nothing."""
    found = compare(store, items, max(0, store.size - TAIL))
    return found.differing[0] if found.differing else ""


def compare(
    store: Store, items: Items, first: int = 0, progress: Callable[[int, int], None] = lambda *_: None
) -> Comparison:
    """The leaves from `first` on with the journal."""
    logged, made = _logged(store, first), _made(store, items, first)
    same, missing, differing, cut = 0, list[str](), list[str](), ""
    one, other = next(logged, None), next(made, None)
    while one is not None or other is not None:
        progress(same + len(missing), store.size - first)
        if one is None or (other is not None and other.place < one.place):
            assert other is not None
            if one is not None and _is_part(other, one):
                cut = cut or _missing(other)  # of a run, which the rest follows
            else:
                differing.append(f"{_named(other)} of the journal is not in the evidence log")
            other = next(made, None)
        elif other is None or one.place < other.place:
            missing.append(f"{_named(one)}: {cut or 'the journal does not have it any more'}")
            one, cut = next(logged, None), ""
        else:
            why = cut if one.first_seq < other.first_seq else _missing(other) or _missing(one)
            if one.entry == other.entry:
                same += 1
            elif why:
                missing.append(f"{_named(one)}: {why}")
            else:
                differing.append(f"{_named(one)} of the journal is not what the evidence log has of it")
            one, other, cut = next(logged, None), next(made, None), ""
    return Comparison(store.size - first, same, missing, differing)


def damaged_leaves(store: Store) -> list[str]:
    """Leaves that are not what the tree has the hash of, in words."""
    found = list[str]()
    for first in range(0, store.size, WIDTH):
        entries = store.entries(first, WIDTH)
        for number, sha256 in enumerate(store.tree.leaf_hashes(first // WIDTH), first):
            entry = entries.get(number)
            if entry is None:
                found.append(f"leaf {number} is gone")
            elif leaf_hash(entry) != sha256:
                found.append(f"leaf {number} is not what the tree has the hash of")
    return found


def _logged(store: Store, first: int) -> Iterator[Leaf]:
    while first < store.size:
        page = store.leaves(first, min(AT_ONCE, store.size - first))
        if not page:
            return
        yield from page
        first += len(page)


def _made(store: Store, items: Items, first: int) -> Iterator[Leaf]:
    """From the journal, up to where the log is."""
    before = store.leaves(first - 1, 1) if first else []
    leaves = Leaves(items.names(), before[0].place if before else BEGINNING)
    while page := items.behind(leaves.read):
        for leaf in leaves.of(page):
            if leaf.place > store.place:
                return
            yield leaf


def _missing(leaf: Leaf) -> str:
    """Why a leaf does not tell a hash; empty: it does."""
    return str(json.loads(leaf.entry).get("missing", ""))


def _is_part(made: Leaf, logged: Leaf) -> bool:
    """Whether it may be what is left of a run of readings whose end was lost, or part of which is damaged."""
    return bool(made.first_seq) and logged.first_seq <= made.first_seq and made.place <= logged.place


def _named(leaf: Leaf) -> str:
    seq = leaf.place.seq
    if not leaf.first_seq:
        return f"exhibit {leaf.place.number} behind entry {seq}"
    return f"entry {seq}" if leaf.first_seq == seq else f"entries {leaf.first_seq} to {seq}"
