"""`cryogate check`: everything that is wrong with a configuration, and what it would listen to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import typer
from rich.text import Text

from gateway.accounts import FILE as ACCOUNTS
from gateway.api.asking import ask
from gateway.app import rehearse
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, folding_table, print_json
from gateway.config.files import exposed, missing, unreadable
from gateway.config.load import Parts, load
from gateway.config.outputs import outputs, unwritable
from gateway.config.ports import why_closed
from gateway.config.signs import lost_signs
from gateway.config.types import Configuration, PlugIn
from gateway.doctor import duty
from gateway.errors import ConfigurationError, JournalError, NotRunning
from gateway.journal.rights import no_archive, no_database, unusable
from gateway.journal.signing_key import unusable_keys
from gateway.questions.approvals import as_it_would_start
from gateway.questions.start import Start, would_follow
from gateway.text import counted


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Report every mistake of the configuration at once, and list what it would listen to.

    Looks for the files that it names, and builds every part as the gateway does. Another gateway that runs on
    the same data folder is a mistake, too. Where the gateway ran
    before, says what would end, move, be retired or lose its units with the start. Changes nothing.

    Exit code 0: `cryogate run` starts with it. 2: there is something to mend first.

    Example: cryogate check --config cryogate.toml
    """
    try:
        configuration = as_it_would_start(load(config, _further))
        start = _start(configuration)
    except ConfigurationError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems})
            raise typer.Exit(2) from None
        raise
    remarks = [*_remarks(configuration), *(one.words for one in configuration.unapproved)]
    if as_json:
        listens = _listens(configuration)
        print_json({"ok": True, "remarks": remarks, "changes": start.changes, "listens_to": listens})
        return
    _print(configuration)
    for what, told in (("remark", remarks), ("with the start", start.changes)):
        for line in told:
            console().print(Text.assemble((f"{what}: ", "yellow"), line), soft_wrap=True)


def _start(configuration: Configuration) -> Start:
    """What would follow. Raises ConfigurationError where there is something to mend first."""
    written = outputs(sinks=configuration.sinks, notifiers=configuration.notifiers)
    problems = [f"{key}: {what}" for key, what in (*missing(configuration), *unwritable(written))]
    problems += [what for is_sure, what in _lost_signs(configuration) if is_sure]
    problems += (f"gateway.data_dir: {what}" for what in no_archive(configuration.data_dir))
    problems += (f"gateway.data_dir: {what}" for what in _spoiled(configuration))
    problems += _strangers(configuration)
    try:
        start = would_follow(configuration, configuration.data_dir)
        rehearse(configuration)
    except JournalError as error:
        problems.append(str(error))
    else:
        problems += start.problems
    if problems:
        raise ConfigurationError(problems)
    return start


def _further(parts: Parts) -> Iterator[str]:
    """What a gateway would start with, although nobody can mean it."""
    yield from (f"{key}: {what}" for key, what in unreadable(parts.reads.items()))
    yield from (f"{key}: {what}" for key, what in unwritable(parts.writes))
    yield from (what for is_sure, what in _lost_signs(parts) if is_sure)
    if parts.data_dir is not None:
        yield from (f"gateway.data_dir: {what}" for what in unusable(parts.data_dir))
        yield from (f"gateway.data_dir: {what}" for what in no_archive(parts.data_dir))


def _spoiled(configuration: Configuration) -> Iterator[str]:
    """Files of the data folder without which a gateway starts, and raises a fault or shows no pages."""
    has_other = configuration.journal.chain_key_file is not None
    yield from unusable_keys(configuration.data_dir, has_other_chain=has_other)
    if other := no_database(configuration.data_dir / ACCOUNTS):
        yield other


