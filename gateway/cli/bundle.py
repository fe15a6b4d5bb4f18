"""`cryogate bundle`: reports, proofs and checksums of a period for an inspector, in a folder or ZIP file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.bars import bars
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.report import Paper, Tongue
from gateway.cli.terminal import print_json, say
from gateway.config.load import load
from gateway.journal.journal import Journal
from gateway.journal.opened import open_records
from gateway.text import counted
from gateway.times import parse_rfc3339


def add_to(app: typer.Typer) -> None:
    app.command()(bundle)


def bundle(
    start: Annotated[str, typer.Option("--from", help="RFC 3339 with zone.")],
    end: Annotated[str, typer.Option("--to", help="RFC 3339 with zone; not included.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder or FILE.zip; it must not exist.")],
    asset: Annotated[str | None, typer.Option(help="One asset; default: all that were measured.")] = None,
    language: Annotated[Tongue, typer.Option(help="zh, en, or both side by side.")] = Tongue.BOTH,
    paper: Annotated[Paper, typer.Option(help="a4 or letter.")] = Paper.A4,
    fonts: Annotated[
        Path | None, typer.Option(help="A folder with a Chinese font, beside those installed.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Reports of a period with index, proofs, key, verifier and checksums, as an inspector takes them along.

    A report of each asset over the period, and of each excursion in it. It opens without a network, and has
    no scripts. Interrupted, nothing has the name that was given.

    Examples: cryogate bundle --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z -o q1.zip;
    cryogate bundle --asset shipper-2 --from 2026-01-05T08:00:00+08:00 --to 2026-01-07T08:00:00+08:00 -o leg
    """
    from gateway.dossier.bundle import Wanted
    from gateway.dossier.bundle import bundle as make
    from gateway.dossier.state import state_of

    wanted = Wanted(asset, parse_rfc3339(start), parse_rfc3339(end), language.value, paper.value, fonts)
    folder = load(config).data_dir
    with ExitStack() as stack:
        records = stack.enter_context(open_records(folder))
        journal = stack.enter_context(Journal.open_reading(folder / "journal.sqlite"))
        told = stack.enter_context(bars())
        reports = make(state_of(journal), records, wanted, output, told)
    if as_json:
        print_json({"file": str(output), "reports": reports})
    else:
        say(f"{output}: {counted(reports, 'report')}; index.html tells what is in it")
