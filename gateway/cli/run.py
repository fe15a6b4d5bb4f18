"""`cryogate run`: the service."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import rehearse, run_gateway
from gateway.cli.logs import LogFormat, set_up
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError, CryogateError
from gateway.questions.approvals import as_it_would_start
from gateway.questions.start import would_follow

log = logging.getLogger(__name__)


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
    configuration = load(config)
    while asyncio.run(run_gateway(configuration)):
        configuration = _as_it_is_now(config, configuration)


def _as_it_is_now(config: Path, before: Configuration) -> Configuration:
    """What the file says by now; what it said before where nothing could start with that."""
    try:
        now = load(config)
        if now.data_dir != before.data_dir:
            raise ConfigurationError(["gateway.data_dir: is another folder; stop the gateway first"])
        if problems := would_follow(as_it_would_start(now), now.data_dir).problems:
            raise ConfigurationError(list(problems))
        rehearse(now)
    except CryogateError as error:
        log.error("%s cannot be started with (%s): the configuration before goes on", config, error)
        return before
    return now
