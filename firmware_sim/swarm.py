"""Many devices alike from one table: a swarm becomes vessels and devices of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_sim.chance import generator
from firmware_sim.schema import Device, Fleet, Swarm, Vessel


def expand(fleet: Fleet) -> Fleet:
    """The fleet with every swarm's vessels and devices after its own."""
    vessels = [vessel for swarm in fleet.swarm for vessel in _vessels(swarm, fleet.fleet.seed)]
    devices = [device for swarm in fleet.swarm for device in _devices(swarm)]
    return fleet.model_copy(
        update={"vessel": (*fleet.vessel, *vessels), "device": (*fleet.device, *devices), "swarm": ()}
    )


def names(swarm: Swarm) -> list[str]:
    """The names of a swarm's members, numbered from 1 with leading zeros."""
    digits = len(str(swarm.count))
    return [swarm.name.replace("{n}", f"{number:0{digits}}") for number in range(1, swarm.count + 1)]


def _vessels(swarm: Swarm, seed: int) -> Iterator[Vessel]:
    for name in names(swarm):
        yield Vessel(
            name=name,
            kind=swarm.kind,
            model={**swarm.model, **_drawn(swarm, seed, name)},
            probes=swarm.probes,
            ambient_degC=swarm.ambient_degC,
            pressure_kPa=swarm.pressure_kPa,
        )


def _drawn(swarm: Swarm, seed: int, name: str) -> dict[str, float]:
    """The model parameters in which this member differs from the others."""
    rng = generator(seed, f"spread of {name}")
    return {key: low + (high - low) * float(rng.random()) for key, (low, high) in swarm.spread.items()}


def _devices(swarm: Swarm) -> Iterator[Device]:
    for name in names(swarm):
        yield Device(
            name=name,
            topic=swarm.topic,
            fields={key: f"{name}/{probe}" for key, probe in swarm.fields.items()},
            interval_s=swarm.interval_s,
            backlog=swarm.backlog,
            decimals=swarm.decimals,
        )
