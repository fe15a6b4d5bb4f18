"""Containment statements as people give them (CSV, JSON) and as the journal keeps them.

A file is taken whole or not at all: every mistake in it is reported at once, with its line and column.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from gateway.errors import CodeError, InputError
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.traceability.model import Containment, Unit

COLUMNS: Final = ("scheme", "code", "asset", "zone", "from", "to", "product", "chain_of_identity")
NEEDED: Final = ("scheme", "code", "asset", "from")
LONGEST_TEXT: Final = 200  # characters of a product or chain-of-identity field
MOST_ROWS: Final = 100_000

Parse = Callable[[str, str], str]
"""(scheme, code) -> normal form. Raises CodeError, also for an unknown scheme."""
Places = Mapping[str, Collection[str]]
"""Known assets with their zones."""
Row = Mapping[str, object]


def read(text: str, by: str, stated_ns: int, parse: Parse, places: Places) -> list[Containment]:
    """Statements from CSV (with a header, comma or semicolon) or JSON (a list of objects, same names).

    Raises InputError with every mistake, one a line.
    """
    problems: list[str] = []
    rows = list(_json_rows(text) if text.lstrip("\ufeff \r\n\t").startswith("[") else _csv_rows(text))
    if len(rows) > MOST_ROWS:
        raise InputError(f"{len(rows)} statements in one file; at most {MOST_ROWS}, split it")
    found = [_statement(row, where, by, stated_ns, parse, places, problems) for where, row in rows]
    if problems:
        raise InputError("\n".join(problems))
    return [containment for containment in found if containment is not None]


def to_body(containment: Containment) -> dict[str, Any]:
    """Plain data for the journal; the person and the time stand in the statement around it."""
    unit = containment.unit
    return {
        "scheme": unit.scheme,
        "code": unit.code,
        "product": unit.product,
        "chain_of_identity": unit.chain_of_identity,
        "asset": containment.asset,
        "zone": containment.zone,
        "from": format_rfc3339(containment.from_ns),
        "to": None if containment.to_ns is None else format_rfc3339(containment.to_ns),
    }


def from_body(body: Mapping[str, Any], by: str, stated_ns: int) -> Containment:
    """What `to_body` gave, as it was."""
    unit = Unit(body["scheme"], body["code"], body["product"], body["chain_of_identity"])
    to_ns = None if body["to"] is None else parse_rfc3339(body["to"])
    return Containment(unit, body["asset"], body["zone"], parse_rfc3339(body["from"]), to_ns, by, stated_ns)


def _csv_rows(text: str) -> Iterator[tuple[str, Row]]:
    lines = text.lstrip("\ufeff")
    header = lines.split("\n", 1)[0]
    reader = csv.DictReader(
        io.StringIO(lines), delimiter=";" if header.count(";") > header.count(",") else ","
    )
    names = [name.strip().lower() for name in reader.fieldnames or []]
    _check_names(names, "line 1")
    reader.fieldnames = names
    try:
        for row in reader:
            if None in row:
                raise InputError(f"line {reader.line_num}: more fields than the header has columns")
            yield f"line {reader.line_num}", row
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not CSV: {error}") from None


def _json_rows(text: str) -> Iterator[tuple[str, Row]]:
    try:
        rows = json.loads(text.lstrip("\ufeff"))
    except ValueError as error:
        raise InputError(f"not JSON: {error}") from None
    for i, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError(f"item {i}: expected an object with {', '.join(NEEDED)}")
        _check_names(list(row), f"item {i}")
        yield f"item {i}", row


def _check_names(names: list[str], where: str) -> None:
    missing = [n for n in NEEDED if n not in names]
    unknown = [n for n in names if n not in COLUMNS]
    if missing or unknown:
        parts = [f"no {', '.join(missing)}"] * bool(missing) + [f"unknown {', '.join(unknown)}"] * bool(
            unknown
        )
        raise InputError(f"{where}: {'; '.join(parts)}. Columns: {', '.join(COLUMNS)}")


def _statement(
    row: Row, where: str, by: str, stated_ns: int, parse: Parse, places: Places, problems: list[str]
) -> Containment | None:
    before = len(problems)

    def field(name: str) -> str:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            problems.append(f"{where}, {name}: expected text, found {value!r}"[:200])
            return ""
        return (value or "").strip()

    def moment(name: str) -> int | None:
        try:
            return parse_rfc3339(text) if (text := field(name)) else None
        except InputError as error:
            problems.append(f"{where}, {name}: {error}")
            return None

    unit = _unit(field, where, parse, problems)
    asset, zone, from_ns, to_ns = field("asset"), field("zone") or None, moment("from"), moment("to")
    if from_ns is None and len(problems) == before:
        problems.append(f"{where}, from: missing; expected an RFC 3339 time with zone")
    if from_ns is not None and to_ns is not None and to_ns <= from_ns:
        problems.append(f"{where}, to: not after from")
    if asset not in places:
        problems.append(f"{where}, asset: {asset!r} is not in the configuration")
    elif zone is not None and zone not in places[asset]:
        problems.append(f"{where}, zone: asset {asset!r} has no zone {zone!r}")
    if len(problems) > before or unit is None or from_ns is None:
        return None
    return Containment(unit, asset, zone, from_ns, to_ns, by, stated_ns)


def _unit(field: Callable[[str], str], where: str, parse: Parse, problems: list[str]) -> Unit | None:
    scheme, texts = field("scheme"), (field("product"), field("chain_of_identity"))
    for name, text in zip(("product", "chain_of_identity"), texts, strict=True):
        if len(text) > LONGEST_TEXT:
            problems.append(f"{where}, {name}: at most {LONGEST_TEXT} characters")
    try:
        return Unit(scheme, parse(scheme, field("code")), *texts)
    except CodeError as error:
        problems.append(f"{where}, code: {error}")
        return None
