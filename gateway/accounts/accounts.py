"""The accounts file: one SQLite database that only the gateway's user may read, with all that is in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher

from gateway.accounts import FILE
from gateway.accounts.challenges import KEY_BYTES
from gateway.accounts.factors import Factors
from gateway.accounts.links import Links
from gateway.accounts.lockouts import Lockouts
from gateway.accounts.openid import OpenId
from gateway.accounts.passkeys import Passkeys
from gateway.accounts.passwords import HASHER
from gateway.accounts.register import Account, Register
from gateway.accounts.sessions import Sessions
from gateway.accounts.tokens import Token, Tokens
from gateway.errors import InputError
from gateway.journal import database, rights
from gateway.journal.database import Connection
from gateway.journal.transaction import transaction
from gateway.rights.principal import Principal

LOST: Final = (
    "move it away, and make the accounts anew from the journal with `cryogate account remake`; "
    "everybody then sets a password by a link"
)
_FIRST: Final = """
CREATE TABLE account (
    id TEXT PRIMARY KEY, roles TEXT NOT NULL, sites TEXT, assets TEXT, until_ns INTEGER,
    locked INTEGER NOT NULL, password TEXT, totp BLOB
) STRICT;
CREATE TABLE used_step (account TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (account, step)) STRICT;
CREATE TABLE recovery (account TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (account, hash)) STRICT;
CREATE TABLE link (
    account TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, until_ns INTEGER NOT NULL, totp BLOB
) STRICT;
CREATE TABLE session (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, account TEXT NOT NULL, authenticated TEXT NOT NULL,
    begun_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL, source TEXT NOT NULL, program TEXT NOT NULL
) STRICT;
CREATE INDEX session_of ON session (account);
CREATE TABLE token (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, account TEXT NOT NULL, name TEXT NOT NULL,
    roles TEXT, actions TEXT, sites TEXT, begun_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL,
    UNIQUE (account, name)
) STRICT;
CREATE TABLE failure (
    place TEXT PRIMARY KEY, times INTEGER NOT NULL, last_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE device (hash BLOB PRIMARY KEY, account TEXT NOT NULL, seen_ns INTEGER NOT NULL) STRICT;
"""
_PASSKEYS: Final = """
CREATE TABLE passkey (
    id TEXT PRIMARY KEY, credential BLOB NOT NULL UNIQUE, account TEXT NOT NULL, name TEXT NOT NULL,
    host TEXT NOT NULL, key BLOB NOT NULL, times INTEGER NOT NULL, begun_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE used_challenge (challenge BLOB PRIMARY KEY, until_ns INTEGER NOT NULL) STRICT;
CREATE TABLE challenge_key (key BLOB NOT NULL) STRICT;
INSERT INTO challenge_key VALUES (randomblob(32));
"""
_OPENID: Final = """
CREATE TABLE openid (
    account TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT, UNIQUE (issuer, subject)
) STRICT;
CREATE TABLE proof (session TEXT PRIMARY KEY, until_ns INTEGER NOT NULL) STRICT;
"""
_STEPS: Final = (_FIRST, _PASSKEYS, _OPENID)  # the first n of them make the tables of version n


class Accounts:
    """Belongs to one thread. `with accounts.change():` makes several changes one, or none."""

    def __init__(self, connection: Connection, path: Path, hasher: PasswordHasher = HASHER) -> None:
        self.path = path
        self._connection = connection
        self.register = Register(connection)
        self.factors = Factors(connection, hasher)
        self.links = Links(connection)
        self.lockouts = Lockouts(connection)
        self.sessions = Sessions(connection, self.register)
        self.tokens = Tokens(connection, self.register)
        self.passkeys = Passkeys(connection)
        self.openid = OpenId(connection)

    def by_session(self, secret: str, now_ns: int) -> Principal | None:
        return self.sessions.principal(secret, now_ns)

    def by_token(self, secret: str, now_ns: int) -> Principal | None:
        return self.tokens.principal(secret, now_ns)

    def stands(self, who: Principal, now_ns: int) -> bool:
        """Whether the session or token still gives what it gave; asking is no use of it."""
        of = self.tokens if who.by_token else self.sessions
        now = of.by_id(who.session, now_ns)
        return now is not None and replace(now, until_ns=who.until_ns) == who

    def change(self) -> AbstractContextManager[None]:
        """All that is done within stands at its end, or nothing where it raises; others wait."""
        return transaction(self._connection)

    def clear(self, account: str) -> None:
        """Forget all with which it could be used: password, factors, passkeys, links, sessions, tokens.

        And who of an OpenID provider has it.
        """
        self.factors.clear(account)
        self.links.end(account)
        self.sessions.end_all(account)
        self.tokens.end_all(account)
        self.passkeys.end_all(account)
        self.openid.release(account)
        self.lockouts.forget(account)

    def add(self, account: Account) -> None:
        """Raises InputError where it is there."""
        if self.register.account(account.id) is not None:
            raise InputError(
                f"{account.id} has an account; change it with `cryogate account roles {account.id}`"
            )
        self.register.put(account)


@contextmanager
def open_accounts(folder: Path, hasher: PasswordHasher = HASHER) -> Iterator[Accounts]:
    """That of a data folder; it is made where there is none. Raises InputError where it cannot be used."""
    path = folder / FILE
    try:
        rights.make_file(path, rights.SECRET)
        rights.keep_secret(path)
        connection = database.connect(path, writing=True)
    except (OSError, database.Error) as error:
        raise InputError(f"{path}: {_why(error)}; check that this user may write there") from None
    try:
        _prepare(connection, path)
        yield Accounts(connection, path, hasher)
    except database.Error as error:
        raise InputError(f"{path}: {error}; if the file is damaged, {LOST}") from None
    finally:
        connection.close()


def ending_tokens(folder: Path, after_ns: int, before_ns: int) -> list[Token]:
    """For whoever only looks: nothing is made or changed. Raises InputError where it cannot be read."""
    path = folder / FILE
    try:
        with closing(database.connect(path, writing=False)) as connection:
            return Tokens(connection, Register(connection)).ending(after_ns, before_ns)
    except (OSError, database.Error) as error:
        raise InputError(f"{path}: {_why(error)}") from None


def _prepare(connection: Connection, path: Path) -> None:
    """Its tables, as far as they are missing. Raises InputError for those of a newer version."""
    database.use_wal(connection)
    if _version(connection) < len(_STEPS):
        connection.execute("BEGIN IMMEDIATE")
        for step in _STEPS[_version(connection) :]:  # as far as nobody else did meanwhile
            connection.execute(step)
        connection.execute("UPDATE challenge_key SET key = ?", (secrets.token_bytes(KEY_BYTES),))
        connection.execute(f"PRAGMA user_version = {len(_STEPS)}")
        connection.execute("COMMIT")
    elif _version(connection) > len(_STEPS):
        raise InputError(f"{path} was made by a newer version of Cryogate: run that one")


def _version(connection: Connection) -> int:
    (version,) = database.only_row(connection, "PRAGMA user_version")
    return int(version)


def _why(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)
