"""The section on the review: nothing where there is none; each revision with what changed, zh and en."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.dossier.blocks import plain
from gateway.dossier.kinds import unit
from gateway.dossier.kinds.excursion import ORDER
from gateway.dossier.sections import sections
from gateway.questions.review_rows import SCHEMA
from tests.unit.accounts.members import CHEAP
from tests.unit.reviews.review_office import ASSESSED, BY, ReviewOffice


def facts(office: ReviewOffice, *words: str) -> Any:
    return office.json("report", office.alarm, *words)


def shown(told: Any, language: Any = "both", order: tuple[str, ...] = ORDER) -> dict[str, str]:
    """Texts of each section, by its title."""
    found = {}
    for one in plain(sections(order, told, ()), language):
        found[" ".join(text["text"] for text in one["title"])] = str(one["blocks"])
    return found


def test_nothing_is_said_where_nobody_reviewed(tmp_path: Path) -> None:
    told = facts(ReviewOffice(tmp_path))
    assert told["review"] is None and "评审 Review" not in shown(told)


def test_every_revision_is_told_with_what_changed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    office = ReviewOffice(tmp_path)
    office.enter("wang.wei", "Wang Wei", "qualified-person")
    office.decide()
    office.approve()
    approved = facts(office)
    text = shown(approved)["评审 Review"]
    assert all(part in text for part in ("已批准", "DEV-26-014", "dock 3 had no stand", "SOP-7", "Wang Wei"))
    assert "Review, revision 1: approved by Wang Wei (wang.wei)" in shown(approved)[""]
    assert approved["review"]["revisions"][0]["signatures"][0]["digest"] in text
    assert not {"assessment", "disposition", "signature"} & {row["kind"] for row in approved["history"]}
    then = approved["basis"]["journal"]["last_entry"]
    office.amend()
    told = facts(office)
    assert [one["state"] for one in told["review"]["revisions"]] == ["approved", "re-opened"]
    text = shown(told)["评审 Review"]
    assert "3 (came: BAG-3)" in text and "re-opened: not assessed anew yet" in text and "SOP-7" in text
    assert facts(office, "--as-of", then)["review"] == approved["review"]


def test_the_report_of_a_unit_has_the_decisions_about_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    office = ReviewOffice(tmp_path)
    assert office.json("report", "--unit", "BAG-1")["decisions"] == []
    office.enter("wang.wei", "Wang Wei", "qualified-person")
    office.decide()
    office.approve()
    office.amend()
    office.review("dispose", "BAG-1", "--as", "reject", "--why", "thawed", *BY)
    told = office.json("report", "--unit", "BAG-1")
    rows = [(one["revision"], one["decision"], one["state"]) for one in told["decisions"]]
    assert rows == [(1, "use", "approved"), (2, "reject", "re-opened")]
    text = shown(told, "en", unit.ORDER)["Decisions about it"]
    assert "revision 1: approved by Wang Wei" in text and "thawed" in text and "SOP-7" in text
    assert "Decisions about it" not in shown(office.json("report", "--unit", "BAG-3"), "en", unit.ORDER)


def test_what_is_unknown_is_said(tmp_path: Path) -> None:
    office = ReviewOffice(tmp_path)
    office.review("assess", *ASSESSED, *BY)
    text = shown(facts(office), "zh")["评审"]
    assert "尚无处置" in text and "已评估，尚有产品未作处置" in text
    assert office.told["schema"] == SCHEMA
