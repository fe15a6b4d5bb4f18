"""`cryogate ack`, `load` and `reset`: what people tell the gateway, written straight into the journal.

The journal takes statements from any process, so all of them work whether the gateway runs or not.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.alarming.resets import StatedReset
from gateway.alarming.resets import check as check_reset
from gateway.alarming.resets import stated as stated_resets
from gateway.alarms.lifecycle import Acknowledgement, AlarmState
from gateway.cli.history import find, open_records
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, print_json
from gateway.config import plugins
from gateway.config.load import load as load_configuration
from gateway.config.types import CODES
from gateway.errors import CodeError, InputError
from gateway.journal.journal import Journal, Statement
from gateway.journal.said import said
from gateway.statements import acknowledge as acknowledging
from gateway.statements import containment as containing
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.traceability.checks import news
from gateway.traceability.heard import KINDS, contents
from gateway.traceability.statements import read, to_stay


def add_to(app: typer.Typer) -> None:
    app.command()(ack)
    app.command()(load)
    app.command()(reset)


def ack(
    alarm: Annotated[str, typer.Argument(help="The alarm's id, or as much of its start as is unique.")],
    by: Annotated[str, typer.Option("--by", help="Who acknowledges.")],
    comment: Annotated[str, typer.Option("--comment", help="Why, or what was done.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Acknowledge an alarm; the gateway may be running or not.

    Example: cryogate ack E-7Q2M9XKD --by "Li Na" --comment "courier called, shipper back on dock 3"
    """
    folder = load_configuration(config).data_dir
    _check_printable(by, comment)
    said = Acknowledgement(by, time.time_ns(), comment)
    with open_records(folder) as records:
        row = find(records, alarm)
    if row.body["alarm"]["state"] == AlarmState.CLOSED:
        raise InputError(f"alarm {row.id} is closed: there is nothing to acknowledge")
    with Journal.open(folder / "journal.sqlite") as journal:
        body = acknowledging.to_body(acknowledging.Acknowledge(row.id, said.comment))
        journal.commit(statements=[Statement(acknowledging.KIND, said.by, said.at_ns, body)])
    typer.echo(f"{row.id} acknowledged by {by}; it is in the journal")


def load(
    file: Annotated[
        Path, typer.Argument(help="CSV or JSON: scheme, code, asset, zone, from, to, product, ...")
    ],
    by: Annotated[str, typer.Option("--by", help="Who states it.")] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say which product units are (or were) in which asset. All of the file is taken, or nothing.

    Loading a file again changes nothing; the same unit, asset and start with an end added closes the stay.
    The latest word counts: the same without an end opens it again.

    Example: cryogate load containment.csv --by "Li Na"
    """
    configuration = load_configuration(config)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: can not be read: {error}") from None
    now_ns, by = time.time_ns(), by or configuration.gateway.name
    places = {name: asset.zones for name, asset in configuration.assets.items()}
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        known = contents(said(journal, *KINDS))
        try:
            stated = read(text, by, now_ns, parse_code, places, now_ns)
            new = news(known, stated)
        except InputError as error:
            raise InputError(f"{file}: nothing was taken, because of\n{error}") from None
        bodies = [containing.to_body(containing.Containment((to_stay(row),))) for row in new]
        journal.commit(statements=[Statement(containing.KIND, by, now_ns, body) for body in bodies])
    if as_json:
        print_json({"statements": len(stated), "new": len(new)})
    else:
        typer.echo(f"{len(stated)} statements, {len(new)} of them new; they are in the journal")


def reset(
    channel: Annotated[str, typer.Argument(help="The channel.")],
    rule: Annotated[str, typer.Argument(help="The id of its budget.")],
    by: Annotated[str, typer.Option("--by", help="Who states it.")],
    comment: Annotated[str, typer.Option("--comment", help="Why: what was unloaded, thawed, released.")],
    at: Annotated[
        str | None, typer.Option("--at", help="When it counts from, RFC 3339 with zone; default: now.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let a budget of a channel count anew; the gateway may be running or not.

    One that is stated late amends the record. The same channel, rule and time again changes nothing.

    Example: cryogate reset box-1-air warm --by "Li Na" --comment "new load" --at 2026-01-05T08:00:00+08:00
    """
    configuration = load_configuration(config)
    _check_printable(by, comment)
    now_ns = time.time_ns()
    at_ns = now_ns if at is None else parse_rfc3339(at)
    said = StatedReset(channel, rule, at_ns, by, now_ns, comment)
    check_reset(said, configuration, now_ns)
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        before = next((r for r in stated_resets(journal) if r.key == said.key), None)
        if before is None:
            journal.commit(statements=[said.statement()])
    moment = format_rfc3339(at_ns)
    if as_json:
        print_json({"channel": channel, "rule": rule, "at": moment, "new": before is None})
    elif before is None:
        typer.echo(f"{channel} {rule} counts anew from {moment}; it is in the journal")
    else:
        typer.echo(f"{before.by} has stated that before: {channel} {rule} counts anew from {moment}")


def _check_printable(by: str, comment: str) -> None:
    if not (by + comment).isprintable():
        raise InputError(
            "--by and --comment are one line of printable text: other people's terminals show it"
        )


def parse_code(scheme: str, code: str) -> str:
    """The normal form of a code. Raises CodeError, also where there is no such scheme."""
    module = plugins.find(CODES, scheme, "parse")
    if module is None:
        raise CodeError(f"unknown scheme {scheme!r}; known: {', '.join(plugins.names(CODES, 'parse'))}")
    return str(module.parse(code))
