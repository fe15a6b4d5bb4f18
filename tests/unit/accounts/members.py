"""An account that is set up, what its person types, and a hasher that tests can wait for."""

from __future__ import annotations

from argon2 import PasswordHasher

from gateway.accounts import totp
from gateway.accounts.accounts import Accounts
from gateway.accounts.login import Attempt, LoggedIn, Refused, log_in
from gateway.accounts.register import Account
from gateway.model import SECOND

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW_NS = 1_800_000_000 * SECOND
PASSWORD = "violet teapots glide"
KEY = b"12345678901234567890"
OFFICE, ELSEWHERE = "10.0.0.7", "203.0.113.9"
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


def enter(accounts: Accounts, now_ns: int, identity: str = "li.na", **more: object) -> None:
    accounts.add(Account(identity, **{"roles": ("operator",), "sites": ("lab",), **more}))
    accounts.factors.set_password(identity, PASSWORD)
    accounts.factors.set_totp(identity, KEY)


def code(now_ns: int) -> str:
    return totp.code_of(KEY, totp.step_at(now_ns))


def attempt(now_ns: int, **typed: str) -> Attempt:
    usual = {"account": "li.na", "password": PASSWORD, "code": code(now_ns), "source": OFFICE}
    return Attempt(**{**usual, **typed})


def tries(accounts: Accounts, now_ns: int, **typed: str) -> LoggedIn | Refused:
    return log_in(accounts, attempt(now_ns, **typed), now_ns)


def gets_in(accounts: Accounts, now_ns: int, **typed: str) -> LoggedIn:
    done = tries(accounts, now_ns, **typed)
    assert isinstance(done, LoggedIn), done
    return done


def fails(accounts: Accounts, now_ns: int, times: int, **typed: str) -> None:
    """So many times, waiting as long as it takes to be looked at."""
    for _ in range(times):
        done = tries(accounts, now_ns, **{"password": "wrong", **typed})
        while isinstance(done, Refused) and done.wait_s:
            now_ns += done.wait_s * SECOND
            done = tries(accounts, now_ns, **{"password": "wrong", **typed})
        assert isinstance(done, Refused)
