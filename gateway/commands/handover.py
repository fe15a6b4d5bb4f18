"""Handing over: what is open goes from one person to the next, under both names."""

from __future__ import annotations

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.names import check_here
from gateway.commands.second import why_not_two
from gateway.errors import InputError
from gateway.questions.handover import Report
from gateway.statements import handover as handing
from gateway.statements.handover import Handover


def hand_over(desk: Desk, author: Author, to: str, report: Report, notes: str) -> Stated:
    """State it with what the report says is open. Raises InputError where nobody takes it over."""
    if not to.strip():
        raise InputError('say who takes over: --to "NAME"')
    if why := why_not_two(desk, author.name, to):
        raise InputError(f"{author.name} cannot hand over to {to}: a handover is between two people, {why}")
    check_here(desk, to)
    alarms = tuple(str(alarm["id"]) for alarm in report.open)
    said = Handover(to, report.site, report.since_ns, alarms, notes, report.known_ns)
    return desk.state(lambda: [desk.draft(handing, said, author, desk.clock.now_ns())])
