"""What a set-up link is good for: the first password, the first app, and recovery codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from gateway.accounts import passwords, totp
from gateway.accounts.accounts import Accounts
from gateway.dataclass import dataclass
from gateway.errors import InputError

ISSUER: Final = "Cryogate"
NO_LINK: Final = "this link is over, was used, or was never one; ask an administrator for another"
WRONG_CODE: Final = (
    "this code is not of the app that was just set up; check the time on the phone, and type the next"
)


@dataclass(frozen=True, slots=True)
class Offered:
    """An app's key, to be scanned or typed; nothing is set before a code of it comes back."""

    account: str
    key: str
    uri: str


def offer(accounts: Accounts, link: str, now_ns: int) -> Offered:
    """The same key until it is confirmed, so that a page that is loaded again does no harm.

    Raises InputError.
    """
    account = owner(accounts, link, now_ns)
    key = accounts.links.totp(account)
    if key is None:
        key = totp.new_key()
        accounts.links.set_totp(account, key)
    return Offered(account, totp.text(key), totp.uri(key, account, ISSUER))


def confirm(
    accounts: Accounts, link: str, password: str, code: str, now_ns: int, own_words: Collection[str] = ()
) -> tuple[str, list[str]]:
    """Set both; the link is used up. (account, recovery codes). Raises InputError, and nothing is set."""
    account = owner(accounts, link, now_ns)
    passwords.check(password, {account, *own_words})
    key = accounts.links.totp(account)
    step = None if key is None else totp.matching_step(key, "".join(code.split()), now_ns)
    if key is None or step is None:
        raise InputError(WRONG_CODE)
    accounts.clear(account)
    accounts.factors.set_password(account, password)
    accounts.factors.set_totp(account, key)
    assert accounts.factors.use_code(
        account, totp.code_of(key, step), now_ns
    )  # so that it opens nothing else
    return account, accounts.factors.new_recovery_codes(account)


def owner(accounts: Accounts, link: str, now_ns: int) -> str:
    """Raises InputError for a link that is good for nothing."""
    identity = accounts.links.account_of(link, now_ns)
    account = None if identity is None else accounts.register.account(identity)
    if account is None or not account.is_usable(now_ns):
        raise InputError(NO_LINK)
    return account.id
