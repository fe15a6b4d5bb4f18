"""Holds and retention: what must stay, said by people, and what may go, shown before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from gateway.cli.bars import bars
from gateway.cli.journal import journal as group
from gateway.cli.journal import journal_path
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.saying import By, Corrects, Reason, answer, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.holds import hold as place_hold
from gateway.commands.holds import release as release_hold
from gateway.commands.retention import retain as delete
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.retaining import Removed, Retained
from gateway.questions.retention import holds as in_force
from gateway.questions.retention import still_taking
from gateway.statements import hold as holding
from gateway.statements.hold import scope
from gateway.statements.retention import to_body
from gateway.text import counted
from gateway.times import format_rfc3339

RECORDS = "records.sqlite"


def add_to(app: typer.Typer) -> None:
    app.command()(hold)
    app.command()(release)
    group.command()(holds)
    group.command()(retain)


def hold(
    by: By,
    why: Annotated[str, typer.Option("--why", help="The reason, e.g. a deviation or an audit.")],
    asset: Annotated[list[str] | None, typer.Option("--asset", help="All its channels.")] = None,
    channel: Annotated[list[str] | None, typer.Option("--channel", help="This channel.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339; left out: from the first.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339; left out: without an end.")] = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Keep readings whatever retention says, until the hold is released. Without asset and channel: all.

    Example: cryogate hold --asset shipper-7 --from 2026-03-01T00:00:00Z --by "Li Na" --why "deviation 26-014"
    """
    places, interval = (asset or (), channel or ()), (start, end)
    journal_path(config)
    with open_desk(load(config)) as desk:
        done = place_hold(desk, at_this_box(by), why, places, interval, corrects, reason)
    identity = done.hold.id
    if as_json:
        print_json(answer(done.stated, **holding.to_body(done.hold)))
    else:
        say(hold_words(identity, said_by(done.stated)))


def hold_words(identity: str, said: str) -> str:
    return f"{identity} is {said}; `cryogate release {identity} --by NAME --why TEXT` ends it"


def release(
    identity: Annotated[
        str, typer.Argument(metavar="HOLD", help="The hold's id, as `journal holds` shows it.")
    ],
    by: By,
    why: Annotated[str, typer.Option("--why", help="Why it is no longer needed.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Release a hold: from now on retention may delete what only it kept.

    Example: cryogate release H-7Q2M9XKD --by "Li Na" --why "deviation 26-014 closed"
    """
    journal_path(config)
    with open_desk(load(config)) as desk:
        done = release_hold(desk, at_this_box(by), identity, why)
    say(f"{identity} is released; {said_by(done)}")


def holds(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Holds in force: what they keep, who placed them and why. And which followers keep what is archived."""
    path = journal_path(config)
    with Journal.open_reading(path) as journal:
        rows = [{**holding.to_body(one.hold), "by": one.by} for one in in_force(journal).values()]
        waiting = still_taking(journal, path.with_name(RECORDS))
    show_holds(rows, waiting, as_json)


def show_holds(
    rows: Sequence[Mapping[str, Any]], waiting: Sequence[Mapping[str, Any]], as_json: bool
) -> None:
    """As `--json` and the API have them; `waiting`: followers that keep what is archived."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        hold = holding.of({name: value for name, value in row.items() if name != "by"})
        say(f"{hold.id}  {scope(hold)}  by {row['by']}: {hold.why}")
    say(f"{len(rows)} in force")
    for one in waiting:
        at = f"it is at entry {one['entry']}, the archive at {one['archived']}"
        say(f"{one['follower']} keeps what it has not taken yet: {at}")


def retain(
    by: Annotated[str, typer.Option("--by", help="Who deletes; needed unless --dry-run.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Delete archived readings that no record class, no unit and no hold keeps, and state what was deleted.

    Nothing goes unless the configuration has a [retention.NAME] with a period; nor what screening or a sink
    has not taken yet. The gateway may run.

    Example: cryogate journal retain --dry-run
    """
    if not (by or dry_run):
        raise InputError("say who deletes, with --by; or look first, with --dry-run")
    journal_path(config)
    configuration = load(config)
    author = None if dry_run else at_this_box(by)
    with bars() as progress:
        done = delete(configuration, author, progress)
    if as_json:
        print_json([to_body(one) for one in done.removed])
    else:
        _print(done, dry_run, bool(configuration.retention))
    for one, waits in done.waiting:
        stays = f"{one.file}: {counted(one.readings, 'reading')} stay until they are taken by {waits}"
        say(f"{stays}; start the gateway, or take a sink that is given up out of it", err=as_json)
    for problem in done.damaged:
        say(f"{problem}; it stays as it is: copy it from the folder archive of a backup", err=True)
    if done.damaged:
        raise typer.Exit(1)


def _print(done: Retained, dry_run: bool, configured: bool) -> None:
    out = console()
    if not configured:
        out.print("no [retention.NAME] in the configuration: everything is kept for ever")
    for one in done.removed:
        _print_one(one)
    total = sum(one.readings for one in done.removed)
    verb = "would go; nothing was changed" if dry_run else "deleted; each file has a statement in the journal"
    where = counted(len(done.removed), "file")
    out.print(f"{counted(total, 'reading')} in {where} {verb}", soft_wrap=True)


def _print_one(one: Removed) -> None:
    out = console()
    span = f"{format_rfc3339(one.first_ns)[:19]}Z to {format_rfc3339(one.last_ns)[:19]}Z"
    out.print(f"{one.file}: {one.readings} of {one.readings + one.kept} readings, {span}")
    for name, count in one.channels.items():
        out.print(f"    {name}: {count}")
