"""One log-in: all three are asked, each code is good once, and nothing tells what was wrong."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.login import Refused
from gateway.accounts.register import Account
from gateway.accounts.secret import digest
from tests.unit.accounts.members import (
    CHEAP,
    DAY,
    HOUR,
    NOW_NS,
    OFFICE,
    PASSWORD,
    attempt,
    code,
    enter,
    gets_in,
    tries,
)


def test_somebody_logs_in_and_is_known_by_the_session(accounts: Accounts) -> None:
    done = gets_in(accounts, NOW_NS)
    assert done.authenticated == "password+totp"
    who = accounts.by_session(done.secret, NOW_NS)
    assert who is not None
    assert (who.account, who.person, who.roles, who.sites) == ("li.na", "li.na", ("operator",), ("lab",))
    assert (who.authenticated, who.session) == ("password+totp", done.session)
    assert who.may("alarm.acknowledge", "lab") and not who.may("alarm.acknowledge", "other")


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "violet teapots glid"},
        {"code": "000000"},
        {"code": ""},
        {"account": "li.no"},
        {"account": ""},
        {"account": "li.na'; DROP TABLE account; --"},
        {"account": "\x00" * 5000, "password": "x" * 100_000, "code": "9" * 100_000},
        {"password": "\ud800"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(accounts: Accounts, typed: dict[str, str]) -> None:
    done = tries(accounts, NOW_NS, **typed)
    assert isinstance(done, Refused)
    assert (done.wait_s, done.began) == (0, False)


def test_a_code_is_good_once_also_for_another_device(accounts: Accounts) -> None:
    gets_in(accounts, NOW_NS)
    assert isinstance(tries(accounts, NOW_NS, source="10.0.0.8"), Refused)
    assert isinstance(tries(accounts, NOW_NS + 20 * 10**9, code=code(NOW_NS)), Refused)
    later_ns = NOW_NS + 31 * 10**9
    gets_in(accounts, later_ns)


def test_a_code_that_was_used_stays_used_when_the_clock_is_set_back(accounts: Accounts) -> None:
    gets_in(accounts, NOW_NS)
    gets_in(accounts, NOW_NS + HOUR)
    assert isinstance(tries(accounts, NOW_NS), Refused)
    gets_in(accounts, NOW_NS - HOUR)


def test_a_code_with_a_wrong_password_is_not_used_up(accounts: Accounts) -> None:
    assert isinstance(tries(accounts, NOW_NS, password="wrong"), Refused)
    gets_in(accounts, NOW_NS)


def test_recovery_codes_are_good_once_each(accounts: Accounts) -> None:
    codes = accounts.factors.new_recovery_codes("li.na")
    assert len(set(codes)) == 10 and all(len(code.replace("-", "")) * 5 >= 128 for code in codes)  # bits
    assert gets_in(accounts, NOW_NS, code=codes[0].lower()).authenticated == "password+recovery"
    assert isinstance(tries(accounts, NOW_NS, code=codes[0]), Refused)
    gets_in(accounts, NOW_NS, code=codes[1].replace("-", " "))
    assert accounts.factors.recovery_codes_left("li.na") == 8
    accounts.factors.new_recovery_codes("li.na")
    assert isinstance(tries(accounts, NOW_NS, code=codes[2]), Refused)


def test_a_recovery_code_of_somebody_else_opens_nothing(accounts: Accounts) -> None:
    enter(accounts, NOW_NS, "wang.wei")
    codes = accounts.factors.new_recovery_codes("wang.wei")
    assert isinstance(tries(accounts, NOW_NS, code=codes[0]), Refused)
    gets_in(accounts, NOW_NS, code=codes[0], account="wang.wei")


@pytest.mark.parametrize("change", [{"locked": True}, {"until_ns": NOW_NS}])
def test_an_account_that_cannot_be_used(accounts: Accounts, change: dict[str, object]) -> None:
    secret = gets_in(accounts, NOW_NS).secret
    accounts.register.put(Account("li.na", ("operator",), ("lab",), **change))
    assert accounts.by_session(secret, NOW_NS) is None
    assert isinstance(tries(accounts, NOW_NS + DAY), Refused)


def test_an_account_that_nobody_set_up_has_no_password(accounts: Accounts) -> None:
    accounts.add(Account("new.one", ("viewer",)))
    for password in ("", "new.one", "what nobody has as a password"):
        assert isinstance(tries(accounts, NOW_NS, account="new.one", password=password, code=""), Refused)
    accounts.factors.set_password("new.one", PASSWORD)
    for typed in ("", code(NOW_NS), "000000", "755224"):  # without an app no code is right
        assert isinstance(tries(accounts, NOW_NS, account="new.one", code=typed), Refused)


def test_case_and_blanks_make_no_other_account(accounts: Accounts) -> None:
    gets_in(accounts, NOW_NS, account=" Li.Na ")


def test_a_hash_of_older_parameters_is_made_anew_when_the_password_is_typed(tmp_path) -> None:
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with open_accounts(tmp_path, stronger) as accounts:
        gets_in(accounts, NOW_NS)
        gets_in(accounts, NOW_NS + HOUR)
    assert b"m=16,t=2,p=1" in everything(tmp_path)


def test_no_secret_stands_in_the_file(tmp_path) -> None:
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
        done = gets_in(accounts, NOW_NS)
        link = accounts.links.new("li.na", NOW_NS)
        codes = accounts.factors.new_recovery_codes("li.na")
        tries(accounts, NOW_NS, account="my password typed as a name")
    stored = everything(tmp_path)
    secrets = [
        PASSWORD,
        done.secret,
        done.device,
        link,
        *codes,
        "my password typed as a name",
        OFFICE + " li.na",
    ]
    assert not [one for one in secrets if one.encode() in stored]
    assert digest(done.secret) in stored


def everything(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_attempt_is_hidden_from_logs() -> None:
    assert PASSWORD not in repr(attempt(NOW_NS))