def _strangers(configuration: Configuration) -> Iterator[str]:
    """A gateway of another name that runs on the same folder: this one would not start."""
    try:
        gateway = ask(configuration.data_dir, "status")["gateway"]
    except NotRunning:
        return
    if gateway["name"] != configuration.gateway.name:
        yield (
            f"gateway.data_dir: gateway {gateway['name']!r} (process {gateway['pid']}) runs on "
            f"{configuration.data_dir}; each gateway needs a folder of its own: give another data_dir"
        )


def _closed_doors(configuration: Configuration) -> Iterator[str]:
    """Where nobody could be answered, as far as it shows while no gateway runs, which would be it itself."""
    try:
        ask(configuration.data_dir, "status")
    except NotRunning:
        for key, options in (("metrics", configuration.metrics), ("pages", configuration.pages)):
            if options.listen and (why := why_closed(options.host, options.port)):
                yield f"{key}.listen: nobody can listen at {options.listen} now ({why}); see `ss -ltnp`"


def _remarks(configuration: Configuration) -> Iterator[str]:
    """What is legal, but probably not meant."""
    yield from configuration.remarks
    yield from (what for is_sure, what in _lost_signs(configuration) if not is_sure)
    yield from (f"{key}: {what}; {do}" for key, what, do in exposed(configuration))
    yield from _closed_doors(configuration)
    yield from (f"{one.where}: {one.what}; {one.do}" for one in duty.findings(configuration, time.time_ns()))


def _lost_signs(parts: Parts | Configuration) -> Iterator[tuple[bool, str]]:
    return lost_signs(parts.channels, parts.assets, parts.profiles)


def _listens(configuration: Configuration) -> list[dict[str, Any]]:
    return [
        {
            "source": source.name,
            "kind": source.kind,
            "at": place_of(source),
            "channels": {
                name: channel.table.address
                for name, channel in configuration.channels.items()
                if channel.table.source == source.name
            },
        }
        for source in configuration.sources.values()
    ]


def place_of(source: PlugIn) -> str:
    """Where a source connects to, in words."""
    options = source.options
    if hasattr(options, "topics"):
        topics = ", ".join(topic.pattern for topic in options.topics)
        return f"{options.host}:{options.port} {topics}"
    if not hasattr(options, "polls"):
        return "what `cryogate import` brings"
    polls = ", ".join(f"{poll.driver} every {poll.poll_interval_s:g} s" for poll in options.polls())
    return f"{options.port} ({polls})"


def _print(configuration: Configuration) -> None:
    out = console()
    out.print(f"{configuration.path}: fine, fingerprint {configuration.fingerprint}")
    for source in configuration.sources.values():
        where = f" ({source.kind}) listens to {place_of(source)}"
        out.print(Text.assemble("\n", (source.name, "bold"), where))
        mine = [c for c in configuration.channels.values() if c.table.source == source.name]
        table = folding_table("address", "channel", "asset", "unit", "profile", padding=(0, 2))
        for channel in mine:
            place = "/".join(p for p in (channel.table.asset, channel.table.zone) if p)
            table.add_row(
                channel.table.address, channel.name, place, channel.table.unit, channel.table.profile or "-"
            )
        out.print(table if mine else "  no channel of the configuration")
    of_profiles = [rule for versions in configuration.profiles.values() for v in versions for rule in v.rules]
    added = [  # of a site or an asset: the same on each of its channels
        rule for channel in configuration.channels.values() for rule in channel.rules
    ]
    counts = {
        "channel": len(configuration.channels),
        "profile": len(configuration.profiles),
        "rule": len({id(rule) for rule in (*of_profiles, *added)}),
        "sink": len(configuration.sinks),
        "notifier": len(configuration.notifiers),
    }
    watching = {
        "heartbeat": len(configuration.heartbeat),
        "peer": len(configuration.peers),
        "power supply": len(configuration.power),
    }
    counts |= {what: count for what, count in watching.items() if count}
    plurals = {"power supply": "power supplies"}
    out.print("\n" + ", ".join(counted(n, what, plurals.get(what, "")) for what, n in counts.items()))
