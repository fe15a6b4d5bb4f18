"""When alarms are quiet by design, and for how long at most: `[suppressions.NAME]`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from gateway.alarms.design import Condition, Design
from gateway.alarms.maintenance import LAST, Repeat
from gateway.config.shelving import HOUR_NS, check_hours
from gateway.config.tables import Problems, build
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import Severity
from gateway.statements.clock_times import WEEKDAYS, hours
from gateway.times import parse_rfc3339
from gateway.zones import zone

if TYPE_CHECKING:
    from gateway.config.timeline import Timeline

SeverityName = Literal["warning", "minor", "major", "critical"]
ConditionName = Literal["empty", "maintenance", "filling"]
Moment = datetime | str
Day = date | str
DAYS_OF_MONTH: Final = frozenset({*range(1, 32), LAST})
WEEKS_OF_MONTH: Final = frozenset({*range(1, 6), LAST})
SHORTEST_NAME: Final = 3  # letters of a day of the week


@dataclass(frozen=True, slots=True)
class Window:
    """RFC 3339 with zone."""

    begin: Moment
    end: Moment


@dataclass(frozen=True, slots=True)
class Repeated:
    """A window that repeats by the clocks of `time_zone`: every day, or on some days of the week or month."""

    hours: str  # "02:00-04:00"
    time_zone: str
    weekdays: tuple[str, ...] = ()
    weeks: tuple[int, ...] = ()  # 1: only the first of each weekday in a month; -1: the last
    days: tuple[int, ...] = ()  # of the month; -1: the last
    first: Day | None = None  # day on which it may begin
    last: Day | None = None

    def __post_init__(self) -> None:
        hours(self.hours)
        zone(self.time_zone)
        for name in self.weekdays:
            weekday(name)
        if self.weeks and not self.weekdays:
            raise ValueError('weeks are of a weekday: give weekdays = ["sunday"], too')
        for key, given, known in (("weeks", self.weeks, WEEKS_OF_MONTH), ("days", self.days, DAYS_OF_MONTH)):
            for wrong in sorted(set(given) - known):
                raise ValueError(f"{key}: {wrong} is none of 1 to {max(known)}, or -1 for the last")
        first, last = (None if given is None else _day(given) for given in (self.first, self.last))
        if first is not None and last is not None and last < first:
            raise ValueError("last is before first")

    @property
    def repeat(self) -> Repeat:
        return Repeat(
            hours(self.hours),
            self.time_zone,
            frozenset(map(weekday, self.weekdays)),
            frozenset(self.weeks),
            frozenset(self.days),
            None if self.first is None else _day(self.first),
            None if self.last is None else _day(self.last),
        )


@dataclass(frozen=True, slots=True)
class Suppression:
    """No assets or rules: all."""

    when: ConditionName
    longest_h: float
    assets: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    up_to: SeverityName = "critical"
    windows: tuple[Window, ...] = ()
    repeats: tuple[Repeated, ...] = ()

    def __post_init__(self) -> None:
        check_hours("longest_h", self.longest_h)
        if bool(self.windows or self.repeats) != (self.when == "maintenance"):
            raise ValueError(
                'windows and repeats belong to when = "maintenance", which needs at least one of them'
            )


def suppressions(tables: Mapping[str, Any], problems: Problems) -> tuple[Design, ...]:
    """One for each table, with the names of assets as they are written; mistakes go to `problems`."""
    made = ((name, build(Suppression, t, f"suppressions.{name}", problems)) for name, t in tables.items())
    return tuple(_design(name, told, problems) for name, told in made if told is not None)


def check_assets(made: Iterable[Design], assets: Iterable[str], problems: Problems) -> None:
    """Assets that are named have to be there."""
    known = set(assets)
    for design in made:
        for name in sorted(design.assets - known):
            problems.unknown(f"suppressions.{design.name}.assets", name, known, "asset")


def designs(timeline: Timeline) -> tuple[Design, ...]:
    """Of the newest configuration in the journal; assets by identity."""
    tables = json.loads(timeline.document).get("suppressions", {}) if timeline.document else {}
    return tuple(
        dataclasses.replace(design, assets=frozenset(map(timeline.asset_identity, design.assets)))
        for design in suppressions(tables, Problems())
    )


def _design(name: str, told: Suppression, problems: Problems) -> Design:
    at = f"suppressions.{name}.windows"
    windows = tuple(_window(one, f"{at}[{k}]", problems) for k, one in enumerate(told.windows))
    return Design(
        name,
        Condition(told.when),
        round(told.longest_h * HOUR_NS),
        frozenset(told.assets),
        frozenset(told.rules),
        Severity[told.up_to.upper()],
        windows,
        tuple(one.repeat for one in told.repeats),
    )


def weekday(text: str) -> int:
    """0 is Monday; "mon" is enough. Raises ValueError."""
    for k, name in enumerate(WEEKDAYS):
        if len(text) >= SHORTEST_NAME and name.startswith(text.lower()):
            return k
    raise ValueError(f"weekdays: {text[:40]!r} is none of {', '.join(WEEKDAYS)}")


def _day(given: Day) -> date:
    """Raises ValueError."""
    try:
        return date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        raise ValueError(f"{str(given)[:40]!r} is no date; expected e.g. 2026-05-01") from None


def _window(told: Window, path: str, problems: Problems) -> tuple[int, int]:
    begin_ns, end_ns = (_ns(getattr(told, key), f"{path}.{key}", problems) for key in ("begin", "end"))
    if end_ns <= begin_ns and not [p for p in problems if p.startswith(path)]:
        problems.add(path, "end is not after begin")
    return begin_ns, end_ns


def _ns(given: Moment, path: str, problems: Problems) -> int:
    try:
        return parse_rfc3339(given.isoformat() if isinstance(given, datetime) else given)
    except InputError as error:
        problems.add(path, str(error))
        return 0
