"""Somebody logged in at the provider: which account that is, what it may since, and that it is stated.

Roles and sites are those of the groups, at each log-in anew. A local account is nobody's of the provider (or
whoever chooses a name there would be somebody here), but where `adopt` says so.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.accounts.accounts import Accounts
from gateway.accounts.login import Attempt, LoggedIn, begin
from gateway.accounts.register import ID, Account
from gateway.commands.accounts import check_account, state
from gateway.commands.desk import Desk
from gateway.commands.logins import author_of, by_gateway
from gateway.errors import InputError
from gateway.openid.groups import Given, given_by
from gateway.openid.options import OpenIdOptions
from gateway.openid.provider import Person
from gateway.questions.duty import duty_of
from gateway.rights.principal import Principal
from gateway.rights.table import INSPECTOR
from gateway.statements import account as stating
from gateway.text import one_line


def log_in(
    desk: Desk, accounts: Accounts, options: OpenIdOptions, person: Person, attempt: Attempt, origin: str
) -> LoggedIn:
    """A session for who proved to be this person. Raises InputError with why not."""
    now_ns = desk.clock.now_ns()
    with accounts.change():
        account = _account_of(desk, accounts, options, person)
        accounts.openid.bind(account.id, person.issuer, person.subject)
        done = begin(accounts, account.id, options.authenticated, attempt, now_ns)
        what = f"session {done.session} by {done.authenticated} from {attempt.source}"
        state(desk, author_of(desk, account.id, origin), account, "logged-in", what)
    return done


def prove_again(desk: Desk, accounts: Accounts, session: str, person: Person) -> None:
    """For one signature: this session's owner logged in at the provider, again. Raises InputError."""
    now_ns = desk.clock.now_ns()
    with accounts.change():
        who = accounts.sessions.by_id(session, now_ns)
        account = accounts.openid.account_of(person.issuer, person.subject)
        if who is None or account is None or who.account != account:
            raise InputError("somebody else logged in, or the session is over: log in, and begin again")
        accounts.openid.put_proof(session, now_ns)


def session_of(accounts: Accounts, secret: str, now_ns: int) -> Principal:
    """Whose session it is that begins to prove itself again. Raises InputError."""
    who = accounts.by_session(secret, now_ns)
    if who is None or not who.by_openid:
        raise InputError("log in by OpenID Connect first; a local account signs with password and code")
    return who


def _account_of(desk: Desk, accounts: Accounts, options: OpenIdOptions, person: Person) -> Account:
    """As the groups say; what changes by that is stated. Raises InputError."""
    given = given_by(options.groups, person.groups)
    if given is None:
        raise InputError("none of your groups has a role here: ask an administrator, who sees [pages.openid]")
    identity = accounts.openid.account_of(person.issuer, person.subject) or person.name
    if not ID.fullmatch(identity):
        raise InputError(
            f"{one_line(identity)[:60]!r} can be no account: see account_claim of [pages.openid]"
        )
    before = accounts.register.account(identity)
    if before is None:
        return _made(desk, accounts, options, identity, given)
    _check_theirs(desk, accounts, options, before, person)
    after = replace(before, roles=given.roles, sites=given.sites)
    if (set(after.roles), _set(after.sites)) == (set(before.roles), _set(before.sites)):
        return before
    check_account(desk, after)
    accounts.register.put(after)
    by_gateway(desk, after, stating.CHANGED, f"by groups of {options.authenticated}")
    return after


def _made(desk: Desk, accounts: Accounts, options: OpenIdOptions, identity: str, given: Given) -> Account:
    """Raises InputError: who is not let in does not learn who is known."""
    person = duty_of(desk.journal).person(identity)
    if person is None or person.has_left:
        raise InputError(
            f"nobody here has the id {identity!r}: an administrator enters people (`cryogate people set`)"
        )
    account = Account(identity, given.roles, given.sites)
    check_account(desk, account)
    accounts.add(account)
    by_gateway(desk, account, stating.ADDED, f"by groups of {options.authenticated}")
    return account


def _check_theirs(
    desk: Desk, accounts: Accounts, options: OpenIdOptions, account: Account, person: Person
) -> None:
    """Raises InputError where this account cannot be used, or is another's."""
    if not account.is_usable(desk.clock.now_ns()):
        raise InputError(f"the account {account.id} is locked, or over: ask an administrator")
    if accounts.openid.account_of(person.issuer, person.subject) == account.id:
        return
    if not accounts.openid.is_free(account.id):
        raise InputError(
            f"{account.id} belongs to somebody else of the provider who had this name: an administrator "
            f"releases it (`cryogate account reset {account.id}`)"
        )
    is_local = not accounts.openid.is_known(account.id)
    if INSPECTOR in account.roles or (is_local and not options.adopt):
        raise InputError(
            f"{account.id} is a local account: log in with password and code, or see adopt of [pages.openid]"
        )


def _set(sites: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if sites is None else frozenset(sites)
