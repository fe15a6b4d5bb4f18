"""One-time tokens: made for a person who was told of alarms, and used once to acknowledge them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from gateway.alarms.duty import KINDS, Duty
from gateway.alarms.token import MOST_ALARMS, Token, check, opened, signed, used
from gateway.commands.author import Author, operating_system_user
from gateway.commands.desk import Desk, Stated
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.said import said
from gateway.journal.signing_key import signing_key
from gateway.model import SECOND
from gateway.statements import Statement
from gateway.statements import acknowledge as acknowledging
from gateway.statements.acknowledge import Acknowledge
from gateway.text import one_line

COMMENT: Final = "seen, by a one-time token"
LONGEST_H: Final = 168.0  # a week


def issue(desk: Desk, person: str, alarms: Sequence[AlarmRow], hours: float) -> str:
    """A token for a person, by id or name.

    Raises InputError for nobody, and where nothing is to be acknowledged.
    """
    known = _duty(desk).find(person)
    if known is None or known.has_left:
        why = "has left" if known is not None else "is nobody whom the journal knows, or several"
        raise InputError(f"{one_line(person[:80])!r} {why}; a token is for one person")
    if not 0 < hours <= LONGEST_H:
        raise InputError(f"hours: expected more than 0 and at most {LONGEST_H:g}, found {hours:g}")
    if not 1 <= len(alarms) <= MOST_ALARMS:
        raise InputError(f"expected 1 to {MOST_ALARMS} alarms, found {len(alarms)}")
    for alarm in alarms:
        if alarm.closed:
            raise InputError(f"alarm {alarm.id} is closed: there is nothing to acknowledge")
    until_ns = desk.clock.now_ns() + round(hours * 3600) * SECOND
    token = Token(secrets.token_hex(8), known.id, tuple(alarm.id for alarm in alarms), until_ns)
    return signed(token, signing_key(desk.configuration.data_dir))


def read(desk: Desk, text: str) -> Token:
    """Raises InputError for one that this gateway did not make."""
    return opened(text, signing_key(desk.configuration.data_dir))


def good_for(desk: Desk, token: Token, alarms: Sequence[AlarmRow]) -> str:
    """The name of its person. Raises InputError where it would acknowledge nothing now."""
    name = _name(desk, token, "")
    _check(desk, token, alarms)
    return name


def acknowledge(
    desk: Desk, token: Token, alarms: Sequence[AlarmRow], comment: str = "", by: str = ""
) -> Stated:
    """All of these alarms at once, as the token's person; `by`: who says to be that. It is good once.

    Raises InputError where the token does not allow it, and where nothing is to be acknowledged any more.
    """
    author = Author(_name(desk, token, by), operating_system_user(), token.origin)

    def look() -> list[Statement]:
        now_ns = desk.clock.now_ns()
        words = [Acknowledge(alarm.id, comment or COMMENT) for alarm in _check(desk, token, alarms)]
        return [desk.draft(acknowledging, one, author, now_ns) for one in words]

    return desk.state(look)


def _check(desk: Desk, token: Token, alarms: Sequence[AlarmRow]) -> list[AlarmRow]:
    """Those that can be acknowledged. Raises InputError."""
    _check_unused(desk, token)
    check(token, [alarm.id for alarm in alarms], desk.clock.now_ns())
    open_ones = [alarm for alarm in alarms if not alarm.closed]
    if not open_ones:
        raise InputError(
            f"{', '.join(alarm.id for alarm in alarms)}: closed, there is nothing to acknowledge"
        )
    return open_ones


def _name(desk: Desk, token: Token, by: str) -> str:
    """Of its person, who must still be here, and be the one who says so."""
    duty = _duty(desk)
    person = duty.person(token.person)
    if person is not None and person.has_left:
        raise InputError(f"{token.person} has left: this token is good no more")
    if by and by != token.person and (person is None or not person.is_called(by)):
        raise InputError(f"this token is for {token.person}, not for {one_line(by[:80])}")
    return token.person if person is None else person.name()


def _check_unused(desk: Desk, token: Token) -> None:
    """An acknowledgement that was withdrawn since used it, too."""
    for _, before in desk.journal.newest_statements(acknowledging.KIND):
        if before.origin == token.origin:
            raise used(before.by, before.at_ns, before.id)


def _duty(desk: Desk) -> Duty:
    duty = Duty()
    for statement in said(desk.journal, *KINDS):
        duty.hear(statement)
    return duty
