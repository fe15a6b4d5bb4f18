"""Passkeys of the own account: add, remove, and log in with one; all is stated."""

from __future__ import annotations

from typing import Any

from gateway.accounts import ceremonies
from gateway.accounts.accounts import Accounts
from gateway.accounts.login import Attempt, LoggedIn, begin
from gateway.accounts.passkeys import NOT_KNOWN, Passkey, Site
from gateway.commands.accounts import state
from gateway.commands.desk import Desk, Stated
from gateway.commands.logins import Again, author_of, prove_again
from gateway.errors import InputError
from gateway.rights.principal import Principal


def offer(desk: Desk, accounts: Accounts, who: Principal, typed: Again, site: Site) -> dict[str, Any]:
    """With both factors: whoever took over a session must not leave a way in. Raises InputError."""
    prove_again(desk, accounts, who, typed)
    return ceremonies.offer(accounts.passkeys, who.account, site, desk.clock.now_ns())


def add(
    desk: Desk, accounts: Accounts, who: Principal, name: str, answer: Any, site: Site, origin: str
) -> tuple[Stated, Passkey]:
    """What the browser answered to `offer`. Raises InputError."""
    with accounts.change():
        added = ceremonies.add(accounts.passkeys, who.account, name, answer, site, desk.clock.now_ns())
        account = accounts.register.known(who.account)
        what = f"{added.name} {added.id} for {site.host}"
        return state(desk, author_of(desk, who.account, origin), account, "passkey-added", what), added


def end(desk: Desk, accounts: Accounts, who: Principal, typed: Again, identity: str, origin: str) -> Stated:
    """With both factors: whoever took over a session must not lock its owner out. Raises InputError."""
    prove_again(desk, accounts, who, typed)
    with accounts.change():
        accounts.passkeys.end(who.account, identity)
        account = accounts.register.known(who.account)
        return state(desk, author_of(desk, who.account, origin), account, "passkey-ended", identity)


def log_in(
    desk: Desk, accounts: Accounts, answer: Any, site: Site, attempt: Attempt, origin: str
) -> LoggedIn:
    """A key cannot be guessed, so nobody ever waits here. Raises InputError, always the same."""
    now_ns = desk.clock.now_ns()
    with accounts.change():
        account = accounts.register.account(ceremonies.prove(accounts.passkeys, answer, site, now_ns))
        if account is None or not account.is_usable(now_ns):
            raise InputError(NOT_KNOWN)
        done = begin(accounts, account.id, "passkey", attempt, now_ns)
        what = f"session {done.session} by passkey from {attempt.source}"
        state(desk, author_of(desk, account.id, origin), account, "logged-in", what)
    return done
