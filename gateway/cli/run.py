"""`cryogate run`: the service."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import typer

from gateway.app import run_gateway
from gateway.cli.logs import LogFormat, set_up
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.config.load import load


def add_to(app: typer.Typer) -> None:
    app.command()(run)


def run(
    config: Config = DEFAULT_CONFIG,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    log_format: Annotated[
        LogFormat, typer.Option(help="text for people, json for programs: one object a line.")
    ] = LogFormat.TEXT,
) -> None:
    """Run the gateway until Ctrl-C or SIGTERM. Nothing that was acknowledged is lost, however it ends.

    Example: cryogate run --config /etc/cryogate/cryogate.toml
    """
    level = logging.getLevelNamesMapping().get(log_level.upper())
    if level is None:
        raise typer.BadParameter("expected debug, info, warning or error", param_hint="--log-level")
    set_up(level, log_format)
    asyncio.run(run_gateway(load(config)))
