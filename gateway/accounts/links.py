"""One-time links: with one a person sets password and second factor; there is no default password."""

from __future__ import annotations

from typing import Final

from gateway.accounts.secret import digest, new_secret
from gateway.journal.database import Connection, first_row
from gateway.model import SECOND

GOOD_NS: Final = 24 * 3600 * SECOND
SET_BACK_NS: Final = 3600 * SECOND  # by which the gateway's clock may be set back meanwhile
PREFIX: Final = "cgl"


class Links:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def new(self, account: str, now_ns: int) -> str:
        """Its secret, to be given to that person alone; one of before is good no more."""
        secret = new_secret(PREFIX)
        self._connection.execute(
            "INSERT OR REPLACE INTO link (account, hash, until_ns) VALUES (?, ?, ?)",
            (account, digest(secret), now_ns + GOOD_NS),
        )
        return secret

    def account_of(self, secret: str, now_ns: int) -> str | None:
        """Whose it is. One that is over is deleted: a clock that is set back revives none."""
        row = first_row(
            self._connection, "SELECT account, until_ns FROM link WHERE hash = ?", (digest(secret),)
        )
        if row is None:
            return None
        account, until_ns = row
        if until_ns - GOOD_NS - SET_BACK_NS <= now_ns < until_ns:
            return str(account)
        self.end(account)
        return None

    def set_totp(self, account: str, key: bytes) -> None:
        """The key that was shown, until a code of it is typed."""
        self._connection.execute("UPDATE link SET totp = ? WHERE account = ?", (key, account))

    def totp(self, account: str) -> bytes | None:
        row = first_row(self._connection, "SELECT totp FROM link WHERE account = ?", (account,))
        return None if row is None else row[0]

    def end(self, account: str) -> None:
        self._connection.execute("DELETE FROM link WHERE account = ?", (account,))
