"""From a TOML file to a Configuration, or to the list of everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from gateway.config.approvals import SignatureOptions
from gateway.config.brokers import doubled_clients, doubled_patterns
from gateway.config.channels import channels
from gateway.config.drills import schedules
from gateway.config.escalations import odd, policies
from gateway.config.far_times import far_times
from gateway.config.guidance import Known, guidance
from gateway.config.outputs import Output, misplaced, outputs
from gateway.config.peers import unknown_places
from gateway.config.ports import doubled_doors, doubled_ports, numbered_ports
from gateway.config.priorities import priorities
from gateway.config.profiles import profiles
from gateway.config.shelving import Shelving
from gateway.config.suppressions import check_assets, suppressions
from gateway.config.tables import Problems, Table, build, plug_in
from gateway.config.toml import read_toml
from gateway.config.types import (
    CODES,
    HEARTBEATS,
    NOTIFIERS,
    PEERS,
    POWER,
    SINKS,
    SOURCES,
    Asset,
    CallLimits,
    Channel,
    ClockOptions,
    Configuration,
    Gateway,
    JournalOptions,
    MetricsOptions,
    PagesOptions,
    PlugIn,
    ProfileVersion,
    RecordClass,
    Site,
)
from gateway.config.unprotected import unprotected
from gateway.config.vessels import vessel_mistakes
from gateway.errors import ConfigurationError, InputError
from gateway.statements.fields import LONGEST_NAME

T = TypeVar("T")


class Parts(NamedTuple):
    """What could be made of a configuration, whatever else is wrong with it."""

    assets: Mapping[str, Asset]
    profiles: Mapping[str, tuple[ProfileVersion, ...]]
    channels: Mapping[str, Channel]
    reads: Mapping[str, Path]  # files that are read later, by the key that names them
    writes: tuple[Output, ...]
    data_dir: Path | None


Further = Callable[[Parts], Iterable[str]]
"""Mistakes with which a gateway would start: they are told together with those with which it would not."""


NAMED = (
    *("sites", "assets", "sources", "profiles", "channels", "sinks", "notifiers", "heartbeat", "peers"),
    *("power", "retention", "suppressions", "escalations", "drills"),
)
SECTIONS = (
    *("gateway", "journal", "clock", "metrics", "codes", "priorities", "risks", "guidance", "shelving"),
    *("calls", "pages", "signatures"),
    *NAMED,
)


def load(
    path: Path, further: Further = lambda _: (), without: Collection[tuple[str, str]] = ()
) -> Configuration:
    """Parse `path`. Raises ConfigurationError with every problem found, and then with `further` ones, too.

    `without`: versions of profiles, each as its profile and version, that are left out.
    """
    return parse(_without(_read(path), without), path, further)


def parse(document: Table, path: Path, further: Further = lambda _: ()) -> Configuration:
    """A Configuration from a TOML document that is already read; `path` is where relative paths start."""
    problems = Problems(path.parent)
    for key, section in document.items():
        if key not in SECTIONS:
            problems.unknown(key, key, SECTIONS, "section")
        elif key in NAMED and isinstance(section, dict):
            _check_names(key, section, problems)
    for at, what in far_times(document):
        problems.add(at, what)
    gateway = build(Gateway, document.get("gateway", {}), "gateway", problems)
    journal = build(JournalOptions, document.get("journal", {}), "journal", problems)
    clock = build(ClockOptions, document.get("clock", {}), "clock", problems)
    metrics = build(MetricsOptions, document.get("metrics", {}), "metrics", problems)
    shelving = build(Shelving, document.get("shelving", {}), "shelving", problems)
    sites = _named(document, "sites", lambda t, p: build(Site, t, p, problems), problems)
    assets = _named(document, "assets", lambda t, p: build(Asset, t, p, problems), problems)
    sources = _plug_ins(document, "sources", SOURCES, problems)
    versions = profiles(_table(document, "profiles", problems), problems)
    for name, asset in assets.items():
        if asset.site not in _table(document, "sites", problems):
            problems.unknown(f"assets.{name}.site", asset.site, _table(document, "sites", problems), "site")
    made, remarks = channels(document, assets, sources, versions, problems)
    for at, what in vessel_mistakes(assets, made):
        problems.add(at, what)
    sinks = _plug_ins(document, "sinks", SINKS, problems)
    notifiers = _plug_ins(document, "notifiers", NOTIFIERS, problems)
    heartbeat = _plug_ins(document, "heartbeat", HEARTBEATS, problems)
    peers = _plug_ins(document, "peers", PEERS, problems)
    power = _plug_ins(document, "power", POWER, problems)
    clients = doubled_clients(
        sources=sources, sinks=sinks, notifiers=notifiers, heartbeat=heartbeat, peers=peers
    )
    places = _table(document, "assets", problems), _table(document, "sites", problems)
    for at, what in (*clients, *doubled_ports(sources), *unknown_places(peers, power, *places)):
        problems.add(at, what)
    retention = _named(document, "retention", lambda t, p: build(RecordClass, t, p, problems), problems)
    for name, record_class in retention.items():
        for key, there in (("assets", assets), ("channels", _table(document, "channels", problems))):
            for given in set(getattr(record_class, key)) - set(there):
                problems.unknown(f"retention.{name}.{key}", given, there, key[:-1])
    codes = _schemes(document, problems)
    urgency = priorities(document.get("priorities", {}), document.get("risks", {}), problems)
    known = Known(_table(document, "sites", problems), assets, versions, made)
    advice, advice_remarks = guidance(document.get("guidance", {}), known, problems)
    quiet = suppressions(_table(document, "suppressions", problems), problems)
    check_assets(quiet, _table(document, "assets", problems), problems)
    escalations = policies(
        _table(document, "escalations", problems), _table(document, "sites", problems), notifiers, problems
    )
    calls = build(CallLimits, document.get("calls", {}), "calls", problems) or CallLimits()
    pages = build(PagesOptions, document.get("pages", {}), "pages", problems) or PagesOptions()
    if pages.openid is not None:
        there = _table(document, "sites", problems)
        for i, rights in enumerate(pages.openid.groups):
            for given in set(rights.sites or ()) - set(there):
                problems.unknown(f"pages.openid.groups[{i}].sites", given, there, "site")
    for at, what in doubled_doors(metrics or MetricsOptions(), pages):
        problems.add(at, what)
    signatures = build(SignatureOptions, document.get("signatures", {}), "signatures", problems)
    drills = schedules(_table(document, "drills", problems), assets, made, problems)
    folder = None if gateway is None else path.parent / gateway.data_dir
    written = outputs(sinks=sinks, notifiers=notifiers)
    for at, what in misplaced(written, folder):
        problems.add(at, what)
    if problems or gateway is None or journal is None or clock is None or metrics is None or shelving is None:
        parts = Parts(assets, versions, made, problems.reads, written, folder)
        raise ConfigurationError([*problems, *further(parts)])
    return Configuration(
        path,
        _canonical(document | ({"files": problems.files} if problems.files else {})),
        gateway,
        journal,
        sites,
        assets,
        sources,
        versions,
        made,
        sinks,
        notifiers,
        clock,
        metrics,
        (
            *remarks,
            *doubled_patterns(sources),
            *numbered_ports(sources),
            *advice_remarks,
            *odd(escalations, sites),
            *unprotected(
                metrics, sources=sources, sinks=sinks, notifiers=notifiers, heartbeat=heartbeat, peers=peers
            ),
        ),
        retention,
        codes,
        urgency,
        heartbeat,
        advice,
        peers,
        power,
        shelving,
        quiet,
        escalations,
        calls,
        drills,
        pages,
        signatures or SignatureOptions(),
    )


def _without(document: Table, versions: Collection[tuple[str, str]]) -> Table:
    if not versions:
        return document
    profiles = {
        name: [table for table in tables if (name, str(table["version"])) not in versions]
        for name, tables in document["profiles"].items()
    }
    return document | {"profiles": {name: tables for name, tables in profiles.items() if tables}}


def _check_names(section: str, tables: Table, problems: Problems) -> None:
    """Names that nobody could read, type or keep in the journal."""
    for name in tables:
        if not name.strip() or not name.isprintable():
            problems.add(f"{section}.{name}", "a name is one line of printable text")
        elif len(name) > LONGEST_NAME:
            problems.add(f"{section}.{name[:40]}...", f"a name has at most {LONGEST_NAME} characters")


def _read(path: Path) -> Table:
    try:
        return read_toml(path)
    except InputError as error:
        is_missing = isinstance(error.__cause__, FileNotFoundError)
        hint = "; give another with --config" if is_missing else ""
        raise ConfigurationError([f"{error}{hint}"]) from None


def _table(document: Table, section: str, problems: Problems) -> Table:
    table = document.get(section, {})
    if isinstance(table, dict):
        return table
    message = f"expected a table of tables: [{section}.NAME]"
    if f"{section}: {message}" not in problems:
        problems.add(section, message)
    return {}


def _named(
    document: Table, section: str, make: Callable[[object, str], T | None], problems: Problems
) -> dict[str, T]:
    made = {
        name: make(table, f"{section}.{name}") for name, table in _table(document, section, problems).items()
    }
    return {name: thing for name, thing in made.items() if thing is not None}


def _plug_ins(document: Table, section: str, folder: str, problems: Problems) -> dict[str, PlugIn]:
    made: dict[str, PlugIn] = {}
    for name, table in _table(document, section, problems).items():
        path = f"{section}.{name}"
        if not isinstance(table, dict) or "kind" not in table:
            problems.add(path, "expected a table with `kind`")
            continue
        module = plug_in(
            folder, "Options", table["kind"], f"{path}.kind", section.removesuffix("s"), problems
        )
        if module is None:
            continue
        rest = {k: v for k, v in table.items() if k != "kind"}
        options = build(module.Options, rest, path, problems)
        if options is not None:
            made[name] = PlugIn(name, table["kind"], options)
    return made


def _schemes(document: Table, problems: Problems) -> dict[str, Any]:
    """The options of code schemes, by their names."""
    made: dict[str, Any] = {}
    for name, table in _table(document, "codes", problems).items():
        module = plug_in(CODES, "Options", name, f"codes.{name}", "code scheme", problems)
        if module is not None:
            made[name] = build(module.Options, table, f"codes.{name}", problems)
    return made


def plain(value: object) -> Any:
    """What TOML has and JSON has not: dates and times, as texts."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _canonical(document: Table) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, default=plain)
