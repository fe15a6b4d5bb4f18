"""A containment is read in one piece exactly where field by field finds nothing wrong, and says the same."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import StatementError
from gateway.statements.containment import Containment, by_field, of

SOUND = {
    "scheme": "holder",
    "code": "BAG-1",
    "product": "",
    "chain_of_identity": "COI-1",
    "asset": "dewar-1",
    "zone": None,
    "from": "2026-01-05T11:00:00.000000000Z",
    "to": None,
}
TEXTS = ("", " ", "BAG-1", "血-1", "a\nb", "\ud800", "\u200b", "x" * 200, "x" * 201)
MOMENTS = (
    "2026-01-05T11:00:00Z",
    "2026-01-05T12:00:00+01:00",
    "2026-01-05T11:00:01.5Z",
    "1677-09-21T00:12:43Z",
    "2262-04-11T23:47:16.854775807Z",
    "2262-04-11T23:47:17Z",
    "0001-01-01T00:00:00Z",
    "yesterday",
)
odd = st.sampled_from((None, True, 1, 1.0, "", [], {}, *TEXTS, *MOMENTS))


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    stay: dict[str, Any] = dict(SOUND)
    for name in draw(st.lists(st.sampled_from([*SOUND, "more"]), max_size=3)):
        if draw(st.integers(0, 5)) == 0:
            stay.pop(name, None)
        else:
            stay[name] = draw(odd)
    units = draw(st.sampled_from([[stay], [stay], [stay], [], [stay, stay], [None], stay, None]))
    body: dict[str, Any] = {"schema": draw(st.sampled_from([1, 1, 1, True, 0, 2, 1.0, "1"])), "units": units}
    return {**body, **draw(st.sampled_from([{}, {}, {}, {"note": "x"}]))}


def said(read: Any, body: dict[str, Any]) -> Containment | str:
    try:
        found: Containment = read(body)
    except StatementError as error:
        return str(error)
    return found


@given(bodies())
@example({"schema": 1, "units": [SOUND]})
@example({"schema": True, "units": [SOUND]})
@example({"schema": 1, "units": [SOUND | {"zone": ""}]})
@example({"schema": 1, "units": [SOUND | {"to": SOUND["from"]}]})
def test_the_same_as_by_field(body: dict[str, Any]) -> None:
    assert said(of, body) == said(by_field, body)


def test_what_is_sound_is_read() -> None:
    (stay,) = of({"schema": 1, "units": [SOUND]}).stays
    assert (stay.unit.code, stay.zone, stay.to_ns) == ("BAG-1", None, None)
