"""`cryogate journal`: how large it is, whether it is intact, and what is taken out of it or brought back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from gateway.cli.bars import bars
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json, say
from gateway.config.load import load
from gateway.jobs.kinds.verify import verified
from gateway.journal import backup as backups
from gateway.journal.journal import Journal
from gateway.journal.opened import journal_of
from gateway.journal.stats import stats as take_stats
from gateway.questions.export import export as write_export
from gateway.text import counted
from gateway.times import parse_rfc3339

journal = typer.Typer(
    cls=Whole,
    no_args_is_help=True,
    help="The journal: its size, whether it is intact, exports, backups and the way back.",
)


def add_to(app: typer.Typer) -> None:
    for command in (stats, verify, export, backup, restore):
        journal.command()(command)
    app.add_typer(journal, name="journal")


def stats(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """How large the journal is, hot and archived, how fast it grows, and when the disk will be full.

    Example: cryogate journal stats --json
    """
    show_stats(take_stats(journal_path(config), time.time_ns()).public(), as_json)


def show_stats(found: Mapping[str, Any], as_json: bool) -> None:
    """As `--json` and the API have it."""
    if as_json:
        print_json(found)
        return
    for line in _stat_lines(found):
        say(line)


def verify(
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key", help="Of the chain, instead of the configured one; may be given several times."
        ),
    ] = None,
    head: Annotated[str, typer.Option(help="Of the chain, noted earlier: it must still be in it.")] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Check everything: the database, each entry, each archive file, the index between them, no gap.

    And the chain, by its key: whether anything was changed, left out or put in on purpose. It prints the
    head of the chain: note it elsewhere, and a later `--head` proves that nothing before it was exchanged.

    Reads all of it; the gateway may run. Exit code 0: intact. 1: not, and what is wrong.

    Example: cryogate journal verify --head 4711:0f2e7c1d9a3b5e6f8091a2b3c4d5e6f7
    """
    with bars() as told:
        found = verified(load(config), told, head, key or [])
    show_verified(found, as_json)


def show_verified(found: Mapping[str, Any], as_json: bool) -> None:
    """As `--json` and the API have it. Exit code 1 where something is wrong."""
    if as_json:
        print_json(found)
    else:
        _print_verified(found)
    if not found["intact"]:
        raise typer.Exit(1)


def _print_verified(found: Mapping[str, Any]) -> None:
    out = console()
    for problem in found["problems"]:
        out.print(problem, style="red", soft_wrap=True)
    for note in found["notes"]:
        out.print(note, soft_wrap=True)
    entries, files = counted(found["entries"], "entry", "entries"), counted(found["segments"], "archive file")
    problems = counted(len(found["problems"]), "problem") if found["problems"] else "no problem"
    out.print(
        f"{entries}, {files}, {counted(found['readings'], 'reading')}: {problems}, read by SQLite "
        f"{found['sqlite']}"
    )
    if found["chain_head"]:
        out.print(f"head of the chain: {found['chain_head']}", soft_wrap=True)


def export(
    file: Annotated[Path, typer.Argument(help="What to write: .parquet, .csv, .json or .arrow by its name.")],
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Only this channel; may be given several times.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339 with zone; left out: all.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339 with zone, not included.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Readings as one file for somebody else, archived or not, in the unit of each channel.

    Columns: time, channel, value, unit, quality, received, device_time (where a device's clock was ahead).

    Example: cryogate journal export march.parquet --channel shipper-7-lid --from 2026-03-01T00:00:00Z
    """
    interval = tuple(None if text is None else parse_rfc3339(text) for text in (start, end))
    with Journal.open_reading(journal_path(config)) as opened, bars() as progress:
        told = (interval[0], interval[1])
        readings = write_export(
            opened, file, channel or None, told, lambda done, total: progress("hours", done, total)
        )
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "readings": readings, "bytes": size})
    else:
        say(f"{file}: {counted(readings, 'reading')}, {decimal(size)}")


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier backup to bring up to date.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Back up journal, archive and records of a running gateway; every file checked against its SHA-256.

    The folder is a whole backup at any time, also when this is interrupted. Archive files are taken once:
    hard links on the same disk, copies on another one, which is where it belongs. Exit code 1: an archive
    file is damaged. It is named and taken as it is; everything else is in the backup.

    Example: cryogate journal backup /mnt/usb/cryogate-backup
    """
    data = journal_path(config).parent
    with bars() as progress:
        done = backups.backup(data, folder, progress)
    if as_json:
        print_json(done.public())
        _tell_damaged(done)
        return
    say(
        f"{folder}: up to entry {done.last_seq}, {counted(done.files, 'archive file')} ({done.copied} new), "
        f"{decimal(done.bytes)}"
    )
    if done.linked:
        say(f"hard links: {counted(done.linked, 'file')}; this backup is on the disk of the journal itself")
    _tell_damaged(done)


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup.")],
    to: Annotated[Path, typer.Option("--to", help="The new data folder; must not exist or be empty.")],
    as_new: Annotated[
        bool,
        typer.Option("--as-new", help="A copy that goes on beside the first: with its own id."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back as a new data folder, and prove it: every hash, every entry, nothing missing.

    It keeps the id of its journal: two gateways must never go on from one backup, unless --as-new.

    Example: cryogate journal restore /mnt/usb/cryogate-backup --to data
    """
    with bars() as progress:
        done = backups.restore(folder, to, progress, as_new=as_new)
    if as_json:
        print_json(done.public())
    else:
        say(
            f"{to}: up to entry {done.last_seq}, {counted(done.files, 'archive file')}, "
            f"{decimal(done.bytes)}; every file and every entry compared"
        )
    _tell_damaged(done)


def _tell_damaged(done: backups.Done) -> None:
    """On stderr, with the exit code: somebody has to look for what was there."""
    for problem in done.damaged:
        of_archive = not problem.startswith(backups.PLANS_LEFT)
        next_step = "; copy it from the folder archive of an earlier backup" if of_archive else ""
        say(f"{problem}{next_step}", err=True)
    if done.damaged:
        raise typer.Exit(1)


def journal_path(config: Path) -> Path:
    """Raises InputError where there is none yet."""
    return journal_of(load(config).data_dir)


def _stat_lines(found: Mapping[str, Any]) -> Iterator[str]:
    copy = f", a copy of {found['ancestor']}" if found["ancestor"] else ""
    yield f"{found['journal']}, journal {found['id']}{copy}"
    yield f"{_part('hot', found['hot'])}, {decimal(found['free_bytes'])} free inside"
    yield f"{_part('archived', found['archived'])}, {found['archived']['files']} files"
    yield f"{'log':10} {found['last_entry']:,} entries, {found['statements']:,} of them statements"
    yield f"{'readings':10} from {found['first'] or '-'} to {found['last'] or '-'}"
    yield f"{'growth':10} {_growth(found)}"
    yield f"{'SQLite':10} {found['sqlite']}"


def _part(name: str, part: Mapping[str, Any]) -> str:
    each = f", {part['bytes_per_reading']:.2f} bytes each" if part["readings"] else ""
    return f"{name:10} {part['readings']:,} readings, {decimal(part['bytes'])}{each}"


def _growth(found: Mapping[str, Any]) -> str:
    free = f"{decimal(found['disk_free_bytes'])} free on the disk"
    if found["growth_bytes_per_day"] is None or found["days_until_full"] is None:
        return f"not known before an hour of readings; {free}"
    growth = decimal(round(found["growth_bytes_per_day"]))
    return f"{growth} a day; {free}, enough for {found['days_until_full']:,.0f} days"
