"""Swarms: thousands of vessels and devices from one table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rich.console import Console

from firmware_sim.fleet import FleetError, parse_fleet
from firmware_sim.run import Run
from firmware_sim.schema import Fleet
from firmware_sim.status import table
from firmware_sim.world import World

SWARM: dict[str, Any] = {
    "name": "dewar-{n}",
    "count": 12,
    "kind": "dry_shipper",
    "model": {"capacity_L": 4.3},
    "spread": {"start_percent": [20.0, 80.0]},
    "ambient_degC": 30.0,
    "probes": [{"name": "payload", "node": "payload"}, {"name": "level", "node": "level_percent"}],
    "topic": "site/{name}/up",
    "fields": {"temp": "payload", "level": "level"},
    "interval_s": 5.0,
    "backlog": 100,
    "decimals": 1,
}


def fleet(seed: int = 1, **swarm: Any) -> Fleet:
    return parse_fleet({"fleet": {"seed": seed}, "swarm": [{**SWARM, **swarm}]})


def problems(table: dict[str, Any]) -> list[str]:
    with pytest.raises(FleetError) as caught:
        parse_fleet(table)
    return caught.value.problems


def starts(seed: int) -> list[float]:
    return [vessel.model["start_percent"] for vessel in fleet(seed, count=200).vessel]


def test_every_member_has_a_vessel_and_a_device_with_what_the_swarm_says() -> None:
    swarm = fleet()
    names = [f"dewar-{number:02}" for number in range(1, 13)]
    assert [vessel.name for vessel in swarm.vessel] == names
    assert [device.name for device in swarm.device] == names
    vessel, device = swarm.vessel[6], swarm.device[6]
    assert (vessel.kind, vessel.ambient_degC, vessel.model["capacity_L"]) == ("dry_shipper", 30.0, 4.3)
    assert [probe.name for probe in vessel.probes] == ["payload", "level"]
    assert device.own_topic == "site/dewar-07/up"
    assert device.fields == {"temp": "dewar-07/payload", "level": "dewar-07/level"}
    assert (device.interval_s, device.backlog, device.decimals) == (5.0, 100, 1)


def test_a_spread_is_even_and_repeated_by_the_seed() -> None:
    drawn = np.array(starts(1))
    assert ((drawn >= 20.0) & (drawn <= 80.0)).all()
    assert np.histogram(drawn, 3, (20.0, 80.0))[0].min() > 40
    assert starts(1) == drawn.tolist()
    assert starts(2) != drawn.tolist()


def test_members_behave_each_in_its_own_way() -> None:
    world = World(fleet(), 10.0)
    levels = [world.true_value(f"dewar-{number:02}", "level_percent") for number in range(1, 13)]
    world.advance(3600.0)
    lost = [
        before - world.true_value(f"dewar-{number:02}", "level_percent")
        for number, before in enumerate(levels, 1)
    ]
    assert len(set(levels)) == len({round(percent, 6) for percent in lost}) == 12
    assert min(lost) > 0.0


def test_the_story_acts_on_one_member() -> None:
    event = {"at_s": 0.0, "action": "ln2_gone", "vessel": "dewar-03"}
    world = World(parse_fleet({"swarm": [SWARM], "event": [event]}), 10.0)
    world.advance(60.0)
    dry = [n for n in range(1, 13) if world.true_value(f"dewar-{n:02}", "level_percent") == 0.0]
    assert dry == [3]


def test_swarms_stand_beside_single_vessels_and_each_other() -> None:
    vessel = {"name": "ult-1", "kind": "ult_freezer", "probes": [{"name": "air", "node": "air"}]}
    boxes = {
        "name": "box-{n}",
        "count": 3,
        "kind": "fridge",
        "probes": vessel["probes"],
        "fields": {"t": "air"},
    }
    both = parse_fleet({"vessel": [vessel], "swarm": [SWARM, boxes]})
    assert [len(both.vessel), len(both.device)] == [16, 15]
    assert both.vessel[0].name == "ult-1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "dewar"}, "swarm[0].name: String should match"),
        ({"name": "de war-{n}"}, "swarm[0].name: String should match"),
        ({"count": 0}, "swarm[0].count: Input should be greater"),
        ({"cuont": 3}, "swarm[0].cuont: Extra inputs"),
        ({"kind": "jar"}, "swarm[0] dewar-{n}: unknown kind 'jar'"),
        ({"model": {"capacity": 3.0}}, "unknown model parameter 'capacity'; did you mean 'capacity_L'?"),
        ({"spread": {"start": [1.0, 2.0]}}, "unknown model parameter 'start'"),
        ({"spread": {"start_percent": [9.0, 2.0]}}, "spread.start_percent: the lowest value comes first"),
        ({"spread": {"capacity_L": [3.0, 4.0]}}, "spread.capacity_L: model sets capacity_L for all"),
        ({"fields": {"t": "paylod"}}, "unknown probe 'paylod'; did you mean 'payload'?"),
        ({"fields": {"ts": "payload"}}, "swarm[0] dewar-{n}: the field ts is the time stamp"),
        ({"topic": "a/{n}"}, "the topic may hold {name} and no other braces, not 'a/{n}'"),
    ],
)
def test_a_mistake_is_said_once_with_its_place(change: dict[str, Any], said: str) -> None:
    assert len([p for p in problems({"swarm": [{**SWARM, **change}]}) if said in p]) == 1


def test_names_taken_by_two_swarms_are_said_briefly() -> None:
    said = problems({"swarm": [SWARM, SWARM]})
    assert "vessel 'dewar-01' is there 2 times" in said
    assert "vessel: 7 more names are there several times" in said
    assert len(said) == 3 * 6


def test_a_fleet_keeps_to_its_connections() -> None:
    few = Run(parse_fleet({"fleet": {"connections": 3}, "swarm": [{**SWARM, "count": 500}]}))
    assert [c.identifier for c in few.connections()] == [
        "sim-dewar-001+166",
        "sim-dewar-002+166",
        "sim-dewar-003+165",
    ]
    many = Run(fleet(count=12)).connections()
    assert [c.identifier for c in many] == [f"sim-dewar-{n:02}" for n in range(1, 13)]
    assert len(Run(fleet(count=500)).connections()) == 64


def test_a_large_fleet_fits_on_a_screen() -> None:
    console = Console(width=160)
    with console.capture() as shown:
        console.print(table(Run(fleet(count=500))))
    assert len(shown.get().splitlines()) < 50
    said = " ".join(shown.get().split())
    assert said.endswith("and 960 more probes 0 of 500 devices connected, 0 messages sent, 0 waiting")
