"""A fleet file read and checked: what it names must exist; every mistake is reported with its place."""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from firmware_sim import instruments, vessels
from firmware_sim.schema import Event, Fleet, Swarm, Vessel, instrument_options, link_names, probe_names
from firmware_sim.story import ACTIONS, ARGUMENTS, Action
from firmware_sim.swarm import expand

MOST_DOUBLES = 5  # named of each kind; two swarms of the same name have thousands


Table = TypeVar("Table", bound=BaseModel)


class FleetError(Exception):
    """The fleet file is wrong. `problems` holds every mistake, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_fleet(path: Path) -> Fleet:
    """Read a fleet file. Raises FleetError with every mistake, OSError when it cannot be read."""
    try:
        return parse_text(path.read_text("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise FleetError([f"{path}: no TOML: {error}"]) from None


def parse_text(text: str, name: str = "fleet") -> Fleet:
    """A fleet from TOML text called `name`. Raises FleetError with every mistake."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FleetError([f"{name}: no TOML: {error}"]) from None
    return parse_fleet(table)


def parse_fleet(table: dict[str, Any]) -> Fleet:
    """A fleet from its table. Raises FleetError with every mistake."""
    said = _typed(Fleet, table)
    fleet = expand(said)
    if problems := [*_of_tables(said, probe_names(fleet)), *_of_names(fleet)]:
        raise FleetError(problems)
    return fleet


def parse_event(table: dict[str, Any], fleet: Fleet) -> Event:
    """One more event for a fleet. Raises FleetError with every mistake."""
    event = _typed(Event, table)
    if problems := list(_events(fleet.model_copy(update={"event": (event,)}))):
        raise FleetError(problems)
    return event


def _typed(kind: type[Table], table: dict[str, Any]) -> Table:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise FleetError([_sentence(e["loc"], e["msg"]) for e in error.errors()]) from None


def _of_tables(said: Fleet, known: list[str]) -> Iterator[str]:
    """Mistakes within one table; those of a swarm once, not for each of its members."""
    if not said.vessel and not said.swarm:
        yield "vessel: a fleet needs a vessel or a swarm"
    for number, vessel in enumerate(said.vessel):
        yield from (f"vessel[{number}] {vessel.name}: {p}" for p in _cold(vessel))
    for number, swarm in enumerate(said.swarm):
        yield from (f"swarm[{number}] {swarm.name}: {p}" for p in (*_cold(swarm), *_alike(swarm)))
    yield from _devices(said, dict.fromkeys(known))


def _of_names(fleet: Fleet) -> Iterator[str]:
    """Mistakes between tables."""
    yield from _doubles(fleet)
    yield from _instruments(fleet)
    yield from _events(fleet)


def _sentence(where: tuple[int | str, ...], message: str) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    return f"{path}: {message}"


def _doubles(fleet: Fleet) -> Iterator[str]:
    groups: dict[str, list[str]] = {
        "vessel": [vessel.name for vessel in fleet.vessel],
        "probe": probe_names(fleet),
        "instrument or device": link_names(fleet),
        "pty": [i.pty for i in fleet.instrument if i.pty is not None],
        "tcp": [i.tcp for i in fleet.instrument if i.tcp is not None],
    }
    for what, names in groups.items():
        doubles = [f"{what} {name!r} is there {n} times" for name, n in Counter(names).items() if n > 1]
        yield from doubles[:MOST_DOUBLES]
        if len(doubles) > MOST_DOUBLES:
            yield f"{what}: {len(doubles) - MOST_DOUBLES} more names are there several times"


def _cold(vessel: Vessel | Swarm) -> Iterator[str]:
    if vessel.kind not in vessels.kinds():
        yield _unknown("kind", vessel.kind, vessels.kinds())
        return
    kind = vessels.load(vessel.kind)
    parameters = [*vessel.model, *(vessel.spread if isinstance(vessel, Swarm) else ())]
    yield from _strange("model parameter", parameters, kind.DEFAULTS)
    yield from _strange("node", [probe.node for probe in vessel.probes], kind.NODES)


def _alike(swarm: Swarm) -> Iterator[str]:
    yield from _strange("probe", swarm.fields.values(), [probe.name for probe in swarm.probes])
    yield from _message(swarm.topic.replace("{name}", ""), swarm.topic, swarm.fields)
    for key, (low, high) in swarm.spread.items():
        if low > high:
            yield f"spread.{key}: the lowest value comes first, not {low:g}, {high:g}"
        if key in swarm.model:
            yield f"spread.{key}: model sets {key} for all; say it in one of the two"


def _instruments(fleet: Fleet) -> Iterator[str]:
    known = dict.fromkeys(probe_names(fleet))
    for number, instrument in enumerate(fleet.instrument):
        where = f"instrument[{number}] {instrument.name}"
        if instrument.pty is None and instrument.tcp is None:
            yield f"{where}: says neither pty nor tcp; nobody could reach it"
        if instrument.kind not in instruments.kinds():
            yield f"{where}: {_unknown('kind', instrument.kind, instruments.kinds())}"
            continue
        try:
            options = instrument_options(instrument)
        except ValidationError as error:
            yield from (f"{where}: {_sentence(e['loc'], e['msg'])}" for e in error.errors())
            continue
        wired = instruments.load(instrument.kind).probes(options)
        yield from (f"{where}: {p}" for p in _strange("probe", wired, known))


def _devices(said: Fleet, known: Collection[str]) -> Iterator[str]:
    for number, device in enumerate(said.device):
        where = f"device[{number}] {device.name}"
        yield from (f"{where}: {p}" for p in _strange("probe", device.fields.values(), known))
        yield from (f"{where}: {p}" for p in _message(device.own_topic, device.topic, device.fields))


def _message(own_topic: str, topic: str, fields: Iterable[str]) -> Iterator[str]:
    if "ts" in fields:
        yield "the field ts is the time stamp"
    if "{" in own_topic or "}" in own_topic:
        yield f"the topic may hold {{name}} and no other braces, not {topic!r}"


def _events(fleet: Fleet) -> Iterator[str]:
    known = {
        "vessel": dict.fromkeys(vessel.name for vessel in fleet.vessel),
        "probe": dict.fromkeys(probe_names(fleet)),
        "link": dict.fromkeys(link_names(fleet)),
    }
    for number, event in enumerate(fleet.event):
        where = f"event[{number}] {event.action} at {event.at_s:g} s"
        if event.action not in ACTIONS:
            yield f"{where}: {_unknown('action', event.action, ACTIONS)}"
            continue
        action = ACTIONS[event.action]
        said = {key: name for key in known if (name := getattr(event, key)) is not None}
        if list(said) != [action.target]:
            yield f"{where}: acts on a {action.target}; say {action.target} = ... and no other target"
            continue
        yield from (f"{where}: {p}" for p in _strange(action.target, said.values(), known[action.target]))
        yield from (f"{where}: {p}" for p in _arguments(event, action))


def _arguments(event: Event, action: Action) -> Iterator[str]:
    given = [argument for argument in ARGUMENTS if getattr(event, argument) is not None]
    for argument in given:
        if argument != action.argument:
            yield f"{argument} means nothing to {event.action}"
    if action.default is None and action.argument not in given:
        yield f"{event.action} needs {action.argument}"


def _strange(what: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    yield from (_unknown(what, name, known) for name in names if name not in known)


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)[:12])}"
    return f"unknown {what} {name!r}; {hint}"
