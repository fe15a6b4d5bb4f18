"""`cryogate review`: from an excursion to an approved review, and back when something turns out otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.commands.author import Author
from gateway.commands.reviewing import assess
from gateway.errors import InputError
from gateway.journal.backup import restore
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.questions.reviews import reviewed
from gateway.statements.assessment import Assessment
from gateway.times import exactly
from tests.unit.accounts.members import CHEAP
from tests.unit.alarming.alarm_desk import CONFIG
from tests.unit.reviews.review_office import ASSESSED, BY, USE, ReviewOffice


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewOffice:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    return ReviewOffice(tmp_path)


@pytest.fixture
def staffed(office: ReviewOffice) -> ReviewOffice:
    office.enter("wang.wei", "Wang Wei", "qualified-person")
    return office


def test_from_open_to_approved(staffed: ReviewOffice) -> None:
    (row,) = staffed.json("review", "--open")["reviews"]
    assert (row["state"], row["units"], row["undecided"]) == ("open", 2, 2)
    assert "nothing is said in the review" in approval(staffed, "wang.wei")
    staffed.review("assess", *ASSESSED, *BY)
    assert staffed.told["assessment"]["deviation"] == "DEV-26-014"
    assert "assessed by Li Na" in staffed.run("review", "show", staffed.alarm)
    said = staffed.run("review", "dispose", staffed.alarm, "BAG-1", *USE, *BY)
    assert f"1 unit in the review of {staffed.alarm}: use; in the journal as" in said
    assert staffed.states == ["assessed"]
    staffed.review("dispose", "--all", "--as", "reject", "--why", "lid fell on it", *BY)
    assert staffed.states == ["disposed"]
    assert "signed by Wang Wei: approved" in staffed.approve()
    told = staffed.told
    assert (told["state"], told["due"]) == ("approved", None)
    assert [unit["disposition"]["decision"] for unit in told["units"]] == ["use", "reject"]
    assert [one["approves"] for one in told["signatures"]] == [True]
    assert staffed.json("review", "--open")["reviews"] == []
    assert "1 review, 0 to be done" in staffed.run("review", "list")
    (signed,) = staffed.json("signatures", "review", staffed.alarm)["signatures"]
    assert signed["standing"] == "current" and signed["digest"] == told["digest"]
    line = ["signatures", "--content", "review", staffed.alarm, "--config", str(staffed.config)]
    content = CliRunner().invoke(app, line)
    assert hashlib.sha256(content.stdout_bytes).hexdigest() == told["digest"]
    assert "DEV-26-014" in staffed.run("statements", "--about", "DEV-26-014")


def test_who_said_part_of_it_or_has_not_the_role_does_not_approve(office: ReviewOffice) -> None:
    office.enter("li.na", "Li Na", "qualified-person")
    office.enter("zhao", "Zhao Min", "quality")
    assert "has no assessment: assess it first" in approval(office, "li.na", said=("quarantine",))
    office.review("assess", *ASSESSED, *BY)
    office.review("dispose", "BAG-1", *USE, *BY)
    assert "1 unit have no disposition in revision 1: BAG-2" in approval(office, "li.na")
    office.review("dispose", "BAG-2", *USE, *BY)
    assert "Li Na asked for it: somebody else has to approve it" in approval(office, "li.na")
    assert "that takes the role qualified-person" in approval(office, "zhao")
    assert office.states == ["disposed"]


def test_other_units_open_it_again_as_another_revision(staffed: ReviewOffice) -> None:
    staffed.decide()
    staffed.approve()
    staffed.amend()
    told = staffed.told
    assert staffed.states == ["approved", "re-opened"] and told["revision"] == 2
    (change,) = told["changes"]
    assert (change["what"], change["came"], change["before"], change["after"]) == ("units", ["BAG-3"], 2, 3)
    (former,) = told["earlier"]
    assert [unit["disposition"]["decision"] for unit in former["units"]] == ["use", "use"]
    (signed,) = staffed.json("signatures", "review", staffed.alarm)["signatures"]
    assert signed["standing"] == "older revision"
    assert "units: 2 -> 3 +BAG-3" in staffed.run("review", staffed.alarm)
    staffed.review("assess", "--as-before", *BY)
    staffed.review("dispose", "--all", "--as-before", *BY)
    assert staffed.told["assessment"]["capa"] == "CAPA-26-003" and staffed.states[-1] == "assessed"
    staffed.review("dispose", "BAG-3", *USE, *BY)
    staffed.approve()
    assert staffed.states == ["approved", "approved"]


def test_late_readings_open_it_again_with_the_numbers_named(staffed: ReviewOffice) -> None:
    staffed.decide()
    staffed.approve()
    staffed.gateway.read(("top", 155.0, -120.0))
    staffed.gateway.run()
    changed = {change["what"]: (change["before"], change["after"]) for change in staffed.told["changes"]}
    assert staffed.states == ["approved", "re-opened"] and changed["extreme"] == (-140.0, -120.0)


def test_a_unit_that_is_known_by_another_code_later(staffed: ReviewOffice) -> None:
    """The decision about the wrong code stays where it was made; the right one is decided anew."""
    staffed.decide()
    staffed.approve()
    first = staffed.stated("containment")[0].id
    file = staffed.file("holder,BAG-9,freezer,,2026-01-05T11:59:00Z,,,")
    staffed.run("load", str(file), "--corrects", first, "--reason", "label read wrong", *BY)
    staffed.gateway.run()
    (change,) = staffed.told["changes"]
    assert (change["came"], change["left"]) == (["BAG-9"], ["BAG-1"])
    assert "'BAG-1' was not inside" in refusal(
        staffed, "review", staffed.alarm, "dispose", "BAG-1", *USE, *BY
    )
    staffed.decide()
    assert staffed.states == ["approved", "disposed"]
    decided = [unit["code"] for unit in staffed.told["earlier"][0]["units"]]
    assert sorted(decided) == ["BAG-1", "BAG-2"]


def test_an_excursion_that_is_withdrawn_after_the_approval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence, as it looked like: then the logger sends what it had kept."""
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    office = ReviewOffice(
        tmp_path, config=CONFIG.replace("no_data_after_s = 300000000.0", "no_data_after_s = 900.0", 1)
    )
    office.gateway.read(("top", 3000.0, -160.0))
    office.gateway.run()
    office.alarm = next(one["id"] for one in office.gateway.alarms() if one["kind"] == "no_data")
    office.enter("wang.wei", "Wang Wei", "qualified-person")
    office.decide()
    office.approve()
    office.gateway.read(*(("top", float(s), -160.0) for s in range(400, 3000, 100)))
    office.gateway.run()
    told = office.told
    assert told["withdrawn"] and office.states == ["approved", "re-opened"] and told["units"] == []
    assert {"what": "withdrawn", "before": False, "after": True} in told["changes"]
    assert "withdrawn: it never was" in office.run("review", office.alarm)
    office.review("assess", "--assessment", "it never was", *BY)
    office.approve()
    assert office.states == ["approved", "approved"] and not office.told["needs_somebody"]


