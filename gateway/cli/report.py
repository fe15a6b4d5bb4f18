"""`cryogate report`: one excursion as a PDF for review and for inspectors, with its data inside."""

from __future__ import annotations

import os
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import open_records
from gateway.cli.terminal import print_json, say
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal import rights
from gateway.journal.journal import Journal


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
        str,
        typer.Argument(metavar="EXCURSION", help="Id of its alarm, or as much of its start as is unique."),
    ],
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
    """An excursion as a PDF/A: verdict, chart, numbers, units, who was told, and its data inside.

    Everything comes from the journal. The same state of the journal gives the same file.

    Examples: cryogate report E-7Q2M --language zh -o E-7Q2M.pdf; cryogate report E-7Q2M --json
    """
    configuration = load(config)
    if output is None and not as_json:
        raise InputError("where to? give -o FILE.pdf, or --json for the facts alone")
    if output is not None and output.exists():
        raise InputError(f"{output} is there already; give another name or remove it")
    folder = configuration.data_dir
    from gateway.dossier.case import case_of
    from gateway.dossier.making import gathered, made

    with ExitStack() as stack:
        records = stack.enter_context(open_records(folder))
        journal = stack.enter_context(Journal.open_reading(folder / "journal.sqlite"))
        case = case_of(journal, records, excursion)
        if as_json:
            print_json(gathered(case))
        if output is not None:
            _write(output, made(case, language.value, paper.value, fonts))
            say(f"{output}: report of {case.alarm}" + (", preliminary" if case.is_open else ""), err=True)


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
