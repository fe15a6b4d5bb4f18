"""`cryogate check`: everything that is wrong with a configuration, and what it would listen to."""

from __future__ import annotations

from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, console, print_json
from gateway.config.load import load
from gateway.config.types import Configuration, PlugIn
from gateway.errors import ConfigurationError


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Report every mistake of the configuration at once, and list what it would listen to.

    Exit code 0: it can run. 2: it can not.

    Example: cryogate check --config cryogate.toml
    """
    try:
        configuration = load(config)
    except ConfigurationError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems})
            raise typer.Exit(2) from None
        raise
    if as_json:
        print_json({"ok": True, "remarks": configuration.remarks, "listens_to": _listens(configuration)})
    else:
        _print(configuration)


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
    out.print(f"{configuration.path}: fine, fingerprint {configuration.fingerprint}", highlight=False)
    for source in configuration.sources.values():
        out.print(
            f"\n[bold]{escape(source.name)}[/] ({source.kind}) listens to {escape(place_of(source))}",
            highlight=False,
        )
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
        "channels": len(configuration.channels),
        "profiles": len(configuration.profiles),
        "rules": rules,
    }
    counts |= {"sinks": len(configuration.sinks), "notifiers": len(configuration.notifiers)}
    out.print("\n" + ", ".join(f"{count} {what}" for what, count in counts.items()), highlight=False)
    for remark in configuration.remarks:
        out.print(f"[yellow]remark:[/] {escape(remark)}", highlight=False)
