"""Correcting and withdrawing: what counts, what is refused and with which words, through the commands."""

from __future__ import annotations

import pytest

from gateway.errors import InputError
from gateway.journal.journal import Journal
from tests.unit.commands.front_desk import DAY, Office

BAG = f"holder,BAG-1,shipper-1,,{DAY}08:00:00Z,,CAR-T,COI-1"
BAG_LATER = f"holder,BAG-1,shipper-1,,{DAY}09:00:00Z,,CAR-T,COI-1"
BAG_ELSEWHERE = f"holder,BAG-1,shipper-2,,{DAY}08:00:00Z,,CAR-T,COI-1"


def load(office: Office, row: str, *more: str) -> str:
    (identity,) = office.json("load", str(office.file(row)), "--by", "Li Na", *more)["ids"]
    return str(identity)


def assets(office: Office) -> dict[str, list[str]]:
    found = office.json("contents", "--at", f"{DAY}10:00:00Z")
    return {a["asset"]: [u["code"] for u in a["units"]] for a in found["assets"] if a["units"]}


def test_a_correction_replaces_what_it_corrects(office: Office) -> None:
    first = load(office, BAG)
    second = load(office, BAG_ELSEWHERE, "--corrects", first.lower(), "--reason", "wrong shipper scanned")
    assert assets(office) == {"shipper-2": ["BAG-1"]}
    told = office.json("statements", "--about", "bag-1")
    assert told["schema"] == 1
    one, other = told["statements"]
    assert (one["id"], one["in_effect"], one["corrected_by"]) == (first, False, second)
    assert (other["in_effect"], other["corrects"], other["reason"]) == (True, first, "wrong shipper scanned")


def test_a_correction_that_is_withdrawn_brings_back_what_it_corrected(office: Office) -> None:
    first = load(office, BAG)
    second = load(office, BAG_ELSEWHERE, "--corrects", first, "--reason", "wrong shipper")
    told = office.run("withdraw", second, "--by", "Wang Wei", "--reason", "it was right")
    assert f"{first} counts again: Li Na put BAG-1 in shipper-1" in told
    assert assets(office) == {"shipper-1": ["BAG-1"]}
    third = office.json("statements", "--kind", "withdrawal")["statements"][0]["id"]
    office.run("withdraw", third, "--by", "Li Na", "--reason", "no, it was not")
    assert assets(office) == {"shipper-2": ["BAG-1"]}


def test_what_was_corrected_is_corrected_by_its_correction(office: Office) -> None:
    first = load(office, BAG)
    second = load(office, BAG_LATER, "--corrects", first, "--reason", "nine")
    with pytest.raises(InputError, match=rf"was corrected by Li Na at .*Z \(nine\): use {second}"):
        load(office, BAG_ELSEWHERE, "--corrects", first, "--reason", "ten")
    with pytest.raises(InputError, match=f"use {second}"):
        office.run("withdraw", first, "--by", "Li Na", "--reason", "x")
    third = load(office, BAG_ELSEWHERE, "--corrects", second, "--reason", "ten")
    with pytest.raises(InputError, match=f"use {third}"):
        office.run("withdraw", first, "--by", "Li Na", "--reason", "x")
    assert [s.corrects for s in office.stated("containment")] == ["", first, second]
    every = office.json("statements", "--about", "bag-1")["statements"]
    assert [s["corrected_by"] for s in every] == [second, third, None]
    assert ": nine]" in office.run("contents", "--unit", "BAG-1")
    assert third.endswith("-3")


def test_what_was_withdrawn_cannot_be_withdrawn_again(office: Office) -> None:
    first = load(office, BAG)
    office.run("withdraw", first, "--by", "Wang Wei", "--reason", "no such bag")
    (gone,) = office.stated("withdrawal")
    words = rf"was withdrawn by Wang Wei at .*Z \(no such bag\): state it again, or withdraw {gone.id}"
    with pytest.raises(InputError, match=words):
        office.run("withdraw", first, "--by", "Li Na", "--reason", "x")
    with pytest.raises(InputError, match=words):
        load(office, BAG_LATER, "--corrects", first, "--reason", "x")
    assert load(office, BAG)  # said again it is a new statement
    assert assets(office) == {"shipper-1": ["BAG-1"]}


