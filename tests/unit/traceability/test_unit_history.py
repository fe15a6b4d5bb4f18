"""Every statement about a unit stays visible, with who, why, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from gateway.traceability.containment import Containments
from gateway.traceability.history import history_of
from gateway.traceability.model import Containment, Unit, Withdrawn

BAG = Unit("holder", "BAG-1")
SAID = Containment(BAG, "shipper-1", None, 1, None, "Li Na", 10, "K-1")


def fates(containments: Containments) -> list[tuple[str, bool, str]]:
    return [(m.said.id, m.counts, m.fate) for m in history_of(containments, "holder", "BAG-1")]


def stated(*said: Containment) -> Containments:
    containments = Containments()
    for one in said:
        containments.state(one)
    return containments


def test_a_later_word_on_the_same_matter_supersedes_and_a_repeat_says_so() -> None:
    ended = replace(SAID, id="K-2", to_ns=5, by="Chen")
    containments = stated(SAID, ended, replace(ended, id="K-3"), replace(SAID, id="K-4", from_ns=7))
    assert fates(containments) == [
        ("K-1", False, "superseded by Chen (K-2, 1970-01-01T00:00:00Z)"),
        ("K-2", True, ""),
        ("K-3", True, "repeats K-2"),
        ("K-4", True, ""),
    ]


def test_what_is_said_again_after_another_word_counts_from_there() -> None:
    ended = replace(SAID, id="K-2", to_ns=5, by="Chen")
    containments = stated(SAID, ended, replace(SAID, id="K-3", by="Chen"))
    assert fates(containments) == [
        ("K-1", True, "said again in K-3"),
        ("K-2", False, "superseded by Chen (K-3, 1970-01-01T00:00:00Z)"),
        ("K-3", True, ""),
    ]


def test_corrections_and_withdrawals_show_who_and_why_and_restore() -> None:
    correction = replace(SAID, id="K-2", from_ns=3, corrects="K-1", by="Chen", reason="paper log")
    containments = stated(SAID, correction)
    assert fates(containments) == [
        ("K-1", False, "corrected by Chen (K-2, 1970-01-01T00:00:00Z): paper log"),
        ("K-2", True, ""),
    ]
    containments.withdraw(Withdrawn("K-2", "Wang", 1_000_000_000, "K-3", "the paper was another day's"))
    assert fates(containments) == [
        ("K-1", True, ""),
        ("K-2", False, "withdrawn by Wang (K-3, 1970-01-01T00:00:01Z): the paper was another day's"),
    ]


def test_a_correction_that_is_about_another_unit_is_named_by_its_id() -> None:
    wrong_code = replace(SAID, id="K-2", unit=Unit("holder", "BAG-2"), corrects="K-1")
    assert fates(stated(SAID, wrong_code)) == [("K-1", False, "corrected by K-2")]


def test_nobody_spoke_of_it() -> None:
    assert history_of(Containments(), "holder", "BAG-1") == []
