"""`cryogate verify`: what a gateway handed out, checked against keys that the reader has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import AsJson
from gateway.evidence import alone


def add_to(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    file: Annotated[Path, typer.Argument(help="A report, a proof, a checkpoint, or a proof of consistency.")],
    key: Annotated[
        str | None, typer.Option(help="The key of the log, or a file with it, got by a way that you trust.")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness; may be given several times.")
    ] = None,
    before: Annotated[Path | None, typer.Option(help="The checkpoint that you kept.")] = None,
    before_key: Annotated[
        str | None, typer.Option(help="The key of that checkpoint, where the log has another key since.")
    ] = None,
    tiles: Annotated[Path | None, typer.Option(help="A folder with the whole log.")] = None,
    of: Annotated[Path | None, typer.Option(help="The file that the proof is about.")] = None,
    entry: Annotated[
        Path | None, typer.Option(help="A file with what the leaf says, if the proof does not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a report, a proof or a checkpoint: what is proven, by whom, and what is not.

    It is scripts/cryogate_verify.py, which others run without Cryogate. Exit code 0: it holds. 1: it does
    not, and why. 2: it could not be asked.

    Examples: cryogate verify --key pudong-1.key E-7Q2M.pdf; cryogate verify --key pudong-1.key
    --of E-7Q2M.pdf E-7Q2M.pdf.tlog-proof
    """
    given = {
        "--key": key,
        "--before": before,
        "--before-key": before_key,
        "--tiles": tiles,
        "--of": of,
        "--entry": entry,
    }
    words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    words += [word for one in witness or () for word in ("--witness", one)]
    raise typer.Exit(alone.run([*words, *(["--json"] if as_json else []), "--", str(file)]))
