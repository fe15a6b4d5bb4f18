"""Channels, with everything they refer to checked: asset, zone, source, address, unit, profile."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.config import plugins
from gateway.config.believed import believed, useless_limits, usual_faults
from gateway.config.contradictions import contradictions
from gateway.config.profiles import doubles, rules, severity_of
from gateway.config.tables import Problems, Table, build
from gateway.config.types import DIRECT, PROBES, Asset, Channel, ChannelTable, PlugIn, ProfileVersion, Rule
from gateway.errors import JournalError
from gateway.probes.calibration import Calibration
from gateway.screening.rules import named_channels, plausible
from gateway.units import CONVERSIONS, QUANTITIES

if TYPE_CHECKING:
    from gateway.config.past import PastChannel

USUAL_PROBES: Final = {"ohm": "pt100", "V": "dt670", "mV": "thermocouple"}  # for each raw signal
Profiles = Mapping[str, tuple[ProfileVersion, ...]]


def channels(
    document: Table,
    assets: Mapping[str, Asset],
    sources: Mapping[str, PlugIn],
    profiles: Profiles,
    problems: Problems,
) -> tuple[dict[str, Channel], tuple[str, ...]]:
    """All [channels.NAME] tables, and remarks on what is legal but probably not meant."""
    made: dict[str, Channel] = {}
    extra = _extra_rules(document, problems)
    tables = document.get("channels", {})
    if not isinstance(tables, dict):
        problems.add("channels", "expected a table of tables: [channels.NAME]")
        return {}, ()
    for name, table in tables.items():
        path = f"channels.{name}"
        parsed = build(ChannelTable, table, path, problems)
        if parsed is None:
            continue
        _check_references(parsed, path, document, assets, problems)
        _check_address(parsed, path, sources, problems)
        channel = _with_unit(name, parsed, path, assets, problems)
        if channel is not None:
            made[name] = _with_rules(channel, extra)
    _check_unique(made, problems)
    check_rules(made, profiles, problems)
    return made, tuple(_remarks(made, profiles))


def _check_references(
    table: ChannelTable, path: str, document: Table, assets: Mapping[str, Asset], problems: Problems
) -> None:
    for key, given, section, what in (
        ("asset", table.asset, "assets", "asset"),
        ("source", table.source, "sources", "source"),
        ("profile", table.profile, "profiles", "profile"),
    ):
        tables = document.get(section)
        known = tables if isinstance(tables, dict) else {}
        if given is not None and given not in known:
            problems.unknown(f"{path}.{key}", given, known, what)
    asset = assets.get(table.asset)
    if asset is not None and table.zone is not None and table.zone not in asset.zones:
        problems.unknown(f"{path}.zone", table.zone, asset.zones, f"zone of asset {table.asset!r}")
    if severity_of(table.no_data_severity) is None:
        problems.add(
            f"{path}.no_data_severity",
            f"expected 'warning', 'minor', 'major' or 'critical', found {table.no_data_severity!r}",
        )


def _check_address(table: ChannelTable, path: str, sources: Mapping[str, PlugIn], problems: Problems) -> None:
    """Addresses of a serial instrument are fixed, and many come in one unit; those of a broker are not."""
    source = sources.get(table.source)
    if source is None or source.kind != "serial":
        return
    known = source.options.addresses()
    if table.address not in known:
        problems.unknown(f"{path}.address", table.address, known, "address")
        return
    delivered = source.options.unit_of(table.address)
    if delivered is not None and delivered != table.unit:
        problems.add(f"{path}.unit", f"{table.address} comes in {delivered!r}, found {table.unit!r}")


def _with_unit(
    name: str, table: ChannelTable, path: str, assets: Mapping[str, Asset], problems: Problems
) -> Channel | None:
    if table.quantity not in QUANTITIES:
        problems.unknown(f"{path}.quantity", table.quantity, QUANTITIES, "quantity")
        return None
    gives = importlib.import_module(f"{PROBES}.{table.probe}").gives(table.probe_options)
    fitting = [u for u, c in CONVERSIONS.items() if gives.get(c.canonical) in QUANTITIES[table.quantity]]
    if not fitting:
        problems.add(f"{path}.probe", f"{table.probe!r} does not measure a {table.quantity}")
        return None
    if table.probe == DIRECT and table.quantity == "temperature" and table.unit in USUAL_PROBES:
        probe = USUAL_PROBES[table.unit]
        what = f'{table.unit!r} is no temperature: say which probe gives it, e.g. probe = "{probe}"'
        problems.add(f"{path}.probe", f"{what}; known: {', '.join(plugins.names(PROBES, 'Options'))}")
        return None
    if table.unit not in fitting:
        problems.unknown(
            f"{path}.unit", table.unit, fitting, f"unit of {table.quantity} from probe {table.probe!r}"
        )
        return None
    wire = CONVERSIONS[table.unit]
    unit = gives[wire.canonical]
    calibration = calibration_of(table.calibration, unit, f"{path}.calibration", problems)
    site = assets[table.asset].site if table.asset in assets else ""
    trusted = believed(table, unit, path, problems)
    return Channel(name, table, site, unit, wire.scale, wire.offset, calibration, believed=trusted)


def as_it_was_read(name: str, was: PastChannel, folder: Path) -> Channel | None:
    """A channel as a configuration of the journal described it, without rules.

    None where that cannot be made again: a file that it named, like the curve of a probe, is gone, or this
    version does not take its certificate.
    """
    problems, path = Problems(folder), f"channels.{name}"
    given = {"asset": was.asset, "source": was.source, "address": was.address, "quantity": was.quantity}
    table = build(ChannelTable, {**given, **was.read}, path, problems)
    made = None if table is None else _with_unit(name, table, path, {}, problems)
    if made is None or problems:
        return None
    try:
        return replace(made, calibration=calibration_that_was(name, was, made.unit))
    except JournalError:
        return None


def calibration_that_was(name: str, was: PastChannel, unit: str) -> Calibration | None:
    """From the JSON of a configuration, in which days are text. Raises JournalError."""
    stated = was.calibration
    if not isinstance(stated, dict):
        return None
    days = {key: date.fromisoformat(stated[key]) for key in ("date", "due") if key in stated}
    problems = Problems()
    found = calibration_of({**stated, **days}, unit, f"channels.{name}.calibration", problems)
    if problems:
        raise JournalError(
            "a calibration in the journal cannot be read by this version of Cryogate; run the version that "
            "wrote it: " + "; ".join(problems[:5])
        )
    return found


def calibration_of(table: Table | None, unit: str, path: str, problems: Problems) -> Calibration | None:
    """Its keys carry the canonical unit of the channel: offset_degC."""
    keys = {name: f"{name}_{unit}" for name in ("expanded_uncertainty", "offset", "covers")}
    return None if table is None else build(Calibration, table, path, problems, keys)


def _extra_rules(document: Table, problems: Problems) -> dict[tuple[str, str], tuple[Rule, ...]]:
    """Rules that sites, assets and channels add to those of the profile, by (section, name)."""
    return {
        (section, name): rules(table["rules"], f"{section}.{name}.rules", problems)
        for section in ("sites", "assets", "channels")
        if isinstance(document.get(section), dict)
        for name, table in document[section].items()
        if isinstance(table, dict) and "rules" in table
    }


def _with_rules(channel: Channel, extra: Mapping[tuple[str, str], tuple[Rule, ...]]) -> Channel:
    """Sites, assets and channels only ever add rules: nothing can relax a profile."""
    places = (("sites", channel.site), ("assets", channel.table.asset), ("channels", channel.name))
    added = tuple(r for place in places for r in extra.get(place, ()) if r.unit in (None, channel.unit))
    return replace(channel, rules=added)


def rules_on(channel: Channel, profiles: Profiles) -> Iterator[tuple[Rule, ...]]:
    """The rules of a channel under each version of its profile, oldest first; its own alone without one."""
    versions = profiles.get(channel.table.profile or "", ())
    for rules_of_version in [version.rules for version in versions] or [()]:
        yield (*channel.rules, *(r for r in rules_of_version if r.unit in (None, channel.unit)))


def check_rules(made: Mapping[str, Channel], profiles: Profiles, problems: Problems) -> None:
    """Rules of a channel have ids of their own, agree, and the channels they look at besides are there."""
    for name, channel in made.items():
        for rules_of_version in rules_on(channel, profiles):
            for doubled in doubles(rule.id for rule in rules_of_version):
                problems.add(
                    f"channels.{name}",
                    f"two of its rules have the id {doubled!r}; rules of a profile cannot be replaced",
                )
            for what in (*contradictions(rules_of_version), *useless_limits(channel, rules_of_version)):
                problems.add(f"channels.{name}", what)
            for rule in rules_of_version:
                _check_named_channels(channel, rule, made, problems)


def _check_named_channels(
    channel: Channel, rule: Rule, made: Mapping[str, Channel], problems: Problems
) -> None:
    for key, other, unit in named_channels(rule.parameters):
        path, wanted = f"channels.{channel.name}: rule {rule.id!r}: {key}", unit or channel.unit
        if other == channel.name:
            problems.add(path, f"a channel cannot be its own {key}")
        elif other not in made:
            problems.unknown(path, other, made, "channel")
        elif made[other].unit != wanted:
            problems.add(path, f"{other!r} is in {made[other].unit}, not in {wanted}")


def _check_unique(made: Mapping[str, Channel], problems: Problems) -> None:
    first: dict[tuple[str, str], str] = {}
    for name, channel in made.items():
        key = (channel.table.source, channel.table.address)
        if key in first:
            problems.add(
                f"channels.{name}.address",
                f"{key[1]!r} of source {key[0]!r} is already channel {first[key]!r}",
            )
        first.setdefault(key, name)


def _remarks(made: Mapping[str, Channel], profiles: Profiles) -> Iterable[str]:
    for name, channel in made.items():
        yield from _remarks_on_floors(channel, profiles)
        yield from usual_faults(channel, list(rules_on(channel, profiles))[-1])
        if channel.table.profile is None and not channel.rules:
            yield f"channels.{name}: no profile, so only missing data raises an alarm"
            continue
        versions = profiles.get(channel.table.profile or "", ())
        if versions and not any(r.unit in (None, channel.unit) for v in versions for r in v.rules):
            yield f"channels.{name}: no rule of profile {channel.table.profile!r} is about {channel.unit}"


def _remarks_on_floors(channel: Channel, profiles: Profiles) -> Iterable[str]:
    for rule in list(rules_on(channel, profiles))[-1]:
        told = rule.parameters
        if (
            isinstance(told, plausible.Parameters)
            and told.ln2_pressure_channel
            and told.ln2_pressure_Pa is None
        ):
            yield (
                f"channels.{channel.name}: rule {rule.id!r}: while {told.ln2_pressure_channel!r} gives no "
                f"usable pressure, readings down to {told.lowest:.2f} degC are taken; ln2_pressure_Pa, the "
                "lowest of the place, narrows that"
            )
