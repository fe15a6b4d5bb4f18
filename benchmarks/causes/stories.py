"""Simulated vessels, each with a story and its equipment: what happens to it, when, how it is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from firmware_sim.fleet import parse_fleet
from firmware_sim.schema import Fleet
from gateway.alarms.causes import Cause

HOUR: Final = 3600.0
LENGTH_S: Final = 46 * HOUR
EVENT_S: Final = (15 * HOUR, 19 * HOUR)
KINDS: Final = ("ln2_freezer", "dry_shipper", "ult_freezer", "fridge")
SOURCES: Final = ("broker", "port")  # of a site; each asset is on one of them


@dataclass(frozen=True, slots=True)
class Story:
    """One vessel. `truths`: what is so, the main one first; empty: none of the causes that hints know.

    `fault` happens between probe and gateway (rig.py), `events` in the vessel.
    """

    name: str
    kind: str
    truths: tuple[Cause, ...]
    at_s: float
    interval_s: float
    decimals: int
    fault: str = ""
    for_s: float | None = None
    events: tuple[Mapping[str, Any], ...] = ()
    model: Mapping[str, float] = field(default_factory=dict)
    probes: tuple[str, ...] = ()
    noise: float = 1.0
    ambient_degC: float = 22.0

    @property
    def title(self) -> str:
        return self.name.partition(" #")[0]


NODES: Final[Mapping[str, Mapping[str, tuple[str, float, float]]]] = {
    # channel: node, time constant in s, noise
    "ln2_freezer": {
        "top": ("top", 60.0, 0.05),
        "bottom": ("bottom", 15.0, 0.03),
        "level": ("level_mm", 30.0, 0.5),
        "valve": ("valve", 1.0, 0.0),
    },
    "dry_shipper": {
        "payload": ("payload", 120.0, 0.04),
        "neck": ("neck", 60.0, 0.08),
        "level": ("level_percent", 30.0, 0.15),
    },
    "ult_freezer": {
        "air": ("air", 60.0, 0.05),
        "core": ("core", 60.0, 0.05),
        "running": ("running", 1.0, 0.0),
    },
    "fridge": {"air": ("air", 200.0, 0.02), "running": ("running", 1.0, 0.0)},
}
ALWAYS: Final = {
    "ln2_freezer": ("top",),
    "dry_shipper": ("payload",),
    "ult_freezer": ("air",),
    "fridge": ("air",),
}
EQUIPPED: Final = 0.55  # share of vessels that have each further probe


def stories(seed: int, rounds: int) -> Iterator[Story]:
    """Every kind of story `rounds` times, each with other times, equipment and noise."""
    dice = np.random.default_rng([seed, 20261129])
    for number in range(rounds):
        for make in _ALL:
            yield make(_Draw(dice, number))


def fleet(of: list[Story], seed: int) -> Fleet:
    """All of them in one world."""
    return parse_fleet({
        "fleet": {"seed": seed},
        "vessel": [
            {
                "name": vessel(k),
                "kind": story.kind,
                "model": dict(story.model),
                "ambient_degC": story.ambient_degC,
                "probes": [_probe(story, name) for name in story.probes],
            }
            for k, story in enumerate(of)
        ],
        "event": [
            {"at_s": story.at_s, **dict(event), "vessel": vessel(k)}
            for k, story in enumerate(of)
            for event in story.events
        ],
    })  # fmt: skip


def vessel(number: int) -> str:
    return f"v{number}"


def _probe(story: Story, name: str) -> dict[str, Any]:
    node, tau_s, noise = NODES[story.kind][name]
    return {"name": name, "node": node, "tau_s": tau_s, "noise": noise * story.noise}


class _Draw:
    """Random parts of one story."""

    def __init__(self, dice: np.random.Generator, number: int) -> None:
        self._dice, self._number = dice, number

    def uniform(self, low: float, high: float) -> float:
        return float(self._dice.uniform(low, high))

    def story(self, name: str, kind: str, *truths: Cause, need: tuple[str, ...] = (), **more: Any) -> Story:
        chosen = [n for n in NODES[kind] if n in (*ALWAYS[kind], *need) or self._dice.random() < EQUIPPED]
        return Story(
            f"{name} #{self._number}",
            kind,
            truths,
            round(self.uniform(*EVENT_S)),
            float(self._dice.choice([30.0, 60.0, 60.0, 120.0, 300.0])),
            int(self._dice.choice([1, 2, 2])),
            probes=tuple(chosen),
            noise=self.uniform(0.5, 4.0),
            ambient_degC=self.uniform(18.0, 26.0),
            **more,
        )

    def nitrogen(self) -> str:
        return str(self._dice.choice(["ln2_freezer", "dry_shipper"]))

    def cabinet(self) -> str:
        return str(self._dice.choice(["ult_freezer", "fridge"]))

    def any_kind(self) -> str:
        return str(self._dice.choice(list(KINDS)))


def _lid_freezer(d: _Draw) -> Story:
    return d.story(
        "lid of a vapour freezer open", "ln2_freezer", Cause.LID,
        events=({"action": "lid_open", "for_s": d.uniform(120, 1500)},),
    )  # fmt: skip


def _door(d: _Draw) -> Story:
    kind = d.cabinet()
    longest = (400.0, 1800.0) if kind == "ult_freezer" else (240.0, 1800.0)
    return d.story(
        "door open", kind, Cause.LID, events=({"action": "lid_open", "for_s": d.uniform(*longest)},)
    )


def _lid_shipper(d: _Draw) -> Story:
    return d.story(
        "lid of a dry shipper left open", "dry_shipper", Cause.LID, Cause.NITROGEN,
        events=({"action": "lid_open", "for_s": d.uniform(6, 30) * HOUR},),
        model={"start_percent": d.uniform(14, 45)},
    )  # fmt: skip


def _gone(d: _Draw) -> Story:
    """A freezer then fills itself."""
    kind = d.nitrogen()
    also = (Cause.FILLING,) if kind == "ln2_freezer" else ()
    return d.story("liquid gone at once", kind, Cause.NITROGEN, *also, events=({"action": "ln2_gone"},))


def _low(d: _Draw) -> Story:
    return d.story(
        "runs dry, not refilled", "dry_shipper", Cause.NITROGEN, model={"start_percent": d.uniform(6, 13)}
    )


def _no_supply(d: _Draw) -> Story:
    return d.story(
        "supply of liquid empty", "ln2_freezer", Cause.NITROGEN, need=("level", "valve"),
        model={"fill_L_per_min": 0.0, "start_percent": d.uniform(50.5, 51.5)},
    )  # fmt: skip


def _fill(d: _Draw) -> Story:
    model = {"start_percent": d.uniform(52, 66), "fill_L_per_min": d.uniform(1.5, 5)}
    hot = {"hot_gas_K": d.uniform(32, 55), "hot_gas_s": d.uniform(120, 300)}
    return d.story(
        "being filled", "ln2_freezer", Cause.FILLING, events=({"action": "fill"},), model={**model, **hot}
    )


def _on_its_side(d: _Draw) -> Story:
    return d.story(
        "shipper on its side", "dry_shipper", Cause.TILT, Cause.NITROGEN,
        events=({"action": "tilt", "angle_deg": d.uniform(80, 100)},),
        model={"start_percent": d.uniform(13, 30)},
    )  # fmt: skip


def _upside_down(d: _Draw) -> Story:
    return d.story(
        "shipper upside down", "dry_shipper", Cause.TILT, Cause.NITROGEN,
        events=({"action": "tilt", "angle_deg": d.uniform(140, 180)},),
        model={"start_percent": d.uniform(60, 90), "held_when_inverted": d.uniform(0.05, 0.3)},
    )  # fmt: skip


def _vacuum(d: _Draw) -> Story:
    kind = d.nitrogen()
    start = d.uniform(20, 60) if kind == "dry_shipper" else d.uniform(55, 75)
    model = {"start_percent": start} | ({"fill_L_per_min": 0.0} if kind == "ln2_freezer" else {})
    factor = d.uniform(14, 25)
    return d.story(
        "vacuum lost", kind, Cause.VACUUM, Cause.NITROGEN,
        events=({"action": "vacuum_loss", "factor": factor},), model=model,
    )  # fmt: skip


def _power_one(d: _Draw) -> Story:
    return d.story("no power, one cabinet", d.cabinet(), Cause.POWER, events=({"action": "power_loss"},))


def _power_site(d: _Draw) -> Story:
    return d.story(
        "no power at the site", d.cabinet(), Cause.POWER, fault="site", events=({"action": "power_loss"},)
    )


def _power_silent(d: _Draw) -> Story:
    return d.story("no power, devices silent", d.any_kind(), Cause.POWER, fault="site silent", for_s=2 * HOUR)


def _sensor(fault: str, title: str) -> Any:
    def make(d: _Draw) -> Story:
        return d.story(f"sensor {title}", d.any_kind(), Cause.SENSOR, fault=fault)

    return make


def _link_source(d: _Draw) -> Story:
    return d.story("source lost", d.any_kind(), Cause.LINK, fault="source", for_s=d.uniform(1, 4) * HOUR)


def _link_device(d: _Draw) -> Story:
    return d.story("device lost", d.any_kind(), Cause.LINK, fault="device", for_s=d.uniform(1, 4) * HOUR)


def _weak(d: _Draw) -> Story:
    """None of the causes: the room is too hot for a worn compressor."""
    return d.story(
        "hot room, worn compressor", "ult_freezer", model={"unit_factor": 0.58},
        events=({"action": "ambient", "temperature_degC": d.uniform(45, 60)},),
    )  # fmt: skip


def _tight(d: _Draw) -> Story:
    """None of the causes: the limit lies within what is normal."""
    return d.story("limit too tight", d.cabinet(), fault="tight")


_ALL: Final = (
    _lid_freezer, _door, _lid_shipper, _gone, _low, _no_supply, _fill, _on_its_side, _upside_down, _vacuum,
    _power_one, _power_site, _power_silent, _sensor("open", "broken"), _sensor("jump", "off at once"),
    _sensor("still", "frozen"), _sensor("sentinel", "says 85 or -127"), _link_source, _link_device, _weak,
    _tight,
)  # fmt: skip
