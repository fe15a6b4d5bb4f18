"""`cryogate report`: an excursion, an asset over a time, a unit, or a year as a PDF, its data inside."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import open_records
from gateway.cli.terminal import errors, print_json, say
from gateway.config.load import load
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal import rights
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.questions.history import find
from gateway.times import parse_rfc3339

if TYPE_CHECKING:
    from gateway.dossier.report import Report
    from gateway.dossier.state import State


class Tongue(StrEnum):
    """In which language; both: side by side."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


def add_to(app: typer.Typer) -> None:
    app.command()(report)


def report(
    excursion: Annotated[
        str | None,
        typer.Argument(metavar="[EXCURSION]", help="Id of its alarm, or as much of its start as is unique."),
    ] = None,
    asset: Annotated[
        str | None,
        typer.Option(help="An asset over a time, as of a leg or a shipment; with --from and --to."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="RFC 3339 with zone.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="RFC 3339 with zone; not included.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="A product unit by its code: where it was, what it went through.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="As it was after an entry of the journal, whose number a report says."),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="A year of the clocks of each site: its excursions by site and asset.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The PDF file; it must not exist.")
    ] = None,
    language: Annotated[Tongue, typer.Option(help="zh, en, or both side by side.")] = Tongue.BOTH,
    paper: Annotated[Paper, typer.Option(help="a4 or letter.")] = Paper.A4,
    fonts: Annotated[
        Path | None, typer.Option(help="A folder with a Chinese font, beside those installed.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """An excursion, an asset over a time, a unit, or a year as a PDF/A: verdict, charts, data inside.

    Everything comes from the journal. The same state of the journal gives the same file.

    Examples: cryogate report E-7Q2M --language zh -o E-7Q2M.pdf; cryogate report E-7Q2M --json;
    cryogate report --asset shipper-2 --from 2026-01-05T08:00:00Z --to 2026-01-07T08:00:00Z -o leg.pdf;
    cryogate report --unit BAG-0001 -o BAG-0001.pdf;
    cryogate report --year 2026 -o 2026.pdf
    """
    asked = _Asked(excursion, asset, start, end, unit, year)
    configuration = load(config)
    if output is None and not as_json:
        raise InputError("where to? give -o FILE.pdf, or --json for the facts alone")
    if output is not None and output.exists():
        raise InputError(f"{output} is there already; give another name or remove it")
    folder = configuration.data_dir
    from gateway.dossier.making import gathered, made
    from gateway.dossier.state import state_of

    with ExitStack() as stack:
        records = stack.enter_context(open_records(folder))
        journal = stack.enter_context(Journal.open_reading(folder / "journal.sqlite"))
        found = asked.of(state_of(journal, as_of), records)
        if as_json:
            print_json(gathered(found))
        if output is not None:
            _write(output, made(found, language.value, paper.value, fonts))
            say(f"{output}: {found.words}", err=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the report is to be of: one thing. Raises InputError for none, several, or a part of one."""

    excursion: str | None
    asset: str | None
    start: str | None
    end: str | None
    unit: str | None
    year: int | None

    def __post_init__(self) -> None:
        if sum(one is not None for one in self._named) != 1:
            raise InputError(
                "a report of what? give the id of an alarm, or --asset with --from and --to, or --unit CODE, "
                "or --year YEAR"
            )
        if (self.asset is not None) != (self.start is not None) or (self.start is None) != (self.end is None):
            raise InputError("--asset, --from and --to belong together: give all three")

    @property
    def _named(self) -> tuple[object, ...]:
        return self.excursion, self.asset, self.unit, self.year

    def of(self, state: State, records: Records) -> Report:
        from gateway.dossier import annual, facts, passport, period
        from gateway.dossier.case import case_in

        if self.asset is not None and self.start is not None and self.end is not None:
            times = parse_rfc3339(self.start), parse_rfc3339(self.end)
            return period.report_of(period.period_of(state, self.asset, *times), records)
        if self.year is not None:
            with _bar() as progress:
                return annual.report_of(state, records, self.year, progress)
        if self.unit is not None:
            return passport.report_of(passport.passport_of(state, self.unit), records)
        return facts.report_of(case_in(state, records, find(records, self.excursion or "")))


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """How far it is, where somebody looks."""
    err = errors()
    columns = (TextColumn("reading alarms"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(path: Path, content: bytes) -> None:
    """Under its name once it is whole."""
    partial = path.with_name(f"{path.name}.part")
    try:
        with open(partial, "wb", opener=rights.opener) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{path}: {error.strerror}; check its folder and the room on the disk") from error
