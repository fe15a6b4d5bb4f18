"""Statements of the journal, told to Containments: what they say; other kinds say nothing about contents."""

from __future__ import annotations

import pytest

from gateway.errors import StatementError
from gateway.statements import Statement, acknowledge, containment, empty, withdrawal
from gateway.statements.containment import Unit, UnitStay
from gateway.traceability.containment import Containments
from gateway.traceability.heard import contents, hear

BAG = Unit("holder", "BAG-1", "CAR-T", "COI-1")


def contained(identity: str, asset: str, from_ns: int, corrects: str = "") -> Statement:
    body = containment.to_body(containment.Containment((UnitStay(BAG, asset, None, from_ns, None),)))
    told = {"id": identity, "stated_ns": 99, "corrects": corrects, "reason": "paper log" if corrects else ""}
    return Statement(containment.KIND, "Li Na", from_ns, body, **told)


def withdrawn(identity: str, target: str) -> Statement:
    body = withdrawal.to_body(withdrawal.Withdrawal())
    return Statement(withdrawal.KIND, "Chen", 50, body, identity, 99, withdraws=target, reason="wrong code")


def test_who_said_what_when_and_why() -> None:
    containments = contents([contained("K-1", "s1", 10), contained("K-2", "s1", 20, corrects="K-1")])
    _, said = containments.said_of("holder", "BAG-1")
    assert (said.by, said.stated_ns, said.id, said.corrects) == ("Li Na", 99, "K-2", "K-1")
    assert (said.reason, said.asset_name) == ("paper log", "s1")
    (stay,) = containments.inside("s1", None, 0, 99).stays
    assert (stay.unit, stay.from_ns, stay.statements) == (BAG, 20, ("K-2",))


def test_a_withdrawal_and_an_empty_asset() -> None:
    containments = contents([contained("K-1", "s1", 10), contained("K-2", "s2", 20)])
    assert hear(containments, withdrawn("K-3", "K-2")) == {"s1", "s2"}
    assert containments.withdrawn["K-3"].reason == "wrong code"
    body = empty.to_body(empty.Empty("s1", None))
    assert hear(containments, Statement(empty.KIND, "Wang", 30, body, "K-4")) == {"s1"}
    emptied = containments.emptied("s1", None, 40, 41)
    assert emptied is not None and (emptied.by, emptied.at_ns, emptied.stated_ns) == ("Wang", 30, 30)
    assert [s.to_ns for s in containments.inside("s1", None, 0, 99).stays] == [30]


def test_an_asset_by_another_name_is_the_same_and_is_shown_as_it_was_named() -> None:
    names = {"old": "A-1", "new": "A-1"}
    said = [contained("K-1", "old", 10), contained("K-2", "new", 20)]
    containments = contents(said, names.__getitem__)
    (stay,) = containments.inside("A-1", None, 0, 99).stays
    assert (stay.from_ns, stay.to_ns) == (10, None)
    assert [row.asset_name for row in containments.said_of("holder", "BAG-1")] == ["old", "new"]


def test_other_kinds_say_nothing_about_contents() -> None:
    containments = Containments()
    body = acknowledge.to_body(acknowledge.Acknowledge("E-1", "seen"))
    assert hear(containments, Statement(acknowledge.KIND, "Li Na", 1, body, "K-1")) == set()
    assert hear(containments, withdrawn("K-2", "K-1")) == set()


def test_a_damaged_one_is_an_error() -> None:
    with pytest.raises(StatementError):
        hear(Containments(), Statement(containment.KIND, "Li Na", 1, {"schema": 9}, "K-1"))
    with pytest.raises(StatementError):
        hear(Containments(), Statement(withdrawal.KIND, "Li Na", 1, {"schema": 9}, "K-1", withdraws="K-0"))
