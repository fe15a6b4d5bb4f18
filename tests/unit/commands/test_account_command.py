"""`cryogate account`: what administrators do, what the journal says of it, the way in when all is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.accounts import FILE, passwords, totp
from gateway.accounts.accounts import open_accounts
from gateway.accounts.login import LoggedIn, Refused
from gateway.cli import app
from gateway.commands import logins
from gateway.commands.logins import Again
from gateway.errors import InputError, TooSoon
from gateway.rights.principal import Principal
from gateway.statements import account as stating
from tests.unit.accounts.members import CHEAP, ELSEWHERE, PASSWORD, attempt
from tests.unit.commands.front_desk import Office

BY = ("--by", "Wang Wei")


@pytest.fixture
def staffed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    for identity, name in (("li.na", "Li Na"), ("zhao", "Zhao Min")):
        office.run("people", "set", identity, "--name", name, *BY)
    return office


def set_up(office: Office, link: str) -> list[str]:
    """As the person does it at the terminal; the recovery codes."""
    with office.desk() as desk, open_accounts(office.folder / "data", CHEAP) as accounts:
        offered = logins.offer(desk, accounts, link)
        key = accounts.links.totp(offered.account)
        assert key is not None
        code = totp.code_of(key, totp.step_at(desk.clock.now_ns()))
        return logins.set_up(desk, accounts, link, PASSWORD, code, "cli").recovery_codes


def log_in(office: Office, code: str, **typed: str) -> LoggedIn | Refused:
    with office.desk() as desk, open_accounts(office.folder / "data", CHEAP) as accounts:
        return logins.log_in(desk, accounts, attempt(0, code=code, **typed), "api")


def principal(office: Office, secret: str) -> Principal | None:
    with office.desk() as desk, open_accounts(office.folder / "data", CHEAP) as accounts:
        return accounts.by_session(secret, desk.clock.now_ns())


def done_to(office: Office, identity: str = "li.na") -> list[str]:
    said = [stating.of(one.body) for one in office.stated("account")]
    return [one.did for one in said if one.id == identity]


def test_from_nothing_to_a_session_and_back(staffed: Office) -> None:
    made = staffed.json("account", "add", "li.na", "--role", "operator", "--site", "lab", *BY)
    assert made["new"] and made["link"].startswith("cgl_")
    codes = set_up(staffed, made["link"])
    done = log_in(staffed, codes[0])
    assert isinstance(done, LoggedIn)
    assert principal(staffed, done.secret) is not None
    (row,) = staffed.json("account", "list")["accounts"]
    assert (row["roles"], row["sites"], row["until"], row["locked"]) == (["operator"], ["lab"], None, False)
    assert (row["password"], row["app"], row["recovery_codes"], row["sessions"]) == (True, True, 9, 1)
    assert "li.na" in staffed.run("account", "list")
    (session,) = staffed.json("account", "sessions", "li.na")["sessions"]
    assert session["session"] == done.session and session["authenticated"] == "password+recovery"
    assert done.session in staffed.run("account", "sessions", "li.na")
    assert "1 session of li.na ended" in staffed.run("account", "end-sessions", "li.na", *BY)
    assert principal(staffed, done.secret) is None
    assert done_to(staffed) == ["added", "set-up", "logged-in", "sessions-ended"]


def test_no_secret_is_ever_in_the_journal(staffed: Office) -> None:
    link = staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"]
    codes = set_up(staffed, link)
    done = log_in(staffed, codes[0])
    assert isinstance(done, LoggedIn)
    token = staffed.json("account", "token", "add", "li.na", "reports", "--for", "1d", *BY)["secret"]
    log_in(staffed, "000000", password="a wrong password")
    said = json.dumps([dict(one.body) for one in staffed.stated("account")], ensure_ascii=False)
    secrets = [link, PASSWORD, "a wrong password", *codes, done.secret, done.device, token]
    assert not [one for one in secrets if one in said]
    listed = staffed.run("account", "token", "list", "li.na") + staffed.run("statements", "--json")
    assert not [one for one in secrets if one in listed]


def test_who_is_stated_is_the_person_and_of_a_lock_out_the_gateway(staffed: Office) -> None:
    link = staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"]
    codes = set_up(staffed, link)
    assert isinstance(log_in(staffed, codes[0]), LoggedIn)
    for _ in range(6):
        log_in(staffed, "000000", source=ELSEWHERE)
        log_in(staffed, "000000", source=ELSEWHERE, account="nobody")
    said = {stating.of(one.body).did: one for one in staffed.stated("account")}
    assert (said["logged-in"].by, said["logged-in"].actor, said["logged-in"].origin) == (
        "Li Na",
        "person",
        "api",
    )
    assert (said["locked-out"].by, said["locked-out"].actor) == ("edge", "gateway")
    assert stating.of(said["locked-out"].body).what == f"from {ELSEWHERE}"
    assert done_to(staffed).count("locked-out") == 1
    assert "lets one source wait, after wrong passwords for li.na (from 203" in staffed.run(
        "statements", "--json"
    )


def test_roles_are_changed_and_the_trail_has_old_and_new(staffed: Office) -> None:
    staffed.run("account", "add", "li.na", "--role", "operator", "--site", "lab", *BY)
    changed = staffed.json("account", "roles", "li.na", "--role", "quality", "--every-site", *BY)
    assert (changed["roles"], changed["sites"]) == (["quality"], None)
    with pytest.raises(InputError, match="just that"):
        staffed.run("account", "roles", "li.na", "--role", "quality", *BY)
    staffed.run("account", "roles", "li.na", "--site", "lab", "--for", "30d", "--reason", "trial", *BY)
    (row,) = staffed.json("account", "list")["accounts"]
    assert (row["roles"], row["sites"]) == (["quality"], ["lab"]) and row["until"]
    trail = staffed.run("audit", "--kind", "account")
    assert 'roles: ["operator"] -> ["quality"]' in trail and 'sites: ["lab"] -> ["*"]' in trail


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("li.no", "--role", "viewer"), "nobody has the id 'li.no'; did you mean 'li.na'"),
        (("li.na",), "at least one role"),
        (("li.na", "--role", "viewer", "--site", "lap"), "there is no site 'lap'; did you mean 'lab'"),
        (("zhao", "--role", "inspector"), "has an end"),
        (("zhao", "--role", "inspector", "--for", "9d", "--asset", "shipper-9"), "no asset 'shipper-9'"),
        (("li.na", "--role", "viewer", "--until", "2020-01-01T00:00:00Z"), "is over"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(staffed: Office, given: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        staffed.run("account", "add", *given, *BY)
    assert staffed.json("account", "list")["accounts"] == []
    assert staffed.stated("account") == []


def test_a_second_account_and_who_has_left(staffed: Office) -> None:
    staffed.run("account", "add", "li.na", "--role", "operator", *BY)
    with pytest.raises(InputError, match=r"change it with `cryogate account roles li\.na`"):
        staffed.run("account", "add", "li.na", "--role", "operator", *BY)
    staffed.run("people", "remove", "zhao", *BY)
    with pytest.raises(InputError, match="has left"):
        staffed.run("account", "add", "zhao", "--role", "operator", *BY)


def test_who_leaves_is_locked_at_once(staffed: Office) -> None:
    codes = set_up(staffed, staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"])
    done = log_in(staffed, codes[0])
    assert isinstance(done, LoggedIn)
    staffed.run("people", "remove", "li.na", *BY)
    assert principal(staffed, done.secret) is None
    assert done_to(staffed)[-1] == "locked"
    with pytest.raises(InputError, match="has left"):
        staffed.run("account", "unlock", "li.na", *BY)
    assert isinstance(log_in(staffed, codes[1]), Refused)


def test_lock_unlock_and_reset(staffed: Office) -> None:
    codes = set_up(staffed, staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"])
    token = staffed.json("account", "token", "add", "li.na", "reports", "--for", "1d", *BY)
    staffed.run("account", "lock", "li.na", "--reason", "on leave", *BY)
    with pytest.raises(InputError, match="locked already"):
        staffed.run("account", "lock", "li.na", *BY)
    assert "locked" in staffed.run("account", "list")
    assert isinstance(log_in(staffed, codes[0]), Refused)
    staffed.run("account", "unlock", "li.na", *BY)
    assert isinstance(log_in(staffed, codes[0]), LoggedIn)
    with pytest.raises(InputError, match="say why"):
        staffed.run("account", "reset", "li.na", "--reason", " ", *BY)
    link = staffed.json("account", "reset", "li.na", "--reason", "phone lost", *BY)["link"]
    assert isinstance(log_in(staffed, codes[1]), Refused)
    assert staffed.json("account", "token", "list", "li.na")["tokens"] == []
    with pytest.raises(InputError, match="has no token"):
        staffed.run("account", "token", "end", "li.na", token["name"], *BY)
    another = staffed.json("account", "setup-link", "li.na", *BY)["link"]
    with pytest.raises(InputError, match="this link is over"):
        set_up(staffed, link)
    assert isinstance(log_in(staffed, set_up(staffed, another)[0]), LoggedIn)


def test_tokens(staffed: Office) -> None:
    staffed.run("account", "add", "li.na", "--role", "operator", "--site", "lab", *BY)
    add = ("account", "token", "add", "li.na", "reports", "--action", "readings.read")
    with pytest.raises(InputError, match="say until when"):
        staffed.run(*add, *BY)
    with pytest.raises(InputError, match="no site 'lap'"):
        staffed.run(*add, "--for", "1d", "--site", "lap", *BY)
    made = staffed.json(*add, "--for", "90d", *BY)
    assert made["actions"] == ["readings.read"] and made["secret"].startswith("cgt_")
    (listed,) = staffed.json("account", "token", "list", "li.na")["tokens"]
    assert (listed["token_id"], listed["name"], listed["actions"]) == (
        made["token_id"],
        "reports",
        ["readings.read"],
    )
    assert "token reports of li.na is over" in staffed.run("account", "token", "end", "li.na", "reports", *BY)
    assert staffed.json("account", "token", "list", "li.na")["tokens"] == []
    assert done_to(staffed) == ["added", "token-added", "token-ended"]


def test_the_file_lost_and_made_anew_from_the_journal(staffed: Office) -> None:
    codes = set_up(
        staffed, staffed.json("account", "add", "li.na", "--role", "operator", "--site", "lab", *BY)["link"]
    )
    staffed.run("account", "add", "zhao", "--role", "inspector", "--asset", "shipper-1", "--for", "9d", *BY)
    staffed.run("account", "roles", "li.na", "--role", "quality", *BY)
    staffed.run("account", "lock", "zhao", *BY)
    before = staffed.json("account", "list")["accounts"]
    for path in (staffed.folder / "data").glob(f"{FILE}*"):
        path.unlink()
    assert isinstance(log_in(staffed, codes[0]), Refused)
    lost = staffed.json("account", "list")
    assert (lost["accounts"], lost["lost"]) == ([], ["li.na", "zhao"])
    remade = staffed.json("account", "remake", "--reason", "disk replaced", *BY)
    assert remade["remade"] == ["li.na", "zhao"]
    after = staffed.json("account", "list")["accounts"]
    same = ("account", "roles", "sites", "assets", "until", "locked")
    assert [[row[k] for k in same] for row in after] == [[row[k] for k in same] for row in before]
    assert isinstance(log_in(staffed, codes[1]), Refused)
    link = staffed.json("account", "setup-link", "li.na", *BY)["link"]
    assert isinstance(log_in(staffed, set_up(staffed, link)[0]), LoggedIn)
    assert staffed.json("account", "remake", "--reason", "again", *BY)["remade"] == []


def test_a_damaged_file_names_the_way_out(staffed: Office) -> None:
    staffed.run("account", "add", "li.na", "--role", "operator", *BY)
    (staffed.folder / "data" / FILE).write_bytes(b"x" * 9000)
    with pytest.raises(InputError, match="cryogate account remake"):
        staffed.run("account", "list")


def test_what_cannot_be_stated_is_not_done(staffed: Office) -> None:
    with pytest.raises(InputError, match="one line of printable text"):
        staffed.run("account", "add", "li.na", "--role", "operator", "--by", "a\x1b[2J")
    assert staffed.json("account", "list")["accounts"] == []


def test_setting_up_at_the_terminal(staffed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    link = staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"]
    with open_accounts(staffed.folder / "data", CHEAP) as accounts:
        key = totp.new_key()
        accounts.links.set_totp("li.na", key)

    def typed(password: str) -> str:
        return f"{password}\n{password}\n{totp.code_of(key, totp.step_at(time.time_ns()))}\n"

    words = ["account", "set-up", link, "--config", str(staffed.config)]
    refused = CliRunner().invoke(app, words, input=typed("Li Na, the lab"))
    assert isinstance(refused.exception, InputError) and "names" in str(refused.exception)
    words.remove(link)
    done = CliRunner().invoke(app, words, input=f"{link}\n{typed(PASSWORD)}")
    assert done.exit_code == 0, (done.output, done.exception)
    assert link not in done.output, "it is asked for, and not shown"
    assert "otpauth://totp/Cryogate:li.na" in done.output and PASSWORD not in done.output
    codes = [line.strip() for line in done.output.splitlines() if line.startswith("  ")]
    assert len(codes) == 10
    assert isinstance(log_in(staffed, codes[0]), LoggedIn)


def test_a_password_is_changed_by_who_knows_the_old_one(staffed: Office) -> None:
    codes = set_up(staffed, staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"])
    mine, other = log_in(staffed, codes[0]), log_in(staffed, codes[1])
    assert isinstance(mine, LoggedIn) and isinstance(other, LoggedIn)
    with staffed.desk() as desk, open_accounts(staffed.folder / "data", CHEAP) as accounts:
        who = accounts.by_session(mine.secret, desk.clock.now_ns())
        assert who is not None
        with pytest.raises(InputError, match="is wrong"):
            logins.change_password(
                desk, accounts, who, Again("guessed", codes[3]), "seven green umbrellas", "api"
            )
        with pytest.raises(InputError, match="names"):
            logins.change_password(desk, accounts, who, Again(PASSWORD, codes[3]), "li na and the lab", "api")
        logins.change_password(desk, accounts, who, Again(PASSWORD, codes[3]), "seven green umbrellas", "api")
        for _ in range(6):
            with pytest.raises(InputError):
                logins.change_password(
                    desk, accounts, who, Again("guessed", codes[4]), "seven red umbrellas", "api"
                )
        with pytest.raises(TooSoon, match=r"wait \d+ s;"):
            logins.new_recovery_codes(desk, accounts, who, Again("seven green umbrellas", codes[4]), "api")
    assert principal(staffed, mine.secret) is not None
    assert principal(staffed, other.secret) is None
    assert isinstance(log_in(staffed, codes[2]), Refused)
    assert isinstance(log_in(staffed, codes[2], password="seven green umbrellas"), LoggedIn)
    assert "password" in done_to(staffed)


def test_new_recovery_codes_and_log_out(staffed: Office) -> None:
    codes = set_up(staffed, staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"])
    done = log_in(staffed, codes[0])
    assert isinstance(done, LoggedIn)
    with staffed.desk() as desk, open_accounts(staffed.folder / "data", CHEAP) as accounts:
        who = accounts.by_session(done.secret, desk.clock.now_ns())
        assert who is not None
        _, fresh = logins.new_recovery_codes(desk, accounts, who, Again(PASSWORD, codes[2]), "api")
        logins.log_out(desk, accounts, who, "api")
        assert accounts.by_session(done.secret, desk.clock.now_ns()) is None
    assert isinstance(log_in(staffed, codes[1]), Refused)
    assert isinstance(log_in(staffed, fresh[0]), LoggedIn)
    assert done_to(staffed)[-3:] == ["recovery-codes", "logged-out", "logged-in"]


def test_a_password_that_leaked_is_refused(staffed: Office) -> None:
    """In the file of the site, whoever sets it; and none is taken where the file is missing."""
    link = staffed.json("account", "add", "li.na", "--role", "operator", *BY)["link"]
    file = staffed.folder / "leaked.txt"
    config = staffed.config.read_text()
    staffed.config.write_text(f'{config}\n[pages]\nleaked_passwords_file = "leaked.txt"\n')
    file.write_text(f"summer\n{PASSWORD}\n")
    with pytest.raises(InputError, match="leaked somewhere"):
        set_up(staffed, link)
    file.write_text("summer\nseven green umbrellas\n")
    codes = set_up(staffed, link)
    done = log_in(staffed, codes[0])
    assert isinstance(done, LoggedIn)
    with staffed.desk() as desk, open_accounts(staffed.folder / "data", CHEAP) as accounts:
        who = accounts.by_session(done.secret, desk.clock.now_ns())
        assert who is not None
        with pytest.raises(InputError, match="leaked somewhere"):
            logins.change_password(
                desk, accounts, who, Again(PASSWORD, codes[1]), "seven green umbrellas", "api"
            )
        file.unlink()
        with pytest.raises(InputError, match="cannot be looked up"):
            logins.change_password(
                desk, accounts, who, Again(PASSWORD, codes[1]), "seven red umbrellas", "api"
            )


def test_the_known_bad_list_is_part_of_the_package() -> None:
    assert (Path(passwords.__file__).parent / "known_bad.txt").is_file()
