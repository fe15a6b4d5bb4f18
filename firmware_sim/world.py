"""The fleet in motion: vessels step together, the story acts on them, probes show what they sense.

Everything moves in whole steps of the same length, so the same fleet, seed and step give the same numbers.
Random parts (how good a specimen is, noise) come from generators seeded by the fleet's seed and the thing's
name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from firmware_sim import vessels
from firmware_sim.boiloff import relax
from firmware_sim.chance import generator
from firmware_sim.faults import LinkFaults, ProbeFaults
from firmware_sim.schema import Event, Fleet, Probe, Vessel, link_names
from firmware_sim.story import ACTIONS, Target
from firmware_sim.vessels import CONTROLS, Columns, Floats

MOMENTARY: Final = ("fill_command", "drained")  # controls that fall back after one step
UNIT_SPREAD: Final = (0.75, 1.4)  # one model and lot differ by 30 to 40 %
SHORTEST_STEP_S: Final = 0.5
LONGEST_STEP_S: Final = 10.0


def step_for(speed: float) -> float:
    """Story seconds per step at a speed: twenty steps a real second, within what the physics bears."""
    return min(max(speed / 20.0, SHORTEST_STEP_S), LONGEST_STEP_S)


@dataclass(frozen=True, slots=True)
class Change:
    """One setting takes one value at one moment."""

    at_s: float
    text: str  # for people
    target: Target
    name: str
    setting: str
    value: float


class World:
    """All vessels, probes and faults of a fleet at one moment of story time."""

    def __init__(self, fleet: Fleet, step_s: float) -> None:
        self.time_s = 0.0
        self.step_s = step_s
        self.steps = 0
        by_kind: dict[str, list[Vessel]] = {}
        for vessel in fleet.vessel:
            by_kind.setdefault(vessel.kind, []).append(vessel)
        self._groups = [_Group(kind, members, fleet.fleet.seed) for kind, members in by_kind.items()]
        self._group_of = {name: group for group in self._groups for name in group.names}
        self._sensors = {
            name: _Sensor(group, slot, group.noise[slot], generator(fleet.fleet.seed, name))
            for group in self._groups
            for slot, name in enumerate(group.probe_names)
        }
        self.links = {name: LinkFaults() for name in link_names(fleet)}
        self._vessel_of = {vessel.name: vessel for vessel in fleet.vessel}
        changes = [change for event in fleet.event for change in _parts(event, self._vessel_of)]
        self._changes = sorted(changes, key=_at_s)

    def advance(self, until_s: float, most_steps: int | None = None) -> list[Change]:
        """Move on by whole steps up to `until_s`, at most `most_steps`; what the story did meanwhile."""
        happened: list[Change] = []
        left = most_steps
        while self.time_s + self.step_s <= until_s and (left is None or left > 0):
            happened += self._apply_due()
            for group in self._groups:
                group.step(self.step_s)
            self.steps += 1
            self.time_s = self.steps * self.step_s
            left = None if left is None else left - 1
        return happened

    def measure(self, probe: str) -> float:
        """What probe `vessel/probe` shows now, in its node's unit; NaN when its circuit is open."""
        return self._sensors[probe].measure()

    def sensed(self, probe: str) -> float:
        """What probe `vessel/probe` would show without noise; NaN when open. Draws no random number."""
        return self._sensors[probe].sensed()

    def true_value(self, vessel: str, node: str) -> float:
        """What is really there, without probe, noise and faults."""
        return self._group_of[vessel].true_value(vessel, node)

    def control(self, vessel: str, control: str, value: float) -> None:
        """Act on a vessel from outside: `control` is a key of firmware_sim.vessels.CONTROLS."""
        self._group_of[vessel].set_control(vessel, control, value)

    def fill(self, probe: str, wanted: bool) -> None:
        """Open or close the fill valve of the vessel that probe `vessel/probe` is on."""
        self.control(probe.partition("/")[0], "fill_command", 1.0 if wanted else -1.0)

    def act(self, event: Event) -> list[Change]:
        """Add an event to the story; what is due by now happens at once and is returned."""
        self._changes = sorted([*self._changes, *_parts(event, self._vessel_of)], key=_at_s)
        return self._apply_due()

    def _apply_due(self) -> list[Change]:
        due = 0
        while due < len(self._changes) and self._changes[due].at_s <= self.time_s:
            self._apply(self._changes[due])
            due += 1
        happened, self._changes = self._changes[:due], self._changes[due:]
        return happened

    def _apply(self, change: Change) -> None:
        if change.target == "vessel":
            self.control(change.name, change.setting, change.value)
            return
        thing: ProbeFaults | LinkFaults
        thing = self.links[change.name] if change.target == "link" else self._sensors[change.name].faults
        resting = getattr(thing, change.setting)
        setattr(thing, change.setting, bool(change.value) if isinstance(resting, bool) else change.value)


