"""`cryogate parked`: what the outside world of a sink did not take, and what people decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import said_by
from gateway.cli.terminal import console, print_json, say
from gateway.commands.author import Author, at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.parked import settle_parked
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.questions.parked import all_parked, parked_of
from gateway.statements.parked import Decision
from gateway.text import counted, safe

LONGEST_REASON = 300  # characters on a screen


def add_to(app: typer.Typer) -> None:
    app.command()(parked)


def parked(
    config: Config = DEFAULT_CONFIG,
    sink: Annotated[str | None, typer.Option(help="Only of this sink or notifier.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many of each sink.")] = 20,
    retry: Annotated[
        str | None, typer.Option(metavar="NAME", help="The cause is mended: send everything parked again.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option(metavar="NAME", help="It stays away from there; nobody needs to look again.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who decides; needed with --retry and --accept.")] = "",
    as_json: AsJson = False,
) -> None:
    """Readings and alarm changes that the outside world of a sink or notifier rejected, with the reason.

    The journal has them all. Works while the gateway runs or not; a decision is kept in the journal.

    Examples: cryogate parked --sink central --json; cryogate parked --retry central --by "Li Na"
    """
    configuration = load(config)
    found = _found(configuration.data_dir, most)
    if retry is not None or accept is not None:
        _decide(configuration, found, *decision_of(retry, accept), at_this_box(by))
        return
    show_parked(found, sink, as_json)


def show_parked(found: Sequence[Mapping[str, Any]], sink: str | None, as_json: bool) -> None:
    """As `--json` and the API have it."""
    shown = [told for told in found if sink in (None, told["sink"], told["follower"])]
    if as_json:
        print_json(shown)
        return
    for told in safe(shown):
        _show(console(), told)
    if not shown:
        say("nothing is parked")


def decision_of(retry: str | None, accept: str | None) -> tuple[str, Decision]:
    """The sink and what becomes of what is parked there."""
    if retry is not None and accept is not None:
        raise InputError("--retry or --accept: give one of them")
    return (str(accept), Decision.ACCEPT) if retry is None else (retry, Decision.RETRY)


def _found(folder: Path, most: int) -> list[dict[str, Any]]:
    path = folder / "records.sqlite"
    if not path.exists():
        raise InputError(f"{folder}: no records yet; start a gateway with `cryogate run`")
    with Journal.open_reading(folder / "journal.sqlite") as journal, Records(path, read_only=True) as records:
        return all_parked(journal, records, most)


def _decide(
    configuration: Configuration, found: list[dict[str, Any]], name: str, decision: Decision, author: Author
) -> None:
    told = parked_of(found, name)
    with open_desk(configuration) as desk:
        done = settle_parked(desk, author, told["follower"], decision, [t["follower"] for t in found])
    show_decided(told, decision, f"says {author.name}; {said_by(done)}")


def show_decided(told: Mapping[str, Any], decision: Decision, ends: str) -> None:
    """`told`: what was parked; `ends`: how the answer ends."""
    sink, lost = told["sink"], told["readings"] - told["kept"]
    if decision is Decision.ACCEPT:
        say(f"{sink}: what is parked stays away from there, {ends}")
        return
    changes = counted(len(told["alarm_changes"]), "alarm change")
    what = f"{counted(told['kept'], 'reading')} and {changes} are sent again"
    say(f"{sink}: {what} by the gateway; `cryogate status` shows what is parked then")
    if lost:
        say(
            f"{lost} older readings are counted, but no longer kept apart: to send those too, give the sink "
            "another name in the configuration (it begins at the start of the journal), or --accept it"
        )


def _show(out: Console, told: Mapping[str, Any]) -> None:
    kept = "" if told["kept"] == told["readings"] else f", the newest {told['kept']} of them kept apart"
    changes = told["alarm_changes"]
    also = f", and {counted(len(changes), 'alarm change')}" if changes else ""
    out.print(Text.assemble((told["sink"], "bold"), f": {counted(told['readings'], 'reading')}{kept}{also}"))
    for row in told["newest"]:
        value = row["quality"] if row["value"] is None else row["value"]
        out.print(f"  {row['time']} {row['channel']} {value}")
        out.print(f"      {row['reason'][:LONGEST_REASON]}")
    for row in changes:
        said = f"  alarm change {row['number']}: {row['reason'][:LONGEST_REASON]}"
        out.print(said)
