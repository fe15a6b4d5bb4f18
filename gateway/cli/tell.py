"""`cryogate ack` and `cryogate load`: what people tell the gateway, written straight into the journal.

The journal takes statements from any process, so both work whether the gateway runs or not.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.alarms.lifecycle import acknowledgeable
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.config.load import load as load_configuration
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.traceability.statements import read as read_containment
from gateway.traceability.statements import to_body


def add_to(app: typer.Typer) -> None:
    app.command()(ack)
    app.command()(load)


def ack(
    alarm: Annotated[str, typer.Argument(help="The alarm's id, or as much of its start as is unique.")],
    by: Annotated[str, typer.Option("--by", help="Who acknowledges.")],
    comment: Annotated[str, typer.Option("--comment", help="Why, or what was done.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Acknowledge an alarm; the gateway may be running or not.

    Example: cryogate ack E-7Q2M9XKD --by "Li Na" --comment "courier called, shipper back on dock 3"
    """
