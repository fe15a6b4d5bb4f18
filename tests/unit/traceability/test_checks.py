"""What cannot be stated, given what stands already: every mistake in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors import InputError
from gateway.model import SECOND
from gateway.times import parse_rfc3339
from gateway.traceability.checks import CLOCKS_APART_NS, check, news
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Unit, Withdrawn

EIGHT = parse_rfc3339("2026-01-05T08:00:00Z")
NOON = EIGHT + 4 * 3600 * SECOND
BAG = Unit("holder", "BAG-1", "CAR-T", "COI-1")
SAID = Containment(BAG, "shipper-1", None, EIGHT, None, "Li Na", NOON, "K-1")


def stated(*said: Containment) -> Containments:
    containments = Containments()
    for one in said:
        containments.state(one)
    return containments


def mistakes(containments: Containments, said: Containment) -> str:
    with pytest.raises(InputError) as caught:
        check(containments, said)
    return str(caught.value)


def test_what_says_the_same_or_leaves_out_the_chain_is_right() -> None:
    containments = stated(SAID)
    check(containments, SAID)
    check(containments, replace(SAID, unit=Unit("holder", "BAG-1"), id="K-2"))
    check(containments, replace(SAID, unit=Unit("holder", "BAG-2", "CAR-T", "COI-2"), id="K-2"))


def test_another_chain_of_identity_is_refused_until_corrected_with_a_reason() -> None:
    another = replace(SAID, unit=replace(BAG, chain_of_identity="COI-2"), id="K-2")
    containments = stated(SAID)
    said = mistakes(containments, another)
    assert said.startswith(
        "holder BAG-1: chain of identity 'COI-2' is another than 'COI-1', which Li Na stated at"
    )
    assert " 2026-01-05T12:00:00Z (statement K-1). Where that was wrong, correct K-1 with a reason" in said
    correction = replace(another, corrects="K-1")
    assert mistakes(containments, correction) == "holder BAG-1: a correction needs a reason"
    check(containments, replace(correction, reason="read from the wrong label"))
    assert "chain of identity" in mistakes(containments, replace(correction, corrects="K-9", reason="so"))


def test_a_chain_that_was_withdrawn_stands_in_nobodys_way() -> None:
    containments = stated(SAID)
    containments.withdraw(Withdrawn("K-1", "Chen", NOON, "K-2", "wrong bag"))
    check(containments, replace(SAID, unit=replace(BAG, chain_of_identity="COI-2"), id="K-3"))


def test_what_begins_in_the_future_or_ends_before_it_begins_is_refused() -> None:
    future = replace(SAID, from_ns=parse_rfc3339("2062-01-05T08:00:00Z"))
    assert mistakes(Containments(), future).startswith("holder BAG-1: 2062-01-05T08:00:00Z is in the future")
    check(Containments(), replace(SAID, from_ns=NOON + CLOCKS_APART_NS))
    backwards = replace(SAID, to_ns=EIGHT)
    assert mistakes(Containments(), backwards) == (
        "holder BAG-1: the stay ends before it begins, at 2026-01-05T08:00:00Z"
    )


def test_of_several_rows_only_what_is_new_is_stated() -> None:
    ended = replace(SAID, to_ns=NOON, id="")
    other = replace(SAID, unit=Unit("holder", "BAG-2"), id="")
    assert news(stated(SAID), [replace(SAID, id=""), ended, ended, other, other]) == [ended, other]


def test_a_correction_is_stated_even_where_another_statement_says_the_same() -> None:
    wrong = replace(SAID, asset="shipper-2", id="K-2")
    correction = replace(SAID, id="", corrects="K-2", reason="it never left")
    containments = stated(SAID, wrong)
    assert news(containments, [correction]) == [correction]
    assert [s.asset for s in containments.where_was("holder", "BAG-1")] == ["shipper-1"]


def test_every_mistake_of_several_rows_is_named() -> None:
    another = replace(SAID, unit=replace(BAG, chain_of_identity="COI-2"), id="")
    backwards = replace(SAID, to_ns=EIGHT, id="")
    with pytest.raises(InputError) as caught:
        news(stated(SAID), [another, backwards])
    assert len(str(caught.value).splitlines()) == 2
