"""One instrument for people at a bench: a fleet of one LN2 and one ULT freezer with that instrument on it."""

from __future__ import annotations

from typing import Any

from firmware_sim.fleet import FleetError, parse_fleet
from firmware_sim.schema import Fleet

_PROBES = [
    {"name": "top", "node": "top", "tau_s": 30.0},
    {"name": "bottom", "node": "bottom", "tau_s": 10.0},
    {"name": "level", "node": "level_mm"},
    {"name": "valve", "node": "valve", "tau_s": 1.0, "noise": 0.0},
]
_ULT_PROBES = [{"name": "air", "node": "air", "tau_s": 60.0}, {"name": "core", "node": "core"}]


def bench_fleet(kind: str, pty: str | None, tcp: str | None, bus_id: int | None) -> Fleet:
    """The fleet that serves one instrument of `kind`. Raises FleetError."""
    options = wiring(kind, bus_id)
    reach = {key: value for key, value in (("pty", pty), ("tcp", tcp)) if value is not None}
    return parse_fleet(
        {
            "vessel": [
                {"name": "freezer", "kind": "ln2_freezer", "probes": _PROBES},
                {"name": "ult", "kind": "ult_freezer", "probes": _ULT_PROBES},
            ],
            "instrument": [{"name": kind, "kind": kind, **reach, **options}],
        }
    )


def wiring(kind: str, bus_id: int | None = None) -> dict[str, Any]:
    """Options of an instrument: every input connected to a freezer it is made for. Raises FleetError."""
    options = _wiring(bus_id)
    if kind not in options:
        raise FleetError([f"no instrument {kind!r}; there are {', '.join(sorted(options))}"])
    return options[kind]


def _wiring(bus_id: int | None) -> dict[str, dict[str, Any]]:
    unit: dict[str, Any] = {"TEMPA": "freezer/top", "TEMPB": "freezer/bottom"}
    unit |= {"LEVEL": "freezer/level", "FILL": "freezer/valve"}
    if bus_id is not None:
        unit["bus_id"] = bus_id
    temperatures = ("freezer/top", "freezer/bottom")
    address = 1 if bus_id is None else bus_id
    return {
        "ami": {"sensors": {"A": "freezer/level"}, "unit": "percent"},
        "cryocon": {"inputs": dict(zip("AB", temperatures, strict=True))},
        "dcon": {"modules": [{"address": address, "inputs": dict(enumerate(temperatures))}]},
        "lakeshore": {"inputs": dict(zip("AB", temperatures, strict=True))},
        "lakeshore218": {"inputs": dict(zip("12", temperatures, strict=True))},
        "modbus_rtu": {"units": [{"slave": address, "probes": temperatures}]},
        "tec3000": {"units": [unit]},
        "thermo_ult": {"freezers": [{"bus_id": address, "sensors": {"TC2": "ult/air", "TC3": "ult/core"}}]},
    }
