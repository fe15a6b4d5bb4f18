"""`cryogate clocks`: how long a channel was in range, out of range, and not proven."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from gateway.alarming.versions import version_words
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import records_if_any
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.questions.compared import compare
from gateway.questions.proof import Part, Proof, prove
from gateway.text import counted
from gateway.times import format_rfc3339, parse_rfc3339


def add_to(app: typer.Typer) -> None:
    app.command("clocks")(show)


def show(
    channel: Annotated[str, typer.Argument(help="The channel.")],
    start: Annotated[str, typer.Option("--from", help="RFC 3339 with zone.")],
    end: Annotated[str, typer.Option("--to", help="RFC 3339 with zone; the interval is half-open.")],
    low: Annotated[
        float | None, typer.Option(help="Lowest value in range; default: that of its rules.")
    ] = None,
    high: Annotated[
        float | None, typer.Option(help="Highest value in range; default: that of its rules.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """In range, out of range, not proven: three clocks that add up to the interval exactly.

    A stretch longer than max_gap_s, or with a bad reading in it, proves nothing. The mean kinetic temperature
    is given only where the range lies above 0 degC. Alarms of the interval are compared with the clocks.

    Example: cryogate clocks shipper-2-payload --from 2026-01-05T08:00:00+08:00 --to 2026-01-07T08:00:00+08:00
    """
    configuration = load(config)
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; start a gateway with `cryogate run`")
    with Journal.open_reading(path) as journal:
        found = prove(journal, channel, parse_rfc3339(start), parse_rfc3339(end), low, high)
        with records_if_any(path.parent) as records:
            compared = [] if records is None else compare(journal, records, found)
    if as_json:
        print_json({**found.public(), "alarms": [one.public() for one in compared]})
        return
    out = console()
    out.print(f"{found.channel}, {_interval(found)}")
    for part in found.parts:
        during = "" if len(found.parts) == 1 else f"{_interval(part)}: "
        out.print(f"  {during}{_range(part, found.unit)}")
    whole = found.end_ns - found.start_ns
    for what, ns, style in (
        ("in range", found.clocks.in_range_ns, "green"),
        ("out of range", found.clocks.out_of_range_ns, "red"),
        ("not proven", found.clocks.unproven_ns, "magenta"),
    ):
        bar = "█" * round(40 * ns / whole)
        share = f"  {what:13} {_exactly(ns):>28}  {100 * ns / whole:6.2f} %  "
        out.print(Text.assemble(share, (bar, style)))
    for outage in found.outages:
        during = f" from {format_rfc3339(outage.from_ns)} to {format_rfc3339(outage.to_ns)}: "
        line = Text.assemble(("  the journal could not be written", "magenta"), during, outage.reason)
        out.print(line, soft_wrap=True)
    mean = "not applicable" if found.mean_kinetic_degC is None else f"{found.mean_kinetic_degC:.2f} °C"
    out.print(f"  {'together':13} {_exactly(whole):>28}")
    if found.without_pressure:
        of = counted(found.without_pressure, "reading")
        out.print(
            f"  {of} had no usable ambient pressure beside them: the lowest floor of the place held",
            style="yellow",
        )
    for one in compared:
        out.print(Text(f"  {one.words()}"), soft_wrap=True)
    out.print(f"  {counted(found.readings, 'reading')}; mean kinetic temperature {mean}")


def _interval(of: Proof | Part) -> str:
    return f"{format_rfc3339(of.start_ns)} to {format_rfc3339(of.end_ns)}"


def _range(part: Part, unit: str) -> str:
    sides = [
        f"{word} {value:g} {unit}"
        for word, value in (("from", part.low), ("to", part.high))
        if value is not None
    ]
    names = dict.fromkeys(version_words(name) for name in part.version.split(", ")) if part.version else {}
    of = f" ({', '.join(names)})" if names else ""
    return f"range {' '.join(sides)}{of}"


def _exactly(duration_ns: int) -> str:
    """162274560123967 ns as 45 h 04 min 34.560123967 s: what people can add up."""
    seconds, fraction = divmod(duration_ns, SECOND)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60} h {minutes % 60:02d} min {seconds:02d}.{fraction:09d} s"
