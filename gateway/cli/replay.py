"""`cryogate replay`: screen the journal again, or a recorded file, exactly as the running gateway does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from gateway.alarming.resets import StatedReset, stated
from gateway.cli.bars import bars
from gateway.cli.each_file import each_file
from gateway.cli.measures import duration
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, errors, print_json, say
from gateway.commands.codes import parse_code
from gateway.config.load import load
from gateway.config.types import Channel, Configuration
from gateway.errors import InputError
from gateway.jobs.kinds.replay import replayed
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.model import Samples
from gateway.questions import readings_csv
from gateway.questions.readings_csv import Recording, Units
from gateway.questions.replay import replay as screen
from gateway.text import counted
from gateway.traceability.containment import Containments
from gateway.traceability.heard import KINDS, contents
from gateway.traceability.statements import read
from gateway.units import CONVERSIONS
from gateway.writing.logged import samples_of, units_of
from gateway.writing.mapping import Logged, files_of, read_file, read_mapping

MOST_NAMED: Final = 8  # channels in one line
WHOLE_NAME: Final = 24  # characters of a name that are not broken, however narrow the terminal is


def add_to(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    source: Annotated[
        list[Path] | None,
        typer.Option(
            "--input", "-i", help="CSV: time,channel,value[,quality,unit]. Repeatable. Default: the journal."
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", help="Files of a logger, by the mapping of an import; see docs/imports.md."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    containment: Annotated[
        Path | None, typer.Option(help="Units inside, from a file instead of the journal.")
    ] = None,
    skip_bad_rows: Annotated[bool, typer.Option(help="Go on without rows that cannot be taken.")] = False,
    as_json: AsJson = False,
) -> None:
    """Screen readings again and print the excursions. Nothing is written anywhere.

    Without --input it is the journal, under what held at each time: the same as the gateway found, but
    for a silence that goes on behind the latest reading. An alarm keeps the id that it was raised with,
    also where late readings moved its start; here such an excursion has the id of its start. Files are
    judged by the configuration file as it is now, as if it had always held. Times in them are RFC 3339
    with a zone, or integer nanoseconds; the rows may be in any order. Values are in the unit that the
    channel is configured with, unless a column `unit` says otherwise. With --map files are those of a
    logger, as `cryogate import` does.

    Example: cryogate replay --json

    Example: cryogate replay --input readings.csv

    Example: cryogate replay --input box-7.csv --map hobo.toml
    """
    configuration = load(config)
    if not source:
        if mapping is not None:
            raise InputError("--map says how to read files: give them with --input")
        _replay_journal(configuration, as_json)
        return
    numbers = {name: i for i, name in enumerate(configuration.channels)}
    samples, units = (
        _recorded(source, configuration, numbers, skip_bad_rows)
        if mapping is None
        else _logged(source, mapping, configuration, numbers)
    )
    found = screen(
        configuration, numbers, samples, _contents(configuration, containment), _resets(configuration)
    )
    if as_json:
        print_json(found)
    else:
        _print(found, sum(map(len, samples)))
    for line in (*units, f"judged by {config} as it is now, as if it had always held"):
        say(line, err=as_json)


def _replay_journal(configuration: Configuration, as_json: bool) -> None:
    with bars() as told:
        found = replayed(configuration, told)
    show_replayed(found, as_json)


def show_replayed(found: Mapping[str, Any], as_json: bool) -> None:
    """The journal's, as the API has it."""
    if as_json:
        print_json(found["excursions"])
    else:
        _print(found["excursions"], found["readings"])
    if found["until"]:
        told = f"until {found['until']}, the latest reading or change"
        say(f"{told}: a silence behind that is not looked at", err=True)
    if found["left_out"]:
        say(
            f"left out, because no gateway has run with them yet: {', '.join(found['left_out'])}; start "
            "`cryogate run` once with your configuration",
            err=True,
        )


def _logged(
    paths: Sequence[Path], mapping: Path, configuration: Configuration, numbers: Mapping[str, int]
) -> tuple[list[Samples], list[str]]:
    """Readings of a logger's files, and which units they were taken in."""
    mapped = read_mapping(mapping)
    files: list[Logged] = []

    def take(path: Path) -> dict[str, Any]:
        files.append(read_file(path, mapped))
        return {}

    each_file(files_of(paths, mapped), take).complain()
    units = {one: how for file in files for one, how in units_of(file, mapped, configuration).items()}
    samples = [samples_of(file, mapped, configuration, numbers) for file in files]
    return samples, [f"{channel}: taken {how}, as {mapping} says" for channel, how in units.items()]


