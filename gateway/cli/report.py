"""`cryogate report`: an excursion, an asset over a time, a unit, or a year as a PDF, its data inside."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.bars import bars
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import print_json, say
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal import rights


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
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint of the evidence log, to prove under; default: the newest."),
    ] = None,
    add_to_log: Annotated[
        bool, typer.Option("--add-to-log", help="Put the SHA-256 of the PDF into the evidence log, too.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """An excursion, an asset over a time, a unit, or a year as a PDF/A: verdict, charts, data inside.

    Everything comes from the journal. The same state of the journal, and the same checkpoint of the evidence
    log, give the same file.

    Examples: cryogate report E-7Q2M --language zh -o E-7Q2M.pdf; cryogate report E-7Q2M --json;
    cryogate report --asset shipper-2 --from 2026-01-05T08:00:00Z --to 2026-01-07T08:00:00Z -o leg.pdf;
    cryogate report --unit BAG-0001 -o BAG-0001.pdf;
    cryogate report --year 2026 -o 2026.pdf
    """
    from gateway.cli.evidence import added, put_file, read_note
    from gateway.dossier.making import gathered, made
    from gateway.jobs.kinds.report import Subject, opened

    subject = Subject(excursion, asset, start, end, unit, year)
    configuration = load(config)
    check_output(output, as_json)
    if add_to_log and output is None:
        raise InputError("--add-to-log is about the PDF: give -o FILE.pdf, too")
    under = None if checkpoint is None else read_note(checkpoint)
    with bars() as told, opened(configuration, subject, as_of, told) as found:
        if as_json:
            print_json(gathered(found, under))
        if output is not None:
            write(output, made(found, language.value, paper.value, fonts, under))
            say(f"{output}: {found.words}", err=True)
    if add_to_log and output is not None:
        say(added(put_file(configuration, output)), err=True)


def check_output(output: Path | None, as_json: bool) -> None:
    """Before anything is made. Raises InputError."""
    if output is None and not as_json:
        raise InputError("where to? give -o FILE.pdf, or --json for the facts alone")
    if output is not None and output.exists():
        raise InputError(f"{output} is there already; give another name or remove it")


def write(path: Path, content: bytes) -> None:
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