class _Group:
    """All vessels of one kind with their probes, as columns."""

    def __init__(self, kind: str, members: list[Vessel], seed: int) -> None:
        self._kind = vessels.load(kind)
        self.names = [vessel.name for vessel in members]
        self._row_of = {name: row for row, name in enumerate(self.names)}
        self._model = vessels.columns([_model(self._kind.DEFAULTS, vessel, seed) for vessel in members])
        self._controls = vessels.columns([_controls(vessel) for vessel in members])
        self._state: Columns = self._kind.begin(self._model, self._controls)
        wiring = [(row, vessel, probe) for row, vessel in enumerate(members) for probe in vessel.probes]
        self.probe_names = [f"{vessel.name}/{probe.name}" for _, vessel, probe in wiring]
        self.noise = [probe.noise for _, _, probe in wiring]
        self._tau_s = np.array([probe.tau_s for _, _, probe in wiring], np.float64)
        self._node = np.array([self._node_number(probe) for _, _, probe in wiring], np.intp)
        self._row = np.array([row for row, _, _ in wiring], np.intp)
        self.sensed = self._at_probes()  # float64[probes], each node's unit: node behind the probe's lag

    def step(self, dt_s: float) -> None:
        self._state = self._kind.step(self._state, self._model, self._controls, dt_s)
        for control in MOMENTARY:
            self._controls[control][:] = CONTROLS[control]
        self.sensed = relax(self.sensed, self._at_probes(), dt_s, self._tau_s)

    def set_control(self, vessel: str, control: str, value: float) -> None:
        self._controls[control][self._row_of[vessel]] = value

    def true_value(self, vessel: str, node: str) -> float:
        columns = self._kind.nodes(self._state, self._model, self._controls)
        return float(columns[node][self._row_of[vessel]])

    def _node_number(self, probe: Probe) -> int:
        return self._kind.NODES.index(probe.node)

    def _at_probes(self) -> Floats:
        columns = self._kind.nodes(self._state, self._model, self._controls)
        by_node = np.stack([columns[node] for node in self._kind.NODES])
        return by_node[self._node, self._row]


class _Sensor:
    """One probe: its place in its group, its noise and its faults."""

    def __init__(self, group: _Group, slot: int, noise: float, rng: np.random.Generator) -> None:
        self.faults = ProbeFaults()
        self._group = group
        self._slot = slot
        self._noise = noise
        self._rng = rng
        self._last = float(group.sensed[slot])

    def sensed(self) -> float:
        return self.faults.shown(float(self._group.sensed[self._slot]), self._last)

    def measure(self) -> float:
        value = float(self._group.sensed[self._slot]) + self._noise * float(self._rng.standard_normal())
        shown = self.faults.shown(value, self._last)
        if not np.isnan(shown):
            self._last = shown
        return shown


def _model(defaults: dict[str, float], vessel: Vessel, seed: int) -> dict[str, float]:
    drawn = float(generator(seed, f"unit_factor of {vessel.name}").uniform(*UNIT_SPREAD))
    return {**defaults, "unit_factor": drawn, **vessel.model}


def _controls(vessel: Vessel) -> dict[str, float]:
    return {**CONTROLS, "ambient_degC": vessel.ambient_degC, "pressure_kPa": vessel.pressure_kPa}


def _parts(event: Event, vessel_of: dict[str, Vessel]) -> list[Change]:
    """An event as single changes; one with an end is two."""
    action = ACTIONS[event.action]
    parts = (action.target, event.target, action.setting)
    begin = Change(event.at_s, f"{event.target} {event.action}", *parts, event.value)
    if event.for_s is None:
        return [begin]
    rest = _at_rest(event, vessel_of)
    return [begin, Change(event.at_s + event.for_s, f"{event.target} {event.action} ends", *parts, rest)]


def _at_s(change: Change) -> float:
    return change.at_s


def _at_rest(event: Event, vessel_of: dict[str, Vessel]) -> float:
    action = ACTIONS[event.action]
    return _controls(vessel_of[event.target])[action.setting] if action.target == "vessel" else 0.0
