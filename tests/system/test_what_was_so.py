"""What decides about the past is what was so then: probes move, profiles change, channels retire."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.living_site import Site, asset, channel, codes, limit, same, version
from tests.system.mosquitto import Mosquitto

P1 = version("1", limit())
TWO = asset("s1") + asset("s2")


@pytest.fixture
def site(
    mosquitto: Mosquitto, configured: Callable[[str], GatewayProcess], publish: Callable[[str, Any], None]
) -> Site:
    return Site(configured(""), mosquitto.port, publish)


def test_a_probe_that_moves_names_what_was_inside_each_time(site: Site) -> None:
    site.configure(TWO, P1, channel("t", "s1"))
    site.start()
    site.load(("BAG-1", "s1", -3600, None), ("BAG-2", "s2", -3600, None))
    site.read("t", (0, -190.0), (10, -120.0))
    site.do("place", "t", "s2", "--at", site.at(15), "--by", "Li Na", "--reason", "probe moved")
    site.screened()
    site.read("t", (20, -60.0))
    one, two = site.alarms()
    assert (one["asset"], codes(one), one["ended_by"], one["end"]) == ("s1", ["BAG-1"], "moved", site.at(15))
    assert (one["extreme"], one["state"], one["returned"]) == (-120.0, "ended unacknowledged", None)
    assert (two["asset"], codes(two), two["start"], two["end"]) == ("s2", ["BAG-2"], site.at(20), None)
    site.read("t", (12, -110.0))  # of before the move, and later than it
    one, two = site.alarms()
    assert (one["asset"], one["extreme"], codes(two)) == ("s1", -110.0, ["BAG-2"])
    assert same(site.alarms()) == same(site.replayed())
    site.without_records()


def test_an_alarm_that_ended_without_a_return_stays_until_somebody_closes_it(site: Site) -> None:
    site.configure(TWO, P1, channel("t", "s1"))
    site.start()
    site.read("t", (0, -120.0))
    (alarm,) = site.alarms()
    site.do("ack", alarm["id"], "--by", "Li Na", "--comment", "seen")
    site.do("place", "t", "s2", "--at", site.at(5), "--by", "Li Na", "--reason", "moved")
    site.screened()
    (alarm,) = site.alarms()
    assert (alarm["state"], alarm["ended_by"]) == ("ended acknowledged", "moved")
    site.do("close", alarm["id"], "--by", "Li Na", "--comment", "bag inspected, released by QA")
    site.screened()
    (alarm,) = site.alarms()
    assert (alarm["state"], alarm["closing"]["comment"]) == ("closed", "bag inspected, released by QA")
    site.without_records()


def test_a_changed_asset_in_the_file_is_a_move_from_the_start_on(site: Site) -> None:
    site.configure(TWO, P1, channel("t", "s1"))
    site.start()
    site.read("t", (0, -120.0))
    assert site.gateway.stop() == 0
    site.configure(TWO, P1, channel("t", "s2"))
    assert "moves from s1 to s2" in site.do("check")
    site.start()
    site.screened()
    (alarm,) = site.alarms()
    assert (alarm["asset"], alarm["ended_by"]) == ("s1", "moved")
    assert "placed t in s2" in site.do("statements", "--about", "t")


def test_an_acknowledged_alarm_lives_through_a_new_version(site: Site) -> None:
    site.configure(asset("s1"), P1, channel("t", "s1"))
    site.start()
    site.read("t", (0, -190.0), (10, -140.0))
    (alarm,) = site.alarms()
    site.do("ack", alarm["id"], "--by", "Li Na", "--comment", "seen")
    second = version("2", limit(), limit("above-100", -100.0), valid_from=site.at(20))
    site.restart(asset("s1"), P1, second, channel("t", "s1"))
    site.read("t", (30, -139.0))
    (alarm,) = site.alarms()
    assert (alarm["state"], alarm["start"], alarm["end"]) == ("acknowledged", site.at(10), None)
    assert alarm["profile_versions"] == ["p 1", "p 2"]
    site.without_records()


def test_a_delay_and_a_budget_reach_across_a_version(site: Site) -> None:
    budget = """
