"""Fleet files: every mistake is found, all at once, and said with its place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from firmware_sim import instruments
from firmware_sim.bench import bench_fleet
from firmware_sim.fleet import FleetError, load_fleet, parse_fleet
from firmware_sim.story import ACTIONS

FLEETS = Path(__file__).parents[3] / "firmware_sim" / "fleets"

GOOD: dict[str, Any] = {
    "fleet": {"seed": 3, "speed": 60.0},
    "vessel": [
        {"name": "s1", "kind": "dry_shipper", "probes": [{"name": "payload", "node": "payload"}]},
        {
            "name": "f1",
            "kind": "ln2_freezer",
            "model": {"top_K": 9.0},
            "probes": [{"name": "top", "node": "top"}, {"name": "bottom", "node": "bottom"}],
        },
    ],
    "instrument": [
        {
            "name": "port",
            "kind": "tec3000",
            "pty": "f1.tty",
            "units": [{"bus_id": 1, "TEMPA": "f1/top", "TEMPB": "f1/bottom"}],
        },
        {"name": "monitor", "kind": "lakeshore218", "tcp": "127.0.0.1:7777", "inputs": {"1": "f1/top"}},
    ],
    "device": [{"name": "s1", "fields": {"temp": "s1/payload"}}],
    "event": [
        {"at_s": 1.0, "action": "tilt", "vessel": "s1", "angle_deg": 45.0, "for_s": 60.0},
        {"at_s": 2.0, "action": "probe_open", "probe": "f1/top"},
        {"at_s": 3.0, "action": "unplug", "link": "port"},
    ],
}


def problems(table: dict[str, Any]) -> list[str]:
    with pytest.raises(FleetError) as caught:
        parse_fleet(table)
    return caught.value.problems


def changed(**tables: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **tables}


def with_event(**event: Any) -> dict[str, Any]:
    return changed(event=[{"at_s": 1.0, **event}])


def test_a_good_fleet_parses() -> None:
    fleet = parse_fleet(GOOD)
    assert [vessel.name for vessel in fleet.vessel] == ["s1", "f1"]
    assert [event.value for event in fleet.event] == [45.0, 1.0, 1.0]


@pytest.mark.parametrize("path", sorted(FLEETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_fleet_parses(path: Path) -> None:
    assert load_fleet(path).vessel


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (changed(fleet={"sped": 2.0}), "fleet.sped: Extra inputs"),
        (changed(fleet={"speed": 0.0}), "fleet.speed: Input should be greater than 0"),
        (changed(fleet={"speed": float("nan")}), "fleet.speed: Input should be a finite number"),
        (changed(vessel=[]), "vessel: a fleet needs a vessel or a swarm"),
        (
            changed(device=[{"name": "s1", "fields": {}}]),
            "device[0].fields: Dictionary should have at least 1",
        ),
        (
            changed(device=[{"name": "s1", "fields": {"temp": "s1/payload"}, "interval_s": 0}]),
            "device[0].interval_s: Input should be greater than or equal to 0.01",
        ),
        (
            changed(device=[{"name": "s1", "fields": {"temp": "s1/paylod"}}]),
            "device[0] s1: unknown probe 's1/paylod'; did you mean 's1/payload'?",
        ),
        (
            changed(device=[{"name": "s1", "fields": {"ts": "s1/payload"}}]),
            "device[0] s1: the field ts is the time stamp",
        ),
        (
            changed(device=[{"name": "s1", "fields": {"t": "s1/payload"}, "topic": "a/{device}"}]),
            "device[0] s1: the topic may hold {name} and no other braces, not 'a/{device}'",
        ),
        (
            changed(device=[{"name": "port", "fields": {"temp": "s1/payload"}}], event=[]),
            "instrument or device 'port' is there 2 times",
        ),
        (with_event(action="tild", vessel="s1"), "unknown action 'tild'; did you mean 'tilt'?"),
        (with_event(action="tilt", vessel="s11"), "unknown vessel 's11'; did you mean 's1'?"),
        (with_event(action="tilt", link="port"), "acts on a vessel; say vessel = ... and no other target"),
        (with_event(action="tilt", vessel="s1", link="port"), "acts on a vessel; say vessel"),
        (with_event(action="unplug"), "acts on a link; say link"),
        (with_event(action="tilt", vessel="s1", factor=2.0), "factor means nothing to tilt"),
        (with_event(action="ambient", vessel="s1"), "ambient needs temperature_degC"),
        (
            with_event(action="dropout", link="s1", probability=1.5),
            "event[0].probability: Input should be less",
        ),
        (with_event(action="unplug", link="s1", for_s=0.0), "event[0].for_s: Input should be greater than 0"),
    ],
)
def test_a_mistake_is_said_with_its_place(table: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in problems(table)), problems(table)


@pytest.mark.parametrize(
    ("vessel", "said"),
    [
        ({"kind": "dry_shiper"}, "vessel[0] v: unknown kind 'dry_shiper'; did you mean 'dry_shipper'?"),
        (
            {"model": {"capacity": 1.0}},
            "vessel[0] v: unknown model parameter 'capacity'; did you mean 'capacity_L'?",
        ),
        ({"probes": [{"name": "p", "node": "core"}]}, "vessel[0] v: unknown node 'core'"),
        ({"probes": [{"name": "p", "node": "payload", "tau_s": -1.0}]}, "vessel[0].probes[0].tau_s:"),
        ({"pressure_kPa": 20.0}, "vessel[0].pressure_kPa: Input should be greater than or equal to 61.6"),
        ({"name": "a b"}, "vessel[0].name: String should match"),
    ],
)
def test_a_mistake_in_a_vessel(vessel: dict[str, Any], said: str) -> None:
    table = {"name": "v", "kind": "dry_shipper", "probes": [{"name": "payload", "node": "payload"}], **vessel}
    assert any(problem.startswith(said) for problem in problems({"vessel": [table]}))


@pytest.mark.parametrize(
    ("instrument", "said"),
    [
        ({"kind": "tec300"}, "unknown kind 'tec300'; did you mean 'tec3000'?"),
        ({"pty": None}, "says neither pty nor tcp; nobody could reach it"),
        ({"pty": "../x"}, "instrument[0].pty: String should match"),
        ({"units": [{"TEMPA": "f1/top"}]}, "units[0].TEMPB: Field required"),
        ({"units": [{"TEMPA": "f1/top", "TEMPB": "f1/x"}]}, "unknown probe 'f1/x'; did you mean 'f1/top'?"),
        ({"baud": 9600}, "baud: Extra inputs are not permitted"),
    ],
)
def test_a_mistake_in_an_instrument(instrument: dict[str, Any], said: str) -> None:
    table = {**GOOD["instrument"][0], **instrument}
    assert any(said in problem for problem in problems(changed(instrument=[table], event=[])))


def test_all_mistakes_come_at_once() -> None:
    table = changed(event=[{"at_s": 1.0, "action": "tip"}, {"at_s": 2.0, "action": "tilt", "vessel": "s9"}])
    table["vessel"][0]["kind"] = "jar"
    assert len(problems(table)) == 3


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[fleet\nseed = 1\n")
    with pytest.raises(FleetError, match=r"bad.toml: no TOML: .*line 1"):
        load_fleet(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(FleetError, match="no TOML"):
        load_fleet(path)


def test_every_action_can_be_written_in_a_story() -> None:
    some = {"angle_deg": 90.0, "factor": 5.0, "temperature_degC": 30.0, "pressure_kPa": 75.3}
    some |= {"offset_K": 0.23, "probability": 0.1, "offset_s": -3600.0, "drift_ppm": 50.0}
    targets = {"vessel": "s1", "probe": "s1/payload", "link": "port"}
    events = [
        {"at_s": 1.0, "action": name, action.target: targets[action.target], "for_s": 5.0}
        | ({} if action.argument is None else {action.argument: some[action.argument]})
        for name, action in ACTIONS.items()
    ]
    assert len(parse_fleet(changed(event=events)).event) == len(ACTIONS)


@pytest.mark.parametrize("kind", instruments.kinds())
def test_a_bench_fleet_for_every_instrument(kind: str) -> None:
    assert bench_fleet(kind, "x.tty", None, None).instrument[0].kind == kind


def test_no_bench_fleet_for_what_is_not_there() -> None:
    with pytest.raises(FleetError, match="no instrument 'tec9'; there are ami, cryocon, dcon"):
        bench_fleet("tec9", "x.tty", None, None)
