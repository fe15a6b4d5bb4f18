"""`cryogate ack ALARM --group` and `take ALARM --group`: all alarms of one happening, or all but some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from gateway.alarming.entry import alarm_of
from gateway.cli.reading import open_records
from gateway.cli.saying import answer, remark_on, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands.alarms import ASKING
from gateway.commands.author import Author, at_this_box
from gateway.commands.desk import Desk, Stated, open_desk
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import CryogateError, InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.published.alarm import of_known
from gateway.questions.calls import calls_at
from gateway.questions.history import find
from gateway.text import counted, one_line

MOST_NAMED: Final = 5
Command = Callable[[Desk, Author, Collection[AlarmRow], str], tuple[list[str], Stated]]


@dataclass(frozen=True, slots=True)
class Several:
    """The group of `alarm` without those in `but`. Raises InputError where they are left out of nothing."""

    alarm: str
    is_group: bool
    but: Sequence[str]

    def __post_init__(self) -> None:
        if self.but and not self.is_group:
            raise InputError("--but leaves alarms of a group out: give --group, too")


@dataclass(frozen=True, slots=True)
class Rest:
    """What else of a happening asks for somebody, and nobody is on it."""

    alarm: str
    others: tuple[AlarmRow, ...]

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.others]

    def words(self, verb: str) -> str:
        """Which they are, and how to say the same of all; empty where there is none."""
        if not self.others:
            return ""
        named = ", ".join(f"{one.id} ({_what(one)})" for one in self.others[:MOST_NAMED])
        left = len(self.others) - MOST_NAMED
        more = f" and {left} more" if left > 0 else ""
        alarms = counted(len(self.others), "alarm")
        return (
            f"nobody is on {alarms} of the same happening: {named}{more}; "
            f"`cryogate {verb} {self.alarm} --group` is about all of it"
        )


def rest(configuration: Configuration, desk: Desk, records: Records, alarm: str) -> Rest:
    """Of the group of an alarm that somebody has just spoken of; none where it cannot be read."""
    try:
        members = calls_at(configuration, desk.journal, records, desk.clock.now_ns()).members(alarm)
    except CryogateError:
        return Rest(alarm, ())
    rows = (records.book.alarm(one) for one in members if one != alarm)
    return Rest(alarm, tuple(row for row in rows if row is not None and _asks(row)))


def _asks(row: AlarmRow) -> bool:
    life = alarm_of(row.body)
    return life.state in ASKING and life.handling.taken is None


def _what(row: AlarmRow) -> str:
    """The asset and the rule."""
    alarm = of_known(row.body, row.number)
    return one_line(" ".join(part for part in (str(alarm["asset"]), str(alarm["rule"])) if part))


def state(
    command: Command, done: str, of: Several, by: str, comment: str, config: Path, as_json: bool
) -> None:
    """In one commit. Raises InputError where nothing is left to be said."""
    configuration = load(config)
    with open_desk(configuration) as desk, open_records(configuration.data_dir) as records:
        row, left_out = find(records, of.alarm), {find(records, one).id for one in of.but}
        members = calls_at(configuration, desk.journal, records, desk.clock.now_ns()).members(row.id)
        rows = [found for one in members if (found := records.book.alarm(one)) and one not in left_out]
        alarms, stated = command(desk, at_this_box(by), rows, comment)
        remark_on(desk, by)
    if as_json:
        print_json(answer(stated, alarms=alarms, by=by, ids=[one.id for one in stated.new]))
    else:
        say(f"{', '.join(alarms)} {done} by {by}; {said_by(stated)}")
