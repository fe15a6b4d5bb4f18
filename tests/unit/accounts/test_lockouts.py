"""Who guesses waits; nobody can make somebody else wait who uses what he used before."""

from __future__ import annotations

import pytest

from gateway.accounts import lockouts
from gateway.accounts.accounts import Accounts
from gateway.accounts.lockouts import (
    FREE_ACCOUNT,
    FREE_ACCOUNT_AND_SOURCE,
    FREE_SOURCE,
    LONGEST_NS,
    source_of,
    waiting_ns,
)
from gateway.accounts.login import Refused
from gateway.model import SECOND
from tests.unit.accounts.members import DAY, ELSEWHERE, HOUR, NOW_NS, OFFICE, enter, fails, gets_in, tries


def test_after_five_wrong_ones_the_right_one_is_not_looked_at(accounts: Accounts) -> None:
    for k in range(5):
        done = tries(accounts, NOW_NS, password="wrong", source=ELSEWHERE)
        assert isinstance(done, Refused) and done.wait_s == 0
        assert done.began == (k == 4)
    waiting = tries(accounts, NOW_NS, source=ELSEWHERE)
    assert isinstance(waiting, Refused) and waiting.wait_s == 2
    gets_in(accounts, NOW_NS + 2 * SECOND, source=ELSEWHERE)


def test_the_owner_at_another_address_does_not_wait(accounts: Accounts) -> None:
    fails(accounts, NOW_NS, 20, source=ELSEWHERE)
    gets_in(accounts, NOW_NS + HOUR)


def test_it_waits_twice_as_long_each_time_and_no_longer_than_a_quarter_of_an_hour() -> None:
    waits_s = [waiting_ns(times, 5) // SECOND for times in range(3, 17)]
    assert waits_s == [0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert waiting_ns(10**6, 5) == LONGEST_NS


def test_many_addresses_cannot_lock_out_who_comes_with_a_device_of_before(accounts: Accounts) -> None:
    device = gets_in(accounts, NOW_NS).device
    for k in range(FREE_ACCOUNT + 1):
        fails(accounts, NOW_NS, 1, source=f"203.0.{k}.1")
    stranger = tries(accounts, NOW_NS, source="198.51.100.4")
    assert isinstance(stranger, Refused) and stranger.wait_s > 0
    gets_in(accounts, NOW_NS + 31 * SECOND, device=device)
    gets_in(accounts, NOW_NS + 62 * SECOND, device=device, source="198.51.100.4")


def test_the_device_of_another_account_helps_nobody(accounts: Accounts) -> None:
    enter(accounts, NOW_NS, "wang.wei")
    device = gets_in(accounts, NOW_NS, account="wang.wei").device
    for k in range(FREE_ACCOUNT + 1):
        fails(accounts, NOW_NS, 1, source=f"203.0.{k}.1")
    done = tries(accounts, NOW_NS, device=device)
    assert isinstance(done, Refused) and done.wait_s > 0


def test_one_password_on_many_accounts_makes_the_source_wait(accounts: Accounts) -> None:
    for k in range(FREE_SOURCE):
        fails(accounts, NOW_NS, 1, account=f"person.{k}", source=ELSEWHERE)
    done = tries(accounts, NOW_NS, source=ELSEWHERE)
    assert isinstance(done, Refused) and done.wait_s > 0
    gets_in(accounts, NOW_NS)


def test_a_known_device_waits_too_when_it_guesses(accounts: Accounts) -> None:
    device = gets_in(accounts, NOW_NS).device
    for _ in range(5):
        tries(accounts, NOW_NS, password="wrong", device=device)
    done = tries(accounts, NOW_NS + SECOND, device=device)
    assert isinstance(done, Refused) and done.wait_s == 1


@pytest.mark.parametrize("account", ["li.na", "nobody.has.this"])
def test_names_without_an_account_wait_in_the_same_way(accounts: Accounts, account: str) -> None:
    seen = [tries(accounts, NOW_NS, account=account, password="wrong", source=ELSEWHERE) for _ in range(8)]
    assert [one.wait_s for one in seen] == [0, 0, 0, 0, 0, 2, 2, 2]


def test_failures_are_forgotten_after_a_day_and_after_a_log_in(accounts: Accounts) -> None:
    fails(accounts, NOW_NS, 4)
    gets_in(accounts, NOW_NS)
    fails(accounts, NOW_NS, 4)
    assert not isinstance(tries(accounts, NOW_NS + 31 * SECOND), Refused)
    fails(accounts, NOW_NS + HOUR, 4)
    fails(accounts, NOW_NS + HOUR + DAY + SECOND, 1)
    gets_in(accounts, NOW_NS + HOUR + DAY + SECOND)


def test_a_clock_that_is_set_back_lets_nobody_wait_for_years(accounts: Accounts) -> None:
    fails(accounts, NOW_NS + 365 * DAY, 5)
    done = tries(accounts, NOW_NS)
    assert isinstance(done, Refused) and done.wait_s <= LONGEST_NS // SECOND
    accounts.lockouts.end_waiting("li.na")
    gets_in(accounts, NOW_NS)


@pytest.mark.parametrize("back_ns", [1, SECOND, 365 * DAY])
def test_a_wait_passes_after_the_clock_was_set_back(accounts: Accounts, back_ns: int) -> None:
    """Of an account at a source, of a source, and of an account."""
    lockouts, then_ns = accounts.lockouts, NOW_NS - back_ns
    for k in range(FREE_SOURCE):
        lockouts.failed(f"nobody-{k}", ELSEWHERE, NOW_NS)
    for k in range(FREE_ACCOUNT):
        lockouts.failed("li.na", f"10.9.{k}.1", NOW_NS)
    for _ in range(FREE_ACCOUNT_AND_SOURCE):
        lockouts.failed("wang.wei", OFFICE, NOW_NS)
    for account, source in (("zhao", ELSEWHERE), ("li.na", "10.8.8.8"), ("wang.wei", OFFICE)):
        waits_ns = [lockouts.wait_ns(account, source, "", then_ns + k * SECOND) for k in range(3)]
        assert waits_ns == [2 * SECOND, SECOND, 0]
        assert lockouts.wait_ns(account, source, "", NOW_NS + DAY) == 0


def test_an_administrator_ends_the_waiting_of_one_account_alone(accounts: Accounts) -> None:
    for account in ("li.na", "wang.wei"):
        for _ in range(6):
            tries(accounts, NOW_NS, account=account, password="wrong")
    accounts.lockouts.end_waiting("li.na")
    assert accounts.lockouts.wait_ns("li.na", OFFICE, "", NOW_NS) == 0
    assert accounts.lockouts.wait_ns("wang.wei", OFFICE, "", NOW_NS) > 0


def test_a_flood_of_names_does_not_grow_the_file(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockouts, "MOST", 10)
    for k in range(40):
        accounts.lockouts.failed(f"person.{k}", f"10.1.{k}.1", NOW_NS + k)
    (count,) = accounts._connection.execute("SELECT count(*) FROM failure").fetchone()
    assert count == 10


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9%eth0", "2001:db8:1:2::/64"),
        ("no address", "no address"),
    ],
)
def test_what_counts_as_one_source(address: str, source: str) -> None:
    assert source_of(address) == source
