"""Deciding about what a follower's outside world did not take: send it again, or leave it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.errors import InputError
from gateway.statements import Statement
from gateway.statements import parked as parking
from gateway.statements.parked import Decision, ParkedDecision


def settle_parked(
    desk: Desk, author: Author, follower: str, decision: Decision, there: Sequence[str]
) -> Stated:
    """About everything that is parked for `follower` ("sink:central"), one of those that are `there`.

    Raises InputError where nothing is parked for it.
    """
    if follower not in there:
        raise InputError(f"nothing is parked of {follower}; there is of: {', '.join(there) or 'nothing'}")

    def look() -> list[Statement]:
        return [desk.draft(parking, ParkedDecision(follower, decision), author, desk.clock.now_ns())]

    return desk.state(look)
