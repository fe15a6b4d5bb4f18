"""What administrators do to accounts: make, change, lock, reset; each is done and stated in one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from gateway.accounts import FILE
from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.register import Account, check
from gateway.accounts.tokens import Token
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Revising, Stated
from gateway.commands.names import person_known
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.said import said
from gateway.questions.duty import duty_of
from gateway.statements import account as stating


@dataclass(frozen=True, slots=True)
class Linked:
    """`link`: the secret of a one-time link, for that person alone."""

    stated: Stated
    link: str


def add(desk: Desk, accounts: Accounts, author: Author, account: Account) -> Linked:
    """An account for a person of the journal, with a link to set it up. Raises InputError."""
    check_account(desk, account)
    now_ns = desk.clock.now_ns()
    with accounts.change():
        accounts.add(account)
        link = accounts.links.new(account.id, now_ns)
        return Linked(state(desk, author, account, stating.ADDED), link)


def change(desk: Desk, accounts: Accounts, author: Author, account: Account, reason: str = "") -> Stated:
    """Other roles, sites, assets or another end; it counts from the next request on. Raises InputError."""
    with accounts.change():
        before = accounts.register.known(account.id)
        check_account(desk, account)
        if account == before:
            raise InputError(f"{account.id} has just that: nothing changes")
        accounts.register.put(account)
        return state(desk, author, account, stating.CHANGED, reason=reason)


def lock(desk: Desk, accounts: Accounts, author: Author, identity: str, reason: str = "") -> Stated:
    """Nobody acts by it any more, from now on; its sessions end. Raises InputError."""
    with accounts.change():
        account = accounts.register.known(identity)
        if account.locked:
            raise InputError(f"{identity} is locked already")
        locked = replace(account, locked=True)
        accounts.register.put(locked)
        accounts.sessions.end_all(identity)
        return state(desk, author, locked, "locked", reason=reason)


def lock_who_left(desk: Desk, author: Author, identity: str) -> None:
    """Of a person who has left, where there are accounts. Raises InputError."""
    folder = desk.configuration.data_dir
    if not (folder / FILE).exists():
        return
    with open_accounts(folder) as accounts:
        account = accounts.register.account(identity)
        if account is not None and not account.locked:
            lock(desk, accounts, author, identity, "the person has left")


def unlock(desk: Desk, accounts: Accounts, author: Author, identity: str, reason: str = "") -> Stated:
    """Undo `lock`, and let nobody wait after wrong passwords. Raises InputError for who has left."""
    with accounts.change():
        account = replace(accounts.register.known(identity), locked=False)
        _check_person(desk, identity)
        accounts.register.put(account)
        accounts.lockouts.end_waiting(identity)
        return state(desk, author, account, "unlocked", reason=reason)


def reset(desk: Desk, accounts: Accounts, author: Author, identity: str, reason: str) -> Linked:
    """Password, factors, sessions and tokens are good no more, at once; a link sets new ones."""
    if not reason.strip():
        raise InputError("say why, and how it is known who asked: --reason TEXT")
    with accounts.change():
        account = accounts.register.known(identity)
        accounts.clear(identity)
        link = accounts.links.new(identity, desk.clock.now_ns())
        return Linked(state(desk, author, account, "reset", reason=reason), link)


def new_link(desk: Desk, accounts: Accounts, author: Author, identity: str) -> Linked:
    """Another set-up link; what is set stays until it is used. Raises InputError."""
    with accounts.change():
        account = accounts.register.known(identity)
        link = accounts.links.new(identity, desk.clock.now_ns())
        return Linked(state(desk, author, account, "link"), link)


def end_sessions(
    desk: Desk, accounts: Accounts, author: Author, identity: str, session: str = "", but: str = ""
) -> tuple[Stated, int]:
    """All of an account, or one; `but`: this one goes on. (what is stated, how many). Raises InputError."""
    with accounts.change():
        account = accounts.register.known(identity)
        if session:
            count = int(accounts.sessions.end(identity, session))
            if not count:
                raise InputError(f"{identity} has no session {session[:60]!r}")
        else:
            count = accounts.sessions.end_all(identity, but)
        what = session or f"{count} of them"
        return state(desk, author, account, "sessions-ended", what), count


def new_token(desk: Desk, accounts: Accounts, author: Author, wanted: Token) -> tuple[Stated, str, Token]:
    """(what is stated, the secret, the token). Raises InputError."""
    with accounts.change():
        _check_names("site", wanted.sites or (), desk.configuration.sites)
        secret, token = accounts.tokens.new(wanted)
        account = accounts.register.known(token.account)
        return state(desk, author, account, "token-added", token_words(token)), secret, token


def end_token(desk: Desk, accounts: Accounts, author: Author, identity: str, name: str) -> Stated:
    """By name or id. Raises InputError."""
    with accounts.change():
        account = accounts.register.known(identity)
        accounts.tokens.end(identity, name)
        return state(desk, author, account, "token-ended", name)


def remake(desk: Desk, accounts: Accounts, author: Author, reason: str) -> list[tuple[Account, Stated]]:
    """Accounts that the journal knows and the file does not, after it was lost; nobody has a password yet."""
    done = []
    with accounts.change():
        for account in accounts_stated(desk):
            if accounts.register.account(account.id) is None:
                accounts.register.put(account)
                done.append((account, state(desk, author, account, "remade", reason=reason)))
    return done


def accounts_stated(desk: Desk) -> list[Account]:
    """As the journal says that they are, by id."""
    last = {one.id: one for one in (stating.of(s.body) for s in said(desk.journal, stating.KIND))}
    return [
        Account(one.id, one.roles, one.sites, one.assets, one.until_ns, one.state == stating.LOCKED)
        for _, one in sorted(last.items())
    ]


def state(desk: Desk, author: Author, account: Account, did: str, what: str = "", reason: str = "") -> Stated:
    """What was done to an account, with what it may since then."""
    locked = stating.LOCKED if account.locked else stating.OPEN
    done = stating.Account(
        account.id, did, account.roles, account.sites, account.assets, account.until_ns, locked, what
    )
    return desk.state(
        lambda: [desk.draft(stating, done, author, desk.clock.now_ns(), Revising(reason=reason))]
    )


def check_account(desk: Desk, account: Account) -> None:
    """Raises InputError with every mistake that its table, the people or the configuration show."""
    check(account, desk.clock.now_ns())
    _check_person(desk, account.id)
    _check_names("site", account.sites or (), desk.configuration.sites)
    _check_names("asset", account.assets or (), desk.configuration.assets)


def token_words(token: Token) -> str:
    """What a token is for, without its secret."""
    return "; ".join((f"{token.name} {token.id}", *_narrowed(token)))


def _narrowed(token: Token) -> Iterator[str]:
    for name, given in (("roles", token.roles), ("actions", token.actions), ("sites", token.sites)):
        if given is not None:
            yield f"{name} {', '.join(given)[:1000]}"


def _check_person(desk: Desk, identity: str) -> None:
    duty = duty_of(desk.journal)
    person = duty.person(identity)
    if person is None:
        person_known(duty, identity)  # says who may be meant
    if person is not None and person.has_left:
        raise InputError(f"{identity} has left, and cannot have an account")


def _check_names(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    there = sorted(known)
    for name in names:
        if name not in there:
            near = get_close_matches(name, there, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(there)[:500] or 'none'}"
            raise InputError(f"there is no {what} {name[:60]!r}; {hint}")
