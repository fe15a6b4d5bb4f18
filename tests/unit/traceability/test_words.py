"""Contents of several assets as one answer, and conflicts in words that say who said what."""

from __future__ import annotations

from gateway.times import parse_rfc3339
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Contents, Emptied, Stay, Unit, together

EIGHT, NINE, SIX = (parse_rfc3339(f"2026-01-05T{hour}:00:00Z") for hour in ("08", "09", "18"))
BAG = Unit("holder", "BAG-1")


def shipped(to_ns: int | None = SIX) -> Containment:
    return Containment(BAG, "A-1", None, EIGHT, to_ns, "Li Na", NINE, "K-1", asset_name="shipper-1")


def in_freezer(stated_ns: int = SIX) -> Containment:
    return Containment(BAG, "freezer-1", "top", NINE, None, "Chen", stated_ns, "K-2")


def contradicting(*said: Containment | Emptied) -> Containments:
    containments = Containments()
    for one in said:
        containments.state_empty(one) if isinstance(one, Emptied) else containments.state(one)
    return containments


def test_a_conflict_says_who_said_what_and_what_to_do() -> None:
    (conflict,) = contradicting(shipped(), in_freezer()).conflicts()
    assert conflict.words() == (
        "Li Na said at 2026-01-05T09:00:00Z: "
        "in shipper-1 from 2026-01-05T08:00:00Z to 2026-01-05T18:00:00Z (K-1); "
        "Chen said at 2026-01-05T18:00:00Z: in freezer-1/top from 2026-01-05T09:00:00Z on (K-2); "
        "both cannot be: correct or withdraw one of them"
    )


def test_what_was_said_first_comes_first() -> None:
    (conflict,) = contradicting(shipped(), in_freezer(stated_ns=EIGHT)).conflicts()
    assert conflict.statements == ("K-2", "K-1")
    assert conflict.assets == ("freezer-1", "A-1")


def test_a_conflict_with_an_empty_asset() -> None:
    emptied = Emptied("A-1", None, NINE, "Wang", SIX, "K-3", asset_name="shipper-1")
    (conflict,) = contradicting(shipped(), emptied).conflicts()
    assert (
        "; Wang said at 2026-01-05T18:00:00Z: shipper-1 empty from 2026-01-05T09:00:00Z on (K-3); both cannot"
        in conflict.words()
    )
    assert conflict.assets == ("A-1",)


def test_several_assets_are_known_when_one_is_and_name_a_conflict_once() -> None:
    containments = contradicting(shipped(), in_freezer())
    inside = [containments.inside(asset, None, NINE, SIX) for asset in ("A-1", "freezer-1", "elsewhere")]
    several = together(inside)
    assert several.known
    assert [stay.asset for stay in several.stays] == ["A-1", "freezer-1"]
    assert len(several.conflicts) == 1
    assert together(inside[2:]) == Contents(False, ())
    assert together([Contents(True, (Stay(BAG, None, 0, 1),))]).stays == (Stay(BAG, None, 0, 1),)
