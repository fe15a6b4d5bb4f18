"""Sessions and tokens: their ends, what they may, and what is left of them afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.accounts import sessions
from gateway.accounts.accounts import Accounts
from gateway.accounts.register import Account
from gateway.accounts.sessions import ABSOLUTE_NS, IDLE_NS, SET_BACK_NS
from gateway.accounts.tokens import Token
from gateway.errors import InputError
from tests.unit.accounts.members import DAY, HOUR, MINUTE, NOW_NS, OFFICE, enter, gets_in

WANTED = Token("", "li.na", "reports", None, None, None, NOW_NS, NOW_NS + 30 * DAY)


def begin(accounts: Accounts, now_ns: int = NOW_NS) -> str:
    return accounts.sessions.begin("li.na", "password+totp", now_ns, OFFICE, "Firefox")[0]


def test_it_ends_when_nobody_uses_it(accounts: Accounts) -> None:
    secret = begin(accounts)
    assert accounts.by_session(secret, NOW_NS + IDLE_NS - 1) is not None
    assert accounts.by_session(secret, NOW_NS + IDLE_NS + HOUR // 4) is not None  # it was used meanwhile
    idle = begin(accounts)
    assert accounts.by_session(idle, NOW_NS + IDLE_NS) is None
    assert accounts.by_session(idle, NOW_NS) is None  # over for good, whatever the clock says


def test_it_ends_after_a_shift_however_busy(accounts: Accounts) -> None:
    secret = begin(accounts)
    for at_ns in range(NOW_NS, NOW_NS + ABSOLUTE_NS, 20 * MINUTE):
        who = accounts.by_session(secret, at_ns)
        assert who is not None and at_ns < who.until_ns <= NOW_NS + ABSOLUTE_NS
    assert accounts.by_session(secret, NOW_NS + ABSOLUTE_NS) is None


def test_a_clock_that_is_set_back_makes_no_session_longer(accounts: Accounts) -> None:
    assert accounts.by_session(begin(accounts), NOW_NS - SET_BACK_NS) is not None
    secret = begin(accounts)
    assert accounts.by_session(secret, NOW_NS - SET_BACK_NS - 1) is None
    assert accounts.by_session(secret, NOW_NS) is None


@pytest.mark.parametrize("secret", ["", "cgs_", "cgs_" + "x" * 43, "x" * 10_000, "\ud800", "' OR 1=1 --"])
def test_what_is_no_session(accounts: Accounts, secret: str) -> None:
    begin(accounts)
    assert accounts.by_session(secret, NOW_NS) is None
    assert accounts.by_token(secret, NOW_NS) is None


def test_a_session_is_no_token_and_its_id_opens_nothing(accounts: Accounts) -> None:
    done = gets_in(accounts, NOW_NS)
    secret, token = accounts.tokens.new(WANTED)
    for wrong in (done.session, done.device, token.id, secret):
        assert accounts.by_session(wrong, NOW_NS) is None
    for wrong in (done.secret, done.session, token.id):
        assert accounts.by_token(wrong, NOW_NS) is None


def test_they_are_listed_and_ended_one_by_one_and_all(accounts: Accounts) -> None:
    first, second, third = begin(accounts), begin(accounts, NOW_NS + 1), begin(accounts, NOW_NS + 2)
    listed = accounts.sessions.of("li.na", NOW_NS + 2)
    assert [one.begun_ns - NOW_NS for one in listed] == [2, 1, 0]
    assert (listed[0].source, listed[0].program) == (OFFICE, "Firefox")
    assert not accounts.sessions.end("wang.wei", listed[0].id)
    assert accounts.sessions.end("li.na", listed[0].id)
    assert accounts.by_session(third, NOW_NS + 2) is None
    assert accounts.sessions.end_all("li.na", but=listed[1].id) == 1
    assert accounts.by_session(second, NOW_NS + 2) is not None
    assert accounts.by_session(first, NOW_NS + 2) is None


def test_an_account_has_so_many_sessions_and_the_oldest_ends(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST", 3)
    secrets = [begin(accounts, NOW_NS + k) for k in range(5)]
    good = [accounts.by_session(secret, NOW_NS + 5) is not None for secret in secrets]
    assert good == [False, False, True, True, True]


def test_other_roles_count_at_once(accounts: Accounts) -> None:
    secret = begin(accounts)
    accounts.register.put(Account("li.na", ("viewer",), None))
    who = accounts.by_session(secret, NOW_NS)
    assert who is not None and who.roles == ("viewer",) and who.sites is None
    assert not who.may("alarm.acknowledge", "lab")


def test_a_session_of_an_inspector_ends_with_the_account(accounts: Accounts) -> None:
    ends_ns = NOW_NS + 5 * MINUTE
    enter(accounts, NOW_NS, "zhao", roles=("inspector",), sites=None, assets=("dewar-1",), until_ns=ends_ns)
    secret = gets_in(accounts, NOW_NS, account="zhao").secret
    who = accounts.by_session(secret, NOW_NS)
    assert who is not None and who.until_ns == ends_ns and who.assets == ("dewar-1",)
    assert who.may("readings.read", "lab", "dewar-1") and not who.may("readings.read", "lab", "dewar-2")
    assert accounts.by_session(secret, ends_ns) is None


def test_what_a_browser_calls_itself_cannot_break_a_list(accounts: Accounts) -> None:
    accounts.sessions.begin("li.na", "passkey", NOW_NS, OFFICE, "\x1b[2J<script>" + "x" * 5000)
    (one,) = accounts.sessions.of("li.na", NOW_NS)
    assert one.program.isprintable() and len(one.program) <= 200


def test_a_token_may_what_its_account_may_and_no_more(accounts: Accounts) -> None:
    secret, token = accounts.tokens.new(WANTED)
    who = accounts.by_token(secret, NOW_NS)
    assert who is not None
    assert (who.roles, who.sites, who.authenticated) == (("operator",), ("lab",), "token reports")
    assert who.may("alarm.acknowledge", "lab") and not who.may("token.write")
    narrow, _ = accounts.tokens.new(replace(WANTED, name="readings", actions=("readings.read",)))
    who = accounts.by_token(narrow, NOW_NS)
    assert who is not None and who.may("readings.read", "lab") and not who.may("alarms.read", "lab")
    accounts.register.put(Account("li.na", ("viewer",), ("lab", "hall")))
    for one in (secret, narrow):
        who = accounts.by_token(one, NOW_NS)
        assert who is not None and who.roles == ("viewer",)
    assert token.id not in secret


def test_a_token_of_roles_and_sites_that_its_account_lost_may_nothing(accounts: Accounts) -> None:
    secret, _ = accounts.tokens.new(replace(WANTED, roles=("operator",), sites=("lab",)))
    accounts.register.put(Account("li.na", ("quality",), ("hall",)))
    who = accounts.by_token(secret, NOW_NS)
    assert who is not None and (who.roles, who.sites) == ((), ())
    assert not who.may_somewhere("readings.read")
    accounts.register.put(Account("li.na", ("quality", "operator"), None))
    who = accounts.by_token(secret, NOW_NS)
    assert who is not None and (who.roles, who.sites) == (("operator",), ("lab",))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"roles": ("administrator",)}, "may not do more"),
        ({"sites": ("hall",)}, "has not the sites hall"),
        ({"actions": ("account.write",)}, "needs a person"),
        ({"actions": ("readings.reed",)}, "no action"),
        ({"name": ""}, "one line"),
        ({"name": "a\nb"}, "one line"),
        ({"name": "x" * 61}, "one line"),
        ({"until_ns": NOW_NS}, "at most a year"),
        ({"until_ns": NOW_NS + 400 * DAY}, "at most a year"),
        ({"account": "li.no"}, "did you mean 'li.na'"),
    ],
)
def test_a_token_that_cannot_be(accounts: Accounts, change: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        accounts.tokens.new(replace(WANTED, **change))
    assert accounts.tokens.of("li.na", NOW_NS) == []


def test_a_name_is_given_once_until_the_token_is_over(accounts: Accounts) -> None:
    first, _ = accounts.tokens.new(WANTED)
    with pytest.raises(InputError, match="end it, or give another name"):
        accounts.tokens.new(WANTED)
    later_ns = WANTED.until_ns
    second, _ = accounts.tokens.new(replace(WANTED, begun_ns=later_ns, until_ns=later_ns + DAY))
    assert accounts.by_token(first, NOW_NS) is None
    assert accounts.by_token(second, later_ns) is not None


def test_a_token_that_is_over_stays_so_when_the_clock_is_set_back(accounts: Accounts) -> None:
    secret, _ = accounts.tokens.new(WANTED)
    assert accounts.by_token(secret, WANTED.until_ns - 1) is not None
    assert accounts.by_token(secret, WANTED.until_ns) is None
    assert accounts.by_token(secret, NOW_NS) is None


def test_a_token_of_a_locked_account_counts_again_when_it_is_unlocked(accounts: Accounts) -> None:
    secret, token = accounts.tokens.new(WANTED)
    accounts.register.put(Account("li.na", ("operator",), ("lab",), locked=True))
    assert accounts.by_token(secret, NOW_NS) is None
    accounts.register.put(Account("li.na", ("operator",), ("lab",)))
    assert accounts.by_token(secret, NOW_NS) is not None
    accounts.tokens.end("li.na", token.id)
    assert accounts.by_token(secret, NOW_NS) is None
    with pytest.raises(InputError, match="has no token"):
        accounts.tokens.end("li.na", "reports")


def test_whether_somebody_still_stands_is_no_use_of_the_session(accounts: Accounts) -> None:
    secret = begin(accounts)
    who = accounts.by_session(secret, NOW_NS)
    assert who is not None and accounts.stands(who, NOW_NS + IDLE_NS - 1)
    assert not accounts.stands(who, NOW_NS + IDLE_NS), "looking did not make it longer"
    accounts.sessions.end("li.na", who.session)
    assert not accounts.stands(who, NOW_NS)


def test_a_token_stands_until_it_ends_or_its_account_may_less(accounts: Accounts) -> None:
    secret, token = accounts.tokens.new(WANTED)
    who = accounts.by_token(secret, NOW_NS)
    assert who is not None and accounts.stands(who, NOW_NS)
    assert not accounts.stands(who, token.until_ns)
    known = accounts.register.known("li.na")
    accounts.register.put(replace(known, roles=("viewer",)))
    assert not accounts.stands(who, NOW_NS)
    accounts.register.put(known)
    assert accounts.stands(who, NOW_NS)
    accounts.tokens.end("li.na", "reports")
    assert not accounts.stands(who, NOW_NS)
