"""The fleet in motion: the story happens when it says, the seed repeats it, the demo does what it should."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware_sim.fleet import load_fleet, parse_fleet
from firmware_sim.schema import Fleet
from firmware_sim.world import World, step_for

DEMO = Path(__file__).parents[3] / "firmware_sim" / "fleets" / "demo.toml"


def fleet(seed: int = 1, noise: float = 0.0, model: dict[str, float] | None = None, **tables: Any) -> Fleet:
    probe = {"name": "payload", "node": "payload", "tau_s": 0.001, "noise": noise}
    mass = {"name": "mass", "node": "mass_kg", "tau_s": 0.001, "noise": 0.0}
    vessels = [{"name": "s1", "kind": "dry_shipper", "probes": [probe, mass], "model": model or {}}]
    vessels.append(
        {"name": "u1", "kind": "ult_freezer", "probes": [{"name": "air", "node": "air", "tau_s": 600.0}]}
    )
    devices = [{"name": "d1", "fields": {"temp": "s1/payload"}}]
    return parse_fleet({"fleet": {"seed": seed}, "vessel": vessels, "device": devices, **tables})


def story(*events: dict[str, Any], step_s: float = 1.0, **more: Any) -> World:
    return World(fleet(event=list(events), **more), step_s)


def course(world: World, until_s: int, probe: str) -> list[float]:
    values = []
    for second in range(1, until_s + 1):
        world.advance(second)
        values.append(world.measure(probe))
    return values


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, again = (course(World(fleet(5, noise=0.1), 1.0), 200, "s1/payload") for _ in range(2))
    other = course(World(fleet(6, noise=0.1), 1.0), 200, "s1/payload")
    assert first == again
    assert first != other


def test_numbers_do_not_depend_on_how_often_the_clock_is_looked_at() -> None:
    often, once = World(fleet(), 1.0), World(fleet(), 1.0)
    for tenth in range(12_000):
        often.advance(tenth / 10.0)
    once.advance(1199.9)
    assert often.time_s == once.time_s == 1199.0
    assert often.measure("s1/payload") == once.measure("s1/payload")


def test_a_specimen_differs_from_its_data_sheet_by_its_seed() -> None:
    def boiled_kg(seed: int, **model: float) -> float:
        world = World(fleet(seed, model={"probe_leak_W": 0.0, **model}), 10.0)
        before = world.true_value("s1", "mass_kg")
        world.advance(3600.0)
        return before - world.true_value("s1", "mass_kg")

    rated = boiled_kg(1, unit_factor=1.0)
    factors = np.array([boiled_kg(seed) / rated for seed in range(12)])
    assert ((factors > 0.749) & (factors < 1.401)).all()
    assert factors.std() > 0.1
    assert boiled_kg(2, unit_factor=1.0) == rated


def test_a_probe_lags_behind_its_node() -> None:
    world = story({"at_s": 0.0, "action": "power_loss", "vessel": "u1"}, step_s=10.0)
    world.advance(7200.0)
    assert world.true_value("u1", "air") - world.sensed("u1/air") > 0.3
    assert world.measure("u1/air") == pytest.approx(world.sensed("u1/air"), abs=0.15)


def test_noise_has_its_spread_and_no_bias() -> None:
    world = World(fleet(noise=0.5), 1.0)
    errors = np.array([world.measure("s1/payload") - world.sensed("s1/payload") for _ in range(2000)])
    assert errors.std() == pytest.approx(0.5, rel=0.1)
    assert abs(errors.mean()) < 0.05


def test_an_event_begins_and_ends_when_it_says_and_is_reported() -> None:
    world = story({"at_s": 10.0, "action": "probe_open", "probe": "s1/payload", "for_s": 5.0})
    values, said = [], []
    for second in range(1, 21):
        said += [change.text for change in world.advance(second)]
        values.append(world.measure("s1/payload"))
    opened = [second for second, value in enumerate(values, 1) if math.isnan(value)]
    assert opened == [11, 12, 13, 14, 15]
    assert said == ["s1/payload probe_open", "s1/payload probe_open ends"]


def test_a_frozen_probe_goes_on_showing_its_last_value() -> None:
    world = story({"at_s": 10.0, "action": "probe_frozen", "probe": "s1/payload"}, noise=0.1)
    values = course(world, 30, "s1/payload")
    assert len(set(values[:10])) == 10
    assert set(values[10:]) == {values[9]}


def test_ln2_gone_drains_at_once_and_fill_refills() -> None:
    world = story(
        {"at_s": 10.0, "action": "ln2_gone", "vessel": "s1"},
        {"at_s": 600.0, "action": "fill", "vessel": "s1"},
    )
    world.advance(12.0)
    assert world.true_value("s1", "level_percent") == 0.0
    world.advance(4000.0)
    assert world.true_value("s1", "level_percent") > 99.0


def test_fill_can_be_stopped() -> None:
    world = story(
        {"at_s": 0.0, "action": "fill", "vessel": "s1"},
        {"at_s": 60.0, "action": "fill_stop", "vessel": "s1"},
        model={"start_percent": 10.0},
    )
    world.advance(60.0)
    assert world.true_value("s1", "level_percent") == pytest.approx(37.4, abs=1.0)
    world.advance(600.0)
    assert world.true_value("s1", "level_percent") < 38.0


def test_surroundings_change_and_go_back_to_those_of_the_vessel() -> None:
    world = story(
        {"at_s": 10.0, "action": "pressure", "vessel": "s1", "pressure_kPa": 75.3, "for_s": 7200.0},
        step_s=10.0,
    )
    world.advance(7200.0)
    assert world.true_value("s1", "payload") == pytest.approx(-198.2, abs=0.1)
    world.advance(14_400.0)
    assert world.true_value("s1", "payload") == pytest.approx(-195.75, abs=0.1)


def test_link_faults_are_set_by_the_story() -> None:
    world = story(
        {"at_s": 1.0, "action": "unplug", "link": "d1", "for_s": 5.0},
        {"at_s": 2.0, "action": "clock_offset", "link": "d1", "offset_s": -3600.0},
        {"at_s": 2.0, "action": "garbage", "link": "d1", "probability": 0.2},
    )
    world.advance(4.0)
    faults = world.links["d1"]
    assert (faults.unplugged, faults.clock_offset_s, faults.garbage) == (True, -3600.0, 0.2)
    world.advance(10.0)
    assert faults.unplugged is False


def test_an_instrument_can_open_a_fill_valve() -> None:
    world = story(model={"start_percent": 10.0})
    world.fill("s1/payload", True)
    world.advance(60.0)
    world.fill("s1/payload", False)
    level = world.true_value("s1", "level_percent")
    world.advance(120.0)
    assert level > 30.0
    assert world.true_value("s1", "level_percent") < level


def test_a_slow_machine_gets_a_slow_story_not_a_lost_one() -> None:
    world = story({"at_s": 50.0, "action": "unplug", "link": "d1"})
    assert world.advance(100.0, most_steps=50) == []
    assert world.time_s == 50.0
    assert [change.at_s for change in world.advance(100.0)] == [50.0]


@pytest.mark.parametrize(("speed", "step_s"), [(1.0, 0.5), (60.0, 3.0), (300.0, 10.0), (3600.0, 10.0)])
def test_steps_suit_the_speed(speed: float, step_s: float) -> None:
    assert step_for(speed) == step_s


# the demonstration


class Demo:
    """What every probe of demo.toml shows at each tenth of a real second, without sleeping."""

    def __init__(self, until_s: float = 120.0) -> None:
        self.fleet = load_fleet(DEMO)
        speed = self.fleet.fleet.speed
        world = World(self.fleet, step_for(speed))
        self.real_s = np.arange(0.1, until_s, 0.1)
        self.shown: dict[str, list[float]] = {}
        self.level: list[float] = []
        for real_s in self.real_s:
            world.advance(real_s * speed)
            for vessel in self.fleet.vessel:
                for probe in vessel.probes:
                    name = f"{vessel.name}/{probe.name}"
                    self.shown.setdefault(name, []).append(world.measure(name))
            self.level.append(world.true_value("shipper-2", "level_percent"))

    def first_above(self, probe: str, limit: float) -> float | None:
        above = self.real_s[np.array(self.shown[probe]) > limit]
        return float(above[0]) if len(above) else None


@pytest.fixture(scope="module")
def demo() -> Demo:
    return Demo()


def test_the_demo_has_the_names_the_demonstration_relies_on(demo: Demo) -> None:
    shippers = [f"shipper-{n}" for n in (1, 2, 3, 4)]
    assert [vessel.name for vessel in demo.fleet.vessel] == ["freezer-1", *shippers, "ult-1", "box-1"]
    assert [device.name for device in demo.fleet.device] == [*shippers, "ult-1", "box-1"]
    assert all(device.topic == "cryo/{name}/telemetry" for device in demo.fleet.device)
    assert all(list(device.fields) == ["temp"] and device.interval_s == 1.0 for device in demo.fleet.device)
    (port,) = demo.fleet.instrument
    assert (port.kind, port.pty) == ("tec3000", "freezer-1.tty")


def test_in_the_demo_shipper_2_runs_dry_at_20_s_and_passes_minus_150_within_45_s(demo: Demo) -> None:
    dry_s = demo.real_s[np.array(demo.level) <= 0.0][0]
    assert 18.0 < dry_s < 22.0
    crossed_s = demo.first_above("shipper-2/payload", -150.0)
    assert crossed_s is not None
    assert 20.0 < crossed_s < 45.0
    after = np.array(demo.shown["shipper-2/payload"])[demo.real_s > crossed_s + 1.0]
    assert (after > -150.0).all()
    assert after[-1] > 15.0  # on towards ambient


def test_in_the_demo_nobody_else_passes_minus_150(demo: Demo) -> None:
    probes = ["freezer-1/top", "freezer-1/bottom", *(f"shipper-{n}/payload" for n in (1, 3, 4))]
    assert {probe: demo.first_above(probe, -150.0) for probe in probes} == dict.fromkeys(probes)


def test_in_the_demo_the_freezer_shows_its_lid_and_recovers(demo: Demo) -> None:
    top = np.array(demo.shown["freezer-1/top"])
    opened, after = (demo.real_s > 8.0) & (demo.real_s < 12.0), demo.real_s > 40.0
    assert top[opened].max() > top[0] + 20.0
    assert np.abs(top[after] - top[0]).max() < 2.0
    assert (np.array(demo.shown["freezer-1/bottom"]) < -194.5).all()


def test_in_the_demo_the_ult_freezer_cycles_and_the_box_is_quiet(demo: Demo) -> None:
    air, box = np.array(demo.shown["ult-1/air"]), np.array(demo.shown["box-1/air"])
    assert -84.0 < air.min() < -82.0
    assert -78.0 < air.max() < -76.0
    crossings = np.count_nonzero(np.diff(air[::5] > -80.0))
    assert 20 < crossings < 60  # about one in three seconds
    assert (box > 2.5).all()
    assert (box < 7.5).all()
