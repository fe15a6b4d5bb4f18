"""A version of a profile comes into force when enough people approved it, and what was in force stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.commands.author import Author
from gateway.commands.signing import Proof, sign
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.questions.approvals import as_it_would_start
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, Office

SECOND = (
    CONFIG[CONFIG.index("[[profiles.p]]") :]
    .replace('"1"', '"2"')
    .replace("2026-01-01", "2036-01-01")
    .replace("-150.0", "-145.0")
)
APPROVALS = "[signatures]\nprofile_approvals = 2\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """It ran with version 1, before approvals were demanded."""
    office = Office(tmp_path)
    (tmp_path / "data").mkdir()
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, 1)
    return office


def starting(office: Office, text: str) -> Configuration:
    office.config.write_text(text, encoding="utf-8")
    return as_it_would_start(load(office.config))


def approve(office: Office, account: str, version: str = "2", meaning: str = "approved") -> None:
    with office.desk() as desk:
        proof = Proof(account, account, "passkey")
        sign(desk, None, Author(account), proof, ("profile", "p", version), meaning)


def versions(configuration: Configuration) -> list[str]:
    return [one.version for one in configuration.profiles["p"]]


def test_what_was_in_force_before_stays_and_a_new_version_waits_for_two_people(office: Office) -> None:
    assert versions(starting(office, CONFIG + SECOND)) == ["1", "2"]
    told = starting(office, CONFIG + SECOND + APPROVALS)
    assert versions(told) == ["1"] and "-145.0" not in told.document
    (waiting,) = told.unapproved
    assert "profile p version 2 is approved by 0 of 2 people and not in force" in waiting.words
    approve(office, "li")
    approve(office, "li", meaning="responsible")
    approve(office, "wang", meaning="reviewed")
    (waiting,) = starting(office, CONFIG + SECOND + APPROVALS).unapproved
    assert waiting.signed_by == ("li",)
    approve(office, "wang")
    told = starting(office, CONFIG + SECOND + APPROVALS)
    assert versions(told) == ["1", "2"] and told.unapproved == ()


def test_who_changes_it_after_that_needs_new_approvals(office: Office) -> None:
    starting(office, CONFIG + SECOND + APPROVALS)
    approve(office, "li")
    approve(office, "wang")
    changed = starting(office, CONFIG + SECOND.replace("-145.0", "-144.0") + APPROVALS)
    assert versions(changed) == ["1"] and changed.unapproved[0].signed_by == ()


def test_without_any_version_nothing_would_be_watched(tmp_path: Path) -> None:
    fresh = Office(tmp_path)
    with pytest.raises(ConfigurationError, match="none of its versions is in force"):
        starting(fresh, CONFIG + APPROVALS)
    approve(fresh, "li", "1")
    approve(fresh, "wang", "1")
    assert versions(starting(fresh, CONFIG + APPROVALS)) == ["1"]


def test_check_says_it(office: Office) -> None:
    office.config.write_text(CONFIG + SECOND + APPROVALS, encoding="utf-8")
    assert any("not in force" in remark for remark in office.json("check")["remarks"])
    office.config.write_text(CONFIG + SECOND + "[signatures]\nprofile_approvals = 6\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "--config", str(office.config)])
    assert isinstance(done.exception, ConfigurationError) and "from 0 to 5" in str(done.exception.problems)
