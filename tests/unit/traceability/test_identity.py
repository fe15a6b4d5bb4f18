"""What a unit is: the last word counts, what is left out stays, another chain of identity is a conflict."""

from __future__ import annotations

from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Unit, Withdrawn


def told(*chains: tuple[str, str, str, str]) -> Containments:
    """Statements (id, product, chain, corrects) about one unit, an hour apart."""
    containments = Containments()
    for i, (identity, product, chain, corrects) in enumerate(chains):
        unit = Unit("holder", "A", product, chain)
        containments.state(Containment(unit, "shipper", None, i, None, "Li Na", i, identity, corrects))
    return containments


def unit_of(containments: Containments) -> Unit:
    (stay,) = containments.inside("shipper", None, 90, 99).stays
    return stay.unit


def test_a_statement_that_leaves_out_what_a_unit_is_takes_nothing_back() -> None:
    containments = told(("1", "CAR-T", "COI-1", ""), ("2", "", "", ""))
    assert unit_of(containments) == Unit("holder", "A", "CAR-T", "COI-1")
    assert containments.conflicts() == []


def test_nor_does_a_correction_that_leaves_it_out_nor_a_correction_of_that() -> None:
    containments = told(("1", "CAR-T", "COI-1", ""), ("2", "", "", "1"), ("3", "TCR-T", "", "2"))
    assert unit_of(containments) == Unit("holder", "A", "TCR-T", "COI-1")


def test_a_withdrawal_takes_it_back() -> None:
    containments = told(("1", "CAR-T", "COI-1", ""), ("2", "", "", ""))
    containments.withdraw(Withdrawn("1", "Chen", 9, "3", "wrong bag"))
    assert unit_of(containments) == Unit("holder", "A")


def test_another_chain_of_identity_is_a_conflict_that_is_about_every_stay() -> None:
    containments = told(("1", "", "COI-1", ""), ("2", "", "COI-2", ""), ("3", "", "", ""))
    (conflict,) = containments.conflicts()
    assert (conflict.statements, conflict.is_about_identity) == (("1", "2"), True)
    inside = containments.inside("shipper", None, 90, 99)
    assert inside.conflicts == (conflict,)
    assert [(s.unit.chain_of_identity, s.certain) for s in inside.stays] == [("COI-2", True)]


def test_a_correction_settles_which_chain_it_is() -> None:
    containments = told(("1", "", "COI-1", ""), ("2", "", "COI-1", ""), ("3", "", "COI-2", "1"))
    assert unit_of(containments).chain_of_identity == "COI-2"
    assert containments.conflicts() == []
    assert containments.withdraw(Withdrawn("3", "Chen", 9, "4", "it was COI-1 after all")) == {"shipper"}
    assert unit_of(containments).chain_of_identity == "COI-1"


def test_what_is_corrected_without_a_chain_does_not_bring_the_old_one_back() -> None:
    containments = told(
        ("1", "", "COI-1", ""), ("2", "", "COI-1", ""), ("3", "", "COI-2", "2"), ("4", "", "", "1")
    )
    assert unit_of(containments).chain_of_identity == "COI-2"
    assert containments.conflicts() == []


def test_a_correction_settles_what_others_said_against_each_other() -> None:
    containments = told(("1", "", "COI-1", ""), ("2", "", "COI-2", ""), ("3", "", "COI-1", ""))
    assert len(containments.conflicts()) == 2
    unit = Unit("holder", "A", "", "COI-3")
    containments.state(Containment(unit, "shipper", None, 0, None, "Chen", 9, "4", "1", "label read again"))
    assert containments.conflicts() == []
    assert unit_of(containments).chain_of_identity == "COI-3"
