"""Tables of records.sqlite about alarms: each as it is now, its transitions in the journal, and excursions.

All of it follows from the journal: transitions are stated there, excursions are screened again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.journal import alarm_units
from gateway.journal.alarm_causes import DRILL, cause_in, is_ongoing, kind_of
from gateway.journal.alarm_units import AlarmUnits, with_names, without_names
from gateway.journal.rows_json import of_json
from gateway.journal.seal import is_sealed, seal, text


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm in its stored form (alarming/entry.py), after `number` transitions."""

    id: str
    closed: bool
    raised_ns: int
    number: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """One transition of an alarm: entry `seq` of the journal has all of it."""

    seq: int
    id: str
    number: int
    change: str
    stated_ns: int
    follows: int


PAGE: Final = 500  # ids that are asked for at once
Remake = Callable[[str], AlarmRow | None]
Execute = Callable[..., Any]
"""Of a connection: (SQL, values) -> rows."""


class AlarmTables:
    """Reads and writes them; writing happens inside the records' transaction."""

    def __init__(self, rows: Execute, write: Execute, write_many: Execute) -> None:
        """`rows` reads and explains what goes wrong; `write` and `write_many` change."""
        self._rows, self._write, self._write_many = rows, write, write_many
        self.remake: Remake = lambda _: None  # an alarm whose row is damaged; None: it is left out
        self.units = AlarmUnits(rows, write)

    def put_alarms(self, rows: Iterable[AlarmRow]) -> None:
        """Insert or replace alarms by id."""
        several = list(rows)
        for row in several:
            self.units.put(row.id, row.body, is_ongoing(row.body))
        self._write_many(
            f"INSERT OR REPLACE INTO alarm ({_ALARM}, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*values, seal(values[-1], *values[:-1])) for values in map(_values, several)],
        )
        self._write_many("DELETE FROM alarm_asset WHERE id = ?", [(r.id,) for r in several])
        self._write_many(
            "INSERT OR IGNORE INTO alarm_asset VALUES (?, ?)",
            [(asset, r.id) for r in several for asset in r.body["place"]["assets"]],
        )

    def put_transition(self, row: TransitionRow) -> None:
        """Note where a transition is in the journal."""
        values = (row.seq, row.id, row.number, row.change, row.stated_ns, row.follows)
        self._write(
            "INSERT OR REPLACE INTO transition VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, seal(row.id, *values)),
        )

    def folded(self) -> tuple[int, int, int]:
        """The entry of the last transition that is here, the last entry that any of them follows from, and
        when the last was stated, ns UTC."""
        rows = self._rows("SELECT seq, follows, stated_ns FROM folded", ())
        if not rows or not all(isinstance(value, int) for value in rows[0]):  # then all is folded again
            return (0, 0, 0)
        return (rows[0][0], rows[0][1], rows[0][2])

    def fold(self, seq: int, follows: int, stated_ns: int) -> None:
        """All transitions up to entry `seq` are here."""
        self._write("INSERT OR REPLACE INTO folded VALUES (1, ?, ?, ?)", (seq, follows, stated_ns))

    def put_excursions(self, excursions: Iterable[Mapping[str, Any]]) -> None:
        """Insert or replace excursions (Excursion.plain) by id."""
        rows = ((e["id"], e["channel"], e["rule"], e["cleared_ns"], json.dumps(e)) for e in excursions)
        self._write_many(
            "INSERT OR REPLACE INTO excursion VALUES (?, ?, ?, ?, ?, ?)",
            [(*row, seal(row[-1], *row[:-1])) for row in rows],
        )

    def forget_excursions(self) -> None:
        """All of them, before everything is screened again."""
        self._write("DELETE FROM excursion", ())

    def alarms(self, *, closed: bool = False, most: int = 10_000) -> list[AlarmRow]:
        """Newest first: those that still need somebody, and with `closed` the closed ones too.

        What goes on is not left out for what is over.
        """
        goes_on = "closed = 0 AND ongoing"
        over = f"NOT ({goes_on})" if closed else "closed = 0 AND NOT ongoing"
        found = self._alarms(_NEWEST.format(goes_on), (most,))
        found += self._alarms(_NEWEST.format(over), (most - len(found),))
        return sorted(found, key=lambda row: (-row.raised_ns, row.id))

    def ongoing(self) -> list[AlarmRow]:
        """Those whose cause has not ended, oldest first."""
        return self._alarms("WHERE ongoing ORDER BY raised_ns, id")

    def raised_within(self, start_ns: int, end_ns: int, most: int = 500) -> Iterator[AlarmRow]:
        """Alarms raised in [start, end), closed or not, read by so many at a time; closed ones last."""
        where = (
            "WHERE closed = ? AND raised_ns < ? AND (raised_ns, id) > (?, ?) ORDER BY raised_ns, id LIMIT ?"
        )
        for closed in (0, 1):
            last_ns, last_id = start_ns - 1, "\U0010ffff"
            while page := self._alarms(where, (closed, end_ns, last_ns, last_id, most)):
                yield from page
                last_ns, last_id = page[-1].raised_ns, page[-1].id

    def count_within(self, start_ns: int, end_ns: int) -> int:
        """How many alarms were raised in [start, end)."""
        select = "SELECT count(*) FROM alarm WHERE raised_ns >= ? AND raised_ns < ?"
        return int(self._rows(select, (start_ns, end_ns))[0][0])

    def over(self) -> list[AlarmRow]:
        """Those that are over and not closed, oldest first."""
        return self._alarms("WHERE closed = 0 AND NOT ongoing ORDER BY raised_ns, id")

    def quiet(self) -> list[AlarmRow]:
        """Those that are over, are not closed, and do not speak now, oldest first."""
        return self._alarms(f"WHERE closed = 0 AND NOT ongoing AND {_QUIET} ORDER BY raised_ns, id")

    def alarm(self, identity: str) -> AlarmRow | None:
        return next(iter(self._alarms("WHERE id = ?", (identity,))), None)

    def seals(self) -> dict[str, int]:
        """The checksum of each alarm's row, by id: it is another one where anything changed."""
        return {text(row[0]): row[1] for row in self._rows("SELECT CAST(id AS BLOB), crc FROM alarm", ())}

    def some(self, identities: Iterable[str]) -> Iterator[AlarmRow]:
        """Those of these ids that there are."""
        several = list(identities)
        for page in (several[k : k + PAGE] for k in range(0, len(several), PAGE)):
            yield from self._alarms(f"WHERE id IN ({', '.join('?' * len(page))})", tuple(page))

    def starting_with(self, start: str, most: int) -> list[str]:
        """Ids of alarms that begin so, in any case."""
        select = (
            "SELECT CAST(id AS BLOB) FROM alarm WHERE upper(substr(id, 1, ?)) = upper(?) "
            "ORDER BY raised_ns DESC LIMIT ?"
        )
        return [text(row[0]) for row in self._rows(select, (len(start), start, most))]

    def of_asset(self, asset: str) -> list[AlarmRow]:
        """Every alarm about an asset (identity), alone or among others, oldest first."""
        return self._alarms(
            "WHERE id IN (SELECT id FROM alarm_asset WHERE asset = ?) ORDER BY raised_ns, id", (asset,)
        )

    def of_channel(self, channel: int) -> list[AlarmRow]:
        return self._alarms("WHERE channel = ? ORDER BY raised_ns, id", (channel,))

    def causes_of(self, asset: str, channel: int | None, alarm: str) -> list[AlarmRow]:
        """Alarms about an asset or a channel, or this alarm, without the names of their units: 100 000 take
        a second to read."""
        where = "id IN (SELECT id FROM alarm_asset WHERE asset = ?) OR channel = ? OR id = ?"
        return self._causes(where, (asset, channel, alarm))

    def causes_since(self, channel: int, moment_ns: int) -> list[AlarmRow]:
        """Alarms of a channel that were raised after `moment_ns`, without the names of their units."""
        return self._causes("channel = ? AND raised_ns > ? ORDER BY raised_ns, id", (channel, moment_ns))

    def of_kind(self, kind: str) -> list[AlarmRow]:
        """Alarms of the rules of a kind."""
        return self._alarms("WHERE kind = ? ORDER BY raised_ns, id", (kind,))

    def following(self, after_seq: int) -> list[AlarmRow]:
        """Alarms with a transition that follows from an entry behind `after_seq`."""
        return self._alarms(
            "WHERE id IN (SELECT id FROM transition WHERE follows > ?) ORDER BY id", (after_seq,)
        )

    def needing(self) -> dict[tuple[int, str], int]:
        """How many alarms need somebody, by severity (of model.Severity) and state; drills do not."""
        select = "SELECT severity, CAST(state AS BLOB), count(*) FROM alarm WHERE closed = 0 AND kind <> ? "
        rows = self._rows(f"{select} GROUP BY 1, 2", (DRILL,))
        return {(severity, text(state)): count for severity, state, count in rows}

    def transitions(self, identity: str) -> list[TransitionRow]:
        """Of one alarm, oldest first."""
        select = (
            "SELECT seq, id, number, change, stated_ns, follows FROM transition WHERE id = ? ORDER BY number"
        )
        return [TransitionRow(*row) for row in self._rows(select, (identity,))]

    def transitions_since(self, stated_ns: int) -> list[TransitionRow]:
        """Stated at that time or later, of every alarm, oldest first."""
        select = (
            "SELECT seq, id, number, change, stated_ns, follows FROM transition "
            "WHERE stated_ns >= ? ORDER BY seq"
        )
        return [TransitionRow(*row) for row in self._rows(select, (stated_ns,))]

    def first_transition(self, identity: str) -> int | None:
        """The entry of an alarm's first transition."""
        rows = self._rows("SELECT seq FROM transition WHERE id = ? ORDER BY number LIMIT 1", (identity,))
        return int(rows[0][0]) if rows else None

    def transitions_behind(self, after_seq: int) -> int:
        """How many transitions are in entries behind this one."""
        return int(self._rows("SELECT count(*) FROM transition WHERE seq > ?", (after_seq,))[0][0])

    def excursions_since(self, channel: int, rule: str, moment_ns: int) -> list[dict[str, Any]]:
        """Those of a rule that were cleared after `moment_ns`, or not at all."""
        mine = f"SELECT {_SEALED_EXCURSION} FROM excursion WHERE channel = ? AND rule = ? AND"
        found = self._rows(f"{mine} cleared_ns > ?", (channel, rule, moment_ns))
        found += self._rows(f"{mine} cleared_ns IS NULL", (channel, rule))
        return [e for row in found if (e := self._excursion(row)) is not None]

    def has_excursion(self, identity: str) -> bool:
        return bool(self._rows("SELECT 1 FROM excursion WHERE id = ?", (identity,)))

    def _alarms(self, where: str, values: tuple[object, ...] = ()) -> list[AlarmRow]:
        both = f"SELECT {_SEALED_ALARM}, {alarm_units.COLUMNS} FROM alarm LEFT JOIN alarm_units USING (id)"
        rows = self._rows(f"{both} {where}", values)
        found = (_alarm(row) or self.remake(text(row[0])) for row in rows)
        return [alarm for alarm in found if alarm is not None]

    def _causes(self, where: str, values: tuple[object, ...]) -> list[AlarmRow]:
        rows = self._rows(f"SELECT {_SEALED_ALARM} FROM alarm WHERE {where}", values)
        found = (_cause(row) or self.remake(text(row[0])) for row in rows)
        return [alarm for alarm in found if alarm is not None]

    def _excursion(self, row: tuple[Any, ...]) -> dict[str, Any] | None:
        """Where its row is damaged its alarm has it."""
        if _is_sound(row):
            return dict(of_json(row[-2]))
        alarm = self.alarm(text(row[0]))
        return None if alarm is None else alarm.body.get("excursion")

    # What is damaged

    def last_transition(self, identity: str) -> int | None:
        """The entry of an alarm's last transition."""
        return int(found) if (found := self._rows(_LAST_TRANSITION, (identity,))[0][0]) else None

    def damaged_alarms(self, after: int, most: int) -> Damage:
        """Among the next `most` rows behind `after`."""
        return self._damaged(f"SELECT rowid, {_SEALED_ALARM} FROM alarm", after, most)

    def damaged_excursions(self, after: int, most: int) -> Damage:
        """Among the next `most` rows behind `after`."""
        return self._damaged(f"SELECT rowid, {_SEALED_EXCURSION} FROM excursion", after, most)

    def damaged_transitions(self, after: int, most: int) -> Damage:
        """Among the next `most` rows behind `after`; the row number is that of its entry."""
        return self._damaged(f"SELECT rowid, {_SEALED_TRANSITION} FROM transition", after, most)

    def unlisted_alarms(self, after: int, most: int) -> Damage:
        """Alarms among the next `most` behind `after` that the table of their assets does not fit to."""
        select = """SELECT rowid, CAST(id AS BLOB), CAST(body AS BLOB),
            (SELECT CAST(json_group_array(CAST(asset AS TEXT)) AS BLOB) FROM alarm_asset
                WHERE alarm_asset.id = alarm.id)
            FROM alarm WHERE rowid > ? ORDER BY rowid LIMIT ?"""
        rows = self._rows(select, (after, most))
        wrong = {row[0]: text(row[1]) for row in rows if not _is_listed(row[2], row[3])}
        return wrong, rows[-1][0] if len(rows) == most else None

    def missing_alarms(self) -> list[str]:
        """Ids of alarms that have transitions, but no row."""
        select = "SELECT DISTINCT CAST(id AS BLOB) FROM transition WHERE id NOT IN (SELECT id FROM alarm)"
        return [text(row[0]) for row in self._rows(select, ())]

    def drop_alarms(self, rows: Iterable[int]) -> None:
        """By row number."""
        self._write_many("DELETE FROM alarm WHERE rowid = ?", [(row,) for row in rows])

    def drop_excursions(self, rows: Iterable[int]) -> None:
        """By row number."""
        self._write_many("DELETE FROM excursion WHERE rowid = ?", [(row,) for row in rows])

    def _damaged(self, select: str, after: int, most: int) -> Damage:
        rows = self._rows(f"{select} WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, most))
        damaged = {row[0]: text(row[1]) for row in rows if not _is_sound(row[1:])}
        return damaged, rows[-1][0] if len(rows) == most else None


_ALARM: Final = "id, closed, raised_ns, number, channel, kind, ongoing, severity, state, body"
# Text as bytes: damage may have left what is no text, and that must not keep the other rows back.
_SEALED_ALARM: Final = (
    "CAST(id AS BLOB), closed, raised_ns, number, channel, CAST(kind AS BLOB), ongoing, severity, "
    "CAST(state AS BLOB), CAST(body AS BLOB), crc"
)
_SEALED_EXCURSION: Final = (
    "CAST(id AS BLOB), channel, CAST(rule AS BLOB), cleared_ns, CAST(body AS BLOB), crc"
)
_SEALED_TRANSITION: Final = (
    "seq, CAST(id AS BLOB), number, CAST(change AS BLOB), stated_ns, follows, CAST(id AS BLOB), crc"
)
# In JSON as it is written here; in a text the quotation mark before the name would be escaped.
_QUIET: Final = """instr(body, '"overlay": {') > 0"""
# Sorted by number alone: 10 000 rows with their bodies take three times as long.
_NEWEST: Final = "WHERE alarm.rowid IN (SELECT rowid FROM alarm WHERE {} ORDER BY raised_ns DESC, id LIMIT ?)"
_LAST_TRANSITION: Final = "SELECT max(seq) FROM transition WHERE id = ?"
Damage = tuple[dict[int, str], int | None]
"""Damaged rows and what their first column says; behind which row to go on, None at the end."""


def _values(row: AlarmRow) -> tuple[Any, ...]:
    """In the order of _ALARM."""
    body, severity = row.body, cause_in(row.body).get("severity")
    channel = body.get("excursion", {}).get("channel")
    told = (channel, kind_of(body), int(is_ongoing(body)))
    life = (row.id, int(row.closed), row.raised_ns, row.number)
    state = body.get("alarm", {}).get("state", "")
    kept = None if severity is None else int(severity)
    return *life, *told, kept, state, json.dumps(without_names(body), ensure_ascii=False)


def _is_sound(row: tuple[Any, ...]) -> bool:
    """Of columns that end with the body, as bytes, and the checksum."""
    *rest, body, crc = row
    return is_sealed(crc, body, *rest)


def _is_listed(body: bytes, assets: bytes) -> bool:
    """Whether an alarm stands under its assets, and no others; yes where it is damaged itself."""
    try:
        own = set(json.loads(body)["place"]["assets"])
    except (ValueError, KeyError, TypeError):
        return True
    try:
        return own == set(json.loads(assets))
    except ValueError:
        return False


def _cause(row: tuple[Any, ...]) -> AlarmRow | None:
    """Of _SEALED_ALARM alone; None where it is damaged."""
    if not _is_sound(row):
        return None
    return AlarmRow(text(row[0]), bool(row[1]), row[2], row[3], of_json(row[-2]))


def _alarm(row: tuple[Any, ...]) -> AlarmRow | None:
    """Of _SEALED_ALARM and the columns of its units; None where it is damaged."""
    *columns, named, units_crc = row
    if not _is_sound(tuple(columns)):
        return None
    body = with_names(of_json(columns[-2]), text(row[0]), named, units_crc)
    return None if body is None else AlarmRow(text(row[0]), bool(row[1]), row[2], row[3], body)
