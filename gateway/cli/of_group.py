"""`cryogate ack ALARM --group` and `take ALARM --group`: all alarms of one happening, or all but some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from gateway.cli.saying import answer, remark_on, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands.author import Author, at_this_box
from gateway.commands.desk import Desk, Stated, open_desk
from gateway.commands.rest_of_group import without
from gateway.config.load import load
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.opened import open_records
from gateway.questions.calls import calls_at
from gateway.questions.history import find

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


def state(
    command: Command, done: str, of: Several, by: str, comment: str, config: Path, as_json: bool
) -> None:
    """In one commit. Raises InputError where nothing is left to be said."""
    configuration = load(config)
    with open_desk(configuration) as desk, open_records(configuration.data_dir) as records:
        row, left_out = find(records, of.alarm), {find(records, one).id for one in of.but}
        members = calls_at(configuration, desk.journal, records, desk.clock.now_ns()).members(row.id)
        wanted = without(row.id, members, left_out)
        rows = [found for one in wanted if (found := records.book.alarm(one))]
        alarms, stated = command(desk, at_this_box(by), rows, comment)
        remark_on(desk, by)
    if as_json:
        print_json(answer(stated, alarms=alarms, by=by, ids=[one.id for one in stated.new]))
    else:
        say(f"{', '.join(alarms)} {done} by {by}; {said_by(stated)}")
