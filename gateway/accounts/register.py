"""Who has an account: roles, sites, assets of an inspector, an end, and whether it is locked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.database import Connection, all_rows, first_row
from gateway.model import SECOND
from gateway.rights.table import INSPECTOR, ROLES

ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}", re.ASCII)  # the id of its person
LONGEST_INSPECTION_NS: Final = 366 * 86_400 * SECOND
MOST: Final = 10_000  # accounts


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is that of its person. `sites`, `assets` None: all. `until_ns` None: until it is locked."""

    id: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] | None = None
    assets: tuple[str, ...] | None = None
    until_ns: int | None = None
    locked: bool = False

    def is_usable(self, now_ns: int) -> bool:
        return not self.locked and (self.until_ns is None or now_ns < self.until_ns)


class Register:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, identity: str) -> Account | None:
        row = first_row(self._connection, f"{_SELECT} WHERE id = ?", (identity,))
        return None if row is None else _account(row)

    def known(self, identity: str) -> Account:
        """Raises InputError where there is none, with what may be meant."""
        found = self.account(identity)
        if found is None:
            ids = [one.id for one in self.all()]
            near = get_close_matches(identity, ids, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(ids[:20]) or 'none'}"
            raise InputError(f"{identity[:60]!r} has no account; {hint}")
        return found

    def all(self) -> tuple[Account, ...]:
        return tuple(_account(row) for row in all_rows(self._connection, f"{_SELECT} ORDER BY id"))

    def put(self, account: Account) -> None:
        """New, or changed; password and factors stay."""
        said = (
            account.id,
            json.dumps(account.roles),
            _json(account.sites),
            _json(account.assets),
            account.until_ns,
            int(account.locked),
        )
        self._connection.execute(
            "INSERT INTO account (id, roles, sites, assets, until_ns, locked) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, sites = excluded.sites, "
            "assets = excluded.assets, until_ns = excluded.until_ns, locked = excluded.locked",
            said,
        )


_SELECT: Final = "SELECT id, roles, sites, assets, until_ns, locked FROM account"


def check(account: Account, now_ns: int) -> None:
    """Raises InputError with every mistake, one a line."""
    if mistakes := list(_mistakes(account, now_ns)):
        raise InputError("\n".join(mistakes))


def _mistakes(account: Account, now_ns: int) -> Iterator[str]:
    if not ID.fullmatch(account.id):
        yield f"{account.id[:60]!r} is no id of a person, e.g. li.na"
    if not account.roles:
        yield f"give at least one role: {', '.join(ROLES)}"
    for role in account.roles:
        if role not in ROLES:
            near = get_close_matches(role, ROLES, 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ROLES)}"
            yield f"{role[:60]!r} is no role; {hint}"
    if account.until_ns is not None and account.until_ns <= now_ns:
        yield "its end is over: give a later one"
    if INSPECTOR in account.roles:
        yield from _of_inspector(account, now_ns)
    elif account.assets is not None:
        yield "only an inspector is bound to single assets; bind others to sites"


def _of_inspector(account: Account, now_ns: int) -> Iterator[str]:
    if len(account.roles) > 1:
        yield "an inspector only reads, and has no other role"
    if account.until_ns is None or account.until_ns - now_ns > LONGEST_INSPECTION_NS:
        yield "the account of an inspector has an end, at most a year ahead: give --until TIME or --for 30d"


def _account(row: tuple[Any, ...]) -> Account:
    identity, roles, sites, assets, until_ns, locked = row
    return Account(identity, tuple(json.loads(roles)), listed(sites), listed(assets), until_ns, bool(locked))


def listed(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(json.loads(text))


def _json(names: Iterable[str] | None) -> str | None:
    return None if names is None else json.dumps(list(names))
