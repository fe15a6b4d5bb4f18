"""`cryogate --server URL contents`, `load`, `statements`, `withdraw`, `audit` and `journal export`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

import typer
from rich.filesize import decimal

from gateway.cli.audit import print_actions
from gateway.cli.contents import print_contents
from gateway.cli.far_labels import labels_there
from gateway.cli.statements import lines_of
from gateway.cli.terminal import print_json, say
from gateway.client import Client
from gateway.errors import InputError
from gateway.journal import rights
from gateway.questions.audit_rows import SCHEMA as AUDIT_SCHEMA
from gateway.text import counted

FORMS: Final = ("parquet", "csv", "json", "arrow")


def contents(
    client: Client, asset: str | None, at: str | None, conflicts: bool, unit: str | None, as_json: bool
) -> None:
    if unit is not None:
        found = client.units(unit, at)
    elif conflicts:
        found = client.conflicts(asset)
    else:
        found = client.contents(asset, at)
    if as_json:
        print_json({key: value for key, value in found.items() if key != "known"})
    else:
        print_contents(found, labels_there(client))


def load(client: Client, file: Any, corrects: str | None, reason: str, as_json: bool) -> None:
    try:
        done = client.load(Path(file), corrects, reason)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    if as_json:
        print_json({"statements": done["rows"], **{key: done[key] for key in ("new", "ids", "remarks")}})
        return
    say(f"{counted(done['rows'], 'row')}, {done['new']} of them new")
    for remark in done["remarks"]:
        say(f"note: {remark}")


def statements(client: Client, about: str | None, kind: str | None, since: str | None, as_json: bool) -> None:
    """The oldest first, as locally."""
    found = [*client.statements(about=about, kind=kind, since=since)][::-1]
    if as_json:
        print_json({"schema": 1, "statements": found})
        return
    labels = labels_there(client)
    for row in found:
        names = [value for value in row["body"].values() if isinstance(value, str)]
        for line in lines_of(row, labels, labels.site_of(*names), _undone(row)):
            typer.echo(line)
    say(counted(len(found), "statement"))


def withdraw(client: Client, identity: str, reason: str, as_json: bool) -> None:
    done = client.withdraw(identity, reason)
    if as_json:
        print_json(done)
        return
    say(f"withdrawn: {identity}; in the journal as {done['id']}")
    if done["new"]:
        say(f"what follows: {done['follows']}")


def audit(
    client: Client,
    by: str,
    about: str,
    kind: Any,
    since: str | None,
    until: str | None,
    origin: str,
    text: str,
    people: bool,
    most: int | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    if as_csv and as_json:
        raise InputError("--csv or --json, not both")
    asked: dict[str, Any] = {
        "by": by,
        "about": about,
        "kind": list(kind or ()),
        "since": since,
        "until": until,
    }
    asked |= {"origin": origin, "text": text, "people": people}
    if as_csv:
        if most is not None:
            raise InputError("--most and --csv do not go together with --server")
        for piece in client.pieces("/audit/file", **asked):
            typer.echo(piece, nl=False)
        return
    found = islice(client.audit(**asked), most)
    if as_json:
        print_json({"schema": AUDIT_SCHEMA, "actions": list(found)})
    else:
        print_actions(found, labels_there(client))


def export(
    client: Client, file: Any, channel: Any, start: str | None, end: str | None, as_json: bool
) -> None:
    path = Path(file)
    form = path.suffix.removeprefix(".")
    if form not in FORMS:
        raise InputError(f"{path}: its name ends in {', '.join('.' + one for one in FORMS)}")
    if not channel:
        raise InputError("with --server name the channels: --channel NAME, several times for several")
    pieces = client.readings_file(list(channel), form, start, end)
    try:
        with open(path, "wb", opener=rights.opener) as out:
            for piece in pieces:
                out.write(piece)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    size = path.stat().st_size
    if as_json:
        print_json({"file": str(path), "bytes": size})
    else:
        say(f"{path}: {decimal(size)}")


def _undone(row: dict[str, Any]) -> str:
    for verb in ("corrected", "withdrawn"):
        if row[f"{verb}_by"]:
            return f"{verb} by {row[f'{verb}_by']}"
    return ""
