"""Whose account somebody of an OpenID provider has, and that they proved again to be themselves.

A provider names a person by a subject for ever; the name that it shows may be changed by that person. So an
account belongs to the subject that logged in to it first, whatever the name becomes.
"""

from __future__ import annotations

from typing import Final

from gateway.accounts.challenges import Challenges
from gateway.journal.database import Connection, first_row
from gateway.model import SECOND

LOG_IN_NS: Final = 10 * 60 * SECOND  # for password and second factor at the provider
PROOF_NS: Final = 2 * 60 * SECOND  # from the proof to the signature


class OpenId:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.challenges = Challenges(connection, LOG_IN_NS)

    def account_of(self, issuer: str, subject: str) -> str | None:
        row = first_row(
            self._connection, "SELECT account FROM openid WHERE issuer = ? AND subject = ?", (issuer, subject)
        )
        return None if row is None else str(row[0])

    def is_known(self, account: str) -> bool:
        """Whether somebody of a provider has, or had this account."""
        return first_row(self._connection, "SELECT 1 FROM openid WHERE account = ?", (account,)) is not None

    def is_free(self, account: str) -> bool:
        """Whether it is of no subject (any more)."""
        row = first_row(self._connection, "SELECT subject FROM openid WHERE account = ?", (account,))
        return row is None or row[0] is None

    def bind(self, account: str, issuer: str, subject: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO openid (account, issuer, subject) VALUES (?, ?, ?)",
            (account, issuer, subject),
        )

    def release(self, account: str) -> None:
        """The next who comes with its name has it: it was reset."""
        self._connection.execute("UPDATE openid SET subject = NULL WHERE account = ?", (account,))

    def put_proof(self, session: str, now_ns: int) -> None:
        """Whoever has this session proved again to be its owner, just now."""
        self._connection.execute("INSERT OR REPLACE INTO proof VALUES (?, ?)", (session, now_ns + PROOF_NS))

    def use_proof(self, session: str, now_ns: int) -> bool:
        """Whether there was one; it is good once."""
        row = first_row(self._connection, "SELECT until_ns FROM proof WHERE session = ?", (session,))
        self._connection.execute("DELETE FROM proof WHERE session = ? OR until_ns < ?", (session, now_ns))
        return row is not None and now_ns < int(row[0]) <= now_ns + PROOF_NS
