"""`cryogate preview`: what a change of limits would have meant, before anyone signs it."""

from __future__ import annotations

import re
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config, console, print_json
from gateway.cli.screen import duration
from gateway.config.load import load
from gateway.config.profiles import profiles as parse_profiles
from gateway.config.tables import Problems
from gateway.config.types import ProfileVersion
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.pipeline.preview import Difference, preview, public
from gateway.screening.excursion import Excursion

EFFECTS = {"appears": "bold red", "vanishes": "bold yellow", "changes": "cyan", "stays": "dim"}
UNITS_S = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def add_to(app: typer.Typer) -> None:
    app.command("preview")(show)


def show(
    profile: Annotated[
        Path, typer.Option("--profile", help="TOML with [[profiles.NAME]] blocks: the proposal.")
    ],
    last: Annotated[str, typer.Option("--last", help="How far back: 90d, 36h, 2w.")] = "90d",
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Excursions that stay the same, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Screen the journal under a proposed profile, side by side with the present one.

    Nothing is written, and the running gateway is not disturbed.

    Example: cryogate preview --profile new.toml --last 90d
    """
    configuration = load(config)
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    proposed = _proposal(profile)
    end_ns = time.time_ns()
    start_ns = end_ns - _seconds(last) * SECOND
    err = Console(stderr=True)
    bar = Progress(
        TextColumn("screening"), BarColumn(), TimeRemainingColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    )  # fmt: skip
    with bar, Journal.open_reading(path) as journal:
        task = bar.add_task("", total=end_ns - start_ns)
        found = preview(
            configuration, proposed, journal, start_ns, end_ns,
            lambda at_ns: bar.update(task, completed=at_ns - start_ns),
        )  # fmt: skip
    shown = [d for d in found if everything or d.effect != "stays"]
    if as_json:
        print_json([public(d) for d in shown])
    else:
        _print(shown, found)


def _proposal(path: Path) -> dict[str, tuple[ProfileVersion, ...]]:
    """The profiles of a TOML file that holds nothing else, or of a whole configuration."""
    problems = Problems(path.parent)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    tables = document.get("profiles")
    if not isinstance(tables, dict) or not tables:
        raise InputError(f"{path}: no [[profiles.NAME]] block in it")
    found = parse_profiles(tables, problems)
    if problems:
        raise ConfigurationError([f"{path}: {problem}" for problem in problems])
    return found


def _seconds(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})\s*(s|min|h|d|w)", text.strip())
    if match is None:
        raise typer.BadParameter("expected a number and s, min, h, d or w, e.g. 90d", param_hint="--last")
    return int(match[1]) * UNITS_S[match[2]]


def _print(shown: list[Difference], found: list[Difference]) -> None:
    out = console()
    table = Table(box=None, padding=(0, 2))
    for name in ("effect", "channel", "rule", "present", "proposed"):
        table.add_column(name, overflow="fold")
    for difference in shown:
        either = difference.present or difference.proposed
        table.add_row(
            Text(difference.effect, EFFECTS[difference.effect]),
            difference.channel,
            either.rule if either else "",
            _words(difference.present),
            _words(difference.proposed),
        )
    if shown:
        out.print(table)
    counts = Counter(d.effect for d in found)
    out.print(
        ", ".join(f"{counts[effect]} {effect}" for effect in EFFECTS) + " (excursions)", highlight=False
    )


def _words(found: Excursion | None) -> str:
    if found is None:
        return "-"
    start = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(found.start_ns // SECOND))
    length = "still open" if found.end_ns is None else duration((found.end_ns - found.start_ns) / SECOND)
    extreme = "" if found.extreme is None else f", extreme {found.extreme:g}"
    return f"{start}, {length}{extreme}, {found.severity.name.lower()}"
