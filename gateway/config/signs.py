"""Limits that have probably lost their minus or their point: no value would ever be beyond them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.config.types import Asset, Channel, ProfileVersion, Rule
from gateway.screening.rules import drift, limit_of

COLD: Final = re.compile("ln2|nitrogen|cryo|dewar|dry|vapou?r|ult|freez|frozen", re.IGNORECASE)
COOL: Final = re.compile("fridge|refrigerat|cool|cold|box", re.IGNORECASE)
WARMEST_degC: Final = 60.0  # no vessel, box or room of a cold chain is as warm on purpose


def lost_signs(
    channels: Mapping[str, Channel],
    assets: Mapping[str, Asset],
    profiles: Mapping[str, tuple[ProfileVersion, ...]],
) -> Iterator[tuple[bool, str]]:
    """One for each rule and kind of asset, with the first channel it is on; whether there is any doubt."""
    told: set[tuple[str, str]] = set()
    for name, channel in channels.items():
        asset = assets.get(channel.table.asset)
        kind = "" if asset is None else asset.kind
        for rule in _rules(channel, profiles):
            limit_degC = _high_degC(rule)
            bound_degC = 0.0 if COLD.search(kind) else WARMEST_degC
            if limit_degC is None or limit_degC <= bound_degC or (rule.id, kind) in told:
                continue
            told.add((rule.id, kind))
            what = f"a high limit of {limit_degC:g} degC for {kind or 'a cold chain'}"
            if isinstance(rule.parameters, drift.Parameters):
                what = f"a target of {limit_degC:g} degC for {kind or 'a cold chain'}"
            is_sure = limit_degC >= WARMEST_degC and bool(COLD.search(kind) or COOL.search(kind))
            yield is_sure, f"channels.{name}: rule {rule.id!r}: {what}: is {_meant(limit_degC, kind)} meant?"


def _meant(limit_degC: float, kind: str) -> str:
    """With a minus where it is cold, with a point where it is only cool."""
    is_cool = COOL.search(kind) and not COLD.search(kind)
    return f"{limit_degC / 10.0 if is_cool else -limit_degC:g}"


def _rules(channel: Channel, profiles: Mapping[str, tuple[ProfileVersion, ...]]) -> Iterable[Rule]:
    versions = profiles.get(channel.table.profile or "", ())
    return (*channel.rules, *(rule for version in versions for rule in version.rules))


def _high_degC(rule: Rule) -> float | None:
    if rule.unit != "degC":
        return None
    if isinstance(rule.parameters, drift.Parameters):
        return rule.parameters.target
    limit = limit_of(rule.kind, rule.parameters)
    return limit[1] if limit is not None and limit[0] == "high" else None
