"""`cryogate clocks`: how long a channel was in range, out of range, and not proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from gateway.alarming.versions import version_words
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.opened import records_if_any
from gateway.model import SECOND
from gateway.questions.compared import compare
from gateway.questions.proof import prove
from gateway.text import counted, safe
from gateway.times import parse_rfc3339

FLOOR: Final = "had no usable ambient pressure beside them: the lowest floor of the place held"
CLOCKS: Final = (
    ("in_range_ns", "in range", "green"),
    ("out_of_range_ns", "out of range", "red"),
    ("unproven_ns", "not proven", "magenta"),
)


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
    show_clocks({**found.public(), "alarms": [one.public() for one in compared]}, as_json)


def show_clocks(found: Mapping[str, Any], as_json: bool) -> None:
    """As `--json` and the API have it."""
    if as_json:
        print_json(found)
        return
    out = console()
    for line in _lines(safe(found)):
        out.print(line, soft_wrap=True)


def _lines(found: Mapping[str, Any]) -> Iterator[Text]:
    yield Text(f"{found['channel']}, {_interval(found)}")
    for part in found["parts"]:
        during = "" if len(found["parts"]) == 1 else f"{_interval(part)}: "
        yield Text(f"  {during}{_range(part, found['unit'])}")
    whole_ns = found["interval_ns"]
    for name, what, style in CLOCKS:
        ns = found[name]
        share = f"  {what:13} {_exactly(ns):>28}  {100 * ns / whole_ns:6.2f} %  "
        yield Text.assemble(share, ("█" * round(40 * ns / whole_ns), style))
    for outage in found["outages"]:
        during = f" from {outage['from']} to {outage['to']}: "
        yield Text.assemble(("  the journal could not be written", "magenta"), during, outage["reason"])
    yield Text(f"  {'together':13} {_exactly(whole_ns):>28}")
    if found["readings_without_pressure"]:
        of = counted(found["readings_without_pressure"], "reading")
        yield Text(f"  {of} {FLOOR}", "yellow")
    yield from (Text(f"  {one['words']}") for one in found["alarms"])
    mean_degC = found["mean_kinetic_temperature_degC"]
    mean = "not applicable" if mean_degC is None else f"{mean_degC:.2f} °C"
    unusable = f", {n} of them BAD or NO_DATA" if (n := found["readings_unusable"]) else ""
    yield Text(f"  {counted(found['readings'], 'reading')}{unusable}; mean kinetic temperature {mean}")


def _interval(of: Mapping[str, Any]) -> str:
    return f"{of['start']} to {of['end']}"


def _range(part: Mapping[str, Any], unit: str) -> str:
    sides = [
        f"{word} {part[side]:g} {unit}"
        for word, side in (("from", "low"), ("to", "high"))
        if part[side] is not None
    ]
    version = part["profile_version"]
    names = dict.fromkeys(version_words(name) for name in version.split(", ")) if version else {}
    of = f" ({', '.join(names)})" if names else ""
    return f"range {' '.join(sides)}{of}"


def _exactly(duration_ns: int) -> str:
    """162274560123967 ns as 45 h 04 min 34.560123967 s: what people can add up."""
    seconds, fraction = divmod(duration_ns, SECOND)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60} h {minutes % 60:02d} min {seconds:02d}.{fraction:09d} s"
