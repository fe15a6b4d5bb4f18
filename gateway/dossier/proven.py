"""What the evidence log proves of a report: the entries that decide, as proof files inside it.

All are under one checkpoint. Statements among them are attached as they are stored, so that whoever
checks can compute the hash that is proven, and read in them what the facts say. The checkpoint is the newest
one, or one that is given: with it the same report can be made again to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.dossier.samples import attach
from gateway.dossier.sections import Attached
from gateway.dossier.state import State
from gateway.errors import EvidenceError, JournalError
from gateway.evidence import proving
from gateway.evidence.note import Note
from gateway.evidence.proof import SUFFIX
from gateway.evidence.store import FILE, Store
from gateway.journal.items import Items
from gateway.journal.standing import Standing
from gateway.json_text import canonical
from gateway.statements import attempt, call, configuration, notification

NEWEST: Final = "journal"  # the newest entry of the report's state of the journal that is in the log
MOST: Final = {"configuration": 1, "alarm": 20, "placements": 10, "contents": 10}
"""Entries of each sort that are proven inside: a proof has 1 to 3 kB."""
TO_PEOPLE: Final = frozenset({call.KIND, attempt.KIND, notification.KIND})  # no ground of what a report says
STATEMENTS: Final = "statements.json"
LONGEST_BODY: Final = 100_000  # bytes of a statement that is attached; one with 500 units has 40 000
APART: Final = frozenset({configuration.KIND})  # a whole configuration has more than a report is about

Kept = tuple[dict[str, Any] | None, list[Attached]]


def write_proofs(told: Mapping[str, Any], state: State, folder: Path, under: Note | None = None) -> Kept:
    """What the facts say of the log, None where there is none; and the files, written into a folder.

    Raises EvidenceError where `under` is no checkpoint of this log.
    """
    path = state.journal.path.parent / FILE
    if not path.exists():
        if under is not None:
            raise EvidenceError("there is no evidence log here, which this checkpoint could be one of")
        return None, []
    try:
        with Store(path) as store, Items(state.journal.path) as items:
            return _Proofs(store, items, folder, under).of(told, state)
    except (EvidenceError, JournalError):
        if under is not None:
            raise
        return {"problem": "the evidence log cannot be read, or has signed nothing yet"}, []


def decisive(told: Mapping[str, Any], state: State) -> dict[str, list[int]]:
    """Entries that a report rests on, by what they are."""
    entries, standing = told["basis"]["entries"], Standing(state.journal)
    stated = (standing.numbered(identity) for identity in entries.get("contents", ()))
    alarm = entries["alarm"]
    if "history" in told:
        alarm = [row["entry"] for row in told["history"] if row["kind"] not in TO_PEOPLE]
    return {
        "configuration": entries["configuration"],
        "alarm": alarm,
        "placements": entries.get("placements", []),
        "contents": sorted({one[0] for one in stated if one is not None and one[0] <= state.seq}),
    }


class _Proofs:
    """Under one checkpoint."""

    def __init__(self, store: Store, items: Items, folder: Path, under: Note | None) -> None:
        self._store, self._items, self._folder = store, items, folder
        self._note = proving.newest(store)[1] if under is None else under
        self._point = proving.held(store, self._note)
        self._name = items.names()

    def of(self, told: Mapping[str, Any], state: State) -> Kept:
        every = decisive(told, state)
        last = self._store.last_entry(state.seq, self._point.size)
        abouts = _by_entry(
            {**{about: _some(seqs, MOST[about]) for about, seqs in every.items()}, NEWEST: [last]}
        )
        proven = {seq: about for seq, about in abouts.items() if self._is_in(seq)}
        files = [self._proof(seq) for seq in proven]
        rows = [
            {"about": about, "entry": self._name(seq), **_named(one)}
            for (seq, about), one in zip(proven.items(), files, strict=True)
        ]
        statements = self._statements(proven)
        evidence = {
            "key": _key_name(self._store.key),
            "checkpoint": str(self._note),
            "proofs": rows,
            "statements": None if statements is None else _named(statements),
            "not_yet": [self._name(seq) for seq in abouts if seq not in proven],
            "left_out": {
                about: len(seqs) - MOST[about] for about, seqs in every.items() if len(seqs) > MOST[about]
            },
        }
        return evidence, [*files, *([] if statements is None else [statements])]

    def _is_in(self, seq: int) -> bool:
        index = self._store.index_of(seq)
        return index is not None and index < self._point.size

    def _proof(self, seq: int) -> Attached:
        made = proving.prove(self._store, proving.leaf_of(self._store, seq), self._note)
        path = self._folder / f"entry-{seq}{SUFFIX}"
        return attach(path, str(made).encode(), "that this entry is in the evidence log", "supplement")

    def _statements(self, seqs: Iterable[int]) -> Attached | None:
        rows = list(self._stored(seqs))
        if not rows:
            return None
        content = canonical({"schema": 1, "statements": rows})
        return attach(self._folder / STATEMENTS, content, "statements as the journal has them", "supplement")

    def _stored(self, seqs: Iterable[int]) -> Iterator[dict[str, Any]]:
        for seq in seqs:
            one = self._items.statement(seq)
            if one is not None and one.kind not in APART and len(one.body) <= LONGEST_BODY:
                body = one.body.decode("utf-8", "replace")
                yield {**one._asdict(), "entry": self._name(seq), "body": body}


def _some(seqs: Sequence[int], most: int) -> Sequence[int]:
    """The first, and the newest."""
    return seqs if len(seqs) <= most else [seqs[0], *seqs[len(seqs) - most + 1 :]]


def _by_entry(wanted: Mapping[str, Sequence[int | None]]) -> dict[int, list[str]]:
    """What each entry is about, in the order of the entries."""
    found: dict[int, list[str]] = {}
    for about, seqs in wanted.items():
        for seq in seqs:
            if seq is not None:
                found.setdefault(seq, []).append(about)
    return dict(sorted(found.items()))


def _named(one: Attached) -> dict[str, Any]:
    return {"name": one.name, "bytes": one.size, "sha256": one.sha256}


def _key_name(key: str) -> str:
    """Which key it is; the key itself is to be had by another way than out of what it is to check."""
    return "+".join(key.split("+", 2)[:2])
