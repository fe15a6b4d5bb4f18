"""How soon somebody has to act: the severity of an alarm by what is inside, as a table, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from enum import IntEnum
from typing import Any, Final, Protocol, runtime_checkable

from gateway.alarms.call import Priority
from gateway.dataclass import dataclass
from gateway.model import Severity

UNKNOWN: Final = "unknown"  # contents of a published alarm
MOST_NAMED: Final = 3  # products in a reason
SEVERITIES: Final = {severity.name.lower(): severity for severity in Severity}
MOST_JUDGEMENTS: Final = 4096  # of severities and contents that differ


class Risk(IntEnum):
    """What the loss of what is inside would mean."""

    EMPTY = 0  # somebody has stated that nothing is inside
    ORDINARY = 1  # it can be had again
    HIGH = 2  # it can be had again, at great cost or too late for somebody
    IRREPLACEABLE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


Row = Mapping[Risk, Priority]
LOW, MEDIUM, HIGH, URGENT = Priority
DEFAULT_TABLE: Final[Mapping[Severity, Row]] = {
    severity: dict(zip(Risk, row, strict=True))
    for severity, row in {
        Severity.CRITICAL: (LOW, HIGH, URGENT, URGENT),
        Severity.MAJOR: (LOW, MEDIUM, HIGH, URGENT),
        Severity.MINOR: (LOW, LOW, MEDIUM, HIGH),
        Severity.WARNING: (LOW, LOW, LOW, MEDIUM),
    }.items()
}


@dataclass(frozen=True, slots=True)
class Priorities:
    """As the configuration has them: a priority by severity and risk, a risk by the name of a product."""

    table: Mapping[Severity, Row] = field(default_factory=lambda: DEFAULT_TABLE)
    risks: Mapping[str, Risk] = field(default_factory=dict)
    unlisted: Risk = Risk.IRREPLACEABLE  # of a product without a risk of its own


@dataclass(frozen=True, slots=True)
class Judged:
    """`reason` in words that follow a colon."""

    priority: Priority
    risk: Risk
    reason: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What priority asks about contents: names of products, or None where nobody has said.

    `is_about_product`: false of a fault of the gateway that leaves every asset watched.
    """

    products: tuple[str, ...] | None
    is_about_product: bool = True


NOT_KNOWN: Final = Inside(None)


@runtime_checkable
class KnowsProducts(Protocol):
    """Units that may be 100 000 and know it without being looked at one by one."""

    def products(self) -> Collection[str]:
        """Each name of a product once."""


def inside_of(alarm: Mapping[str, Any]) -> Inside:
    """Of a published alarm. A critical fault of a site, as a silent gateway, is about whatever is there."""
    if alarm["kind"] == "fault" and not alarm["asset"]:
        return inside_of_site(alarm.get("site", ""), severity_of(alarm))
    units = alarm["units"]
    return NOT_KNOWN if units == UNKNOWN else Inside(tuple(sorted(_products(units))))


def inside_of_site(site: str, severity: Severity) -> Inside:
    """Of a fault that is about no asset; of no site where it is empty."""
    is_whole_site = bool(site) and severity is Severity.CRITICAL
    return Inside(None) if is_whole_site else Inside((), is_about_product=False)


def severity_of(alarm: Mapping[str, Any]) -> Severity:
    """Of a published alarm."""
    return SEVERITIES.get(alarm["severity"]) or Severity[str(alarm["severity"]).upper()]


def _products(units: Any) -> Collection[str]:
    if isinstance(units, KnowsProducts):
        return units.products()
    return {str(unit["product"]) for unit in units}


def judge(severity: Severity, inside: Inside, by: Priorities) -> Judged:
    """Unknown contents count as the worst possible; what is stated empty asks for little."""
    risk, why = _risk(inside, by)
    return Judged(by.table[severity][risk], risk, f"{severity.name.lower()}; {why}")


class Judging:
    """The same facts are judged once: of 10 000 alarms few differ in them."""

    def __init__(self, by: Priorities) -> None:
        self._by = by
        self._known: dict[tuple[Severity, tuple[str, ...] | None, bool], Judged] = {}

    def of(self, severity: Severity, inside: Inside) -> Judged:
        fact = (
            severity,
            inside.products,
            inside.is_about_product,
        )  # a dataclass hashes all of its own each time
        judged = self._known.get(fact)
        if judged is None:
            if len(self._known) >= MOST_JUDGEMENTS:
                self._known.clear()
            judged = self._known[fact] = judge(severity, inside, self._by)
        return judged

    def told(self, alarm: Mapping[str, Any]) -> dict[str, Any]:
        """As `with_priority` tells it."""
        judged = self.of(severity_of(alarm), inside_of(alarm))
        return {**alarm, "priority": judged.priority.name.lower(), "priority_reason": judged.reason}


def most_urgent(of: Iterable[Judged]) -> Judged:
    """The one that decides for several alarms; there is one at least."""
    return max(of, key=lambda one: (one.priority, one.risk))


def with_priority(alarm: Mapping[str, Any], by: Priorities) -> dict[str, Any]:
    """A published alarm that says how soon somebody has to act, and why."""
    return Judging(by).told(alarm)


def risk_of(products: Collection[str] | None, by: Priorities) -> Risk:
    """The worst of what is inside; None: nobody has said."""
    return _risk(Inside(None if products is None else tuple(sorted(products))), by)[0]


def _risk(inside: Inside, by: Priorities) -> tuple[Risk, str]:
    if not inside.is_about_product:
        return Risk.ORDINARY, "no asset is unwatched because of it"
    if inside.products is None:
        return max(Risk), f"nobody has said what is inside, which counts as {max(Risk).word}"
    if not inside.products:
        return Risk.EMPTY, "nothing is inside"
    risk = max(by.risks.get(product, by.unlisted) for product in inside.products)
    worst = [p for p in inside.products if by.risks.get(p, by.unlisted) == risk]
    listed = [product for product in worst if product in by.risks]
    if listed:
        return risk, f"{_names(listed)} inside is {risk.word}"
    return risk, f"{_names(worst)} inside is not in [risks], which counts as {risk.word}"


def _names(products: Collection[str]) -> str:
    named = [product or "a product without a name" for product in products][:MOST_NAMED]
    more = len(products) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
