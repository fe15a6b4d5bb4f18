"""`cryogate hints`: what an alarm looks like, and why; never what it is."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from gateway.alarms.cause_words import cause_words, evidence_words
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import asked_ns, journal_in
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.journal.opened import open_records
from gateway.questions.causes import Answer, causes
from gateway.questions.history import find
from gateway.text import counted
from gateway.times import to_the_second


def add_to(app: typer.Typer) -> None:
    app.command()(hints)


def hints(
    alarm: Annotated[str, typer.Argument(help="The alarm's id, or as much of its start as is unique.")],
    at: Annotated[
        str | None, typer.Option(help="As known then (RFC 3339 with zone); default: two hours after it.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What an alarm looks like: open lid, no liquid nitrogen, a fill, tilt, vacuum, sensor, link or power.

    Each hint has its evidence: the shape of the readings, other channels of the asset, site and source,
    contacts and status bits. Several may fit, or none. A hint is no verdict: look at the vessel first.

    Example: cryogate hints E-7Q2M
    """
    folder = load(config).data_dir
    now_ns = asked_ns(at)
    with open_records(folder) as records, journal_in(folder) as journal:
        found = causes(journal, find(records, alarm), now_ns)
    if as_json:
        print_json(found.public())
    else:
        _print(found)


def _print(found: Answer) -> None:
    out = console()
    of = f"{counted(found.channels, 'channel')} looked at, " if found.channels else ""
    out.print(f"{found.alarm}: {of}as known at {to_the_second(found.until_ns)}")
    if not found.hints:
        said = f"nothing was looked at: {found.unseen}" if found.unseen else cause_words(None)
        out.print(f"  {said}", soft_wrap=True)
    for hint in found.hints:
        out.print(Text(f"  {cause_words(hint.cause)}", "bold"))
        for one in hint.evidence:
            out.print(f"    {evidence_words(one)}", soft_wrap=True)
