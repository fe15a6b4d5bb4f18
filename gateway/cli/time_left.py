"""`cryogate time-left`: how long each vessel lasts, as a range, and why where it is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

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
from gateway.questions.time_left import HOUR_S, TimesLeft, range_of
from gateway.text import safe

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
    show_times([left.public() for left in found], as_json)


def show_times(found: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have it."""
    if as_json:
        print_json(found)
    else:
        _print(console(), safe(found))


def _print(out: Console, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        out.print("nothing to say: no channel has a level, a weight, or a temperature with a limit")
        return
    out.print(f"at {found[0]['at'][:19]}Z, if nobody does anything:")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("asset", "channel", "until", "time left, 10-90 %", "how"):
        table.add_column(title, overflow="fold")
    for left in sorted(found, key=_soonest):
        table.add_row(*_cells(left))
    out.print(table)


def _cells(left: Mapping[str, Any]) -> Iterator[Text]:
    yield from (Text(text) for text in (left["asset"], left["channel"] or "-", left["until"]))
    lowest_s = left["lowest_s"]
    if lowest_s is None:
        yield Text("not known", "magenta")
        yield Text(left["why_not_known"])
    else:
        told = TimeLeft(left["until"], lowest_s, left["highest_s"], left["method"])
        yield Text(range_of(told), "bold red" if lowest_s < SOON_S else "")
        yield Text(left["method"])


def _soonest(left: Mapping[str, Any]) -> tuple[float, str, str]:
    lowest_s = left["lowest_s"]
    return (float("inf") if lowest_s is None else lowest_s, left["asset"], left["channel"])
