"""Whether somebody else agrees: another name, another login, and by the roster another person."""

from __future__ import annotations

from gateway.commands.author import Author
from gateway.commands.desk import Desk
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.statements import Statement
from gateway.statements.second import same_name, why_not_second


def check_second(desk: Desk, request: Statement, author: Author) -> None:
    """Raises InputError where whoever asked approves it, under whatever name."""
    why = why_not_second(request, author.name, author.user)
    if not why and is_same_person(desk, request.by, author.name):
        why = f"{author.name} is {request.by}, who asked for it: somebody else has to approve it"
    if why:
        raise InputError(why)


def is_same_person(desk: Desk, one: str, other: str) -> bool:
    """By name, or because the journal knows both as names of one person."""
    if same_name(one, other):
        return True
    duty = duty_of(desk.journal)
    first, second = duty.find(one), duty.find(other)
    return first is not None and second is not None and first.id == second.id
