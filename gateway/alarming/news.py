"""What happened to alarms and is not stated yet: transitions on their way to the journal and the records."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gateway import __version__
from gateway.alarming.entry import Entry, stored, was_so
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import TransitionRow
from gateway.journal.records import Records
from gateway.screening.excursion import Excursion
from gateway.statements import Statement, transition
from gateway.statements.transition import Transition

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A transition that is not stated yet."""

    said: Transition
    at_ns: int  # when it was so
    stated_ns: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What it follows from: entries up to `follows`, a configuration, a statement (empty: readings)."""

    follows: int
    configuration: str
    because: str


class News:
    """In the order in which it happened."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._pieces: list[_Piece] = []

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, entry: Entry, change: str, origin: Origin, now_ns: int) -> None:
        """`change` is the entry's latest, with its number; what is known of it is kept as it is now."""
        said = Transition(
            entry.alarm.id,
            entry.number,
            change,
            origin.follows,
            origin.configuration,
            __version__,
            stored(entry),
            origin.because,
        )
        self._pieces.append(_Piece(said, was_so(entry, change, now_ns), now_ns))
        what = entry.cause.rule if isinstance(entry.cause, Excursion) else entry.cause.message
        where = entry.place.channel or ", ".join(entry.place.assets)
        log.warning("alarm %s %s: %s", entry.alarm.id, change, f"{where} {what}".lstrip())

    def alarms(self) -> set[str]:
        """Ids of those to which something happened."""
        return {one.said.alarm for one in self._pieces}

    def statements(self) -> list[Statement]:
        """For the journal."""
        return [
            Statement(
                transition.KIND,
                self._gateway,
                one.at_ns,
                transition.to_body(one.said),
                id=f"{one.said.alarm}.{one.said.number}",
                stated_ns=one.stated_ns,
            )
            for one in self._pieces
        ]

    def write(self, seqs: Sequence[int], records: Records) -> None:
        """To the records, once it is stated. `seqs`: entries of `statements`, in its order."""
        for seq, one in zip(seqs, self._pieces, strict=True):
            said = one.said
            row = TransitionRow(seq, said.alarm, said.number, said.change, one.stated_ns, said.follows)
            records.book.put_transition(row)
        self._pieces.clear()
