"""What people do with their own account: set up, log in and out, change the password; all is stated."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Final

from gateway.accounts import leaked, login, passwords, setup
from gateway.accounts.accounts import Accounts
from gateway.accounts.login import Attempt, LoggedIn, Proven, Refused
from gateway.accounts.register import Account
from gateway.accounts.setup import Offered
from gateway.commands.accounts import state
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.dataclass import dataclass
from gateway.errors import InputError, TooSoon
from gateway.model import SECOND
from gateway.questions.duty import duty_of
from gateway.rights.principal import Principal
from gateway.statements import Statement
from gateway.statements import account as stating

WRONG_AGAIN: Final = (
    "the password or the code is wrong; each code is good once: wait for the next one of the app, or take a "
    "recovery code"
)


@dataclass(frozen=True, slots=True)
class Again:
    """What who is logged in proves again, before a change of what proves it: password, and a code of now."""

    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetUp:
    """`recovery_codes` are shown once."""

    stated: Stated
    account: str
    recovery_codes: list[str]


def log_in(desk: Desk, accounts: Accounts, attempt: Attempt, origin: str) -> LoggedIn | Refused:
    """Who gets in is stated, and when somebody begins to wait; each wrong password is not."""
    done = login.log_in(accounts, attempt, desk.clock.now_ns())
    if isinstance(done, LoggedIn):
        account = accounts.register.known(done.account)
        what = f"session {done.session} by {done.authenticated} from {attempt.source}"
        state(desk, author_of(desk, account.id, origin), account, "logged-in", what)
    else:
        _state_lock_out(desk, accounts, attempt, done)
    return done


def prove(desk: Desk, accounts: Accounts, attempt: Attempt) -> Proven | Refused:
    """The same without a session, as for a signature."""
    done = login.prove(accounts, attempt, desk.clock.now_ns())
    if isinstance(done, Refused):
        _state_lock_out(desk, accounts, attempt, done)
    return done


def log_out(desk: Desk, accounts: Accounts, who: Principal, origin: str) -> Stated:
    """End the session with which it is asked."""
    with accounts.change():
        accounts.sessions.end(who.account, who.session)
        account = accounts.register.known(who.account)
        author = author_of(desk, who.account, origin)
        return state(desk, author, account, "logged-out", f"session {who.session}")


def offer(desk: Desk, accounts: Accounts, link: str) -> Offered:
    """What an app takes. Raises InputError for a link that is good for nothing."""
    now_ns = desk.clock.now_ns()
    setup.owner(accounts, link, now_ns)  # outside of the change: one that is over is deleted for good
    with accounts.change():
        return setup.offer(accounts, link, now_ns)


def set_up(desk: Desk, accounts: Accounts, link: str, password: str, code: str, origin: str) -> SetUp:
    """The link is used up. Raises InputError, and then it is not."""
    now_ns = desk.clock.now_ns()
    identity = setup.owner(accounts, link, now_ns)
    own = own_words(desk, identity)
    _check_leaked(desk, password)
    with accounts.change():
        identity, codes = setup.confirm(accounts, link, password, code, now_ns, own)
        account = accounts.register.known(identity)
        done = state(desk, author_of(desk, identity, origin), account, "set-up")
    return SetUp(done, identity, codes)


def change_password(
    desk: Desk, accounts: Accounts, who: Principal, old: Again, new: str, origin: str
) -> Stated:
    """With the old one; all other sessions end. Raises InputError."""
    passwords.check(new, own_words(desk, who.account))
    _check_leaked(desk, new)
    prove_again(desk, accounts, who, old)
    with accounts.change():
        account = accounts.register.known(who.account)
        accounts.factors.set_password(who.account, new)
        accounts.sessions.end_all(who.account, but=who.session)
        return state(desk, author_of(desk, who.account, origin), account, "password")


def new_recovery_codes(
    desk: Desk, accounts: Accounts, who: Principal, typed: Again, origin: str
) -> tuple[Stated, list[str]]:
    """Raises InputError."""
    prove_again(desk, accounts, who, typed)
    with accounts.change():
        account = accounts.register.known(who.account)
        codes = accounts.factors.new_recovery_codes(who.account)
        return state(desk, author_of(desk, who.account, origin), account, "recovery-codes"), codes


def prove_again(desk: Desk, accounts: Accounts, who: Principal, typed: Again) -> None:
    """Both factors of who is logged in already: whoever took over a session has neither. Raises InputError.

    A code is used up only beside the right password, so that a thief cannot use up those of its owner.
    """
    now_ns, place = desk.clock.now_ns(), f"session {who.session}"
    if wait_ns := accounts.lockouts.wait_ns(who.account, place, "", now_ns):
        raise too_soon(-(-wait_ns // SECOND))
    if not accounts.factors.has_password(who.account):
        raise InputError(
            "this account has no password here: it logs in at the provider; an administrator makes tokens "
            "(`cryogate account token add`), or a link for a password (`cryogate account setup-link`)"
        )
    right = accounts.factors.password_is_right(who.account, typed.password)
    with accounts.change():
        is_proven = right and accounts.factors.use_code(who.account, typed.code, now_ns) is not None
        if not is_proven:
            accounts.lockouts.failed(who.account, place, now_ns)
    if not is_proven:  # beyond the change, which would take the failure back
        raise InputError(WRONG_AGAIN)


def too_soon(wait_s: int) -> TooSoon:
    """After wrong passwords."""
    return TooSoon(f"too many wrong attempts: wait {wait_s} s; nothing is looked at before that", wait_s)


def author_of(desk: Desk, identity: str, origin: str) -> Author:
    """The person of an account, by name."""
    person = duty_of(desk.journal).person(identity)
    return Author(identity if person is None else person.name(), "", origin)


def by_gateway(desk: Desk, account: Account, did: str, what: str) -> None:
    """What nobody did, but the gateway noticed."""
    locked = stating.LOCKED if account.locked else stating.OPEN
    may = (account.roles, account.sites, account.assets, account.until_ns)
    body = stating.to_body(stating.Account(account.id, did, *may, locked, what))
    now_ns = desk.clock.now_ns()
    name = desk.configuration.gateway.name
    said = Statement(stating.KIND, name, now_ns, body, stated_ns=now_ns, trusted=desk.clock.trusted)
    desk.journal.commit(statements=[said])


def own_words(desk: Desk, identity: str) -> set[str]:
    """Of which a password must not be made: names of the person, the gateway and its sites."""
    stated = duty_of(desk.journal).stated(identity)
    names = [] if stated is None else [stated.name_en, *stated.name_en.split(), stated.name_zh]
    configuration = desk.configuration
    return {identity, *identity.split("."), *names, configuration.gateway.name, *configuration.sites}


def _check_leaked(desk: Desk, password: str) -> None:
    """Raises InputError for one of the list that the site has, if it has one."""
    file = desk.configuration.pages.leaked_passwords_file
    if file is not None and leaked.is_leaked(Path(file), password):
        raise InputError(
            "this password leaked somewhere, and is among those that are tried: take another one"
        )


def _state_lock_out(desk: Desk, accounts: Accounts, attempt: Attempt, refused: Refused) -> None:
    """Where this attempt made an account's source wait."""
    if refused.began and refused.account:
        account = accounts.register.known(refused.account)
        by_gateway(desk, account, "locked-out", f"from {attempt.source}")
