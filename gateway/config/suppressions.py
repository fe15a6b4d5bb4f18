"""When alarms are quiet by design, and for how long at most: `[suppressions.NAME]`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gateway.alarms.overlay import Condition, Design
from gateway.config.shelving import HOUR_NS, check_hours
from gateway.config.tables import Problems, build
from gateway.config.timeline import Timeline
from gateway.errors import InputError
from gateway.model import Severity
from gateway.times import parse_rfc3339

SeverityName = Literal["warning", "minor", "major", "critical"]
ConditionName = Literal["empty", "maintenance", "filling"]
Moment = datetime | str


@dataclass(frozen=True, slots=True)
class Window:
    """RFC 3339 with zone."""

    begin: Moment
    end: Moment


@dataclass(frozen=True, slots=True)
class Suppression:
    """No assets or rules: all."""

    when: ConditionName
    longest_h: float
    assets: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    up_to: SeverityName = "critical"
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        check_hours("longest_h", self.longest_h)
        if bool(self.windows) != (self.when == "maintenance"):
            raise ValueError('windows belong to when = "maintenance", which needs at least one')


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
    )


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
