"""`cryogate token`, and what `cryogate ack --token` does: one person acknowledges once, without a log-in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import answer, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import tokens
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.opened import open_records
from gateway.questions.history import find
from gateway.times import format_rfc3339


def add_to(app: typer.Typer) -> None:
    app.command()(token)


def token(
    person: Annotated[str, typer.Argument(help="Who may acknowledge with it: a person's id or name.")],
    alarms: Annotated[list[str], typer.Argument(metavar="ALARM", help="The alarms, at most 10.")],
    hours: Annotated[float, typer.Option("--hours", help="How long it is good, at most 168.")] = 12.0,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make a token with which one person acknowledges these alarms once, also from far away.

    Whoever has the token can use it, so send it to that person alone. `cryogate ack --token` takes it.

    Example: cryogate token wang E-7Q2M9XKD --hours 2
    """
    configuration = load(config)
    with open_records(configuration.data_dir) as records:
        rows = [find(records, alarm) for alarm in alarms]
    with open_desk(configuration) as desk:
        text = tokens.issue(desk, person, rows, hours)
        made = tokens.read(desk, text)
    if not as_json:
        typer.echo(text)
        return
    until = format_rfc3339(made.until_ns)
    print_json(
        {"schema": 1, "token": text, "person": made.person, "alarms": list(made.alarms), "until": until}
    )


def acknowledge(text: str, alarm: str, by: str, comment: str, config: Path, as_json: bool = False) -> None:
    """All alarms that the token is for, or this one of them. Raises InputError."""
    configuration = load(config)
    with open_desk(configuration) as desk:
        known = tokens.read(desk, text)
        with open_records(configuration.data_dir) as records:
            rows = [find(records, one) for one in ([alarm] if alarm else known.alarms)]
        stated = tokens.acknowledge(desk, known, rows, comment, by)
    names, who = [str(one.body["alarm"]) for one in stated.new], stated.new[0].by
    if as_json:
        print_json(answer(stated, alarms=names, by=who, ids=[one.id for one in stated.new]))
    else:
        say(f"{', '.join(names)} acknowledged by {who}; {said_by(stated)}")


def need(alarm: str, by: str, comment: str) -> None:
    """What `ack` needs without a token. Raises InputError."""
    missing = {"ALARM": alarm, "--by": by, "--comment": comment}
    for name, given in missing.items():
        if not given:
            raise InputError(f"{name} is missing; or give --token, which says it")
