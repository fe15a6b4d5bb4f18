"""`cryogate parked`: what the outside world of a sink did not take, and what people decide about it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.followers.parking import Decision, statement
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Quality
from gateway.times import format_rfc3339

LONGEST_REASON = 300  # characters on a screen


def add_to(app: typer.Typer) -> None:
    app.command()(parked)


def parked(
    config: Config = DEFAULT_CONFIG,
    sink: Annotated[str | None, typer.Option(help="Only of this sink.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many of each sink.")] = 20,
    retry: Annotated[
        str | None, typer.Option(metavar="SINK", help="The cause is mended: send everything parked again.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option(metavar="SINK", help="It stays away from there; nobody needs to look again.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who decides; needed with --accept.")] = "",
    as_json: AsJson = False,
) -> None:
    """Readings and alarm changes that a sink's outside world rejected, with the reason.

    The journal has them all. Works while the gateway runs or not; a decision is kept in the journal.

    Examples: cryogate parked --sink central --json; cryogate parked --retry central
    """
    configuration = load(config)
    found = _parked(configuration.data_dir, most)
    if retry is not None or accept is not None:
        name, decision = _decision(retry, accept, by)
        _decide(configuration.data_dir, found, name, decision, by or configuration.gateway.name)
        return
    shown = [told for told in found if sink in (None, told["sink"])]
    if as_json:
        print_json(shown)
        return
    for told in shown:
        _show(console(), told)
    if not shown:
        typer.echo("nothing is parked")


def _decision(retry: str | None, accept: str | None, by: str) -> tuple[str, Decision]:
    """The sink and what becomes of what is parked there."""
    if retry is not None and accept is not None:
        raise InputError("--retry or --accept: give one of them")
    if not by.isprintable():
        raise InputError("--by is one line of printable text: other people's terminals show it")
    if retry is not None:
        return retry, Decision.RETRY
    if not by.strip():
        raise InputError('--accept needs to know who decides: add --by "NAME"')
    return str(accept), Decision.ACCEPT


def _parked(folder: Path, most: int) -> list[dict[str, Any]]:
    """One object a sink that has anything parked."""
    path = folder / "records.sqlite"
    if not path.exists():
        raise InputError(f"{folder}: no records yet; start a gateway with `cryogate run`")
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        names = journal.channel_names()
    records = Records(path, read_only=True)
    found = [_of(records, follower, names, most) for follower in records.parking()]
    records.close()
    return found


def _of(records: Records, follower: str, names: Mapping[int, str], most: int) -> dict[str, Any]:
    changes = records.parked_changes(follower)
    return {
        "sink": follower.partition(":")[2],
        "readings": records.parked_count(follower),
        "kept": records.parked_kept(follower),
        "newest": [
            {
                "channel": names.get(row.channel, f"number {row.channel}"),
                "time": format_rfc3339(row.time_ns),
                "value": row.value,
                "quality": Quality(row.quality).name.lower(),
                "received": format_rfc3339(row.received_ns),
                "reason": row.reason,
            }
            for row in records.parked(follower, most)
        ],
        "alarm_changes": [{"number": number, "reason": reason} for number, reason in changes.items()],
    }


def _decide(folder: Path, found: list[dict[str, Any]], sink: str, decision: Decision, by: str) -> None:
    told = next((t for t in found if t["sink"] == sink), None)
    if told is None:
        there_are = ", ".join(t["sink"] for t in found) or "nothing"
        raise InputError(f"nothing is parked of sink {sink!r}; there is of: {there_are}")
    with Journal.open(folder / "journal.sqlite") as journal:
        journal.commit(statements=[statement(sink, decision, by, time.time_ns())])
    lost = told["readings"] - told["kept"]
    if decision is Decision.ACCEPT:
        typer.echo(f"sink {sink}: what is parked stays away from there, says {by}; it is in the journal")
        return
    what = f"{told['kept']} readings and {len(told['alarm_changes'])} alarm changes are sent again"
    typer.echo(f"sink {sink}: {what} by the gateway; `cryogate status` shows what is parked then")
    if lost:
        typer.echo(
            f"{lost} older readings are counted, but no longer kept apart: to send those too, give the sink "
            "another name in the configuration (it begins at the start of the journal), or --accept it"
        )


def _show(out: Console, told: Mapping[str, Any]) -> None:
    kept = "" if told["kept"] == told["readings"] else f", the newest {told['kept']} of them kept apart"
    changes = told["alarm_changes"]
    also = f", and {len(changes)} alarm changes" if changes else ""
    out.print(f"[bold]{escape(told['sink'])}[/]: {told['readings']} readings{kept}{also}", highlight=False)
    for row in told["newest"]:
        value = row["quality"] if row["value"] is None else row["value"]
        out.print(f"  {row['time']} {row['channel']} {value}", highlight=False, markup=False)
        out.print(f"      {row['reason'][:LONGEST_REASON]}", highlight=False, markup=False)
    for row in changes:
        said = f"  alarm change {row['number']}: {row['reason'][:LONGEST_REASON]}"
        out.print(said, highlight=False, markup=False)
