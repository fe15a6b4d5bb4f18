"""Which published alarms somebody wants to see, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.published.quiet import is_quiet
from gateway.published.urgency import SEVERITIES, most_urgent_first

Alarm = Mapping[str, Any]


class Order(StrEnum):
    """What stands first; of equals the most urgent."""

    URGENCY = "urgency"
    SEVERITY = "severity"
    NEWEST = "newest"
    OLDEST = "oldest"
    STATE = "state"
    SITE = "site"
    ASSET = "asset"


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything that is given has to be so; None and empty: whatever it is."""

    state: str = ""  # a whole state, or a word of it
    least_severity: str = ""
    asset: str = ""
    site: str = ""
    rule: str = ""
    taken: bool | None = None
    assigned: str = ""
    quiet: bool | None = None
    asset_names: frozenset[str] = frozenset()  # that the asset had or has, too
    site_names: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # under which the one whom it is assigned to is known, too

    def takes(self, alarm: Alarm) -> bool:
        by_name = (
            ("asset", {self.asset, *self.asset_names}),
            ("site", {self.site, *self.site_names}),
            ("rule", {self.rule}),
        )
        assigned = alarm["assigned"] or {}
        return (
            (not self.state or self.state == alarm["state"] or self.state in str(alarm["state"]).split())
            and _level(alarm["severity"]) >= _level(self.least_severity)
            and all(
                "" in names or not names.isdisjoint(str(alarm[key]).split(", ")) for key, names in by_name
            )
            and self.taken in (None, alarm["taken"] is not None)
            and (not self.assigned or self._means(assigned.get("to", "")))
            and self.quiet in (None, is_quiet(alarm))
        )

    def _means(self, to: str) -> bool:
        return any(_same(name, to) for name in (self.assigned, *self.names))


def selected(alarms: Iterable[Alarm], selection: Selection, order: Order = Order.URGENCY) -> list[Alarm]:
    """Those that are wanted, in that order."""
    found = most_urgent_first(alarm for alarm in alarms if selection.takes(alarm))
    if order in _KEYS:
        found.sort(key=_KEYS[order], reverse=order is Order.NEWEST)
    return found


def _level(severity: str) -> int:
    return SEVERITIES.get(severity, 0)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(str(other).split()).casefold()


_KEYS: Final[Mapping[Order, Callable[[Alarm], Any]]] = {
    Order.SEVERITY: lambda alarm: -_level(alarm["severity"]),
    Order.NEWEST: lambda alarm: str(alarm["start"]),
    Order.OLDEST: lambda alarm: str(alarm["start"]),
    Order.STATE: lambda alarm: str(alarm["state"]),
    Order.SITE: lambda alarm: (str(alarm["site"]), str(alarm["asset"])),
    Order.ASSET: lambda alarm: str(alarm["asset"]),
}
