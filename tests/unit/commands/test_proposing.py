"""A version of a profile is proposed, signed, and written into a file that people edit by hand, too."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gateway.commands.author import Author
from gateway.commands.configuring import WrittenNow
from gateway.commands.proposing import propose, write
from gateway.commands.signing import Proof, sign
from gateway.commands.withdrawals import withdraw
from gateway.config import appending
from gateway.config.load import load
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal
from gateway.questions.approvals import in_force
from gateway.questions.proposals import State, proposals
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, LI, WANG, Office

BLOCK = """
[[profiles.p]]
version = "2"                     # as on the label
valid_from = 2099-01-01T00:00:00Z
[[profiles.p.rules]]
id = "spent"
kind = "budget"
side = "high"
limit_degC = -145.0
budget_s = 60.0
severity = "major"
"""
TWO = (
    "[signatures]\nprofile_approvals = 2\n[pages]\nwrites_configuration = true\n# the end, without a line end"
)
ONE = "[pages]\nwrites_configuration = true\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """It ran with version 1 before approvals were demanded."""
    started(tmp_path, CONFIG)
    return started(tmp_path, CONFIG + TWO)


def started(folder: Path, text: str) -> Office:
    office = Office(folder)
    office.config.write_bytes(text.encode())
    start(office)
    return office


def start(office: Office) -> None:
    (office.folder / "data").mkdir(exist_ok=True)
    with Journal.open(office.path) as journal:
        introduce(in_force(office.configuration, journal), journal, 1)


def proposed(office: Office, text: str = BLOCK, why: str = "label of January") -> str:
    with office.desk() as desk:
        return propose(desk, LI, text, why).id


def signed(office: Office, *accounts: str, meaning: str = "approved") -> None:
    for account in accounts:
        with office.desk() as desk:
            sign(
                desk,
                None,
                Author(account),
                Proof(account, account, "passkey"),
                ("profile", "p", "2"),
                meaning,
            )


def written(office: Office, identity: str) -> WrittenNow:
    with office.desk() as desk:
        return write(desk, WANG, identity)


def refused(office: Office, identity: str, match: str) -> None:
    """Nothing of the folder has changed."""
    before = {path.name: path.read_bytes() for path in office.folder.iterdir() if path.is_file()}
    with pytest.raises((InputError, ConfigurationError), match=match):
        written(office, identity)
    assert {path.name: path.read_bytes() for path in office.folder.iterdir() if path.is_file()} == before


def state_of(office: Office) -> State:
    with Journal.open_reading(office.path) as journal:
        return proposals(journal, office.configuration)[0].state


def test_a_signed_version_stands_at_the_end_and_every_byte_before_it_stays(office: Office) -> None:
    office.config.chmod(0o640)
    before, identity = office.config.read_bytes(), proposed(office)
    refused(office, identity, "approved by 0 of 2 people: sign it first")
    signed(office, "li")
    signed(office, "wang", meaning="reviewed")
    refused(office, identity, r"approved by 1 of 2 people \(li\): sign it first")
    signed(office, "wang")
    done = written(office, identity)

    after = office.config.read_bytes()
    assert after.startswith(before) and after.decode().endswith(BLOCK.strip("\n") + "\n")
    told = after.decode().removeprefix(before.decode()).splitlines()
    assert told[2] == f"# Proposed by Li Na ({identity}): label of January"
    assert told[3].startswith("# Approved by li, wang. Written by Wang Wei in the control room, ")
    assert (office.folder / done.said.kept).read_bytes() == before
    assert office.config.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in office.folder.iterdir()) == sorted(
        ["cryogate.toml", "data", done.said.kept]
    )

    with Journal.open_reading(office.path) as journal:
        now = in_force(load(office.config), journal)
    assert [one.version for one in now.profiles["p"]] == ["1", "2"] and now.unapproved == ()
    (stated,) = office.stated("written")
    assert stated.by == "Wang Wei" and stated.body["what"] == "profile p 2"
    assert stated.body["before"] == hashlib.sha256(before).hexdigest()
    assert stated.body["after"] == hashlib.sha256(after).hexdigest()
    assert state_of(office) is State.CONFIGURED
    refused(office, identity, "was written already")


def test_where_no_signature_is_demanded_it_takes_one_all_the_same(tmp_path: Path) -> None:
    office = started(tmp_path, CONFIG + ONE)
    identity = proposed(office)
    refused(office, identity, "approved by 0 of 1 people")
    signed(office, "li")
    assert written(office, identity).said.what == "profile p 2"


def test_what_somebody_changed_by_hand_is_not_written_over(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = proposed(office)
    signed(office, "li", "wang")
    before = office.config.read_text()
    office.config.write_text(before.replace('zones = ["top", "bottom"]', 'zones = ["top"]'))
    refused(office, identity, "was changed by hand since the gateway was started with it")
    office.config.write_text("# only a comment\n" + before)

    content, edited = appending.read(office.config), b"# an editor saved it\n"
    tried = appending.attempt(content, b"new")
    office.config.write_bytes(edited + content.content)
    with pytest.raises(InputError, match="was changed meanwhile, nothing was written"):
        appending.replace(content, tried, "kept")
    assert office.config.read_bytes() == edited + content.content and not (office.folder / "kept").exists()
    tried.unlink()
    written(office, identity)
    assert office.config.read_bytes().startswith(edited)


def test_lines_of_another_system_stay_as_they_are(tmp_path: Path) -> None:
    office = started(tmp_path, (CONFIG + ONE).replace("\n", "\r\n"))
    identity = proposed(office, BLOCK.replace("\n", "\r\n"))
    signed(office, "li")
    written(office, identity)
    assert b"\n" not in office.config.read_bytes().replace(b"\r\n", b"")


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    office = started(tmp_path, CONFIG + ONE)
    real = office.config.rename(tmp_path / "etc" / "real.toml")
    office.config.symlink_to(real)
    identity = proposed(office)
    signed(office, "li")
    kept = written(office, identity).said.kept
    assert office.config.is_symlink() and "limit_degC = -145.0" in real.read_text()
    assert (tmp_path / "etc" / kept).exists()


def test_without_the_key_nothing_is_written(tmp_path: Path) -> None:
    office = started(tmp_path, CONFIG)
    identity = proposed(office)
    signed(office, "li")
    refused(office, identity, "writes_configuration under")


def test_a_file_of_somebody_else_is_left_to_them(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: office.config.stat().st_uid + 1)
    assert "belongs to another user" in appending.why_not(office.config)


def test_a_withdrawn_version_is_neither_written_nor_proposed_again(office: Office) -> None:
    identity = proposed(office)
    signed(office, "li", "wang")
    with office.desk() as desk:
        withdraw(desk, LI, identity, "another limit")
    refused(office, identity, "was withdrawn")
    with pytest.raises(InputError, match="has had a version '2': give another one"):
        proposed(office)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (BLOCK.replace('"2"', '"1"'), "two blocks have the same version"),
        (BLOCK.replace("2099", "2026"), "at least 2 minutes ahead"),
        (BLOCK.replace("valid_from = 2099-01-01T00:00:00Z", ""), "at least 2 minutes ahead"),
        (BLOCK.replace("profiles.p", "profiles.q"), "has no profile 'q'; it has: p"),
        (BLOCK + BLOCK.replace('"2"', '"3"'), "one .*block"),
        (BLOCK + "[pages]\nplain = true\n", "one .*block"),
        (BLOCK.replace("valid_from", 'retroactive = "x"\nvalid_from'), "amends the record"),
        (BLOCK.replace('"budget"', '"bugdet"'), "did you mean|expected"),
        ("[[profiles.p", "this is no TOML"),
        ("", "one .*block"),
        (BLOCK.replace("as on the label", "\u202eas"), "nobody sees"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_version_is_refused_when_it_is_proposed(
    office: Office, text: str, match: str
) -> None:
    with pytest.raises((InputError, ConfigurationError), match=match):
        proposed(office, text)
    assert not office.stated("proposal")


def test_nobody_proposes_without_saying_why(office: Office) -> None:
    with pytest.raises(InputError, match="say why"):
        proposed(office, why=" ")
