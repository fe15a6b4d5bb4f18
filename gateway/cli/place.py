"""`cryogate place`: what a channel measures, from when on."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import At, By, Corrects, answer, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import placements
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.times import format_rfc3339

Zone = Annotated[str | None, typer.Option("--zone", help="A part of the asset.")]


def add_to(app: typer.Typer) -> None:
    app.command()(place)


def place(
    channel: Annotated[str, typer.Argument(help="The channel.")],
    asset: Annotated[str, typer.Argument(help="What it measures from then on.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why the probe was moved.")],
    zone: Zone = None,
    at: At = None,
    corrects: Corrects = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that a channel measures another asset from a moment on, also afterwards; the record is amended.

    The asset must be one of the configuration of that time. An excursion of the channel ends there as moved.

    Example: cryogate place probe-7 shipper-2 --at 2026-01-05T11:00:00+08:00 --by "Li Na" --reason "lid swap"
    """
    with open_desk(load(config)) as desk:
        done = placements.place(desk, at_this_box(by), channel, asset, zone, at, corrects, reason)
    where = asset if zone is None else f"{asset} ({zone})"
    if as_json:
        since = done.new[0] if done.new else done.before
        moment = None if since is None else format_rfc3339(since.at_ns)
        print_json(answer(done, channel=channel, asset=asset, zone=zone, at=moment))
    elif not done.id:
        say(f"{channel} is in {where} already, as configured; nothing changes")
    else:
        say(f"{channel} is in {where}; {said_by(done)}")
