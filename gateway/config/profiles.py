"""Product profiles: versions with the time they come into force, and their rules."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gateway.config.tables import Problems, Table, build, plug_in
from gateway.config.types import FOREVER_PAST, RULES, ProfileVersion, Rule
from gateway.errors import InputError
from gateway.model import Severity
from gateway.times import parse_rfc3339
from gateway.units import CONVERSIONS

NO_DATA = "no-data"  # id of the rule that every channel has through no_data_after_s
CANONICAL = tuple(dict.fromkeys(c.canonical for c in CONVERSIONS.values()))
VERSION_KEYS = ("version", "valid_from", "rules", "retroactive")
SUFFIXES = {"value": "_{unit}", "value per minute": "_{unit}_per_min"}


def profiles(tables: Table, problems: Problems) -> dict[str, tuple[ProfileVersion, ...]]:
    """Every [[profiles.NAME]] block is one version of that profile; oldest first."""
    made: dict[str, tuple[ProfileVersion, ...]] = {}
    for name, blocks in tables.items():
        path = f"profiles.{name}"
        if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
            problems.add(path, f"expected [[profiles.{name}]] (two brackets), one block a version")
            continue
        versions = [_version(name, block, f"{path}[{i}]", problems) for i, block in enumerate(blocks)]
        known = [v for v in versions if v is not None]
        _check_versions(known, path, problems)
        made[name] = tuple(sorted(known, key=lambda v: v.valid_from_ns))
    return made


def rules(blocks: object, path: str, problems: Problems) -> tuple[Rule, ...]:
    """The `rules` list of a profile version."""
    if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
        problems.add(path, "expected a list of rule tables")
        return ()
    made = [rule(block, f"{path}[{i}]", problems) for i, block in enumerate(blocks)]
    known = [r for r in made if r is not None]
    for doubled in doubles(r.id for r in known):
        problems.add(path, f"two rules have the id {doubled!r}")
    return tuple(known)


def doubles(names: Iterable[str]) -> list[str]:
    """Those that occur more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def rule(block: Table, path: str, problems: Problems) -> Rule | None:
    """One rule: id, kind, severity, and the parameters of its kind."""
    identity, severity = block.get("id"), _severity(block.get("severity"), f"{path}.severity", problems)
    if not isinstance(identity, str) or not identity:
        problems.add(f"{path}.id", "missing; expected text that names the rule within its profile")
    elif identity == NO_DATA:
        problems.add(f"{path}.id", f"{NO_DATA!r} is the rule that every channel has; choose another id")
    module = plug_in(RULES, "Parameters", block.get("kind"), f"{path}.kind", "rule kind", problems)
    if module is None:
        return None
    rest = {k: v for k, v in block.items() if k not in ("id", "kind", "severity")}
    unit, keys = _unit_keys(module.Parameters, rest)
    _check_unit(module.Parameters, rest, unit, path, problems)
    parameters = build(module.Parameters, rest, path, problems, keys)
    if parameters is None or severity is None or not isinstance(identity, str):
        return None
    return Rule(identity, str(block["kind"]), severity, parameters, unit)


def written(of: Rule) -> dict[str, Any]:
    """The parameters of a rule by the keys of the configuration (limit_degC), but for what is left out."""
    parameters: Any = of.parameters
    marked = {f.name: f.metadata["unit"] for f in dataclasses.fields(parameters) if "unit" in f.metadata}
    keys = {name: name + SUFFIXES[kind].format(unit=of.unit) for name, kind in marked.items()}
    found = dataclasses.asdict(parameters).items()
    return {keys.get(name, name): value for name, value in found if value is not None}


def severity_of(name: str) -> Severity | None:
    """The severity called `name`, None when there is none."""
    return Severity[name.upper()] if name.upper() in Severity.__members__ and name.islower() else None


def _severity(given: object, path: str, problems: Problems) -> Severity | None:
    found = severity_of(given) if isinstance(given, str) else None
    if found is None:
        problems.add(path, "expected one of " + ", ".join(repr(s.name.lower()) for s in Severity))
    return found


def _unit_keys(parameters: Any, table: Table) -> tuple[str | None, dict[str, str]]:
    """Which unit the keys of this table carry (limit_degC), and the key of each field under it."""
    fields = _suffixes(parameters)
    if not fields:
        return None, {}
    used = (u for u in CANONICAL for name, suffix in fields.items() if name + suffix.format(unit=u) in table)
    unit = next(used, "degC")
    return unit, {name: name + suffix.format(unit=unit) for name, suffix in fields.items()}


@functools.cache
def _suffixes(parameters: Any) -> dict[str, str]:
    """Of the fields whose keys carry a unit."""
    return {
        f.name: SUFFIXES[f.metadata["unit"]] for f in dataclasses.fields(parameters) if "unit" in f.metadata
    }


def _check_unit(parameters: Any, table: Table, unit: str | None, path: str, problems: Problems) -> None:
    for name, only in _bound(parameters).items():
        if name in table and only != unit:
            problems.add(f"{path}.{name}", f"is for limits in {only}, but those of the rule are in {unit}")


@functools.cache
def _bound(parameters: Any) -> dict[str, str]:
    """The unit of the limits that each field is for, where it is not for all."""
    return {f.name: f.metadata["only"] for f in dataclasses.fields(parameters) if "only" in f.metadata}


def _version(profile: str, block: Table, path: str, problems: Problems) -> ProfileVersion | None:
    for key in block:
        if key not in VERSION_KEYS:
            problems.unknown(f"{path}.{key}", key, VERSION_KEYS, "key")
    version = block.get("version")
    if not isinstance(version, str) or not version:
        problems.add(f"{path}.version", 'missing; expected text, e.g. version = "1"')
    valid_from = _moment(block.get("valid_from"), f"{path}.valid_from", problems)
    made = rules(block.get("rules", []), f"{path}.rules", problems)
    retroactive = block.get("retroactive", "")
    if "retroactive" in block and not (isinstance(retroactive, str) and retroactive.strip()):
        problems.add(f"{path}.retroactive", "expected text: why this version is valid in the past")
    return ProfileVersion(profile, str(version), valid_from, made, str(retroactive))


def _moment(given: object, path: str, problems: Problems) -> int:
    if given is None:
        return FOREVER_PAST
    text = given.isoformat() if isinstance(given, datetime) else given
    try:
        return parse_rfc3339(str(text))
    except InputError as error:
        problems.add(path, str(error))
        return FOREVER_PAST


def _check_versions(versions: list[ProfileVersion], path: str, problems: Problems) -> None:
    for what, values in (
        ("version", [v.version for v in versions]),
        ("valid_from", [str(v.valid_from_ns) for v in versions]),
    ):
        if len(set(values)) != len(values):
            problems.add(path, f"two blocks have the same {what}; each version needs its own")