def test_a_probe_that_was_elsewhere(staffed: ReviewOffice) -> None:
    staffed.decide()
    staffed.approve()
    staffed.gateway.place("top", "shipper", 0)
    staffed.gateway.run()
    told = staffed.told
    assert staffed.states == ["approved", "re-opened"] and told["needs_somebody"]
    assert told["changes"] and told["earlier"][0]["signatures"][0]["approves"]


def test_what_was_said_after_the_approval_is_another_revision(staffed: ReviewOffice) -> None:
    staffed.decide()
    staffed.approve()
    judged = staffed.told["assessment"]["id"]
    staffed.run("withdraw", judged, "--reason", "of another excursion", *BY)
    assert staffed.states == ["approved", "re-opened"]
    assert staffed.told["earlier"][0]["assessment"]["id"] == judged
    staffed.review("assess", *ASSESSED, *BY)
    staffed.approve()
    assert staffed.states == ["approved", "approved"]


def test_quarantine_goes_on_and_other_decisions_are_corrected(office: ReviewOffice) -> None:
    office.review("dispose", "BAG-1", "--as", "quarantine", "--why", "stability asked for", *BY)
    office.review("dispose", "BAG-1", *USE, *BY)
    again = office.json("review", office.alarm, "dispose", "BAG-1", *USE, *BY)
    assert again["new"] is False
    reject = ("--as", "reject", "--why", "no")
    why = refusal(office, "review", office.alarm, "dispose", "BAG-1", *reject, *BY)
    assert "Li Na has decided of BAG-1 already: use; correct that with --corrects" in why
    correct = ("--corrects", again["id"], "--reason", "wrong bag")
    assert "a correction names that one unit" in refusal(
        office, "review", office.alarm, "dispose", "BAG-2", *reject, *correct, *BY
    )
    office.review("dispose", "BAG-1", *reject, *correct, *BY)
    decisions = {unit["code"]: unit["disposition"] for unit in office.told["units"]}
    assert decisions["BAG-1"]["decision"] == "reject" and decisions["BAG-2"] is None


