"""How soon somebody has to act, as `[priorities]` and `[risks]` say it."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal

from gateway.alarms.call import Priority
from gateway.alarms.priority import DEFAULT_TABLE, Priorities, Risk, Row
from gateway.config.tables import Problems, Table, build
from gateway.dataclass import dataclass
from gateway.model import Severity

PriorityName = Literal["low", "medium", "high", "urgent"]
RiskName = Literal["ordinary", "high", "irreplaceable"]


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """The priority of alarms of one severity by what is inside; what is left out is as it is by default."""

    empty: PriorityName | None = None
    ordinary: PriorityName | None = None
    high: PriorityName | None = None
    irreplaceable: PriorityName | None = None


@dataclass(frozen=True, slots=True)
class PrioritiesTable:
    """Rows by severity."""

    critical: SeverityRow = SeverityRow()
    major: SeverityRow = SeverityRow()
    minor: SeverityRow = SeverityRow()
    warning: SeverityRow = SeverityRow()
    unlisted_product: RiskName = "irreplaceable"


def priorities(table: object, risks: object, problems: Problems) -> Priorities:
    """What can be made of both; mistakes go to `problems`."""
    told = build(PrioritiesTable, table, "priorities", problems) or PrioritiesTable()
    rows = {severity: _row(severity, getattr(told, severity.name.lower())) for severity in Severity}
    _check_order(rows, problems)
    return Priorities(rows, _risks(risks, problems), Risk[told.unlisted_product.upper()])


def _row(severity: Severity, told: SeverityRow) -> Row:
    given = {Risk[f.name.upper()]: getattr(told, f.name) for f in fields(told)}
    default = DEFAULT_TABLE[severity]
    return {risk: default[risk] if name is None else Priority[name.upper()] for risk, name in given.items()}


def _check_order(rows: dict[Severity, Row], problems: Problems) -> None:
    """More in danger is never less urgent."""
    for severity, row in rows.items():
        for less, more in zip(Risk, list(Risk)[1:], strict=False):
            if row[more] < row[less]:
                problems.add(
                    f"priorities.{severity.name.lower()}",
                    f"{more.word} is {row[more].name.lower()} and {less.word} is {row[less].name.lower()}: "
                    "what is worth more cannot be less urgent",
                )


def _risks(given: object, problems: Problems) -> dict[str, Risk]:
    if not isinstance(given, dict):
        problems.add("risks", 'expected a table: "NAME OF A PRODUCT" = "irreplaceable"')
        return {}
    table: Table = given
    known = {risk.word: risk for risk in Risk if risk is not Risk.EMPTY}
    for product, risk in table.items():
        if not isinstance(risk, str) or risk not in known:
            expected = ", ".join(map(repr, known))
            problems.add(f"risks.{product}", f"expected one of {expected}, found {str(risk)[:40]!r}")
    return {
        product: known[risk] for product, risk in table.items() if isinstance(risk, str) and risk in known
    }
