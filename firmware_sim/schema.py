"""What a fleet file may say: its tables as frozen types.

Story time counts simulated seconds from the start of the run; at `speed` 300 one real second is five minutes
of story. Publishing intervals and device clocks are real time.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from firmware_sim import instruments, vessels
from firmware_sim.story import ACTIONS

Name = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
NumberedName = r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?\{n\}[A-Za-z0-9_.-]*$"
MOST_IN_SWARM = 100_000
MOST_BACKLOG = 1_000_000  # messages a device may hold back: about 100 MB


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Settings(_Table):
    """[fleet]: seed and pace."""

    seed: int = Field(default=1, ge=0)
    speed: float = Field(default=1.0, gt=0.0, le=100_000.0)  # simulated seconds per real second
    connections: int = Field(default=64, ge=1, le=1000)  # to the broker; more devices than that share them
    start: datetime | None = None  # what device clocks show at the beginning; left out: now


class Probe(_Table):
    """A sensor on one node of a vessel."""

    name: str = Field(pattern=Name)
    node: str
    tau_s: float = Field(default=20.0, gt=0.0)  # first-order lag: 2-15 s in liquid, 30-120 s in vapour or air
    noise: float = Field(default=0.02, ge=0.0)  # standard deviation, in the node's unit


class _Cold(_Table):
    """What vessels and swarms have in common."""

    kind: str
    model: dict[str, float] = {}
    probes: tuple[Probe, ...] = Field(min_length=1)
    ambient_degC: float = Field(default=vessels.CONTROLS["ambient_degC"], ge=-60.0, le=80.0)
    pressure_kPa: float = Field(default=vessels.CONTROLS["pressure_kPa"], ge=61.6, le=150.0)


class Vessel(_Cold):
    """[[vessel]]: something that keeps product cold."""

    name: str = Field(pattern=Name)


class Instrument(BaseModel):
    """[[instrument]]: keys below, and those of its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(pattern=Name)
    kind: str
    pty: str | None = Field(default=None, pattern=Name)  # name of the link in the run directory
    tcp: str | None = Field(default=None, pattern=r"^.+:\d{1,5}$")  # host:port of a raw socket


class _Publishing(_Table):
    """What devices and swarms have in common."""

    topic: str = Field(default="cryo/{name}/telemetry", pattern=r"^[^#+]+$")
    fields: dict[str, str] = Field(min_length=1)  # JSON key -> vessel/probe; in a swarm: its own probe
    interval_s: float = Field(default=1.0, ge=0.01, le=86_400.0)  # real time
    backlog: int = Field(default=3600, ge=1, le=MOST_BACKLOG)  # messages kept while the broker is away
    decimals: int = Field(default=2, ge=0, le=9)


class Device(_Publishing):
    """[[device]]: something that publishes over MQTT."""

    name: str = Field(pattern=Name)

    @property
    def own_topic(self) -> str:
        """The topic with the device's name in it."""
        return self.topic.replace("{name}", self.name)


class Swarm(_Cold, _Publishing):
    """[[swarm]]: many vessels alike, each with a device of the same name."""

    name: str = Field(pattern=NumberedName, max_length=60)  # {n}: the number of each
    count: int = Field(ge=1, le=MOST_IN_SWARM)
    spread: dict[str, tuple[float, float]] = {}  # model parameter -> lowest, highest; drawn for each


class Event(_Table):
    """[[event]]: something that happens at a moment of story time."""

    at_s: float = Field(ge=0.0)
    action: str
    vessel: str | None = None
    probe: str | None = None  # vessel/probe
    link: str | None = None  # name of an instrument or a device
    for_s: float | None = Field(default=None, gt=0.0)  # left out: for good
    angle_deg: float | None = Field(default=None, ge=0.0, le=180.0)
    factor: float | None = Field(default=None, ge=1.0, le=1000.0)
    temperature_degC: float | None = Field(default=None, ge=-60.0, le=80.0)
    pressure_kPa: float | None = Field(default=None, ge=61.6, le=150.0)
    offset_K: float | None = None
    probability: float | None = Field(default=None, ge=0.0, le=1.0)
    offset_s: float | None = None
    drift_ppm: float | None = None

    @property
    def target(self) -> str:
        return self.vessel or self.probe or self.link or ""

    @property
    def value(self) -> float:
        """The value the action's setting takes."""
        action = ACTIONS[self.action]
        said: float | None = None if action.argument is None else getattr(self, action.argument)
        value = action.default if said is None else said
        if value is None:
            raise ValueError(f"{self.action} needs {action.argument}")
        return value


class Fleet(_Table):
    """The whole file."""

    fleet: Settings = Settings()
    vessel: tuple[Vessel, ...] = ()
    instrument: tuple[Instrument, ...] = ()
    device: tuple[Device, ...] = ()
    swarm: tuple[Swarm, ...] = ()  # none in what firmware_sim.fleet gives: vessels and devices by then
    event: tuple[Event, ...] = ()


def probe_names(fleet: Fleet) -> list[str]:
    """Every probe as vessel/probe."""
    return [f"{vessel.name}/{probe.name}" for vessel in fleet.vessel for probe in vessel.probes]


def link_names(fleet: Fleet) -> list[str]:
    """Every instrument and device: what has a line or a connection that can fail."""
    return [i.name for i in fleet.instrument] + [d.name for d in fleet.device]


def instrument_options(instrument: Instrument) -> BaseModel:
    """The keys of an instrument's kind, parsed. Raises pydantic.ValidationError."""
    return instruments.load(instrument.kind).Options.model_validate(instrument.model_extra)