def test_of_two_reviewers_at_once_one_is_told(office: ReviewOffice) -> None:
    row = office.gateway.records.book.alarm(office.alarm)
    assert row is not None
    with office.desk() as one, office.desk() as other:
        assess(one, Author("Li Na"), row, Assessment(office.alarm, "lid open"))
        with pytest.raises(InputError, match=r"Li Na has assessed .* already: correct that"):
            assess(other, Author("Wang Wei"), row, Assessment(office.alarm, "probe broken"))
        same = assess(other, Author("Wang Wei"), row, Assessment(office.alarm, "lid open"))
    assert not same.is_new


def test_the_account_of_who_approved_is_gone(staffed: ReviewOffice) -> None:
    staffed.decide()
    staffed.approve()
    staffed.run("people", "remove", "wang.wei", "--reason", "retired", "--by", "Chen")
    assert staffed.states == ["approved"]
    assert staffed.told["signatures"][0]["printed"] == "Wang Wei"
    assert "signed as approved by Wang Wei (wang.wei)" in staffed.run("review", staffed.alarm)


def test_a_journal_from_a_backup_has_what_was_said_by_then(staffed: ReviewOffice, tmp_path: Path) -> None:
    staffed.decide()
    staffed.approve()
    backup = tmp_path / "backup"
    staffed.run("journal", "backup", str(backup))
    before = staffed.told
    staffed.amend()
    restore(backup, tmp_path / "again")
    with Journal.open_reading(tmp_path / "again" / "journal.sqlite") as journal:
        found = reviewed(journal, staffed.alarm)
    assert found is not None and found.review.now.digest == before["digest"]
    assert found.review.now.state.value == "approved" and staffed.states == ["approved", "re-opened"]


def test_it_is_due_as_configured(tmp_path: Path) -> None:
    office = ReviewOffice(tmp_path, CONFIG + "[signatures]\nreview_within_days = 1\n")
    told = office.told
    assert exactly(told["due"]) - exactly(told["since"]) == 86_400 * SECOND
    (row,) = office.json("review", "list", "--open", "--site", "s")["reviews"]
    assert row["due"] == told["due"] and row["overdue"]  # it was a day of January
    assert office.json("review", "--open", "--site", "elsewhere")["reviews"] == []


def test_nobody_reviews_what_is_no_excursion_nor_knows_what_is_unknown(tmp_path: Path) -> None:
    office = ReviewOffice(tmp_path)
    assert "there is no alarm E-NONE" in refusal(office, "review", "E-NONE")
    assert "give --assessment TEXT" in refusal(office, "review", office.alarm, "assess", *BY)
    assert "name their codes, or --all" in refusal(office, "review", office.alarm, "dispose", *USE, *BY)
    assert "say why" in refusal(office, "review", office.alarm, "dispose", "--all", "--as", "use", *BY)
    assert "a disposition is use" in refusal(
        office, "review", office.alarm, "dispose", "--all", "--as", "eat", "--why", "x", *BY
    )


def refusal(office: ReviewOffice, *words: str) -> str:
    with pytest.raises(InputError) as caught:
        office.run(*words)
    return str(caught.value)


def approval(office: ReviewOffice, account: str, said: tuple[str, ...] = ()) -> str:
    if said:
        office.review("dispose", "BAG-1", "--as", "quarantine", "--why", "first look", *BY)
    with pytest.raises(InputError) as caught:
        office.approve(account)
    return str(caught.value)
