"""Any logger's CSV, by a mapping: separator, decimal comma, columns, units, time format and zone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from gateway.downloads import (
    Download,
    Series,
    check_time,
    check_year,
    measurement,
    moment,
    number,
    refuse,
    zone,
)
from gateway.errors import InputError
from gateway.model import SECOND, Quality
from gateway.times import parse_rfc3339

NS_PER = {"unix_s": SECOND, "unix_ms": 1_000_000}
Row = tuple[int, float, Quality]


@dataclass(frozen=True, slots=True)
class Column:
    """One measured column: its header and its unit."""

    column: str
    unit: str = "degC"


@dataclass(frozen=True, slots=True)
class Options:
    """`time_format`: rfc3339, unix_s, unix_ms, or a pattern like %d.%m.%Y %H:%M, which needs `time_zone`.

    A time in two columns (date, time) is given as `time_columns = ["Date", "Time"]`, joined by a blank.
    Values among `missing` are BAD readings, not numbers.
    """

    columns: tuple[Column, ...]
    time_columns: tuple[str, ...] = ("time",)
    time_format: str = "rfc3339"
    time_zone: str | None = None
    separator: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8-sig"
    skip_lines: int = 0
    missing: tuple[str, ...] = ("", "-", "---", "NaN", "nan", "ERR", "N/A")

    def __post_init__(self) -> None:
        if not self.columns or not self.time_columns:
            raise ValueError("columns and time_columns must name at least one column each")
        if "%" in self.time_format and "%z" not in self.time_format and self.time_zone is None:
            raise ValueError("time_zone: needed, because time_format names no zone; it is never guessed")
        if "%" not in self.time_format and self.time_format not in ("rfc3339", *NS_PER):
            raise ValueError(
                "time_format: expected rfc3339, unix_s, unix_ms or a pattern like %d.%m.%Y %H:%M"
            )


def read(data: bytes, options: Options) -> Download:
    """One series per mapped column. Raises InputError."""
    try:
        text = data.decode(options.encoding)
    except (UnicodeError, LookupError) as error:
        raise InputError(f"encoding: {error}") from None
    lines = io.StringIO("\n".join(text.splitlines()[options.skip_lines :]))
    table = csv.DictReader(lines, delimiter=options.separator)
    try:
        table.fieldnames = [name.strip() for name in table.fieldnames or []]
    except csv.Error as error:
        raise InputError(f"line {options.skip_lines + 1}: not CSV: {error}") from None
    _check_header(list(table.fieldnames), options)
    problems: list[str] = []
    rows: dict[str, list[Row]] = {column.column: [] for column in options.columns}
    where = zone(options.time_zone) if options.time_zone else None
    try:
        for row in table:
            number = table.line_num + options.skip_lines
            _take(row, number, options, where, rows, problems)
    except csv.Error as error:
        raise InputError(f"line {table.line_num + options.skip_lines}: not CSV: {error}") from None
    refuse(problems)
    return Download(tuple(_series(column, rows[column.column]) for column in options.columns), {})


def _check_header(names: list[str], options: Options) -> None:
    wanted = [*options.time_columns, *(c.column for c in options.columns)]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InputError(
            f"line {options.skip_lines + 1}: no column {', '.join(map(repr, missing))}; "
            f"the header has {', '.join(repr(name[:40]) for name in names[:40])}; "
            "check separator and skip_lines"
        )
    doubled = [name for name in dict.fromkeys(wanted) if names.count(name) > 1]
    if doubled:
        raise InputError(
            f"line {options.skip_lines + 1}: two columns are called {', '.join(map(repr, doubled))}; "
            "nobody can tell which one is meant"
        )


def _take(
    row: dict[str, str],
    number: int,
    options: Options,
    where: ZoneInfo | None,
    rows: dict[str, list[Row]],
    problems: list[str],
) -> None:
    if not any(row.values()):
        return
    try:
        shown = " ".join((row[name] or "").strip() for name in options.time_columns)
        time_ns, worth = _time(shown, options, where)
        check_time(time_ns, shown)
        for column in options.columns:
            value = _value((row[column.column] or "").strip(), column.column, options)
            rows[column.column].append((time_ns, value, Quality.BAD if np.isnan(value) else worth))
    except (InputError, ValueError) as error:
        problems.append(f"line {number}: {error}")


def _time(shown: str, options: Options, where: ZoneInfo | None) -> tuple[int, Quality]:
    if options.time_format == "rfc3339":
        return parse_rfc3339(shown), Quality.GOOD
    if options.time_format in NS_PER:
        return round(number(shown) * 1000) * (NS_PER[options.time_format] // 1000), Quality.GOOD
    found = datetime.strptime(shown, options.time_format)  # noqa: DTZ007
    if found.tzinfo is not None:
        check_year(found)
        return round(found.timestamp() * 1_000_000) * 1000, Quality.GOOD
    if where is None:
        raise InputError("time_zone is needed")
    return moment(found, where)


def _value(text: str, column: str, options: Options) -> float:
    """NaN for a missing one. Raises ValueError, InputError."""
    if text in options.missing:
        return float("nan")
    if options.decimal == "," and "." in text:
        raise ValueError(f"{column}: {text!r} has a point, but decimal is ','")
    try:
        return measurement(text.replace(",", ".") if options.decimal == "," else text)
    except InputError as error:
        raise InputError(f"{column}: {error} (decimal = {options.decimal!r})") from None


def _series(column: Column, rows: list[Row]) -> Series:
    times, values, qualities = _columns(rows)
    return Series(
        column.column, column.unit, np.array(list(times), np.int64), np.array(list(values), np.float64),
        np.array(list(qualities), np.uint8),
    )  # fmt: skip


def _columns(rows: list[Row]) -> tuple[Iterator[int], Iterator[float], Iterator[int]]:
    return (r[0] for r in rows), (r[1] for r in rows), (int(r[2]) for r in rows)
