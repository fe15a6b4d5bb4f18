"""Who is logged in: sessions with an idle and an absolute end, listed and ended one by one or all."""

from __future__ import annotations

from typing import Any, Final

from gateway.accounts.register import Account, Register
from gateway.accounts.secret import digest, new_id, new_secret
from gateway.dataclass import dataclass
from gateway.journal.database import Connection, all_rows, first_row
from gateway.model import SECOND
from gateway.rights.principal import Principal

PREFIX: Final = "cgs"
IDLE_NS: Final = 30 * 60 * SECOND
ABSOLUTE_NS: Final = 12 * 3600 * SECOND  # a shift
SET_BACK_NS: Final = 60 * SECOND  # by which the gateway's clock may be set back; NTP steps are smaller
SEEN_NS: Final = 60 * SECOND  # how exactly the last use is kept: a write a minute, not one a request
MOST: Final = 20  # of an account; then the one not used for longest ends
LONGEST_PROGRAM: Final = 200  # characters of what a browser calls itself


@dataclass(frozen=True, slots=True)
class Session:
    """`id` names it to people, and gives no power. `program`: what the browser calls itself."""

    id: str
    account: str
    authenticated: str
    begun_ns: int
    seen_ns: int
    source: str
    program: str

    @property
    def until_ns(self) -> int:
        return min(self.seen_ns + IDLE_NS, self.begun_ns + ABSOLUTE_NS)

    def is_good(self, now_ns: int) -> bool:
        """A clock that was set back makes none longer: what lies ahead of it is over."""
        return now_ns < self.until_ns and self.seen_ns <= now_ns + SET_BACK_NS


class Sessions:
    def __init__(self, connection: Connection, register: Register) -> None:
        self._connection = connection
        self._register = register

    def begin(
        self, account: str, authenticated: str, now_ns: int, source: str, program: str
    ) -> tuple[str, str]:
        """(its secret, its id). Always a new one: who knew a secret from before the log-in has nothing."""
        secret, identity = new_secret(PREFIX), new_id()
        self._connection.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (identity, digest(secret), account, authenticated, now_ns, now_ns, source, _line(program)),
        )
        for over in self._of(account)[MOST:]:
            self._delete(over.id)
        return secret, identity

    def principal(self, secret: str, now_ns: int) -> Principal | None:
        """None: unknown, over, or its account cannot be used. One that is over is deleted for good."""
        row = first_row(self._connection, f"{_SELECT} WHERE hash = ?", (digest(secret),))
        if row is None:
            return None
        session, account = _session(row), self._register.account(row[1])
        if account is None or not account.is_usable(now_ns) or not session.is_good(now_ns):
            self._delete(session.id)
            return None
        if now_ns - session.seen_ns >= SEEN_NS:
            self._connection.execute("UPDATE session SET seen_ns = ? WHERE id = ?", (now_ns, session.id))
        return _principal(account, session, now_ns)

    def by_id(self, identity: str, now_ns: int) -> Principal | None:
        """Who has this session now, without using it."""
        row = first_row(self._connection, f"{_SELECT} WHERE id = ?", (identity,))
        account = None if row is None else self._register.account(row[1])
        if row is None or account is None or not account.is_usable(now_ns):
            return None
        session = _session(row)
        return _principal(account, session, now_ns) if session.is_good(now_ns) else None

    def of(self, account: str, now_ns: int) -> list[Session]:
        """Those that are good, the last used first."""
        return [one for one in self._of(account) if one.is_good(now_ns)]

    def end(self, account: str, identity: str) -> bool:
        """Whether there was one of this account."""
        self._connection.execute("DELETE FROM session WHERE id = ? AND account = ?", (identity, account))
        return bool(self._connection.changes())

    def named(self, secret: str) -> str:
        """The id of a session, good or over; empty where there is none. It is not used by that."""
        row = first_row(self._connection, "SELECT id FROM session WHERE hash = ?", (digest(secret),))
        return "" if row is None else str(row[0])

    def end_earlier(self, identity: str) -> None:
        """Whosever it was: the browser that had it has another one now."""
        self._delete(identity)

    def end_all(self, account: str, but: str = "") -> int:
        """How many ended."""
        self._connection.execute("DELETE FROM session WHERE account = ? AND id <> ?", (account, but))
        return int(self._connection.changes())

    def _of(self, account: str) -> list[Session]:
        rows = all_rows(
            self._connection, f"{_SELECT} WHERE account = ? ORDER BY seen_ns DESC, rowid DESC", (account,)
        )
        return [_session(row) for row in rows]

    def _delete(self, identity: str) -> None:
        self._connection.execute("DELETE FROM session WHERE id = ?", (identity,))


_NEVER_NS: Final = 2**63 - 1
_SELECT: Final = "SELECT id, account, authenticated, begun_ns, seen_ns, source, program FROM session"


def _principal(account: Account, session: Session, now_ns: int) -> Principal:
    last_ns = min(now_ns + IDLE_NS, session.begun_ns + ABSOLUTE_NS, account.until_ns or _NEVER_NS)
    return Principal(
        account.id,
        account.id,
        account.roles,
        account.sites,
        account.assets,
        session.authenticated,
        last_ns,
        session.id,
    )


def _session(row: tuple[Any, ...]) -> Session:
    return Session(*row)


def _line(text: str) -> str:
    return "".join(c for c in text[:LONGEST_PROGRAM] if c.isprintable())
