"""Sending refused messages through again: what can be taken now and who asked for it are one commit."""

from __future__ import annotations

from gateway.commands.author import Author
from gateway.commands.desk import TRIES, Desk
from gateway.errors import InputError, Outdated
from gateway.statements import Statement, retry
from gateway.statements.retry import Retry
from gateway.writing.again import Again, again

__all__ = ["Again", "send_again"]


def send_again(desk: Desk, author: Author, source: str, mapping: str = "") -> Again:
    """Under the configuration of the desk, by the mapping of this source or of another one.

    Raises InputError, JournalError.
    """

    def drafted(said: Retry) -> Statement:
        return desk.draft(retry, said, author, desk.clock.now_ns())

    for _ in range(TRIES):
        try:
            return again(source, mapping or source, desk.configuration, desk.journal, drafted)
        except Outdated:
            continue
    raise InputError("others state things all the time; nothing was taken, try again")
