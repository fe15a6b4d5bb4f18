"""What the leaves say: items of the journal, in their order, as canonical JSON.

Each statement and each exhibit is a leaf. Entries of readings, some 50 a second, go together: those that
follow each other and were committed in the same minute make one. So the same journal gives the same leaves,
whenever and however often it is read; and a run of readings is a leaf once something follows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.journal import chain
from gateway.journal.entries import READINGS
from gateway.journal.items import BEGINNING, DAMAGED, Item, Place
from gateway.model import SECOND
from gateway.times import format_rfc3339

RUN_NS: Final = 60 * SECOND  # entries of readings that were committed within the same one are one leaf
Name = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Leaf:
    """`first_seq` to `place`: which entries it is of; `first_seq` 0: an exhibit."""

    entry: bytes
    first_seq: int
    place: Place


class Leaves:
    """Makes leaves of items. `place`: up to where all are leaves already."""

    def __init__(self, name: Name, place: Place = BEGINNING) -> None:
        self.place = place
        self.read = place  # up to where items were given
        self._name = name
        self._run: list[Item] = []

    def of(self, items: Iterable[Item]) -> Iterator[Leaf]:
        """Those that are complete with the next items."""
        for item in items:
            if self._run and not _goes_on(self._run, item):
                yield self._end_run()
            self.read = item.place
            if item.kind == READINGS and not item.exhibit:
                self._run.append(item)
            else:
                self.place = item.place
                yield self._single(item)

    def _end_run(self) -> Leaf:
        run, self._run = self._run, []
        self.place = run[-1].place
        return Leaf(_canonical(_run(run, self._name)), run[0].place.seq, self.place)

    def _single(self, item: Item) -> Leaf:
        if item.exhibit:
            said = json.loads(item.exhibit)
            exhibit = {"type": item.kind, "after": item.place.seq, "said": said}
            return Leaf(_canonical(exhibit), 0, item.place)
        body = {"type": "statement", "kind": item.kind, "entry": self._name(item.place.seq)}
        body |= _hash(item.missing, item.sha256)
        if item.missing != DAMAGED:
            body |= {"committed": format_rfc3339(item.committed_ns)}
        return Leaf(_canonical(body), item.place.seq, item.place)


def _goes_on(run: list[Item], item: Item) -> bool:
    is_more = item.kind == READINGS and not item.exhibit and item.missing == run[-1].missing
    return is_more and item.committed_ns // RUN_NS == run[0].committed_ns // RUN_NS


def _run(run: list[Item], name: Name) -> dict[str, Any]:
    missing = run[0].missing
    body: dict[str, Any] = {
        "type": READINGS,
        "first": name(run[0].place.seq),
        "last": name(run[-1].place.seq),
        "entries": len(run),
        **_hash(missing, chain.ran_over(chain.START, [one.sha256 for one in run])),
    }
    if missing == DAMAGED:
        return body
    body |= {"committed": [format_rfc3339(one.committed_ns) for one in (run[0], run[-1])]}
    if missing:
        return body
    first, last = min(one.first_ns for one in run), max(one.last_ns for one in run)
    times = [format_rfc3339(first), format_rfc3339(last)]
    return body | {"readings": sum(one.readings for one in run), "times": times}


def _hash(missing: str, sha256: bytes) -> dict[str, str]:
    return {"missing": missing} if missing else {"sha256": sha256.hex()}


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
