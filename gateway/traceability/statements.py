"""Containment statements as people give them (CSV, JSON) and as the journal keeps them.

A file is taken whole or not at all: every mistake in it is reported at once, with its line and column. So are
rows of it that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import CodeError, InputError
from gateway.model import EARLIEST_NS, LATEST_NS
from gateway.statements import Statement
from gateway.statements.containment import UnitStay, stay_body, stay_of
from gateway.statements.containment import of as containment_of
from gateway.text import one_line
from gateway.times import parse_rfc3339
from gateway.traceability.checks import future, is_ahead
from gateway.traceability.contradictions import contradictions
from gateway.traceability.model import Containment, Unit
from gateway.traceability.rows import COLUMNS, Row, csv_rows, json_rows

LONGEST_TEXT: Final = 200  # characters of a product or chain-of-identity field
MOST_ROWS: Final = 100_000
MOST_PROBLEMS: Final = 500  # lines of a message; beyond that the file is simply another one

Parse = Callable[[str, str], str]
"""(scheme, code) -> normal form. Raises CodeError, also for an unknown scheme."""
Places = Mapping[str, Collection[str]]
"""Known assets with their zones."""


def read(
    text: str, by: str, stated_ns: int, parse: Parse, places: Places, now_ns: int = LATEST_NS
) -> list[Containment]:
    """Statements from CSV (with a header, comma or semicolon) or JSON (a list of objects, same names).

    No stay may begin after `now_ns`, by a trusted clock. Raises InputError with every mistake, one a line.
    """
    text = text.removeprefix("\ufeff")  # what spreadsheets put before UTF-8
    problems: list[str] = []
    rows = list(json_rows(text) if text.lstrip()[:1] in ("[", "{") else csv_rows(text))
    if len(rows) > MOST_ROWS:
        raise InputError(f"{len(rows)} statements in one file; at most {MOST_ROWS}, split it")
    found = [
        (where, said)
        for where, row in rows
        if (said := _statement(_Fields(where, row, problems, now_ns), by, stated_ns, parse, places))
    ]
    problems += contradictions(found)
    if len(problems) > MOST_PROBLEMS:
        problems[MOST_PROBLEMS:] = [f"and {len(problems) - MOST_PROBLEMS} more"]
    if problems:
        raise InputError("\n".join(problems))
    return [containment for _, containment in found]


def to_body(containment: Containment) -> dict[str, Any]:
    """Plain data for the journal; the person and the time stand in the statement around it."""
    return stay_body(to_stay(containment))


def to_stay(containment: Containment) -> UnitStay:
    """What is said, without who and when."""
    return UnitStay(
        containment.unit, containment.asset, containment.zone, containment.from_ns, containment.to_ns
    )


def from_body(
    body: Mapping[str, Any], by: str, stated_ns: int, identity: str = "", corrects: str = "", reason: str = ""
) -> Containment:
    """What `to_body` gave, as it was."""
    return _containment(stay_of(body), (by, stated_ns, identity, corrects, reason))


def from_statement(statement: Statement, identity: Callable[[str], str] | None = None) -> list[Containment]:
    """Everything that a statement of kind `containment` says; with the identity of each asset, if one can be
    told."""
    stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
    told = (statement.by, stated_ns, statement.id, statement.corrects, statement.reason)
    stays = containment_of(statement.body).stays
    if identity is None:
        return [_containment(stay, told) for stay in stays]
    return [
        Containment(s.unit, identity(s.asset), s.zone, s.from_ns, s.to_ns, *told, asset_name=s.asset)
        for s in stays
    ]


def _containment(stay: UnitStay, told: tuple[str, int, str, str, str]) -> Containment:
    """`told`: by, stated_ns, id, corrects, reason."""
    return Containment(stay.unit, stay.asset, stay.zone, stay.from_ns, stay.to_ns, *told)


@dataclass(frozen=True, slots=True)
class _Fields:
    """One row, and the list that its mistakes go to."""

    where: str
    row: Row
    problems: list[str]
    now_ns: int

    def wrong(self, name: str, what: str) -> None:
        self.problems.append(f"{self.where}, {name}: {what}")

    def text(self, name: str) -> str:
        value = self.row.get(name)
        if value is not None and not isinstance(value, str):
            self.wrong(name, f"expected text, found {value!r}"[:200])
            return ""
        text = (value or "").strip()
        if name != "code" and text != one_line(text):
            self.wrong(name, f"control characters in '{one_line(text)}'"[:200])
        return text

    def moment(self, name: str) -> int | None:
        text = self.text(name)
        try:
            time_ns = parse_rfc3339(text) if text else None
        except InputError as error:
            self.wrong(name, str(error))
            return None
        if time_ns is not None and not EARLIEST_NS <= time_ns < LATEST_NS:
            self.wrong(name, f"{text} is not between 2000 and 2100")
        return time_ns


def _statement(fields: _Fields, by: str, stated_ns: int, parse: Parse, places: Places) -> Containment | None:
    before = len(fields.problems)
    _check_names(fields)
    unit, (asset, zone) = _unit(fields, parse), _place(fields, places)
    from_ns, to_ns = fields.moment("from"), fields.moment("to")
    if from_ns is None and not fields.row.get("from"):
        fields.wrong("from", "missing; expected an RFC 3339 time with zone")
    if from_ns is not None and to_ns is not None and to_ns <= from_ns:
        fields.wrong("to", "not after from")
    if from_ns is not None and is_ahead(from_ns, fields.now_ns):
        fields.wrong("from", future(from_ns))
    if len(fields.problems) > before or unit is None or from_ns is None:
        return None
    return Containment(unit, asset, zone, from_ns, to_ns, by, stated_ns)


def _check_names(fields: _Fields) -> None:
    if None in fields.row:
        fields.wrong("row", str(fields.row[None]))
    for name in fields.row:
        if name is not None and name not in COLUMNS:
            fields.wrong(name[:80], f"unknown; expected {', '.join(COLUMNS)}")


def _place(fields: _Fields, places: Places) -> tuple[str, str | None]:
    asset, zone = fields.text("asset"), fields.text("zone") or None
    if asset not in places:
        fields.wrong("asset", f"{asset[:80]!r} is not in the configuration")
    elif zone is not None and zone not in places[asset]:
        fields.wrong("zone", f"asset {asset!r} has no zone {zone[:80]!r}")
    return asset, zone


def _unit(fields: _Fields, parse: Parse) -> Unit | None:
    scheme, code = fields.text("scheme"), fields.text("code")
    texts = fields.text("product"), fields.text("chain_of_identity")
    for name, text in zip(("product", "chain_of_identity"), texts, strict=True):
        if len(text) > LONGEST_TEXT:
            fields.wrong(name, f"at most {LONGEST_TEXT} characters, found {len(text)}")
    try:
        return Unit(scheme, parse(scheme, code), *texts)
    except CodeError as error:
        fields.wrong("code", str(error))
        return None
