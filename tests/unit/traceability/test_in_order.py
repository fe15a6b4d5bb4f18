"""What is inside is asked again and again: the answer is the one of whoever asks for the first time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.traceability import in_order
from gateway.traceability.containment import Containments
from tests.unit.traceability.test_containment import (
    PLACES,
    SHIPPER,
    UNITS,
    contents,
    histories,
    row,
    stated,
    taken_back,
)
from tests.unit.traceability.twin import BEYOND, END, Said, tell


@settings(max_examples=150, deadline=None)
@given(histories(), st.sampled_from([0, in_order.FEW]), st.lists(st.integers(0, END), min_size=1, max_size=3))
def test_what_is_asked_again_and_again_is_what_is_asked_once(
    everything: list[Said], few: int, starts: list[int]
) -> None:
    """Whatever is said in between, and however far the time has moved on."""
    again = Containments()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_order, "FEW", few)
        patch.setattr(in_order, "MOST_KEPT", 2)
        for k, said in enumerate(everything):
            tell(again, said)
            for asset, zone in PLACES:
                for start in starts:
                    for end in (start + k, start + k, BEYOND, start):
                        once = contents(everything[: k + 1]).inside(asset, zone, start, end)
                        assert again.inside(asset, zone, start, end) == once


def test_the_very_same_stays_while_nothing_changes() -> None:
    """Whoever works on 100 000 of them need not look at each to know."""
    containments = contents([stated("0", row(UNITS[0], SHIPPER, 1)), stated("1", row(UNITS[1], SHIPPER, 5))])
    first = containments.inside(*SHIPPER, 2, 3).stays
    assert containments.inside(*SHIPPER, 2, 5).stays is first
    assert len(containments.inside(*SHIPPER, 2, 6).stays) == 2
    before = containments.inside(*SHIPPER, 2, 6).stays
    tell(containments, taken_back("2", "0"))
    assert [s.unit for s in containments.inside(*SHIPPER, 2, 6).stays] == [before[1].unit]
