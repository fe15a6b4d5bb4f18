"""`cryogate check`: everything that is wrong with a configuration, and what it would listen to."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.config.types import Configuration, PlugIn
from gateway.errors import ConfigurationError
from gateway.questions.start import would_follow
from gateway.text import counted


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Report every mistake of the configuration at once, and list what it would listen to.

    Where the gateway ran before, it is compared with the journal: what the start would refuse, and what would
    end, move, be retired or lose its units with it. Nothing is changed.

    Exit code 0: it can run. 2: it cannot.

    Example: cryogate check --config cryogate.toml
    """
    try:
        configuration = load(config)
        start = would_follow(configuration, configuration.data_dir)
        if start.problems:
            raise ConfigurationError(list(start.problems))
    except ConfigurationError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems})
            raise typer.Exit(2) from None
        raise
    if as_json:
        listens = _listens(configuration)
        print_json(
            {"ok": True, "remarks": configuration.remarks, "changes": start.changes, "listens_to": listens}
        )
    else:
        _print(configuration)
        for change in start.changes:
            console().print(Text.assemble(("with the start: ", "yellow"), change), soft_wrap=True)


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
        table = Table("address", "channel", "asset", "unit", "profile", box=None, padding=(0, 2))
        for channel in mine:
            place = "/".join(p for p in (channel.table.asset, channel.table.zone) if p)
            table.add_row(
                channel.table.address, channel.name, place, channel.table.unit, channel.table.profile or "-"
            )
        out.print(table if mine else "  no channel of the configuration")
    rules = sum(len(v.rules) for versions in configuration.profiles.values() for v in versions)
    counts = {
        "channel": len(configuration.channels),
        "profile": len(configuration.profiles),
        "rule": rules,
        "sink": len(configuration.sinks),
        "notifier": len(configuration.notifiers),
    }
    out.print("\n" + ", ".join(counted(count, what) for what, count in counts.items()))
    for remark in configuration.remarks:
        out.print(Text.assemble(("remark: ", "yellow"), remark))