def _recorded(
    paths: Sequence[Path], configuration: Configuration, numbers: Mapping[str, int], skip_bad_rows: bool
) -> tuple[list[Samples], list[str]]:
    """Readings of recordings, and which units they were taken in."""
    units = {name: _units(channel) for name, channel in configuration.channels.items()}
    recordings = [_read(path, numbers, units, skip_bad_rows) for path in paths]
    assumed = {name for recording in recordings for name in recording.assumed}
    groups: dict[str, list[str]] = {}
    for name in (name for name in units if name in assumed):
        groups.setdefault(units[name].own, []).append(name)
    return [r.samples for r in recordings], [_assumed(*group) for group in sorted(groups.items())]


def _units(channel: Channel) -> Units:
    """A probe's ohms say nothing without its curve: recordings of it are in the unit that it measures."""
    own = CONVERSIONS.get(channel.table.unit)
    is_own = own is not None and own.canonical == channel.unit
    return Units(channel.unit, channel.table.unit if is_own else channel.unit)


def _assumed(unit: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"no unit is given, so these were taken as {unit}: {', '.join(names[:MOST_NAMED])}{more}"


def _read(
    path: Path, numbers: Mapping[str, int], units: Mapping[str, Units], skip_bad_rows: bool
) -> Recording:
    with bars() as told:
        step, size = f"reading {path.name}", _size(path)
        found = readings_csv.read(path, numbers, units, lambda done: told(step, done, size))
    if found.refused_rows and not skip_bad_rows:
        shown = "\n".join(found.problems)
        bad = counted(found.refused_rows, "row")
        raise InputError(f"{path}: {bad} cannot be taken (--skip-bad-rows goes on without):\n{shown}")
    if found.refused_rows:
        errors().print(
            f"{path}: {found.refused_rows} rows left out", *found.problems, sep="\n", style="yellow"
        )
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever reads it says why


def _contents(configuration: Configuration, file: Path | None) -> Containments:
    """What people have stated: in `file`, or in the gateway's journal if there is one."""
    path = configuration.data_dir / "journal.sqlite"
    if file is not None:
        places = {name: asset.zones for name, asset in configuration.assets.items()}
        containments = Containments()
        for containment in read(file.read_text(encoding="utf-8"), "replay", 0, parse_code, places):
            containments.state(containment)
        return containments
    if not path.exists():
        return Containments()
    with Journal.open_reading(path) as journal:
        return contents(said(journal, *KINDS))


def _resets(configuration: Configuration) -> list[StatedReset]:
    """What people have stated, in the gateway's journal if there is one."""
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        return []
    with Journal.open_reading(path) as journal:
        return list(stated(journal))


def _print(found: list[dict[str, Any]], readings: int) -> None:
    out = console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("channel", "rule", "severity", "start", "end", "extreme", "beyond"):
        width = max((len(str(excursion.get(name))) for excursion in found), default=0)
        whole = min(width, WHOLE_NAME) if name in ("channel", "rule") else None
        table.add_column(name, overflow="fold", no_wrap=name == "start", min_width=whole)
    for excursion in found:
        table.add_row(
            excursion["channel"],
            excursion["rule"],
            excursion["severity"],
            excursion["start"][:19] + "Z",
            "still open" if excursion["end"] is None else excursion["end"][:19] + "Z",
            "-" if excursion["extreme"] is None else f"{excursion['extreme']:g}",
            _spent(excursion),
        )
    if found:
        out.print(table)
    for excursion in found:
        if inside := _inside(excursion["units"]):
            where = f"{excursion['channel']} {excursion['rule']} from {excursion['start'][:19]}Z"
            out.print(f"{where}, inside: {inside}", soft_wrap=True)
    out.print(f"{counted(readings, 'reading')}, {counted(len(found), 'excursion')}")


def _spent(excursion: Mapping[str, Any]) -> str:
    unproven_s = excursion["unproven_s"]
    unproven = f"\nnot proven {duration(unproven_s)}" if unproven_s else ""
    return duration(excursion["beyond_s"]) + unproven


def _inside(units: str | Sequence[Mapping[str, Any]]) -> str:
    return units if isinstance(units, str) else ", ".join(unit["code"] for unit in units)
