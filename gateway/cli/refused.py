"""`cryogate refused`: what came in and could not be taken, and the way back once the mapping is mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from gateway.cli.import_screen import alarm_lines, series_lines
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.refused import send_again
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.refusals import KEPT_PER_SOURCE
from gateway.published.labels import Labels, labels_of
from gateway.questions.import_preview import Seen
from gateway.questions.refused import refused_rows
from gateway.questions.retry_preview import preview_retry
from gateway.text import counted, one_line, safe

LONGEST_PAYLOAD = 200  # characters on a screen
RETRY = "-> once the mapping is mended: `cryogate refused --retry SOURCE --by NAME` reads the messages again"
MOST_REASONS = 5  # of those that are refused again


def add_to(app: typer.Typer) -> None:
    app.command()(refused)


def refused(
    config: Config = DEFAULT_CONFIG,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="The newest so many.")] = 50,
    retry: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="The mapping is mended: send its messages through again."),
    ] = None,
    mapping: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="SOURCE",
            help="With --retry: by the mapping of this source, where it was renamed.",
        ),
    ] = "",
    dry: Annotated[
        bool, typer.Option("--dry", help="With --retry: show what would be taken, and take nothing.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Who does so; needed with --retry, not with --dry.")] = "",
    as_json: AsJson = False,
) -> None:
    """What came in and could not be taken: the bytes themselves, with the reason.

    With --retry, messages of a broker that are kept here are read under the configuration as it is now; what
    can be taken is screened like any other reading. The gateway may be running or not; restart it, too, so
    that it takes what comes from now on. Look first with --dry. `cryogate withdraw` takes a retry back.

    Examples: cryogate refused --source broker; cryogate refused --retry broker --dry

    Example: cryogate refused --retry broker --by "Li Na"

    Example: cryogate refused --retry old-broker --as broker --by "Li Na"
    """
    check_retry(retry, mapping, dry)
    configuration = load(config)
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    if retry is not None and dry:
        with Journal.open_reading(path) as journal:
            show_before(preview_retry(retry, mapping or retry, configuration, journal).plain(), as_json)
        return
    if retry is not None:
        author = at_this_box(by)
        with open_desk(configuration) as desk:
            show_again(send_again(desk, author, retry, mapping).plain(), as_json)
        return
    with Journal.open_reading(path) as journal:
        rows = refused_rows(journal, source, most)
    show_refused(rows, labels_of(configuration), as_json)


def show_refused(rows: Sequence[Mapping[str, Any]], labels: Labels, as_json: bool) -> None:
    """As `--json` and the API have them."""
    if as_json:
        print_json(rows)
        return
    out = console()
    for row in rows:
        payload, row = _as_written(row["payload"]), safe(row)
        head = f"{labels.both(row['received'], '')} {row['source']} "
        out.print(Text.assemble(head, (row["reason"], "yellow"), f" {row['detail']}"))
        out.print(f"    {row['topic']}  {payload[:LONGEST_PAYLOAD]!r}")
        if row["sent_again"]:
            out.print(f"    sent through again at {labels.both(row['sent_again'], '')}", style="dim")
    out.print(f"{counted(len(rows), 'message')} shown")
    if rows:
        out.print(RETRY, style="cyan", soft_wrap=True)


def _as_written(payload: str) -> str:
    """UTF-8 where it is that, else a character for each byte."""
    try:
        return payload.encode("latin-1").decode()
    except UnicodeDecodeError:
        return payload


def check_retry(retry: str | None, mapping: str, dry: bool) -> None:
    """Raises InputError where an option says nothing."""
    if retry is None and (mapping or dry):
        raise InputError("--as and --dry go with --retry SOURCE")


def show_before(seen: Mapping[str, Any], as_json: bool) -> None:
    """What would be taken, as `--json` and the API have it."""
    show_again(seen, as_json)
    if as_json:
        return
    for one in seen["series"]:
        for line in series_lines(Seen(**one)):
            say(one_line(line))
    for line in alarm_lines(seen["alarms"], "this would raise"):
        say(one_line(line))
    say("nothing was taken")


def show_again(done: Mapping[str, Any], as_json: bool) -> None:
    """As `--json` and the API have it."""
    if as_json:
        print_json(done)
        return
    messages, readings = counted(done["messages"], "message"), counted(done["readings"], "reading")
    by = f", by the mapping of {done['mapping']}" if done["mapping"] != done["source"] else ""
    say(f"{done['source']}{by}: {messages}, {readings} in them, {done['new']} of them new")
    if done["messages"] + done["cut"] == 0:
        say(f"  of a source that was renamed or removed: --retry OLD --as {one_line(done['mapping'])}")
    if done["cut"]:
        say(f"  {counted(done['cut'], 'message')} left out: only the beginning was kept")
    if done["gone"]:
        say(
            f"  {counted(done['gone'], 'refusal')} before {done['kept_since']} no longer kept "
            f"(the newest {KEPT_PER_SOURCE} of a source are): have the device send that time again"
        )
    for reason in list(dict.fromkeys(done["refused"]))[:MOST_REASONS]:
        say(f"  refused again: {reason}")
    if len(done["refused"]) > MOST_REASONS:
        say(f"  {counted(len(done['refused']), 'refusal')} in all")
