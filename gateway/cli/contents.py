"""`cryogate contents`: what is inside, who has stated it, and which statements contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import asked_ns
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.published.labels import Labels, labels_of
from gateway.published.stays import StaysInParts
from gateway.questions import contents as ask
from gateway.questions.contents import StatedContents
from gateway.text import safe

MOST_SHOWN: Final = 500  # units of an asset on a screen; nobody reads more, and each takes milliseconds


def add_to(app: typer.Typer) -> None:
    app.command()(contents)


def contents(
    asset: Annotated[str | None, typer.Argument(help="Only of this asset.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="When, RFC 3339 with zone; default: now.")] = None,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Statements that contradict each other.")
    ] = False,
    unit: Annotated[
        str | None, typer.Option("--unit", help="Where this unit was, and all that was said about it.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What is inside, by whose word, now or at any time. Works from the journal, without the gateway.

    Example: cryogate contents shipper-2 --at 2026-01-05T11:00:00+08:00
    """
    configuration = load(config)
    at_ns = asked_ns(at)
    known = _stated(configuration)
    if unit is not None:
        found = ask.of_units(known, unit, at_ns)
    elif conflicts:
        only = None if asset is None else _assets(configuration, known, asset)[0]
        found = ask.conflicts(known, only)
    else:
        assets = _assets(configuration, known, asset)
        found = ask.of_assets(known, assets, at_ns, in_parts=True)
        found = found if as_json else _with_few_units(found)
    if as_json:
        print_json(found)
    else:
        print_contents(found, labels_of(configuration))


def print_contents(found: Mapping[str, Any], labels: Labels) -> None:
    """What is known of units, of conflicts or of assets, each as published."""
    from gateway.cli.contents_screen import print_assets, print_conflicts, print_units

    show = print_units if "units" in found else print_conflicts if "conflicts" in found else print_assets
    show(console(), safe(found), labels)


def _stated(configuration: Configuration) -> StatedContents:
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; state contents with `cryogate load`")
    with Journal.open_reading(path) as journal:
        return ask.stated(journal)


def _assets(configuration: Configuration, known: StatedContents, only: str | None) -> list[str]:
    """Identities of those that are configured or that somebody spoke of, or of one by its name."""
    configured = [known.identity(name) for name in configuration.assets]
    every = list(dict.fromkeys([*configured, *known.containments.assets]))
    if only is None:
        return every
    if known.identity(only) not in every:
        names = ", ".join(known.name(asset) for asset in every)
        raise InputError(f"there is no asset {only!r}; known: {names}")
    return [known.identity(only)]


def _with_few_units(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a screen shows: of each asset some units, how many more there are, and all that are in doubt."""
    return {**found, "assets": [_few(asset) for asset in found["assets"]]}


def _few(asset: Mapping[str, Any]) -> dict[str, Any]:
    units = asset["units"]
    doubtful = units.in_doubt() if isinstance(units, StaysInParts) else units
    shown = list(units[:MOST_SHOWN])
    return {**asset, "number": len(units), "units": shown, "in_doubt": list(doubtful)}
