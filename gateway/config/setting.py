"""What messages to people say beside an alarm: the clock at its site, the limit of its rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from gateway.config.types import Configuration, Rule
from gateway.screening.rules import SLOPE_UNIT, VALUE_UNIT

SUFFIXES = {VALUE_UNIT["unit"]: "", SLOPE_UNIT["unit"]: "/min"}


class SettingNow:
    """As a configuration has it; see Setting in gateway.notifiers."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def time_zone(self, site: str) -> str:
        known = self._configuration.sites.get(site)
        return "UTC" if known is None else known.time_zone

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:
        for candidate in self._rules(channel, version):
            if candidate.id == rule:
                return _limit(candidate)
        return None

    def _rules(self, name: str, version: str) -> Iterator[Rule]:
        """Of the channel's profile in that version, and its own."""
        channel = self._configuration.channels.get(name)
        if channel is None:
            return
        for one in self._configuration.profiles.get(channel.table.profile or "", ()):
            if one.version == version:
                yield from one.rules
        yield from channel.rules


def _limit(rule: Rule) -> tuple[float, str] | None:
    for field in dataclasses.fields(rule.parameters):  # type: ignore[arg-type]
        if field.name == "limit":
            return rule.parameters.limit, f"{rule.unit}{SUFFIXES[field.metadata['unit']]}"  # type: ignore[attr-defined]
    return None
