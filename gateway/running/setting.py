"""What messages to people say beside an alarm: the clock at its site, the limit of its rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from gateway.alarming.versions import own_version, version_name
from gateway.alarms.call import Guidance, Language
from gateway.alarms.guidance import guidance_for
from gateway.config.types import Configuration, Rule
from gateway.screening.rules import SLOPE_UNIT, VALUE_UNIT

T = TypeVar("T")
SUFFIXES = {VALUE_UNIT["unit"]: "", SLOPE_UNIT["unit"]: "/min"}


class SettingNow:
    """As a configuration has it; see Setting in gateway.notifiers."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._sites = _with_former_names(configuration.sites, lambda site: site.was)
        self._assets = _with_former_names(configuration.assets, lambda asset: asset.was)
        self._channels = _with_former_names(configuration.channels, lambda channel: channel.table.was)
        self._now = {asset.was: name for name, asset in configuration.assets.items() if asset.was}

    def name_now(self, asset: str) -> str:
        return "" if asset in self._configuration.assets else self._now.get(asset, "")

    def time_zone(self, site: str, assets: Sequence[str] = ()) -> str:
        tables = (self._assets.get(asset) for asset in assets)
        sites = {site} if site else {table.site for table in tables if table is not None}
        known = [self._sites.get(name) for name in sites]
        zones = {"UTC" if one is None else one.time_zone for one in known}
        return zones.pop() if len(zones) == 1 else "UTC"

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:
        candidates = [*self._of_profiles(version), *self._of_channel(channel, version)]
        return next((_limit(one) for one in candidates if one.id == rule), None)

    def guidance(self, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
        return guidance_for(self._configuration.guidance, alarm, language)

    def _of_profiles(self, version: str) -> Iterator[Rule]:
        for versions in self._configuration.profiles.values():
            for one in versions:
                if version_name(one) == version:
                    yield from one.rules

    def _of_channel(self, name: str, version: str) -> Iterator[Rule]:
        """Those of its site and asset, too; with other parameters it would be another version."""
        channel = self._channels.get(name)
        for rule in () if channel is None else channel.rules:
            if own_version(rule.kind, rule.parameters) == version:
                yield rule


def _with_former_names(tables: Mapping[str, T], was: Callable[[T], str | None]) -> dict[str, T]:
    """An alarm that was open when something was renamed has the name of then."""
    former = {name: table for table in tables.values() if (name := was(table))}
    return former | dict(tables)


def _limit(rule: Rule) -> tuple[float, str] | None:
    for field in dataclasses.fields(rule.parameters):  # type: ignore[arg-type]
        if field.name == "limit":
            return rule.parameters.limit, f"{rule.unit}{SUFFIXES[field.metadata['unit']]}"  # type: ignore[attr-defined]
    return None
