"""Rows that say of a unit that it is where it is already: counts, which leave the earlier time as it is.

An inventory is full of them. A person who means that the unit came only then has to correct the earlier word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.text import counted
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, moment


def counts(known: Containments, rows: Iterable[Containment]) -> Iterator[str]:
    """In one line, however many there are. `rows` are in `known`, without an id of the journal yet."""
    earlier = [word for row in rows if (word := _there_before(known, row)) is not None]
    if earlier:
        first, code = earlier[0], earlier[0].unit.code
        yield (
            f"{counted(len(earlier), 'row')} taken as a count: the unit is in that place since an earlier "
            f"time, which stays (first: {code}, since {moment(first.from_ns)} by {first.by}, {first.id}). "
            f"If it came only then, load its row alone with `--corrects {first.id} --reason WHY`; "
            f"`cryogate contents --unit {code}` shows the ids"
        )


def _there_before(known: Containments, row: Containment) -> Containment | None:
    """The earliest word by which the unit is there when the row begins; none for a matter stated before."""
    said = known.said_of(*row.unit.key)
    words = [w for w in said if _is_stated(w) and known.effects.counts(w.id)]
    if any(word.matter == row.matter for word in words):
        return None
    stays = (s for s in known.where_was(*row.unit.key) if (s.asset, s.zone) == (row.asset, row.zone))
    reasons = {id for s in stays if _lasts(s.from_ns, s.to_ns, row) for id in s.statements}
    there = (word for word in words if word.id in reasons and _lasts(word.from_ns, word.to_ns, row))
    return min(there, key=lambda word: word.from_ns, default=None)


def _lasts(from_ns: int, to_ns: int | None, row: Containment) -> bool:
    """Whether [from, to) began before the row, and has not ended where it begins."""
    return from_ns < row.from_ns and (to_ns is None or row.from_ns < to_ns)


def _is_stated(word: Containment) -> bool:
    return not word.id.startswith("#")
