"""`cryogate calls`: who was told of what with what answer, and who is next."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from gateway.cli.fleet import UNKNOWN_STYLE
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in, open_records
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.published.labels import Labels, labels_of, now_text
from gateway.questions.calls import calls_at
from gateway.text import counted, safe

PRIORITY_STYLES: Final = {"urgent": "bold white on red", "high": "bold red", "medium": "yellow", "low": ""}
OUTCOME_STYLES: Final = {"delivered": "green", "retry": "yellow", "rejected": "red"}
MOST_ATTEMPTS: Final = 20  # of a group, on a screen; the JSON has all that are kept
MOST_GROUPS: Final = 200  # on a screen, the most urgent


def add_to(app: typer.Typer) -> None:
    app.command()(calls)


def calls(
    group: Annotated[
        str | None, typer.Argument(help="One group, or as much of its id's start as is unique.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Groups of alarms: how urgent, who was told when by what with what answer, who is next and when.

    Works without the gateway.

    Example: cryogate calls; cryogate calls G-7Q2M --json
    """
    configuration = load(config)
    with (
        open_records(configuration.data_dir) as records,
        journal_in(configuration.data_dir) as journal,
    ):
        known_at_ns(configuration)
        view = calls_at(configuration, journal, records, time.time_ns())
        found = view.groups(None if as_json or group is not None else MOST_GROUPS)
    if group is not None:
        found = _starting_with(found, group)
    if as_json:
        print_json(found)
        return
    out, now, labels = console(), now_text(), labels_of(configuration)
    for one in safe(found):
        for line in _lines(one, labels, now):
            out.print(line, soft_wrap=True)
    if not found:
        out.print("nobody is called")
    elif group is None and view.number > len(found):
        out.print(f"... and {view.number - len(found)} more: --json has all")


def _starting_with(every: list[dict[str, Any]], start: str) -> list[dict[str, Any]]:
    found = [one for one in every if one["id"].upper().startswith(start.upper())]
    exact = [one for one in found if one["id"].upper() == start.upper()]
    if not found:
        raise InputError(f"no group {start!r} needs anybody; `cryogate calls` lists those that do")
    if len(found) > 1 and not exact:
        raise InputError(f"{start!r} is the start of {len(found)} groups; give more of it")
    return exact or found


def _lines(group: Mapping[str, Any], labels: Labels, now: str) -> Iterator[Text]:
    line = Text(f"{group['id']} ", "bold")
    line.append(f" {group['priority']} ", PRIORITY_STYLES[group["priority"]])
    line.append(" DRILL" if group.get("drill") else "", "bold")
    line.append(f" {counted(len(group['alarms']), 'alarm')}, first {group['first']}")
    line.append(f" since {labels.short(group['since'], '', now)}, {_state(group)}")
    yield line
    yield Text(f"    {group['priority_reason']}", "dim")
    if group["nobody_since"]:
        since = labels.short(group["nobody_since"], "", now)
        why = "no policy is for it, nobody is called" if group["no_policy"] else "nobody could be reached"
        yield Text(f"    {why} since {since}: tell somebody yourself", UNKNOWN_STYLE)
    attempts = group["attempts"]
    if len(attempts) > MOST_ATTEMPTS:
        yield Text(f"    ... {len(attempts) - MOST_ATTEMPTS} earlier attempts: --json", "dim")
    for one in attempts[-MOST_ATTEMPTS:]:
        yield _attempt(one, labels, now)
    if group["next"]:
        names = ", ".join(group["next"]["names"]) or "nobody"
        yield Text(f"    next {labels.short(group['next']['at'], '', now)}: {names}")


def _state(group: Mapping[str, Any]) -> str:
    if group["over"]:
        return "over"
    if group["calling"] and not group["no_policy"]:
        return "people are called"
    return f"taken by {', '.join(group['taken_by'])}" if group["taken_by"] else "nobody is called"


def _attempt(one: Mapping[str, Any], labels: Labels, now: str) -> Text:
    line = Text(f"    {labels.short(one['at'], '', now)} {one['kind']}")
    line.append(f" step {one['step']}" if one["step"] else "")
    line.append(f" to {one['name']}" if one["person"] else "").append(f" by {one['by']}: ")
    line.append(one["outcome"], OUTCOME_STYLES.get(one["outcome"], ""))
    return line.append(f" after {one['took_s']:.1f} s" + (f", {one['answer']}" if one["answer"] else ""))
