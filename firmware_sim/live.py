"""A fleet or a single instrument, live beside a test that acts on it and looks at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from firmware_sim import instruments
from firmware_sim.background import Background
from firmware_sim.bench import bench_fleet, wiring
from firmware_sim.faults import LinkFaults, heard_of
from firmware_sim.fleet import parse_event
from firmware_sim.mqtt import Publisher
from firmware_sim.pty import serve_pty
from firmware_sim.run import Broker, Run
from firmware_sim.schema import Fleet, Instrument
from firmware_sim.tcp import listens
from firmware_sim.world import Change, World

Result = TypeVar("Result")
NOWHERE: Broker = ("127.0.0.1", 0)  # for fleets without devices


class LiveFleet:
    """A running fleet. `happened` is what its story has done so far."""

    def __init__(
        self, fleet: Fleet, background: Background, folder: Path, broker: Broker | None, speed: float | None
    ) -> None:
        if broker is None and fleet.device:
            raise ValueError("the fleet has MQTT devices: say broker=(host, port), e.g. embedded_broker")
        self.happened: list[Change] = []
        self._background = background
        self._folder = folder
        self._run = Run(fleet, speed)
        background.start(self._run.run(broker or NOWHERE, folder, self.happened.append), "fleet")
        for instrument in fleet.instrument:
            background.until(lambda: self._is_served(instrument), f"instrument {instrument.name} is there")  # noqa: B023

    def path(self, instrument: str) -> Path:
        """The pseudo-terminal of an instrument. Raises KeyError."""
        pty = {each.name: each.pty for each in self._run.fleet.instrument}[instrument]
        if pty is None:
            raise KeyError(f"{instrument} has no pty, only tcp")
        return self._folder / pty

    def instrument(self, name: str) -> instruments.Instrument:
        """An instrument; its `writes` counts the commands that changed it. Raises KeyError."""
        return self._run.instruments[name]

    def device(self, name: str) -> Publisher:
        """An MQTT device: its `connected`, `acknowledged`, `waiting` and `forgotten`. Raises KeyError."""
        return {publisher.name: publisher for publisher in self._run.publishers}[name]

    def true_value(self, vessel: str, node: str) -> float:
        """What is really in a vessel now, without probe, noise and faults."""
        return self.ask(lambda world: world.true_value(vessel, node))

    def ask(self, question: Callable[[World], Result]) -> Result:
        """What `question` finds out while the world stands still."""
        return self._background.call(lambda: question(self._run.world))

    def act(self, action: str, **keys: str | float) -> None:
        """Do now what an [[event]] with these keys would do; `for_s` is story time. Raises FleetError.

        act("probe_open", probe="freezer/top")     act("tilt", vessel="shipper-1", angle_deg=90, for_s=600)
        """
        event = self.ask(
            lambda world: parse_event({"at_s": world.time_s, "action": action, **keys}, self._run.fleet)
        )
        self.happened += self.ask(lambda world: world.act(event))

    def _is_served(self, instrument: Instrument) -> bool:
        if instrument.pty is not None and not self.path(instrument.name).exists():
            return False
        if instrument.tcp is None:
            return True
        host, _, port = instrument.tcp.rpartition(":")
        return listens(host, int(port))


class LiveInstrument:
    """One instrument on a pseudo-terminal at `path`, whose probes show what the test says.

    `shows`: probe -> value (degC, or the unit of what it is; NaN: its circuit is open), to be changed at any
    time. `faults`: what is wrong with its line. `fills`: commands to a fill valve, as (probe, open or close).
    """

    def __init__(
        self, kind: str, background: Background, path: Path, shows: dict[str, float], options: dict[str, Any]
    ) -> None:
        wired = options or wiring(kind)
        module = instruments.load(kind)
        parsed = module.Options.model_validate(wired)
        self.path = path
        self.shows = shows if options else {**_at_rest(kind), **shows}
        self.faults = LinkFaults()
        self.fills: list[tuple[str, bool]] = []
        if missing := set(module.probes(parsed)) - set(self.shows):
            raise ValueError(f"{kind}: say in shows what these probes show: {', '.join(sorted(missing))}")
        self._ideal = module.build(parsed, lambda probe: self.shows[probe], self._fill)
        self._rng = np.random.default_rng(1)
        background.start(serve_pty(path, self._answer, lambda: self.faults.unplugged), f"pty {path.name}")
        background.until(path.exists, f"{path}")

    @property
    def writes(self) -> int:
        """Commands obeyed that change the instrument; a monitor must leave it at 0."""
        return self._ideal.writes

    def _fill(self, probe: str, wanted: bool) -> None:
        self.fills.append((probe, wanted))

    def _answer(self, data: bytes, time_s: float) -> bytes:
        return heard_of(data, self._ideal.receive(data, time_s), self.faults, self._rng)


class StartFleet(Protocol):
    """What the fixture `simulated_fleet` gives."""

    def __call__(
        self, fleet: str | Path, *, broker: Broker | None = None, speed: float | None = None
    ) -> LiveFleet:
        """Start a fleet from a file's path or TOML text; returns once all its ports can be opened.

        `broker` is needed when it has MQTT devices; `speed` overrides the file's. Raises FleetError with each
        mistake, ValueError without a needed broker, an ExceptionGroup of OSError for a port that is taken.
        """


class StartInstrument(Protocol):
    """What the fixture `simulated_instrument` gives."""

    def __call__(self, kind: str, shows: dict[str, float] | None = None, **options: Any) -> LiveInstrument:
        """Start an instrument of `kind`; returns once its port can be opened.

        `options` are the keys of its kind in a fleet file; `shows` is what each probe named in them shows.
        Without options its inputs are connected to the probes of an LN2 and a ULT freezer at rest. Raises
        ValueError (pydantic's ValidationError is one), FleetError for an unknown kind.
        """


def _at_rest(kind: str) -> dict[str, float]:
    """What the probes of a bench fleet show at its beginning."""
    fleet = bench_fleet(kind, "x", None, None)
    world = World(fleet, 1.0)
    names = [f"{vessel.name}/{probe.name}" for vessel in fleet.vessel for probe in vessel.probes]
    return {name: world.sensed(name) for name in names}
