"""`cryogate time-left`: how long each vessel lasts, as a range, and why where it is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.alarms.call import TimeLeft
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import asked_ns, journal_in
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.questions.time_left import HOUR_S, Left, TimesLeft, range_of
from gateway.text import safe
from gateway.times import to_the_second

SOON_S: Final = 12 * HOUR_S  # shown red


def add_to(app: typer.Typer) -> None:
    app.command("time-left")(show)


def show(
    name: Annotated[
        str | None, typer.Argument(metavar="[ASSET|CHANNEL]", help="Only of this asset or channel.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="When, RFC 3339 with zone; default: now.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """How long each vessel lasts, and how long it is to each limit, if nobody does anything.

    Each answer is a range in which the truth lies in eight of ten cases, with its method; or the reason why
    it is not known. Works from the journal, without the gateway.

    Example: cryogate time-left shipper-2 --at 2026-01-05T11:00:00+08:00
    """
    configuration = load(config)
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    at_ns = asked_ns(at)
    with journal_in(path.parent) as journal:
        found = TimesLeft(journal).of(name, at_ns)
    if at is None:
        known_at_ns(configuration)
    if as_json:
        print_json([left.public() for left in found])
    else:
        _print(console(), found, at_ns)


def _print(out: Console, found: Sequence[Left], at_ns: int) -> None:
    if not found:
        out.print("nothing to say: no channel has a level, a weight, or a temperature with a limit")
        return
    out.print(f"at {to_the_second(at_ns)}, if nobody does anything:")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("asset", "channel", "until", "time left, 10-90 %", "how"):
        table.add_column(title, overflow="fold")
    for left in sorted(found, key=_soonest):
        table.add_row(*_cells(left))
    out.print(table)


def _cells(left: Left) -> Iterator[Text]:
    yield from (Text(safe(text)) for text in (left.asset, left.channel or "-", left.until))
    told = left.estimate
    if isinstance(told, TimeLeft):
        yield Text(range_of(told), "bold red" if told.lowest_s < SOON_S else "")
        yield Text(told.method)
    else:
        yield Text("not known", "magenta")
        yield Text(safe(told.why))


def _soonest(left: Left) -> tuple[float, str, str]:
    told = left.estimate
    return (told.lowest_s if isinstance(told, TimeLeft) else float("inf"), left.asset, left.channel)
