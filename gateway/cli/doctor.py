"""`cryogate doctor`: what is wrong, where, and what to do next."""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Sequence
from typing import NoReturn

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.screen import finding_lines
from gateway.cli.terminal import console, print_json
from gateway.doctor import Finding, Level
from gateway.doctor.examination import examine

EXIT_CODES = {Level.ERROR: 2, Level.WARNING: 1, Level.NOTE: 0}


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Say what is wrong, where, and what to do next; the gateway may run or not. Changes nothing.

    Looks at configuration, gateway, disk, journal, clock, ports, brokers, sinks, channels and calibrations.

    Exit code 0: all is well, or only notes. 1: warnings. 2: errors: product may not be watched.

    Example: cryogate doctor --config /etc/cryogate/cryogate.toml
    """
    found = examine(config, time.time_ns(), datetime.datetime.now(datetime.UTC).date())
    tell(found.summary, found.findings, as_json)


def tell(summary: str, findings: Sequence[Finding], as_json: bool) -> NoReturn:
    """Ends with the exit code."""
    code = max((EXIT_CODES[f.level] for f in findings), default=0)
    if as_json:
        listed = [dataclasses.asdict(f) for f in findings]
        print_json({"ok": code == 0, "summary": summary, "findings": listed})
    else:
        out = console()
        out.print(summary, soft_wrap=True)
        for line in finding_lines(findings):
            out.print(line)
        if code == 0:
            out.print("all is well", style="green")
    raise typer.Exit(code)
