"""Stays that are made as they are written are written exactly as those that were made before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import text
from gateway.config.timeline import Timeline
from gateway.published import stays as published_stays
from gateway.questions import contents as question
from gateway.questions.contents import StatedContents, of_assets
from gateway.text import json_pieces, safe
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Unit, Withdrawn

LONG = 4
WORDS = st.sampled_from(["A", "B", "", '"', '", "at": "@"', "\\", "血", "\x1b[", "\u202e", "\ud800", "@"])
ROWS = st.builds(
    Containment,
    st.builds(Unit, st.just("holder"), st.sampled_from([f"U{k}" for k in range(12)]) | WORDS, WORDS, WORDS),
    st.sampled_from(["d", "d", "d", "other"]),
    st.none() | WORDS,
    st.integers(0, 3),
    st.none() | st.integers(4, 6),
    WORDS,
    st.sampled_from([0, 1, 1_800_000_000_000_000_001]),
    corrects=st.sampled_from(["", "", "#1"]),
    reason=WORDS,
)


@pytest.fixture(scope="module", autouse=True)
def _few_are_many() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (text, published_stays, question):
            patch.setattr(module, "LONG", LONG)
        yield


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, min_size=3, max_size=16), st.sets(st.integers(1, 16), max_size=2))
def test_written_to_the_byte_as_before(rows: list[Containment], withdrawn: set[int]) -> None:
    containments = Containments()
    for row in rows:
        containments.state(row)
    for number in sorted(withdrawn):
        containments.withdraw(Withdrawn(f"#{number}", "Li Na", 5, reason="no"))
    known = StatedContents(containments, Timeline({}))
    whole = of_assets(known, ["d", "other"], 2)
    parts = of_assets(known, ["d", "other"], 2, in_parts=True)
    assert "".join(json_pieces(parts)) == "".join(json_pieces(whole))
    assert safe(parts) == safe(whole)
    for one, other in zip(parts["assets"], whole["assets"], strict=True):
        assert [one["units"][k] for k in range(len(one["units"]))] == other["units"]
        assert one["units"][1:3] == other["units"][1:3]
