"""Whether somebody else agrees: another name, another login, and by the directory of people another person.

The one place that decides whether two names are one person.
"""

from __future__ import annotations

from gateway.commands.author import Author
from gateway.commands.desk import Desk
from gateway.commands.names import check_here
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.statements import Statement
from gateway.statements.second import same_name, why_not_second


def check_second(desk: Desk, request: Statement, author: Author) -> None:
    """Raises InputError where whoever asked approves it, under whatever name, or who has left."""
    check_here(desk, author.name)
    why = why_not_second(request, author.name, author.user, author.origin)
    if not why and (doubt := why_not_two(desk, request.by, author.name)):
        why = f"{doubt}, who asked for it: somebody else has to approve it"
    if why:
        raise InputError(why)


def why_not_two(desk: Desk, one: str, other: str) -> str:
    """Why two names are one person, or may be where people share a name; empty where they are two."""
    if same_name(one, other):
        return f"{other} is {one}"
    duty = duty_of(desk.journal)
    first, second = duty.meant(one), duty.meant(other)
    if not {person.id for person in first} & {person.id for person in second}:
        return ""
    if len(first) == len(second) == 1:
        return f"{other} is {one}"
    several = first if len(first) > 1 else second
    ids = " and ".join(person.id for person in several)
    return f"give the ids, {ids} have the same name: {other} may be {one}"


def is_same_person(desk: Desk, one: str, other: str) -> bool:
    """Whether two names are certainly those of one person."""
    if same_name(one, other):
        return True
    duty = duty_of(desk.journal)
    first, second = duty.find(one), duty.find(other)
    return first is not None and second is not None and first.id == second.id