def test_what_leans_on_it_is_named(office: Office) -> None:
    first = load(office, BAG)
    second = load(office, f"holder,BAG-1,shipper-2,,{DAY}09:30:00Z,,,")
    told = office.json("withdraw", first, "--by", "Li Na", "--reason", "wrong bag")
    assert (told["withdrawn"], told["look_again"]) == (first, {"statements": [second], "alarms": []})
    assert "where the unit was follows from what else was stated" in told["follows"]


def test_what_nobody_stated_cannot_be_taken_back(office: Office) -> None:
    load(office, BAG)
    with pytest.raises(InputError, match="there is no statement 'XYZ'; `cryogate statements` lists them"):
        office.run("withdraw", "XYZ", "--by", "Li Na", "--reason", "x")
    with pytest.raises(InputError, match=r"there is no statement 'XYZ-1' \(this journal is [0-9A-Z]+\)"):
        office.run("withdraw", "XYZ-1", "--by", "Li Na", "--reason", "x")
    with office.desk() as desk:
        from gateway.journal.journal import Statement
        from gateway.statements import outage
        from gateway.statements.outage import Outage

        said = Statement(outage.KIND, "edge", 1, outage.to_body(Outage(1, 2, "no room")))
        (seq,) = desk.journal.commit(statements=[said]).seqs
        identity = f"{desk.journal.id}-{seq}"
    with pytest.raises(InputError, match="is of kind 'outage': the gateway noticed it, nobody stated it"):
        office.run("withdraw", identity, "--by", "Li Na", "--reason", "x")


def test_who_contradicts_somebody_hears_of_it_at_once(office: Office) -> None:
    first = load(office, f"holder,BAG-1,shipper-1,,{DAY}08:00:00Z,{DAY}18:00:00Z,,")
    other = str(office.file(f"holder,BAG-1,shipper-2,,{DAY}09:00:00Z,{DAY}10:00:00Z,,"))
    said = office.json("load", other, "--by", "Chen")
    (remark,) = said["remarks"]
    assert remark.startswith("holder BAG-1: this contradicts what Li Na said at") and f"({first})" in remark
    assert office.json("load", other, "--by", "Chen")["remarks"] == []  # nothing new
    mended = str(office.file(f"holder,BAG-1,shipper-2,,{DAY}09:30:00Z,{DAY}10:00:00Z,,"))
    why = ("--by", "Chen", "--corrects", said["ids"][0], "--reason", "half past")
    assert len(office.json("load", mended, *why)["remarks"]) == 1


@pytest.mark.parametrize("words", [("--corrects", "X-1"), ("--reason", "because")])
def test_a_correction_and_its_reason_belong_together(office: Office, words: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=r"needs a reason|name that with --corrects"):
        load(office, BAG, *words)


def test_a_withdrawal_needs_a_reason(office: Office) -> None:
    first = load(office, BAG)
    with pytest.raises(InputError, match="needs a reason"):
        office.run("withdraw", first, "--by", "Li Na", "--reason", " ")


def test_another_kind_does_not_correct(office: Office) -> None:
    first = load(office, BAG)
    with pytest.raises(
        InputError, match="is of kind 'containment', not 'empty': correct it as it was stated"
    ):
        office.run("empty", "shipper-1", "--by", "Li Na", "--corrects", first, "--reason", "x")


def test_a_reset_is_corrected(office: Office) -> None:
    said = ("reset", "probe-1", "spent", "--by", "Li Na", "--comment", "new load")
    first = office.json(*said, "--at", f"{DAY}08:00:00Z")
    again = office.json(*said, "--at", f"{DAY}16:00:00+08:00")
    assert (first["new"], again["new"], again["id"]) == (True, False, first["id"])
    second = office.json(*said, "--at", f"{DAY}08:30:00Z", "--corrects", first["id"], "--reason", "half past")
    assert [s["in_effect"] for s in office.json("statements", "--about", "probe-1")["statements"]] == [
        False,
        True,
    ]
    third = office.json(*said, "--at", f"{DAY}08:00:00Z")  # it was contradicted since: it counts
    assert third["new"] and third["id"] != second["id"]