[[profiles.p.rules]]
id = "spent"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 60.0
severity = "critical"
"""
    one = version("1", limit(on_delay=10.0), budget)
    site.configure(asset("s1"), one, channel("t", "s1"))
    site.start()
    site.read(
        "t",
        (0, -190.0),
        (10, -140.0),
        (50, -140.0),
        (50.001, -190.0),
        (60, -190.0),
        (95, -190.0),
        (95.1, -140.0),
    )
    assert [a["rule"] for a in site.alarms()] == ["above-150"]
    two = version("2", limit(on_delay=10.0), budget, limit("above-100", -100.0), valid_from=site.at(100))
    site.restart(asset("s1"), one, two, channel("t", "s1"))
    site.read("t", (110.2, -140.0), (140, -140.0))
    assert [(a["rule"], a["start"]) for a in site.alarms()][1] == ("above-150", site.at(95.1))
    assert "spent" in [a["rule"] for a in site.alarms()]


def test_a_channel_that_leaves_the_configuration_is_retired_not_returned(site: Site) -> None:
    both = channel("t", "s1", "max_gap_s = 300.0"), channel("u", "s2")
    site.configure(TWO, P1, *both)
    site.start()
    site.read("t", (595, -120.0))
    assert site.gateway.stop() == 0
    site.configure(TWO, P1, both[1])
    assert "channels.t: is retired" in site.do("check")
    site.start()
    site.screened()
    (alarm,) = eventually(site.alarms, "the alarm is there")
    assert (alarm["ended_by"], alarm["state"], alarm["returned"]) == ("retired", "ended unacknowledged", None)
    site.restart(TWO, P1, *both)
    site.read("t", (598, -119.0))
    (alarm,) = site.alarms()
    assert (alarm["end"], alarm["extreme"], alarm["ended_by"]) == (None, -119.0, None)
    site.without_records()


def test_a_silence_is_no_return_when_its_limit_changes(site: Site) -> None:
    site.began_ns = time.time_ns() - 20 * 1_000_000_000
    site.configure(asset("s1"), P1, channel("t", "s1", silence_s=2.0))
    site.start()
    site.read("t", (0, -190.0))
    eventually(lambda: site.alarms(), "the silence is an alarm", within_s=60)
    site.restart(asset("s1"), P1, channel("t", "s1", silence_s=4.0))
    eventually(
        lambda: {a["end"] is None for a in site.alarms()} == {True, False},
        "the alarm of the old limit has ended, and it is beyond the new one",
        within_s=60,
    )
    ends = [(a["end"], a["start"], a["ended_by"], a["returned"]) for a in site.alarms()]
    assert all(end is None or end > start for end, start, _, _ in ends)
    assert [returned for *_, returned in ends] == [None] * len(ends)
    assert "superseded" in [by for _, _, by, _ in ends]


def test_units_in_an_asset_that_nobody_measures_are_a_fault(site: Site) -> None:
    site.configure(TWO, P1, channel("t", "s1"), channel("u", "s2"))
    site.start()
    site.load(("BAG-2", "s2", -3600, None))
    assert site.gateway.stop() == 0
    site.configure(asset("s1"), P1, channel("t", "s1"))
    assert "BAG-2" in site.do("check")
    site.start()
    fault = eventually(
        lambda: [f for f in site.faults() if "BAG-2" in f["message"]], "a fault names the bag"
    )[0]
    assert "s2" in fault["message"]


def test_a_renamed_asset_keeps_what_is_inside_and_its_channel_its_history(site: Site) -> None:
    site.configure(TWO, P1, channel("t", "s1"))
    site.start()
    site.load(("BAG-1", "s1", -3600, None))
    site.read("t", (0, -190.0), (10, -120.0))
    renamed = asset("dewar-1", 'was = "s1"') + asset("s2")
    site.restart(
        renamed, P1, channel("top", "dewar-1", 'was = "t"').replace("top/temperature", "t/temperature")
    )
    site.read("t", (20, -110.0))
    (alarm,) = site.alarms()
    assert (alarm["end"], alarm["extreme"], codes(alarm)) == (None, -110.0, ["BAG-1"])
    assert not [f for f in site.faults() if "BAG-1" in f["message"]]
    site.without_records()


def test_a_channel_measures_one_quantity_for_ever(site: Site) -> None:
    site.configure(asset("s1"), P1, channel("t", "s1"))
    site.start()
    site.read("t", (0, -190.0))
    assert site.gateway.stop() == 0
    other = channel("t", "s1", 'quantity = "pressure"\nunit = "kPa"').replace('profile = "p"', "")
    site.configure(asset("s1"), P1, other)
    assert "quantity" in site.do("check", refused=True)


def test_ids_of_two_gateways_are_never_the_same(
    site: Site, mosquitto: Mosquitto, publish: Callable[[str, Any], None], tmp_path: Any
) -> None:
    (tmp_path / "other").mkdir()
    other = Site(GatewayProcess(tmp_path / "other" / "cryogate.toml"), mosquitto.port, publish)
    other.began_ns = site.began_ns
    found = []
    for one in (site, other):
        one.configure(asset("s1"), P1, channel("t", "s1"))
        one.start()
        one.read("t", (0, -190.0), (10, -120.0))
        found += [a["id"] for a in one.alarms()]
        assert one.gateway.stop() == 0
    assert len(set(found)) == 2
