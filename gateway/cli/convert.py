"""`cryogate convert`: probe mathematics for people at a bench, exactly as the gateway does it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table
from rich.text import Text

from gateway.cli.options import AsJson
from gateway.cli.terminal import console, print_json
from gateway.config.tables import Problems, build, plug_in
from gateway.config.toml import toml
from gateway.config.types import PROBES
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import Floats, Quality
from gateway.units import CONVERSIONS, Conversion, decimals

COLOURS = {"good": "green", "uncertain": "yellow", "bad": "red"}


def add_to(app: typer.Typer) -> None:
    app.command(context_settings={"ignore_unknown_options": True})(convert)  # -5.5 is a number


def convert(
    arguments: Annotated[
        list[str], typer.Argument(metavar="VALUE... [KEY=VALUE...]", help="Values, and the probe's options.")
    ],
    probe: Annotated[str, typer.Option("--probe", help="A probe type: pt100, pt1000, thermocouple, ...")],
    unit: Annotated[
        str | None, typer.Option("--unit", help="Of the raw signal: ohm, V, mV. Default: ohm or V.")
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="The values are temperatures in degC; give the raw signal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Convert raw signals of a probe into temperatures, or back. The probe's options: see docs/probes.md.

    Example: cryogate convert --probe pt100 20.2465 100

    Example: cryogate convert --probe pt1000 --reverse -196 lead_resistance_ohm=0.4

    Example: cryogate convert --probe thermocouple --unit mV type=T cold_junction_degC=23.5 -6.4

    Example: cryogate convert --probe curve curve_file=D6012345.340 1.0276 --json
    """
    values, told = _sorted_out(arguments)
    bench = _bench(probe, told, unit)
    given = np.array(values, np.float64)
    rows = bench.reverse(given) if reverse else bench.convert(given)
    if as_json:
        print_json(rows)
    else:
        _print(rows)


@dataclass(frozen=True, slots=True)
class _Bench:
    """A probe with its options, and the unit in which people read its signal."""

    module: ModuleType
    options: Any
    raw_unit: str
    wire: Conversion
    unit: str

    def convert(self, given: Floats) -> list[dict[str, Any]]:
        value, quality = self.module.convert(self.wire.of(given), self.options)
        columns = zip(given.tolist(), decimals(value).tolist(), quality.tolist(), strict=True)
        return [self._row(raw, value, Quality(quality)) for raw, value, quality in columns]

    def reverse(self, given: Floats) -> list[dict[str, Any]]:
        signal = self.module.signal(given, self.options)
        _, quality = self.module.convert(signal, self.options)
        raw = (signal - self.wire.offset) / self.wire.scale
        columns = zip(raw.tolist(), given.tolist(), quality.tolist(), strict=True)
        return [self._row(raw, value, Quality(quality)) for raw, value, quality in columns]

    def _row(self, raw: float, value: float, quality: Quality) -> dict[str, Any]:
        return {
            "raw": _number(raw),
            "raw_unit": self.raw_unit,
            "value": _number(value),
            "unit": self.unit,
            "quality": quality.name.lower(),
        }


def _sorted_out(arguments: Sequence[str]) -> tuple[list[float], dict[str, Any]]:
    """Numbers apart from key=value."""
    values: list[float] = []
    told: dict[str, Any] = {}
    for argument in arguments:
        key, is_option, value = argument.partition("=")
        if is_option:
            told[key] = _value(value)
            continue
        try:
            values.append(float(argument))
        except ValueError:
            raise InputError(
                f"{argument!r} is neither a number nor KEY=VALUE; see cryogate convert --help"
            ) from None
    if not values:
        raise InputError("give at least one value to convert")
    return values, told


def _value(text: str) -> Any:
    """As in the configuration; text needs no quotes here."""
    try:
        return toml(f"value = {text}")["value"]
    except ValueError:
        return text


def _bench(probe: str, told: dict[str, Any], unit: str | None) -> _Bench:
    problems = Problems(Path.cwd())
    module = plug_in(PROBES, "Options", probe, "--probe", "probe", problems)
    options = None if module is None else build(module.Options, told, probe, problems)
    if problems or module is None or options is None:
        raise InputError("\n".join(problems))
    gives = module.gives(options)
    fitting = [name for name, c in CONVERSIONS.items() if c.canonical in gives]
    raw_unit = fitting[0] if unit is None else unit
    if raw_unit not in fitting:
        raise InputError(
            f"--unit: {raw_unit!r} is no unit of what {probe} takes; known: {', '.join(fitting)}"
        )
    wire = CONVERSIONS[raw_unit]
    return _Bench(module, options, raw_unit, wire, gives[wire.canonical])


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = Table("raw", "value", "quality", box=None, padding=(0, 2))
    for row in rows:
        raw, value = (
            "-" if v is None else f"{v:.{digits}g} {u}"
            for v, u, digits in ((row["raw"], row["raw_unit"], 7), (row["value"], row["unit"], 8))
        )
        quality = row["quality"]
        table.add_row(raw, value, Text(quality, COLOURS[quality]))
    console().print(table)
