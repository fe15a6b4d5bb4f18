"""Passkeys of accounts, and the challenges that they answer; ceremonies.py checks the answers (WebAuthn)."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from gateway.accounts.challenges import Challenges
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.database import Connection, all_rows, first_row

NOT_KNOWN: Final = "this passkey is not known here, or cannot be used; log in with password and code"
NO_ADDRESS: Final = (
    "passkeys need a name: open this page by its DNS name with https, or as localhost, not by an IP address"
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page is: `origin` as the browser says it, `host` without a port."""

    origin: str
    host: str


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str  # public
    account: str
    name: str
    host: str
    begun_ns: int


class Passkeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.challenges = Challenges(connection)

    def put(self, one: Passkey, credential: bytes, key: bytes, times: int) -> None:
        """A new one: `credential` is the device's name of it, `key` its public key, `times` its uses.

        Raises InputError where the credential is there.
        """
        if first_row(self._connection, "SELECT 1 FROM passkey WHERE credential = ?", (credential,)):
            raise InputError("this passkey is known already")
        row = (one.id, credential, one.account, one.name, one.host, key, times, one.begun_ns)
        self._connection.execute("INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def find(self, credential: bytes, host: str) -> tuple[str, bytes, int] | None:
        """(account, key, times) of one that was made for this host."""
        row = first_row(
            self._connection,
            "SELECT account, key, times FROM passkey WHERE credential = ? AND host = ?",
            (credential, host),
        )
        return None if row is None else (str(row[0]), row[1], int(row[2]))

    def count(self, credential: bytes, times: int) -> None:
        self._connection.execute("UPDATE passkey SET times = ? WHERE credential = ?", (times, credential))

    def of(self, account: str) -> list[Passkey]:
        rows = all_rows(
            self._connection,
            "SELECT id, account, name, host, begun_ns FROM passkey WHERE account = ? ORDER BY begun_ns",
            (account,),
        )
        return [Passkey(*row) for row in rows]

    def end(self, account: str, identity: str) -> None:
        """Raises InputError where there is none."""
        self._connection.execute("DELETE FROM passkey WHERE account = ? AND id = ?", (account, identity))
        if not self._connection.changes():
            raise InputError(f"{account} has no passkey {identity[:60]!r}")

    def end_all(self, account: str) -> None:
        self._connection.execute("DELETE FROM passkey WHERE account = ?", (account,))


def site_of(origin: str) -> Site:
    """Raises InputError where browsers have no passkeys: by address, or without TLS but on localhost."""
    try:
        told = urlsplit(origin)
        host = (told.hostname or "").casefold()
    except ValueError:
        raise InputError(NO_ADDRESS) from None
    if not host or _is_address(host) or (told.scheme != "https" and host != "localhost"):
        raise InputError(NO_ADDRESS)
    return Site(origin, host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
