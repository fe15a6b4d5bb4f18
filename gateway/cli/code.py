"""`cryogate code`: what a scanned, typed or printed code can be, in words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.questions import codes as ask
from gateway.questions.contents import StatedContents, stated
from gateway.text import safe


def add_to(app: typer.Typer) -> None:
    app.command()(code)


def code(
    text: Annotated[str, typer.Argument(help="As a scanner sent it, or as it is printed.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """What a scanned or printed code can be: by each scheme its normal form, what stands in it, where it is.

    The scheme is never guessed: codes of several can look alike.

    Example: cryogate code "]C1010952123454321321ABC"; cryogate code "(01)09521234543213(17)261231(21)1234"
    """
    configuration = load(config)
    known = _stated(configuration.data_dir)
    found = {"schema": ask.SCHEMA, "text": text, **_answer(text, configuration, known)}
    if as_json:
        print_json(found)
    else:
        print_meanings(console(), safe(found))


def _stated(folder: Path) -> StatedContents | None:
    if not (folder / "journal.sqlite").exists():
        return None
    with journal_in(folder) as journal:
        return stated(journal)


def _answer(text: str, configuration: Configuration, known: StatedContents | None) -> dict[str, Any]:
    names = [] if known is None else list(ask.named(text, configuration, known.timeline))
    return {"schemes": ask.by_scheme(text, configuration, known, time.time_ns()), "names": names}


def print_meanings(out: Console, found: Mapping[str, Any]) -> None:
    for name in found["names"]:
        out.print(Text(f"{name['kind']} {name['id']}", "bold").append(f"  {name['name']}", "not bold"))
    for meaning in found["schemes"]:
        line = Text(meaning["scheme"], "bold")
        if meaning["code"] is None:
            line.append(f"  no: {meaning['why']}", "not bold bright_black")
        else:
            line.append(f"  {meaning['code']}", "not bold").append(f"  {_where(meaning)}", "cyan")
        out.print(line, soft_wrap=True)
        _print_parts(out, meaning["parts"])


def _where(meaning: Mapping[str, Any]) -> str:
    if meaning["inside"]:
        return f"in {' or '.join(meaning['inside'])}"
    if meaning["known"]:
        return "somebody spoke of it; `cryogate contents --unit` says what"
    return f"not allowed: {meaning['why']}" if meaning["why"] else "nobody has said where it is"


def _print_parts(out: Console, parts: Iterable[Mapping[str, str]]) -> None:
    for part in parts:
        out.print(Text(f"    {part['words']}: {part['value']}"), soft_wrap=True)
