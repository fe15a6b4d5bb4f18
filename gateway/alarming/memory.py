"""What screening finds again after a start: its saved state, stated transitions, what people said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

import msgspec

from gateway.alarming.entry import cause_of
from gateway.alarming.resets import InEffect
from gateway.config.timeline import Timeline, timeline_of
from gateway.dataclass import dataclass
from gateway.followers.registration import SCREENING
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.remade import rows_of
from gateway.journal.said import numbered
from gateway.screening.excursion import Excursion
from gateway.statements import (
    Statement,
    acknowledge,
    assign,
    close,
    comment,
    configuration,
    containment,
    drill,
    empty,
    fault,
    filling,
    out_of_service,
    placement,
    reset,
    retention,
    shelve,
    take,
    transition,
    unshelve,
    withdrawal,
)
from gateway.statements.brought import KINDS as BROUGHT

STATE: Final = "screening:state"  # of the records: screening's saved state, and its cursor
FORMAT: Final = 5  # of saved states
HANDLING: Final = (acknowledge.KIND, close.KIND, take.KIND, assign.KIND, comment.KIND)
QUIETING: Final = (shelve.KIND, unshelve.KIND, out_of_service.KIND, filling.KIND)
OF_PEOPLE: Final = (
    containment.KIND,
    empty.KIND,
    *HANDLING,
    *QUIETING,
    reset.KIND,
    withdrawal.KIND,
    drill.KIND,
)
BEARING: Final = (*OF_PEOPLE, fault.KIND)
HEARD: Final = {*BEARING, configuration.KIND, placement.KIND, *BROUGHT}
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """A state to go on from."""

    cursor: int
    counted_ns: int  # up to which time readings counted (clocks/waiting.py)
    screener: bytes
    latest: bytes
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Settled:
    """Transitions that are stated follow from entries up to `follows`; the last was stated at `stated_ns`."""

    follows: int
    stated_ns: int

    def of(self, records: Records, after_seq: int) -> list[Excursion]:
        """The last form of each excursion that was stated to follow from entries behind `after_seq`."""
        causes = (cause_of(row.body) for row in records.book.following(after_seq))
        return [cause for cause in causes if isinstance(cause, Excursion)]


def fold(journal: Journal, records: Records) -> Settled:
    """Bring the records up to the transitions that the journal holds."""
    page: list[tuple[int, Statement]] = []
    for seq, statement in journal.statements(transition.KIND, records.book.folded()[0]):
        page.append((seq, statement))
        if len(page) == PAGE:
            _fold(records, page)
            page = []
    _fold(records, page)
    _, follows, stated_ns = records.book.folded()
    return Settled(follows, stated_ns)


def _fold(records: Records, page: list[tuple[int, Statement]]) -> None:
    if not page:
        return
    with records.transaction():
        for seq, statement in page:
            row, alarm = rows_of(seq, statement)
            records.book.put_transition(row)
            records.book.put_alarms([alarm])
            records.book.fold(seq, max(row.follows, records.book.folded()[1]), row.stated_ns)


def saved(records: Records) -> Saved | None:
    """The state to go on from; None where there is none, or one of another format."""
    found = records.saved(STATE)
    if found is None:
        return None
    try:
        state = msgspec.msgpack.decode(found[1], type=Saved)
    except msgspec.MsgspecError:
        return None
    return state if state.format == FORMAT else None


def forget(records: Records) -> None:
    """Begin from nothing next time; to be called within a transaction."""
    records.save(STATE, 0, b"")
    records.move_cursor(SCREENING, 0)


def save(records: Records, state: Saved) -> None:
    """To be called within the transaction that writes what belongs to it."""
    records.save(STATE, state.cursor, msgspec.msgpack.encode(state))
    records.move_cursor(SCREENING, state.cursor)


def bearing_statements(
    journal: Journal, until_seq: int, kinds: Sequence[str] = BEARING
) -> Iterator[Statement]:
    """What people said of contents, alarms and budgets, and what went wrong, up to an entry, in order."""
    until = takewhile(lambda one: one[0] <= until_seq, numbered(journal, *kinds))
    return (statement for _, statement in until)


def known_at(journal: Journal, seq: int) -> tuple[Timeline, InEffect]:
    """What decided about the past by the word of everything up to an entry: timeline and resets."""
    resets = InEffect()
    for statement in bearing_statements(journal, seq, (reset.KIND, withdrawal.KIND)):
        resets.hear(statement)
    return timeline_of(journal, seq), resets


@dataclass(frozen=True, slots=True)
class Removed:
    """Readings that retention has deleted, by channel number: from the first to the last of each time."""

    ranges: dict[int, list[tuple[int, int]]]

    def stands(self, stated: Excursion) -> bool:
        """Whether what an excursion was found in may be gone, so that it stands as it was stated."""
        gone = self.ranges.get(stated.channel, ())
        until_ns = stated.last_ns if stated.cleared_ns is None else stated.cleared_ns
        return any(first <= until_ns and stated.start_ns <= last for first, last in gone)


def removed(journal: Journal) -> Removed:
    """As retention has stated it."""
    numbers = {name: number for number, name in journal.channel_names().items()}
    ranges: dict[int, list[tuple[int, int]]] = {}
    for _, statement in journal.statements(retention.KIND):
        told = retention.of(statement.body)
        for name in told.channels:
            if name in numbers:
                ranges.setdefault(numbers[name], []).append((told.first_ns, told.last_ns))
    return Removed(ranges)
