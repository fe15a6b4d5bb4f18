"""`cryogate sign`: nobody signs for somebody else, and everybody can compute what was signed."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.commands.author import Author
from gateway.commands.proposing import propose
from gateway.errors import InputError, TooSoon
from gateway.journal.journal import Journal
from gateway.writing.introduction import introduce
from tests.unit.accounts.members import PASSWORD
from tests.unit.commands.front_desk import Office
from tests.unit.commands.test_account_command import set_up, staffed

__all__ = ["staffed"]
BY = ("--by", "Wang Wei")


@pytest.fixture
def codes(staffed: Office) -> dict[str, list[str]]:
    """Recovery codes, each good for one signature, of a qualified person, and of a viewer."""
    found = {}
    for identity, *roles in (("li.na", "--role", "qualified-person"), ("zhao", "--role", "viewer")):
        link = staffed.json("account", "add", identity, *roles, *BY)["link"]
        found[identity] = set_up(staffed, link)
    return found


def sign(office: Office, account: str, code: str, *record: str, password: str = PASSWORD) -> str:
    secrets = Path(office.folder / "secrets")
    secrets.write_text(f"{password}\n{code}\n", encoding="utf-8")
    words = ("--meaning", "approved", "--account", account, "--password-file", str(secrets))
    return office.run("sign", *record, *words)


def test_who_proves_who_they_are_signs(staffed: Office, codes: dict[str, list[str]]) -> None:
    shown = sign(staffed, "li.na", codes["li.na"][0], "profile", "p", "1")
    assert "signed by Li Na: approved; in the journal as" in shown
    (told,) = staffed.json("signatures")["signatures"]
    assert (told["printed"], told["account"], told["standing"]) == ("Li Na", "li.na", "current")
    assert told["authenticated"] == "password+recovery"
    content = CliRunner().invoke(
        app, ["signatures", "--content", "profile", "p", "1", "--config", str(staffed.config)]
    )
    assert hashlib.sha256(content.stdout_bytes).hexdigest() == told["digest"]
    assert "profile p 1, revision 1: current" in staffed.run("signatures", "profile", "p", "1")
    (action,) = staffed.json("audit", "--kind", "signature")["actions"]
    assert action["words"] == "signed profile p 1, revision 1: approved"


@pytest.mark.parametrize("wrong", ["password", "code", "account", "used"])
def test_nobody_signs_for_somebody_else(staffed: Office, codes: dict[str, list[str]], wrong: str) -> None:
    account, code = ("zhao" if wrong == "account" else "li.na"), codes["li.na"][0]
    if wrong == "used":
        sign(staffed, "li.na", code, "profile", "p", "1")
    with pytest.raises(InputError, match="not signed: account, password or code is wrong"):
        sign(
            staffed,
            account,
            "000000" if wrong == "code" else code,
            *("profile", "p", "1"),
            password="something else entirely" if wrong == "password" else PASSWORD,
        )
    assert len(staffed.json("signatures")["signatures"]) == (wrong == "used")


def test_only_who_may(staffed: Office, codes: dict[str, list[str]]) -> None:
    with pytest.raises(InputError, match="zhao may not sign: ask an administrator"):
        sign(staffed, "zhao", codes["zhao"][0], "profile", "p", "1")
    staffed.run("account", "roles", "li.na", "--role", "quality", "--site", "lab", *BY)
    with pytest.raises(InputError, match=r"li\.na may sign what is at lab: this is not there"):
        sign(staffed, "li.na", codes["li.na"][0], "profile", "p", "1")
    emptied = staffed.json("empty", "shipper-2", *BY, "--reason", "seen")["id"]
    assert "signed by Li Na" in sign(staffed, "li.na", codes["li.na"][1], "statement", emptied)
    with pytest.raises(InputError, match="cannot be taken back: a signature stays"):
        staffed.run("withdraw", staffed.json("signatures")["signatures"][0]["id"], *BY, "--reason", "no")


def test_who_is_bound_to_a_site_signs_what_was_there_before_it_was_renamed(
    staffed: Office, codes: dict[str, list[str]]
) -> None:
    emptied = staffed.json("empty", "shipper-2", *BY, "--reason", "seen")["id"]
    staffed.run("account", "roles", "li.na", "--role", "quality", "--site", "lab", *BY)
    text = staffed.config.read_text().replace("[sites.lab]", '[sites.hall]\nwas = "lab"')
    text = text.replace('site = "lab"', 'site = "hall"').replace('asset = "shipper-2"', 'asset = "box"')
    staffed.config.write_text(text.replace("[assets.shipper-2]", '[assets.box]\nwas = "shipper-2"'))
    with Journal.open(staffed.path) as journal:
        introduce(staffed.configuration, journal, time.time_ns())
    assert "signed by Li Na" in sign(staffed, "li.na", codes["li.na"][0], "statement", emptied)


def test_limits_are_approved_by_quality_and_not_by_who_proposed_them(
    staffed: Office, codes: dict[str, list[str]]
) -> None:
    """An operator may sign, and that signature counts for nothing that takes an approval."""
    staffed.config.write_text(staffed.config.read_text() + "[signatures]\nprofile_approvals = 1\n")
    with staffed.desk() as desk:
        text = '[[profiles.p]]\nversion = "2"\nvalid_from = 2090-01-01T00:00:00Z\nrules = []\n'
        propose(desk, Author("Li Na"), text, "label of January")
    with pytest.raises(InputError, match="Li Na asked for it: somebody else has to approve it"):
        sign(staffed, "li.na", codes["li.na"][0], "profile", "p", "2")
    assert "signed by Li Na" in sign(staffed, "li.na", codes["li.na"][1], "profile", "p", "1")
    staffed.run("account", "roles", "li.na", "--role", "operator", *BY)
    with pytest.raises(InputError, match=r"li\.na may not approve limits: that takes the role quality"):
        sign(staffed, "li.na", codes["li.na"][2], "profile", "p", "1")
    with pytest.raises(InputError, match=r"li\.na may not approve limits"):
        sign(staffed, "li.na", codes["li.na"][3], "profile", "p", "2")


def test_a_name_with_blanks_keeps_its_signatures(staffed: Office, codes: dict[str, list[str]]) -> None:
    text = '[[profiles."car t"]]\nversion = "1 b"\nrules = []\n'
    staffed.config.write_text(staffed.config.read_text() + text)
    sign(staffed, "li.na", codes["li.na"][0], "profile", "car t", "1 b")
    (told,) = staffed.json("signatures", "profile", "car t", "1 b")["signatures"]
    assert told["standing"] == "current"
    staffed.config.write_text(staffed.config.read_text().replace('"1 b"', '"2"'))
    (told,) = staffed.json("signatures")["signatures"]
    assert told["standing"] == "record gone"


def test_mistakes_are_told_before_anybody_types_a_password(staffed: Office) -> None:
    with pytest.raises(InputError, match="no profile 'q'"):
        staffed.run("sign", "profile", "q", "1", "--meaning", "approved", "--account", "li.na")
    with pytest.raises(InputError, match="of which record"):
        staffed.run("signatures", "--content")
    assert staffed.run("signatures") == "0 signatures"


def test_who_guesses_by_signing_waits_and_it_is_recorded(
    staffed: Office, codes: dict[str, list[str]]
) -> None:
    for _ in range(6):
        with pytest.raises(InputError, match=r"not signed|too many"):
            sign(staffed, "li.na", "000000", "profile", "p", "1", password="guess of a thief")
    with pytest.raises(TooSoon, match="too many wrong attempts"):
        sign(staffed, "li.na", codes["li.na"][0], "profile", "p", "1")
    assert "locked-out" in [one.body["did"] for one in staffed.stated("account")]
