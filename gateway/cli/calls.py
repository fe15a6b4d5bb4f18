"""`cryogate calls` and `notify`: who was told of what with what answer, and who can be reached."""

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
from gateway.cli.terminal import console, print_json, say
from gateway.commands.author import at_this_box, operating_system_user
from gateway.commands.calls import try_ways
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
from gateway.published.labels import Labels, labels_of, now_text
from gateway.questions.calls import calls_at, people_now
from gateway.running.calling import addressed_of
from gateway.text import counted, safe

PRIORITY_STYLES: Final = {"urgent": "bold white on red", "high": "bold red", "medium": "yellow", "low": ""}
OUTCOME_STYLES: Final = {"delivered": "green", "retry": "yellow", "rejected": "red"}
MOST_ATTEMPTS: Final = 20  # of a group, on a screen; the JSON has all that are kept
MOST_GROUPS: Final = 200  # on a screen, the most urgent
NOT_REACHED: Final = 1  # exit code


def add_to(app: typer.Typer) -> None:
    app.command()(calls)
    app.command()(notify)


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
        every = calls_at(configuration, journal, records, time.time_ns()).groups()
    found = every if group is None else _starting_with(every, group)
    if as_json:
        print_json(found)
        return
    out, now, labels = console(), now_text(), labels_of(configuration)
    for one in safe(found[:MOST_GROUPS]):
        for line in _lines(one, labels, now):
            out.print(line, soft_wrap=True)
    if not found:
        out.print("nobody is called")
    elif len(found) > MOST_GROUPS:
        out.print(f"... and {len(found) - MOST_GROUPS} more: --json has all")


def notify(
    test: Annotated[str, typer.Option("--test", metavar="PERSON", help="The person's id, or a name.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Send a TEST call to a person by each of the person's ways, and print what is answered.

    Each attempt is stated. Quiet hours do not count here. Exit code 0: every way works. 1: one does not.

    Example: cryogate notify --test li-na
    """
    configuration = load(config)
    addressed = addressed_of(configuration)
    with open_desk(configuration) as desk:
        person = people_now(configuration, desk.journal, desk.clock.now_ns()).find(test)
        if person is None:
            raise InputError(f"nobody is known by {test!r}; see `cryogate people`")
        attempts = []
        for one in try_ways(desk, at_this_box(operating_system_user()), person, addressed):
            attempts.append(one)
            if not as_json:
                say(f"{one.notifier} {one.address}: {one.outcome} after {one.took_s:.1f} s, {one.answer}")
    if as_json:
        shown = ("notifier", "address", "outcome", "answer", "took_s")
        print_json([{name: getattr(one, name) for name in shown} for one in attempts])
    if any(one.outcome != "delivered" for one in attempts):
        raise typer.Exit(NOT_REACHED)


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
