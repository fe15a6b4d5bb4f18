"""Looks that are recorded: kept whatever was asked, and never in the way of what people state."""

from __future__ import annotations

import pytest

from gateway.commands import looks
from gateway.commands.author import Author
from gateway.errors import InputError
from gateway.statements import look
from gateway.statements.look import Look, of
from tests.unit.commands.front_desk import Office

INSPECTOR = Author("Chen Jie", origin="api: password+totp")


def test_a_look_is_stated_whatever_was_asked(office: Office) -> None:
    asked = "GET /api/v1/alarms?text=\x1b[2J\n" + "x" * 100_000
    with office.desk() as desk:
        looks.record(
            desk, INSPECTOR, "alarms.read", asked, ["shipper-1", "shipper-1", "y" * 10_000, " ", "\x1b"]
        )
    (stated,) = office.stated("look")
    said = of(stated.body)
    assert (stated.by, stated.origin, said.action) == ("Chen Jie", "api: password+totp", "alarms.read")
    assert said.asked.startswith("GET /api/v1/alarms?text=\\x1b[2J\\nxxx") and said.asked.isprintable()
    assert [name[:9] for name in said.names] == ["\\x1b", "shipper-1", "yyyyyyyyy"]
    (seen,) = office.json("audit", "--kind", "look")["actions"]
    assert "shipper-1" in seen["about"] and seen["words"].startswith("looked at GET")


def test_it_cannot_be_taken_back_and_makes_nothing_outdated(office: Office) -> None:
    with office.desk() as desk:
        first = looks.record(desk, INSPECTOR, "alarms.read", "GET /api/v1/alarms")
        seen = desk.journal.last_seq()
        looks.record(desk, INSPECTOR, "alarms.read", "GET /api/v1/alarms")
        desk.journal.commit(
            statements=[desk.draft(look, Look("a", "b"), INSPECTOR, 1)], unless_said_since=seen
        )
    with pytest.raises(InputError, match="cannot be unseen"):
        office.run("withdraw", first.id, "--by", "Li Na", "--reason", "no")
