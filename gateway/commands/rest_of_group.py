"""What else of a happening asks for somebody, and nobody is on it, after somebody has spoken of one alarm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from gateway.alarming.entry import alarm_of
from gateway.commands.alarms import ASKING
from gateway.config.types import Configuration
from gateway.errors import CryogateError, InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.published.alarm import of_known
from gateway.questions.calls import calls_at
from gateway.text import counted, one_line

MOST_NAMED: Final = 5


def rest(
    configuration: Configuration, journal: Journal, records: Records, alarm: str, now_ns: int
) -> list[AlarmRow]:
    """Of the group of an alarm; none where it cannot be read."""
    try:
        members = calls_at(configuration, journal, records, now_ns).members(alarm)
    except CryogateError:
        return []
    rows = (records.book.alarm(one) for one in members if one != alarm)
    return [row for row in rows if row is not None and _asks(row)]


def without(alarm: str, members: Sequence[str], left_out: Collection[str]) -> list[str]:
    """Of the group of an alarm. Raises InputError where one is left out that is not in it: a slip, and the
    one that was meant would be answered."""
    strange = [one for one in left_out if one not in members]
    if strange:
        raise InputError(f"{', '.join(strange)} is not in the group of {alarm}; it has {', '.join(members)}")
    return [one for one in members if one not in left_out]


def words_of(verb: str, alarm: str, named: Sequence[Mapping[str, Any]], number: int) -> str:
    """How many they are, those of them that are `named` (published), and how to say the same of all."""
    shown = ", ".join(f"{one['id']} ({_what(one)})" for one in named)
    more = f" and {number - len(named)} more" if number > len(named) else ""
    return (
        f"nobody is on {counted(number, 'alarm')} of the same happening: {shown}{more}; "
        f"`cryogate {verb} {alarm} --group` is about all of it"
    )


def published(rows: Sequence[AlarmRow]) -> list[dict[str, Any]]:
    """Those that are named."""
    return [of_known(one.body, one.number) for one in rows[:MOST_NAMED]]


def _asks(row: AlarmRow) -> bool:
    life = alarm_of(row.body)
    return life.state in ASKING and life.handling.taken is None


def _what(alarm: Mapping[str, Any]) -> str:
    """The asset and the rule."""
    return one_line(" ".join(part for part in (str(alarm["asset"]), str(alarm["rule"])) if part))
