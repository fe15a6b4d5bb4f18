"""`cryogate --server URL calls`, `hints`, `signatures` and `code`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from gateway.alarms.cause_words import cause_words
from gateway.cli.calls import MOST_GROUPS, starting_with
from gateway.cli.code import print_meanings
from gateway.cli.far_labels import labels_there
from gateway.cli.sign import lines_of
from gateway.cli.terminal import console, print_json, say
from gateway.client import Client
from gateway.client.client import in_path
from gateway.errors import InputError
from gateway.published.labels import now_text
from gateway.questions.signatures import SCHEMA as SIGNATURES_SCHEMA
from gateway.text import counted, safe


def calls(client: Client, group: str | None, as_json: bool) -> None:
    found = list(client.items("/calls"))
    if group is not None:
        found = starting_with(found, group)
    if as_json:
        print_json(found)
        return
    from gateway.cli.calls_screen import group_lines

    out, now, labels = console(), now_text(), labels_there(client)
    for one in safe(found[:MOST_GROUPS]):
        for line in group_lines(one, labels, now):
            out.print(line, soft_wrap=True)
    if not found:
        out.print("nobody is called")
    elif len(found) > MOST_GROUPS:
        out.print(f"... and {len(found) - MOST_GROUPS} more: --json has all")


def hints(client: Client, alarm: str, at: str | None, as_json: bool) -> None:
    found = client.get(f"/alarms/{in_path(alarm)}/hints", at=at)
    if as_json:
        print_json(found)
        return
    for line in _hint_lines(safe(found)):
        say(line)


def _hint_lines(found: dict[str, Any]) -> Iterator[str]:
    of = f"{counted(found['channels'], 'channel')} looked at, " if found["channels"] else ""
    yield f"{found['alarm']}: {of}as known at {found['known_at'][:19]}Z"
    if not found["hints"]:
        yield f"  nothing was looked at: {found['unseen']}" if found["unseen"] else f"  {cause_words(None)}"
    for hint in found["hints"]:
        yield f"  {hint['words']}"
        yield from (f"    {one['words']}" for one in hint["evidence"])


def signatures(client: Client, record: Any, content: bool, as_json: bool) -> None:
    if content:
        raise InputError("--content works on the machine of the gateway alone")
    found = client.get("/signatures", record=" ".join(record or ()))["items"]
    if as_json:
        print_json({"schema": SIGNATURES_SCHEMA, "signatures": found})
        return
    labels = labels_there(client)
    for one in found:
        for line in lines_of(one, labels.beside(one["stated"], "")):
            typer.echo(line)
    say(counted(len(found), "signature"))


def code(client: Client, text: str, as_json: bool) -> None:
    found = client.get("/codes", text=text)
    found.pop("known", None)
    if as_json:
        print_json(found)
    else:
        print_meanings(console(), safe(found))
