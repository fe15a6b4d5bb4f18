"""API tokens: what a program may do in somebody's name; never more than that account, and with an end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from gateway.accounts.register import Account, Register, listed
from gateway.accounts.secret import digest, new_id, new_secret
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.database import Connection, all_rows, first_row
from gateway.model import SECOND
from gateway.rights.principal import BY_TOKEN, Principal
from gateway.rights.table import ACTIONS

PREFIX: Final = "cgt"
LONGEST_NS: Final = 366 * 86_400 * SECOND
LONGEST_NAME: Final = 60  # characters
MOST: Final = 50  # of an account


@dataclass(frozen=True, slots=True)
class Token:
    """`roles`, `actions`, `sites` narrow what its account may; None: they do not."""

    id: str
    account: str
    name: str
    roles: tuple[str, ...] | None
    actions: tuple[str, ...] | None
    sites: tuple[str, ...] | None
    begun_ns: int
    until_ns: int


class Tokens:
    def __init__(self, connection: Connection, register: Register) -> None:
        self._connection = connection
        self._register = register

    def new(self, wanted: Token) -> tuple[str, Token]:
        """(its secret, which is shown once; the token with its id). Raises InputError for each mistake."""
        account = self._register.known(wanted.account)
        there = self.of(wanted.account, wanted.begun_ns)
        if mistakes := list(_mistakes(wanted, account, there)):
            raise InputError("\n".join(mistakes))
        secret, identity = new_secret(PREFIX), new_id()
        self._connection.execute(
            "DELETE FROM token WHERE account = ? AND name = ?", (wanted.account, wanted.name)
        )
        self._connection.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                identity,
                digest(secret),
                wanted.account,
                wanted.name,
                _json(wanted.roles),
                _json(wanted.actions),
                _json(wanted.sites),
                wanted.begun_ns,
                wanted.until_ns,
            ),
        )
        return secret, replace(wanted, id=identity)

    def principal(self, secret: str, now_ns: int) -> Principal | None:
        """None: unknown, over, or its account cannot be used. One that is over is deleted for good."""
        row = first_row(self._connection, f"{_SELECT} WHERE hash = ?", (digest(secret),))
        if row is None:
            return None
        token, account = _token(row), self._register.account(row[1])
        if now_ns >= token.until_ns:
            self._connection.execute("DELETE FROM token WHERE id = ?", (token.id,))
            return None
        return _principal(account, token, now_ns)

    def by_id(self, identity: str, now_ns: int) -> Principal | None:
        """Whose token this is now."""
        row = first_row(self._connection, f"{_SELECT} WHERE id = ?", (identity,))
        if row is None or now_ns >= (token := _token(row)).until_ns:
            return None
        return _principal(self._register.account(token.account), token, now_ns)

    def of(self, account: str, now_ns: int) -> list[Token]:
        """Those that are good, by name."""
        rows = all_rows(self._connection, f"{_SELECT} WHERE account = ? ORDER BY name", (account,))
        return [token for token in map(_token, rows) if now_ns < token.until_ns]

    def ending(self, after_ns: int, before_ns: int) -> list[Token]:
        """Of all accounts, the first to end first."""
        rows = all_rows(
            self._connection,
            f"{_SELECT} WHERE until_ns > ? AND until_ns <= ? ORDER BY until_ns",
            (after_ns, before_ns),
        )
        return [_token(row) for row in rows]

    def end(self, account: str, name: str) -> None:
        """By name or id. Raises InputError where there is none."""
        self._connection.execute(
            "DELETE FROM token WHERE account = ?1 AND (name = ?2 OR id = ?2)", (account, name)
        )
        if not self._connection.changes():
            raise InputError(f"{account} has no token {name[:60]!r}; `cryogate account token list` has them")

    def end_all(self, account: str) -> int:
        self._connection.execute("DELETE FROM token WHERE account = ?", (account,))
        return int(self._connection.changes())


_SELECT: Final = "SELECT id, account, name, roles, actions, sites, begun_ns, until_ns FROM token"


def _principal(account: Account | None, token: Token, now_ns: int) -> Principal | None:
    if account is None or not account.is_usable(now_ns):
        return None
    return Principal(
        account.id,
        account.id,
        tuple(role for role in account.roles if token.roles is None or role in token.roles),
        _both(account.sites, token.sites),
        account.assets,
        BY_TOKEN + token.name,
        min(token.until_ns, account.until_ns or token.until_ns),
        token.id,
        token.actions,
    )


def _mistakes(wanted: Token, account: Account, there: list[Token]) -> Iterator[str]:
    name = wanted.name
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        yield f"the name of a token is one line of at most {LONGEST_NAME} characters, e.g. reports"
    if name in (one.name for one in there):
        yield f"{account.id} has a token {name!r}: end it, or give another name"
    if len(there) >= MOST:
        yield f"{account.id} has {len(there)} tokens, and no more than {MOST}: end some"
    for role in sorted({*(wanted.roles or ())} - {*account.roles}):
        yield f"{account.id} is no {role[:60]}: a token may not do more than its account"
    for action in wanted.actions or ():
        if action not in ACTIONS:
            yield f"{action[:60]!r} is no action; docs/accounts.md lists them"
        elif not ACTIONS[action].by_token:
            yield f"{action} is never done by a token: it needs a person"
    if account.sites is not None and (more := {*(wanted.sites or ())} - {*account.sites}):
        yield f"{account.id} has not the sites {', '.join(sorted(more))[:200]}"
    if not wanted.begun_ns < wanted.until_ns <= wanted.begun_ns + LONGEST_NS:
        yield "a token has an end, at most a year ahead"


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What is in both; None is everything."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(site for site in one if site in other)


def _token(row: tuple[Any, ...]) -> Token:
    identity, account, name, roles, actions, sites, begun_ns, until_ns = row
    return Token(identity, account, name, listed(roles), listed(actions), listed(sites), begun_ns, until_ns)


def _json(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else json.dumps(names)
