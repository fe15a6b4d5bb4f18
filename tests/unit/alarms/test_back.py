"""Which cause of a group is over while silences of it go on."""

from __future__ import annotations

from typing import Any

from gateway.alarms.back import back
from gateway.alarms.call import Back
from gateway.alarms.member import leaves_unwatched
from tests.unit.alarms.happenings import Site, ns

SHIPPERS = ("s-1", "s-2", "s-3")


def away(site: Site, key: str = "source:broker", name: str = "F-1", assets: Any = SHIPPERS) -> None:
    site.happens(name, "raised", 0, assets, kind="fault", rule=key)
    for k, asset in enumerate(SHIPPERS):
        site.happens(f"E-{k}", "raised", 10, (asset,), kind="no_data", rule="no-data")


def test_what_is_back_and_how_many_are_silent() -> None:
    site = Site()
    away(site)
    assert back(site.members.values()) is None
    site.happens("F-1", "returned", 600, SHIPPERS, kind="fault")
    assert back(site.members.values()) == Back("source:broker", ns(600), 3, 3)
    site.happens("E-1", "returned", 610, ("s-2",))
    site.happens("E-9", "raised", 620, ("elsewhere",), kind="no_data", rule="no-data")
    assert back(site.members.values()) == Back("source:broker", ns(600), 2, 3)
    for name in ("E-0", "E-2"):
        site.happens(name, "returned", 700, ("s-1",) if name == "E-0" else ("s-3",))
    assert back(site.members.values()) is None


def test_where_no_fault_said_why_what_talks_again_is_the_end_of_the_cause() -> None:
    """A bridge died behind a broker that lives."""
    site = Site()
    for k, asset in enumerate(SHIPPERS):
        site.happens(f"E-{k}", "raised", 10, (asset,), kind="no_data", rule="no-data")
    assert back(site.members.values()) is None
    site.happens("E-1", "returned", 610, ("s-2",))
    assert back(site.members.values()) == Back("", ns(610), 2, 3)
    site.happens("E-8", "raised", 620, ("s-2",), rule="above-150")
    assert back(site.members.values()) is None, "something else is part of it"


def test_while_one_cause_lasts_nothing_is_back() -> None:
    site = Site()
    away(site)
    away(site, "ups:rack", "F-2")
    site.happens("F-1", "returned", 600, SHIPPERS, kind="fault")
    assert back(site.members.values()) is None
    site.happens("F-2", "returned", 700, SHIPPERS, kind="fault", rule="ups:rack")
    assert back(site.members.values()) == Back("ups:rack", ns(700), 3, 3)


def test_what_silences_nothing_is_no_cause() -> None:
    site = Site()
    away(site, "time left:s-1", assets=("s-1",))
    site.happens("F-1", "returned", 600, ("s-1",), kind="fault", rule="time left:s-1")
    assert back(site.members.values()) is None
    assert [
        leaves_unwatched(key, ("s-1",)) for key in ("source:a", "drill failed:s-1", "unmeasured:s-1")
    ] == [
        True,
        False,
        False,
    ]
    assert not leaves_unwatched("source:a", ())


def test_shippers_are_counted_and_not_their_alarms() -> None:
    """After a kill the group had the alarms of that absence, too: "2 of 22 still silent", of twelve."""
    site = Site()
    away(site)
    site.happens("E-1", "returned", 100, ("s-2",))
    site.happens("E-7", "raised", 200, ("s-2",), kind="no_data", rule="no-data")
    site.happens("F-1", "returned", 600, SHIPPERS, kind="fault")
    assert back(site.members.values()) == Back("source:broker", ns(600), 3, 3)
