"""`cryogate ack ALARM --group`: all alarms of one happening, or all but some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gateway.cli.reading import open_records
from gateway.cli.saying import remark_on, said_by
from gateway.cli.terminal import say
from gateway.commands.author import at_this_box
from gateway.commands.calls import acknowledge_group
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.questions.calls import calls_at
from gateway.questions.history import find


def acknowledge(alarm: str, but: Sequence[str], by: str, comment: str, config: Path) -> None:
    """Raises InputError where nothing is left to acknowledge."""
    configuration = load(config)
    with open_desk(configuration) as desk, open_records(configuration.data_dir) as records:
        row, left_out = find(records, alarm), {find(records, one).id for one in but}
        members = calls_at(configuration, desk.journal, records, desk.clock.now_ns()).members(row.id)
        rows = [found for one in members if (found := records.book.alarm(one)) and one not in left_out]
        done, stated = acknowledge_group(desk, at_this_box(by), rows, comment)
        remark_on(desk, by)
    say(f"{', '.join(done)} acknowledged by {by}; {said_by(stated)}")
