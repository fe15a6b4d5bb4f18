"""The file: who may read it, what happens to a damaged one, and several who write it at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.accounts import FILE, setup, totp
from gateway.accounts import accounts as accounts_file
from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.links import GOOD_NS
from gateway.accounts.login import LoggedIn
from gateway.accounts.register import Account, check
from gateway.errors import InputError
from gateway.journal import rights
from gateway.journal.database import connect
from tests.unit.accounts.members import (
    CHEAP,
    DAY,
    ELSEWHERE,
    KEY,
    NOW_NS,
    OFFICE,
    PASSWORD,
    enter,
    gets_in,
    tries,
)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
        files = sorted(tmp_path.iterdir())
        assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * len(files)
        assert len(files) == 3  # with the log beside it
    (tmp_path / FILE).chmod(0o644)
    with open_accounts(tmp_path, CHEAP):
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", [b"no database at all, but longer than a header" * 200, b"short"])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(InputError, match="cryogate account remake"), open_accounts(tmp_path, CHEAP):
        pass


def test_a_file_that_is_damaged_inside_says_so_when_it_is_met(tmp_path: Path) -> None:
    with open_accounts(tmp_path, CHEAP) as accounts:
        for k in range(200):
            accounts.add(Account(f"person.{k}", ("viewer",)))
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(InputError, match="remake"), open_accounts(tmp_path, CHEAP) as accounts:
        accounts.register.all()


def test_a_file_of_a_newer_version(tmp_path: Path) -> None:
    with open_accounts(tmp_path, CHEAP):
        pass
    connection = connect(tmp_path / FILE, writing=True)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match="newer version"), open_accounts(tmp_path, CHEAP):
        pass


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_older_version_goes_on(tmp_path: Path, version: int) -> None:
    """Whoever was logged in stays so, passwords and apps are good, and what is newer works."""
    rights.make_file(tmp_path / FILE, rights.SECRET)
    connection = connect(tmp_path / FILE, writing=True)
    for step in accounts_file._STEPS[:version]:
        connection.execute(step)
    connection.execute(f"PRAGMA user_version = {version}")
    before = Accounts(connection, tmp_path / FILE, CHEAP)
    before.register.put(Account("li.na", ("operator",), ("lab",)))
    before.factors.set_password("li.na", PASSWORD)
    before.factors.set_totp("li.na", KEY)
    session, _ = before.sessions.begin("li.na", "password+totp", NOW_NS, OFFICE, "")
    connection.close()
    with open_accounts(tmp_path, CHEAP) as accounts:
        assert accounts.by_session(session, NOW_NS + 1) is not None
        assert gets_in(accounts, NOW_NS + DAY).account == "li.na"
        assert accounts.passkeys.of("li.na") == [] and not accounts.openid.use_proof(session, NOW_NS)
    with open_accounts(tmp_path, CHEAP) as accounts:
        assert gets_in(accounts, NOW_NS + 2 * DAY).account == "li.na"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    told = pytest.raises(InputError, match="check that this user may write there")
    with told, open_accounts(tmp_path / "nowhere", CHEAP):
        pass


def test_a_change_stands_whole_or_not_at_all(accounts: Accounts) -> None:
    with pytest.raises(InputError), accounts.change():
        accounts.clear("li.na")
        raise InputError("something else went wrong")
    gets_in(accounts, NOW_NS)


def test_of_two_who_type_one_code_at_once_one_gets_in(tmp_path: Path) -> None:
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
    done: list[object] = []
    ready = threading.Barrier(4)

    def try_it() -> None:
        with open_accounts(tmp_path, CHEAP) as mine:
            ready.wait()
            done.append(tries(mine, NOW_NS, source=ELSEWHERE))

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [isinstance(one, LoggedIn) for one in done].count(True) == 1
    assert len(done) == 4


def test_a_link_sets_password_and_app_once(accounts: Accounts) -> None:
    accounts.add(Account("new.one", ("viewer",)))
    link = accounts.links.new("new.one", NOW_NS)
    offered = setup.offer(accounts, link, NOW_NS)
    assert setup.offer(accounts, link, NOW_NS) == offered
    key = accounts.links.totp("new.one")
    assert key is not None and totp.text(key) == offered.key
    code = totp.code_of(key, totp.step_at(NOW_NS))
    with pytest.raises(InputError, match="not of the app"):
        setup.confirm(accounts, link, PASSWORD, "000000" if code != "000000" else "111111", NOW_NS)
    with pytest.raises(InputError, match="at least 12"):
        setup.confirm(accounts, link, "short", code, NOW_NS)
    account, codes = setup.confirm(accounts, link, PASSWORD, code, NOW_NS)
    assert account == "new.one" and len(codes) == 10
    with pytest.raises(InputError, match="was used"):
        setup.offer(accounts, link, NOW_NS)
    assert not isinstance(tries(accounts, NOW_NS, account="new.one", code=code), LoggedIn)  # it was used
    gets_in(accounts, NOW_NS, account="new.one", code=codes[0])


def test_a_link_is_over_after_a_day_after_another_and_for_who_is_locked(accounts: Accounts) -> None:
    link = accounts.links.new("li.na", NOW_NS)
    assert setup.owner(accounts, link, NOW_NS + GOOD_NS - 1) == "li.na"
    accounts.register.put(Account("li.na", ("operator",), locked=True))
    with pytest.raises(InputError, match="this link is over"):
        setup.owner(accounts, link, NOW_NS)
    accounts.register.put(Account("li.na", ("operator",)))
    another = accounts.links.new("li.na", NOW_NS)
    for wrong in (link, "", "cgl_" + "x" * 43):
        with pytest.raises(InputError, match="this link is over"):
            setup.owner(accounts, wrong, NOW_NS)
    with pytest.raises(InputError):
        setup.owner(accounts, another, NOW_NS + GOOD_NS)
    with pytest.raises(InputError):  # for good, whatever the clock says
        setup.owner(accounts, another, NOW_NS)


def test_a_link_opens_nothing_by_itself_and_changes_nothing_before_it_is_used(accounts: Accounts) -> None:
    link = accounts.links.new("li.na", NOW_NS)
    assert accounts.by_session(link, NOW_NS) is None and accounts.by_token(link, NOW_NS) is None
    setup.offer(accounts, link, NOW_NS)
    gets_in(accounts, NOW_NS)


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (Account("Li Na", ("viewer",)), "no id of a person"),
        (Account("li.na", ()), "at least one role"),
        (Account("li.na", ("admin",)), "did you mean 'administrator'"),
        (Account("li.na", ("viewer",), until_ns=NOW_NS), "is over"),
        (Account("li.na", ("viewer",), assets=("dewar-1",)), "only an inspector"),
        (Account("li.na", ("inspector", "quality"), until_ns=NOW_NS + DAY), "no other role"),
        (Account("li.na", ("inspector",)), "has an end"),
        (Account("li.na", ("inspector",), until_ns=NOW_NS + 400 * DAY), "at most a year"),
    ],
)
def test_accounts_that_cannot_be(account: Account, why: str) -> None:
    with pytest.raises(InputError, match=why):
        check(account, NOW_NS)
