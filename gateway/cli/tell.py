"""`cryogate load`, `empty` and `reset`: what people state, written straight into the journal.

The journal takes statements from any process, so all of them work whether the gateway runs or not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import At, By, Corrects, Reason, answer, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import contents, resets
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.config.load import load as load_configuration
from gateway.statements import reset as resetting
from gateway.text import counted
from gateway.times import format_rfc3339, to_the_second

__all__ = ["add_to", "empty", "load", "reset"]

Zone = Annotated[str | None, typer.Option("--zone", help="A part of the asset.")]

MANY_ROWS: Final = 10_000
ROW_S: Final = 4e-4  # to read, check and state one


def add_to(app: typer.Typer) -> None:
    app.command()(load)
    app.command()(reset)
    app.command()(empty)


def load(
    file: Annotated[
        Path, typer.Argument(help="CSV or JSON: scheme, code, asset, zone, from, to, product, ...")
    ],
    by: By,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say which product units are (or were) in which asset. All of the file is taken, or nothing.

    Loading a file again changes nothing; the same unit, asset and start with an end added closes the stay.
    The latest word counts: the same without an end opens it again. With --corrects the file has one row,
    which replaces that statement.

    Example: cryogate load containment.csv --by "Li Na"
    """
    with open_desk(load_configuration(config)) as desk:
        done = contents.load(desk, at_this_box(by), file, corrects, reason, _announce)
    new = done.stated.new
    if as_json:
        print_json(
            {
                "statements": done.rows,
                "new": len(new),
                "ids": [one.id for one in new],
                "remarks": list(done.remarks),
            }
        )
    elif new:
        say(f"{_rows(done.rows)}, {len(new)} of them new: {said_by(done.stated)}")
    else:
        say(f"{_rows(done.rows)}, nothing new: it is in the journal")
    for remark in done.remarks if not as_json else ():
        say(f"note: {remark}")


def reset(
    channel: Annotated[str, typer.Argument(help="The channel.")],
    rule: Annotated[str, typer.Argument(help="The id of its budget.")],
    by: By,
    comment: Annotated[str, typer.Option("--comment", help="Why: what was unloaded, thawed, released.")],
    at: At = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let a budget of a channel count anew; the gateway may be running or not.

    One that is stated late amends the record. The same channel, rule and time again changes nothing.

    Example: cryogate reset box-1-air warm --by "Li Na" --comment "new load" --at 2026-01-05T08:00:00+08:00
    """
    with open_desk(load_configuration(config)) as desk:
        done = resets.reset(desk, at_this_box(by), channel, rule, comment, at, corrects, reason)
    stands = done.new[0] if done.before is None else done.before
    moment_ns = resetting.of(stands.body).at_ns
    if as_json:
        print_json(answer(done, channel=channel, rule=rule, at=format_rfc3339(moment_ns)))
    else:
        say(f"{channel} {rule} counts anew from {to_the_second(moment_ns)}; {said_by(done)}")


def empty(
    asset: Annotated[str, typer.Argument(help="The asset.")],
    by: By,
    zone: Zone = None,
    at: At = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that nothing is inside an asset, or a zone of it, from a moment on, until units are loaded.

    Example: cryogate empty shipper-2 --by "Li Na" --reason "unloaded at dock 3"
    """
    with open_desk(load_configuration(config)) as desk:
        done = contents.state_empty(desk, at_this_box(by), asset, zone, at, corrects, reason)
    where = asset if zone is None else f"{asset} ({zone})"
    if as_json:
        since = done.new[0] if done.new else done.before
        moment = None if since is None else format_rfc3339(since.at_ns)
        print_json(answer(done, asset=asset, zone=zone, at=moment))
    else:
        say(f"{where} is empty; {said_by(done)}")


def _announce(rows: int) -> None:
    """How long it takes, where that is long; on the error stream, beside what a script reads."""
    if rows >= MANY_ROWS:
        say(f"{rows} rows: this takes about {rows * ROW_S:.0f} s; all are taken at the end", err=True)


def _rows(count: int) -> str:
    return counted(count, "row")
