"""One log-in: account, password and code together, so that nobody learns which of them is wrong."""

from __future__ import annotations

from dataclasses import field
from typing import Final

from gateway.accounts.accounts import Accounts
from gateway.accounts.lockouts import source_of
from gateway.accounts.register import Account
from gateway.dataclass import dataclass
from gateway.model import SECOND

WRONG: Final = "account, password or code is wrong, or this account cannot be used; each code is good once"
LONGEST_ACCOUNT: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed. `source`: the client's address. `device`: its secret of an earlier log-in, or empty.

    `earlier`: the id of the session that the browser has already, which ends by a new one.
    """

    account: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    source: str
    device: str = field(default="", repr=False)
    program: str = ""
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`secret` is the session's, `device` the one that this device keeps. Both are given away once."""

    account: str
    session: str
    secret: str = field(repr=False)
    device: str = field(repr=False)
    authenticated: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Who it is, and by what that was proven."""

    account: Account
    authenticated: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`wait_s`: before that nothing is looked at. `began`: this attempt made an account's source wait."""

    wait_s: int = 0
    began: bool = False
    account: str = ""  # where there is one; for the journal, never for who tries


def log_in(accounts: Accounts, attempt: Attempt, now_ns: int) -> LoggedIn | Refused:
    """Every attempt that is looked at takes one hash, whatever is wrong with it."""
    proven = prove(accounts, attempt, now_ns)
    if isinstance(proven, Refused):
        return proven
    with accounts.change():
        return begin(accounts, proven.account.id, proven.authenticated, attempt, now_ns)


def prove(accounts: Accounts, attempt: Attempt, now_ns: int) -> Proven | Refused:
    """Without a session, as for a signature; a code that was used is used up."""
    name, source = _plain(attempt.account), source_of(attempt.source)
    wait_ns = accounts.lockouts.wait_ns(name, source, attempt.device, now_ns)
    if wait_ns > 0:
        return Refused(-(-wait_ns // SECOND))
    right = accounts.factors.password_is_right(name, attempt.password)
    with accounts.change():
        account = accounts.register.account(name)
        usable = account is not None and account.is_usable(now_ns)
        proven = accounts.factors.use_code(name, attempt.code, now_ns) if right and usable else None
        if account is None or proven is None:
            began = accounts.lockouts.failed(name, source, now_ns)
            return Refused(began=began, account="" if account is None else account.id)
        return Proven(account, f"password+{proven}")


def _plain(account: str) -> str:
    """Neither case nor blanks make another account."""
    return account[:LONGEST_ACCOUNT].encode(errors="replace").decode().strip().casefold()


def begin(accounts: Accounts, account: str, authenticated: str, attempt: Attempt, now_ns: int) -> LoggedIn:
    """A session for who proved to be this account."""
    source = source_of(attempt.source)
    device = accounts.lockouts.succeeded(account, source, attempt.device, now_ns)
    accounts.sessions.end_earlier(attempt.earlier)
    secret, identity = accounts.sessions.begin(
        account, authenticated, now_ns, attempt.source, attempt.program
    )
    return LoggedIn(account, identity, secret, device, authenticated)
