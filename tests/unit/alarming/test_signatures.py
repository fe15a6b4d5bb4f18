"""Signatures over an alarm that lives on, a profile, a statement: bound to one revision, and never moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.commands import desk as commands
from gateway.commands.author import Author
from gateway.commands.signing import Proof, SignedNow, sign
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.questions.signatures import signatures
from gateway.questions.signed_records import Sources
from gateway.statements import Statement, signature
from tests.unit.alarming.alarm_desk import Desk

LI, WANG = (Proof(name, printed, "password+totp") for name, printed in (("li", "Li Na"), ("wang", "王伟")))


class Site:
    """Where an alarm was raised, and people sign."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.desk.read(("top", 1, -190.0), ("top", 2, -100.0))
        self.alarm = self.looked()

    def looked(self) -> str:
        self.desk.run()
        (row,) = self.desk.records.book.alarms()
        return row.id

    @property
    def configuration(self) -> Configuration:
        return self.desk.configuration

    @property
    def sources(self) -> Sources:
        return Sources(self.desk.journal, self.desk.records, self.configuration.document)

    def sign(self, *record: str, by: Proof = LI, meaning: str = "reviewed", seen: str = "") -> SignedNow:
        desk = commands.Desk(self.configuration, self.desk.journal, self.desk.clock)
        return sign(desk, self.desk.records, Author(by.printed), by, record, meaning, seen)

    def standing(self, record: str = "") -> list[tuple[str, str]]:
        return [(one.said.account, one.standing.value) for one in signatures(self.sources, record)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.desk.journal.close()


def test_of_an_alarm_one_revision_is_signed(site: Site) -> None:
    done = site.sign("alarm", site.alarm[:6])
    (stated,) = done.stated.new
    assert (stated.by, done.record.name) == ("Li Na", f"alarm {site.alarm}")
    assert json.loads(done.record.content)["alarm"] == site.alarm
    assert site.standing() == [("li", "current")]
    site.desk.read(("top", 3, -190.0))  # it returned: the record changed
    site.looked()
    assert site.standing(f"alarm {site.alarm}") == [("li", "older revision")]
    site.sign("alarm", site.alarm, by=WANG, meaning="approved")
    assert site.standing() == [("li", "older revision"), ("wang", "current")]


def test_it_comes_back_the_same_when_the_records_are_made_again(site: Site) -> None:
    site.sign("alarm", site.alarm)
    site.desk.lose_records()
    site.looked()
    assert site.standing() == [("li", "current")]


def test_who_signed_signs_again_only_what_changed(site: Site) -> None:
    site.sign("alarm", site.alarm)
    with pytest.raises(InputError, match=r"li signed alarm .* as reviewed already: "):
        site.sign("alarm", site.alarm)
    site.sign("alarm", site.alarm, meaning="approved")
    site.desk.read(("top", 3, -190.0))
    site.looked()
    site.sign("alarm", site.alarm)
    assert len(site.standing()) == 3


def test_what_changed_since_it_was_looked_at_is_not_signed(site: Site) -> None:
    looked_at = site.sources.record("alarm", site.alarm).digest
    site.desk.read(("top", 3, -190.0))
    site.looked()
    with pytest.raises(InputError, match="changed since it was looked at"):
        site.sign("alarm", site.alarm, seen=looked_at)
    assert site.standing() == []


def test_a_profile_and_a_statement(site: Site) -> None:
    site.sign("profile", "p", "1", meaning="approved")
    site.desk.place("top", "shipper", 5)
    ((_, placed),) = site.desk.journal.statements("placement")
    done = site.sign("statement", placed.id.lower())
    assert done.record.name == f"statement {placed.id}"
    assert site.standing() == [("li", "current"), ("li", "current")]


def test_a_signature_that_is_put_under_another_record_differs(site: Site) -> None:
    """Whoever can write into the journal, and has its key, can copy a signature, but not what it is of."""
    done = site.sign("profile", "p", "1")
    body = {**done.stated.new[0].body, "record": f"alarm {site.alarm}"}
    forged = Statement(signature.KIND, "Li Na", 1, body)
    site.desk.journal.commit(statements=[forged])
    assert site.standing(f"alarm {site.alarm}") == [("li", "record differs")]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (("alarm", "E-NONE"), "no alarm E-NONE"),
        (("alarm",), "is no record; records that can be signed"),
        (("profile", "p", "9"), "no version '9'; it has 1"),
        (("profile", "x", "1"), "no profile 'x'"),
        (("statement", "AAAAAAAA-1"), "no statement 'AAAAAAAA-1'"),
        (("dossier", "1"), "is no record"),
        ((), "is no record"),
    ],
)
def test_what_is_no_record_cannot_be_signed(site: Site, record: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        site.sign(*record)


def test_a_signature_is_not_signed_and_means_something(site: Site) -> None:
    done = site.sign("alarm", site.alarm)
    with pytest.raises(InputError, match="sign the record"):
        site.sign("statement", done.stated.id)
    with pytest.raises(InputError, match="reviewed, approved or responsible, not 'seen'"):
        site.sign("alarm", site.alarm, meaning="seen")
