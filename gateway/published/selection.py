"""Which published alarms somebody wants to see, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.published.quiet import is_quiet
from gateway.published.urgency import SEVERITIES, most_urgent_first
from gateway.text import plain_name

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
        return self.test()(alarm)

    def test(self) -> Callable[[Alarm], bool]:
        """The same for many: what is not given is not looked at."""
        tests = list(self._tests())
        return tests[0] if len(tests) == 1 else lambda alarm: all(test(alarm) for test in tests)

    def _tests(self) -> Iterator[Callable[[Alarm], bool]]:
        """The cheapest first."""
        if least := _level(self.least_severity):
            severe = {name for name, level in SEVERITIES.items() if level >= least}
            yield lambda alarm: alarm["severity"] in severe
        if self.state:
            yield lambda alarm: self.state == alarm["state"] or self.state in str(alarm["state"]).split()
        if self.taken is not None:
            yield lambda alarm: self.taken is (alarm["taken"] is not None)
        yield from self._tests_of_names()
        if self.assigned:
            yield lambda alarm: self._means((alarm["assigned"] or {}).get("to", ""))
        if self.quiet is not None:
            yield lambda alarm: self.quiet == is_quiet(alarm)

    def _tests_of_names(self) -> Iterator[Callable[[Alarm], bool]]:
        """One of several names is enough."""
        for key, names in (
            ("asset", {self.asset, *self.asset_names}),
            ("site", {self.site, *self.site_names}),
            ("rule", {self.rule}),
        ):
            if "" not in names:
                yield partial(_has_one, key, frozenset(names))

    def _means(self, to: str) -> bool:
        return any(_same(name, to) for name in (self.assigned, *self.names))


def selected(alarms: Iterable[Alarm], selection: Selection, order: Order = Order.URGENCY) -> list[Alarm]:
    """Those that are wanted, in that order."""
    takes = selection.test()
    found = most_urgent_first(alarm for alarm in alarms if takes(alarm))
    if order in _KEYS:
        found.sort(key=_KEYS[order], reverse=order is Order.NEWEST)
    return found


def _has_one(key: str, names: frozenset[str], alarm: Alarm) -> bool:
    return not names.isdisjoint(str(alarm[key]).split(", "))


def _level(severity: str) -> int:
    return SEVERITIES.get(severity, 0)


def _same(one: str, other: str) -> bool:
    return plain_name(one) == plain_name(str(other))


_KEYS: Final[Mapping[Order, Callable[[Alarm], Any]]] = {
    Order.SEVERITY: lambda alarm: -_level(alarm["severity"]),
    Order.NEWEST: lambda alarm: str(alarm["start"]),
    Order.OLDEST: lambda alarm: str(alarm["start"]),
    Order.STATE: lambda alarm: str(alarm["state"]),
    Order.SITE: lambda alarm: (str(alarm["site"]), str(alarm["asset"])),
    Order.ASSET: lambda alarm: str(alarm["asset"]),
}
