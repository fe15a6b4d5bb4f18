"""`cryogate statements`: what is listed, in which words, also of what cannot be read."""

from __future__ import annotations

import re

import pytest

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.statements import Statement, transition
from gateway.statements.transition import Transition
from tests.unit.commands.front_desk import CONFIG, DAY, Office


def test_without_a_journal_there_is_nothing_to_list(office: Office) -> None:
    with pytest.raises(InputError, match="no journal yet"):
        office.run("statements")


def test_who_when_from_where_and_why(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na", "--at", f"{DAY}09:00:00Z", "--reason", "unloaded")
    (stated,) = office.stated("empty")
    shown = office.run("statements", "--about", "SHIPPER-1")
    assert f"{stated.id} " in shown and "Li Na" in shown and "found shipper-1 empty" in shown
    assert "of 2026-01-05T09:00:00Z" in shown and "because: unloaded" in shown
    assert stated.user and f"({stated.user})" in shown


def test_what_is_asked_for(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    office.run("empty", "shipper-2", "--by", "Li Na")
    first, second = (s.id for s in office.stated("empty"))
    assert ids(office, "--about", "shipper-2") == [second]
    assert ids(office, "--about", first) == [first]
    assert ids(office, "--kind", "reset") == []
    assert ids(office, "--since", "2062-01-01T00:00:00Z") == []
    office.run("withdraw", first, "--by", "Li Na", "--reason", "no")
    (gone,) = (s.id for s in office.stated("withdrawal"))
    assert ids(office, "--about", "shipper-1") == [first, gone]
    with pytest.raises(InputError, match="there is no kind 'resets'; known: account, acknowledge, "):
        office.run("statements", "--kind", "resets")


def test_what_the_gateway_does_all_the_time_is_listed_by_request(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    body = transition.to_body(Transition("E-7Q2M9XKD", 1, "raised", 1, "c", "v", {}))
    with Journal.open(office.path) as journal:
        journal.commit(statements=[Statement(transition.KIND, "edge", 1, body)])
    assert len(ids(office)) == 1
    assert len(ids(office, "--kind", "transition")) == 1
    assert len(ids(office, "--about", "e-7q2m9xkd")) == 1


def test_what_cannot_be_read_is_listed_as_such(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    with Journal.open(office.path) as journal:
        newer = Statement("empty", "somebody\x1b[2J", 1, {"schema": 99, "asset": "shipper-1"})
        journal.commit(statements=[newer])
    assert "said something that this version of Cryogate cannot read" in office.run("statements")
    assert ids(office, "--about", "shipper-1") == [office.stated("empty")[0].id]


def ids(office: Office, *words: str) -> list[str]:
    return [s["id"] for s in office.json("statements", *words)["statements"]]


def test_no_escape_reaches_a_terminal(office: Office) -> None:
    office.run("empty", "shipper-1", "--by", "Li Na")
    with Journal.open(office.path) as journal:
        body = {"asset": "shipper-1\x1b[2J", "zone": None, "schema": 1}
        journal.commit(
            statements=[Statement("empty", "me\x1b[2J", 1, body, reason="\x1b]0;x\x07", origin="\x9b")]
        )
    shown = office.run("statements")
    assert "\x1b" not in shown and "\x9b" not in shown and "me\\x1b[2J" in shown


def test_times_are_shown_by_the_clock_of_the_site_too(office: Office) -> None:
    office.config.write_text(CONFIG.replace("[sites.lab]", '[sites.lab]\ntime_zone = "Asia/Shanghai"'))
    rows = [
        f"holder,BAG-1,shipper-1,,{DAY}18:30:00Z,,CAR-T,COI-1",
        f"holder,BAG-2,shipper-1,,{DAY}08:00:00Z,,,",
    ]
    office.run("load", str(office.file(*rows)), "--by", "Li Na")
    inside = office.run("contents", "shipper-1", "--at", f"{DAY}20:00:00Z")
    assert f"at {DAY}20:00:00Z (2026-01-06 04:00:00 Asia/Shanghai)" in inside
    told = office.run("contents", "--unit", "BAG-2", "--at", f"{DAY}10:00:00Z")
    assert f"at {DAY}10:00:00Z (18:00:00 Asia/Shanghai): in shipper-1" in told
    assert f"in shipper-1 from {DAY}08:00:00Z (16:00:00 Asia/Shanghai) on" in told
    said = office.run("statements", "--about", "BAG-2")
    assert re.search(r"Z \((\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d Asia/Shanghai\) Li Na", said)
    assert office.json("statements", "--about", "BAG-2")["statements"][0]["at"].startswith(f"{DAY}08:00:00.")