def test_the_same_moment_with_other_words_is_a_correction(office: Office) -> None:
    at = ("--at", f"{DAY}08:00:00Z", "--by", "Li Na")
    why = ("--reason", "said better", "--corrects")
    reset = ("reset", "probe-1", "spent", *at, "--comment")
    first, empty = office.json(*reset, "new load")["id"], office.json("empty", "shipper-1", *at)["id"]
    assert office.json(*reset, "new batch", *why, first)["new"]
    assert office.json("empty", "shipper-1", *at, *why, empty)["new"]


def test_a_hold_keeps_its_name_when_it_is_corrected(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    first = office.json("hold", "--asset", "shipper-1", "--by", "Li Na", "--why", "audit")
    second = office.json(
        "hold",
        "--asset",
        "shipper-2",
        "--by",
        "Li Na",
        "--why",
        "audit",
        "--corrects",
        first["id"],
        "--reason",
        "x",
    )
    assert (second["hold"], second["assets"]) == (first["hold"], ["shipper-2"])
    (held,) = office.json("journal", "holds")
    assert held["assets"] == ["shipper-2"]
    office.run("release", first["hold"], "--by", "Wang Wei", "--why", "over")
    assert office.json("journal", "holds") == []
    (released,) = office.stated("release")
    told = office.run("withdraw", released.id, "--by", "Wang Wei", "--reason", "not over")
    assert "the hold is in force again" in told
    (held,) = office.json("journal", "holds")
    office.run("withdraw", second["id"], "--by", "Wang Wei", "--reason", "no audit")
    (held,) = office.json("journal", "holds")  # what was corrected counts again
    assert held["assets"] == ["shipper-1"]


def test_an_asset_is_stated_empty_once(office: Office) -> None:
    load(office, BAG)
    said = ("empty", "shipper-1", "--at", f"{DAY}09:00:00Z", "--by", "Li Na", "--reason", "unloaded")
    first = office.json(*said)
    assert (first["new"], office.json(*said)["new"]) == (True, False)
    assert assets(office) == {}
    for words, problem in (
        (("nothing",), "there is no asset 'nothing'; known: shipper-1, shipper-2"),
        (("shipper-1", "--zone", "lid"), "asset 'shipper-1' has no zone 'lid'; its zones: top, bottom"),
        (("shipper-2", "--zone", "lid"), "its zones: none"),
        (("shipper-1", "--at", "2062-01-01T00:00:00Z"), "is in the future"),
    ):
        with pytest.raises(InputError, match=problem):
            office.run("empty", *words, "--by", "Li Na")
    office.run("withdraw", first["id"], "--by", "Li Na", "--reason", "wrong one")
    assert assets(office) == {"shipper-1": ["BAG-1"]}


def test_a_statement_is_corrected_by_one_row(office: Office) -> None:
    first = load(office, BAG)
    file = office.file(BAG_LATER, f"holder,BAG-2,shipper-1,,{DAY}09:00:00Z,,,")
    with pytest.raises(InputError, match="has 2 rows; one statement is corrected by one row"):
        office.run("load", str(file), "--by", "Li Na", "--corrects", first, "--reason", "x")


def test_who_takes_one_word_back_does_not_read_all_that_was_ever_said(office: Office, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    rows = [f"holder,BAG-{k},shipper-1,,{DAY}08:00:00Z,,CAR-T,COI-{k}" for k in range(3000)]
    ids = office.json("load", str(office.file(*rows)), "--by", "Li Na")["ids"]
    read: list[str] = []
    whole = Journal.statements

    def statements(journal: Journal, kind: str, after_seq: int = 0):  # type: ignore[no-untyped-def]
        read.append(kind)
        return whole(journal, kind, after_seq)

    monkeypatch.setattr(Journal, "statements", statements)
    told = office.json("withdraw", ids[7], "--by", "Li Na", "--reason", "another dewar")
    assert told["look_again"]["statements"] == ids[8:28]
    assert len(office.json("statements", "--about", "bag-7")["statements"]) == 2
    load(office, f"holder,BAG-8,shipper-2,,{DAY}09:00:00Z,,CAR-T,COI-8")
    with pytest.raises(InputError, match="chain of identity 'COI-9' is another than 'COI-8'"):
        load(office, f"holder,BAG-8,shipper-2,,{DAY}09:00:00Z,,CAR-T,COI-9")
    assert "containment" not in read
    monkeypatch.undo()
    assert assets(office)["shipper-2"] == ["BAG-8"]
