"""The first account of a gateway: a one-time link that its start prints makes it, once.

There is no default password, and nobody who only reaches the pages can make it: the secret stands where the
gateway was started. Once there is an account, or the journal says that there ever was one, no link is good.
"""

from __future__ import annotations

from typing import Final

from gateway.accounts.accounts import Accounts
from gateway.accounts.register import Account, check
from gateway.commands import accounts as administration
from gateway.commands.accounts import Linked, accounts_stated
from gateway.commands.author import Author
from gateway.commands.desk import Desk
from gateway.commands.people import Changes, enter, whole
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.rights.table import ADMINISTRATOR
from gateway.statements.person import Person

OF_NOBODY: Final = ""  # whose link it is; no account has this id
OVER: Final = (
    "this link is over, was used, or was never one: start `cryogate pages` again for another, or, once there "
    "is an account, ask an administrator"
)


def is_first(desk: Desk, accounts: Accounts) -> bool:
    """Whether there never was an account; a file of accounts that was lost is made again from the journal."""
    return not accounts.register.all() and not accounts_stated(desk)


def first_link(desk: Desk, accounts: Accounts) -> str:
    """Its secret; one of before is good no more. Raises InputError where it is not the first start."""
    with accounts.change():
        if not is_first(desk, accounts):
            raise InputError(OVER)
        return accounts.links.new(OF_NOBODY, desk.clock.now_ns())


def first_account(
    desk: Desk, accounts: Accounts, link: str, said: Person, roles: tuple[str, ...], origin: str
) -> Linked:
    """An administrator, with a link to set a password. Raises InputError, and the first link stays good."""
    now_ns = desk.clock.now_ns()
    if accounts.links.account_of(link, now_ns) != OF_NOBODY or not is_first(desk, accounts):
        raise InputError(OVER)
    given = Changes(
        said.name_en or None, said.name_zh or None, said.languages or None, said.time_zone or None
    )
    person = whole(desk.configuration, given.of(duty_of(desk.journal), said.id))  # who is called stays so
    author = Author(person.name_en or person.name_zh, "", origin)
    account = Account(person.id, tuple(dict.fromkeys((ADMINISTRATOR, *roles))), None)
    check(account, now_ns)
    with accounts.change():
        if accounts.links.account_of(link, now_ns) != OF_NOBODY or accounts.register.all():
            raise InputError(OVER)
        enter(desk, author, person)
        accounts.links.end(OF_NOBODY)
    return administration.add(desk, accounts, author, account)
