"""`cryogate preview`: what a change of limits would have meant, before anyone signs it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli.measures import duration, sign_of
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, errors, print_json
from gateway.config.load import load
from gateway.config.profiles import profiles as parse_profiles
from gateway.config.tables import Problems
from gateway.config.toml import read_toml
from gateway.config.types import Configuration, ProfileVersion
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.questions.preview import Difference, in_force, preview, public
from gateway.screening.excursion import Excursion
from gateway.text import counted

EFFECTS = {"appears": "bold red", "vanishes": "bold yellow", "changes": "cyan", "stays": "dim"}
MOST_NAMED = 5  # channels of a profile
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
    err = errors()
    bar = Progress(
        TextColumn("screening"), BarColumn(), TimeRemainingColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    )  # fmt: skip
    with bar, Journal.open_reading(path) as journal:
        task = bar.add_task("", total=end_ns - start_ns)
        screened: list[int] = []

        def progress(at_ns: int, readings: int) -> None:
            bar.update(task, completed=at_ns - start_ns)
            screened.append(readings)

        found = preview(configuration, proposed, journal, start_ns, end_ns, progress)
    shown = [d for d in found if everything or d.effect != "stays"]
    if as_json:
        print_json([public(d) for d in shown])
    else:
        _compared(configuration, proposed, end_ns)
        console().print(f"{counted(sum(screened), 'reading')} from {_moment(start_ns)} to {_moment(end_ns)}")
        _print(shown, found, configuration)


def _proposal(path: Path) -> dict[str, tuple[ProfileVersion, ...]]:
    """The profiles of a TOML file that holds nothing else, or of a whole configuration."""
    problems = Problems(path.parent)
    tables = read_toml(path).get("profiles")
    if not isinstance(tables, dict) or not tables:
        raise InputError(f"{path}: no [[profiles.NAME]] block in it")
    found = parse_profiles(tables, problems)
    if problems:
        raise ConfigurationError([f"{path}: {problem}" for problem in problems])
    return found


def _seconds(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})\s*(s|min|h|d|w)", text.strip())
    if match is None or int(match[1]) == 0:
        raise typer.BadParameter(
            "expected a number, not 0, and s, min, h, d or w, e.g. 90d", param_hint="--last"
        )
    return int(match[1]) * UNITS_S[match[2]]


def _print(shown: list[Difference], found: list[Difference], configuration: Configuration) -> None:
    out = console()
    table = Table(box=None, padding=(0, 2))
    for name in ("effect", "channel", "rule", "present", "proposed"):
        table.add_column(name, overflow="fold")
    for difference in shown:
        either = difference.present or difference.proposed
        sign = sign_of(configuration.channels[difference.channel].unit)
        present, proposed = (_words(side, sign) for side in (difference.present, difference.proposed))
        table.add_row(
            Text(difference.effect, EFFECTS[difference.effect]),
            difference.channel,
            either.rule if either else "",
            ", ".join(present),
            _marked(proposed, present),
        )
    if shown:
        out.print(table)
    counts = Counter(d.effect for d in found)
    out.print(
        f"excursions: {counts['appears']} appear, {counts['vanishes']} vanish, {counts['changes']} change, "
        f"{counts['stays']} stay as they are",
    )


def _compared(
    configuration: Configuration,
    proposed: Mapping[str, tuple[ProfileVersion, ...]],
    end_ns: int,
) -> None:
    """Which versions are compared."""
    out = console()
    for name, versions in proposed.items():
        known = configuration.profiles.get(name)
        present = in_force(known, end_ns).version if known else "none"
        channels = [c.name for c in configuration.channels.values() if c.table.profile == name]
        shown = ", ".join(channels) if len(channels) <= MOST_NAMED else counted(len(channels), "channel")
        out.print(
            f"{name}: present version {present}, proposed {versions[-1].version}, on {shown or 'no channel'}",
        )
        if any(v.version == versions[-1].version and v.rules != versions[-1].rules for v in known or ()):
            out.print(
                f"the gateway will not start with other rules under version {versions[-1].version}: "
                "give the proposal a new one, and its valid_from",
                style="yellow",
            )


def _marked(words: list[str], beside: list[str]) -> Text:
    """Bold where it differs from what stands beside it."""
    line = Text()
    for k, word in enumerate(words):
        differs = len(words) == len(beside) and word != beside[k]
        line.append(", " if k else "").append(word, "bold" if differs else "")
    return line


def _words(found: Excursion | None, sign: str) -> list[str]:
    if found is None:
        return ["-"]
    words = [_moment(found.start_ns)]
    words.append("still open" if found.end_ns is None else duration((found.end_ns - found.start_ns) / SECOND))
    if found.extreme is not None:
        words.append(f"extreme {found.extreme:.2f} {sign}")
    if found.beyond_ns is not None:
        words.append(f"beyond {duration(found.beyond_ns / SECOND)}")
    return [*words, found.severity.name.lower()]


def _moment(time_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(time_ns // SECOND))
