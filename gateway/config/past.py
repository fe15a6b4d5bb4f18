"""A configuration that the journal keeps, as far as it decides about readings: rules, places, gaps.

It is read without the files it names and without the checks of a new one: what was in force stays in force.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any, Final

from gateway.config.profiles import profiles, rules, severity_of
from gateway.config.tables import Problems
from gateway.config.types import ChannelTable, ProfileVersion, Rule, Vessel
from gateway.dataclass import dataclass
from gateway.errors import JournalError
from gateway.model import Severity, to_ns
from gateway.screening.rules import no_data
from gateway.units import CONVERSIONS

_DEFAULTS: Final = {f.name: f.default for f in fields(ChannelTable)}
_VESSEL: Final = {f.name for f in fields(Vessel)}
READ: Final = ("unit", "probe", "probe_options", "faults", "lowest", "highest")  # what a device says
NAMED: Final = ("sites", "assets", "channels")  # sections whose tables have an identity in the journal


@dataclass(frozen=True, slots=True)
class PastAsset:
    """An asset as a configuration described it."""

    site: str
    zones: tuple[str, ...]
    rules: tuple[Rule, ...]
    vessel: Vessel
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PastChannel:
    """A channel as a configuration described it; `unit` is its canonical unit."""

    asset: str
    zone: str | None
    source: str
    address: str
    quantity: str
    unit: str
    profile: str | None
    max_gap_ns: int
    silence: no_data.Parameters
    silence_severity: Severity
    rules: tuple[Rule, ...]  # its own
    calibration: Mapping[str, Any] | None
    read: Mapping[str, Any] = field(default_factory=dict)  # how what the device said was read, as in the file


@dataclass(frozen=True, slots=True)
class PastConfiguration:
    """What one configuration document meant, by the names it used."""

    sites: dict[str, tuple[Rule, ...]]
    assets: dict[str, PastAsset]
    channels: dict[str, PastChannel]
    profiles: dict[str, tuple[ProfileVersion, ...]]
    was: dict[str, dict[str, str]] = field(default_factory=dict)  # section -> name -> the name it had before


def read_document(document: str, units: Mapping[str, str]) -> PastConfiguration:
    """From the canonical JSON of a configuration statement; `units`: canonical, by channel name, where known.

    Raises JournalError where this version of the program cannot read what was in force.
    """
    content, problems = json.loads(document), Problems()
    sites = {
        name: _rules(table, f"sites.{name}", problems) for name, table in content.get("sites", {}).items()
    }
    assets = {
        name: PastAsset(
            table["site"],
            tuple(table.get("zones", ())),
            _rules(table, f"assets.{name}", problems),
            Vessel(**{key: value for key, value in table.get("vessel", {}).items() if key in _VESSEL}),
            table.get("kind", ""),
        )
        for name, table in content.get("assets", {}).items()
    }
    channels = {
        name: _channel(name, table, units, problems) for name, table in content.get("channels", {}).items()
    }
    versions = profiles(content.get("profiles", {}), problems)
    if problems:
        raise JournalError(
            "a configuration in the journal cannot be read by this version of Cryogate; run the version that "
            "wrote it: " + "; ".join(problems[:5])
        )
    return PastConfiguration(sites, assets, channels, versions, names_before(content))


def names_before(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """By section, each name that says which one it had before (`was`)."""
    return {
        section: {n: t["was"] for n, t in content.get(section, {}).items() if t.get("was")}
        for section in NAMED
    }


def _rules(table: Mapping[str, Any], path: str, problems: Problems) -> tuple[Rule, ...]:
    return rules(table["rules"], f"{path}.rules", problems) if "rules" in table else ()


def _channel(
    name: str, table: Mapping[str, Any], units: Mapping[str, str], problems: Problems
) -> PastChannel:
    def told(key: str) -> Any:
        return table.get(key, _DEFAULTS[key])

    return PastChannel(
        table["asset"],
        table.get("zone"),
        table["source"],
        table["address"],
        told("quantity"),
        units.get(name) or _unit(told("unit")),
        table.get("profile"),
        to_ns(told("max_gap_s")),
        no_data.Parameters(timeout_s=told("no_data_after_s")),
        severity_of(told("no_data_severity")) or Severity.MAJOR,
        _rules(table, f"channels.{name}", problems),
        table.get("calibration"),
        {key: table[key] for key in READ if key in table},
    )


def _unit(spoken: str) -> str:
    """Of journals that do not keep it yet; a probe of ohm or V measures a temperature."""
    canonical = CONVERSIONS[spoken].canonical
    return "degC" if canonical in ("ohm", "V") else canonical
