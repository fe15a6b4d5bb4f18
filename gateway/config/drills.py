"""Drills that come again and again: `[drills.NAME]`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gateway.alarms.drill_times import Schedule
from gateway.alarms.drills import LONGEST_S, SHORTEST_S, USUAL_S
from gateway.config.tables import Problems, build
from gateway.config.types import Channel
from gateway.dataclass import dataclass
from gateway.model import to_ns
from gateway.statements.clock_times import time_of_day


@dataclass(frozen=True, slots=True)
class DrillTable:
    """`at`: by the clocks of the asset's site; `channel`: empty: the one whose limit is worst."""

    asset: str
    every_d: int = 30
    at: str = "10:00"
    latest_h: float = 72.0
    within_s: float = USUAL_S
    automatic: bool = False
    channel: str = ""

    def __post_init__(self) -> None:
        time_of_day(self.at)
        for key, value, least, most in (
            ("every_d", self.every_d, 1, 3660),
            ("latest_h", self.latest_h, 1, 8760),
            ("within_s", self.within_s, SHORTEST_S, LONGEST_S),
        ):
            if not least <= value <= most:
                raise ValueError(f"{key} must lie between {least:g} and {most:g}")


def schedules(
    tables: Mapping[str, Any],
    assets: Collection[str],
    channels: Mapping[str, Channel],
    problems: Problems,
) -> tuple[Schedule, ...]:
    """One for each table; mistakes go to `problems`."""
    return tuple(_schedules(tables, assets, channels, problems))


def _schedules(
    tables: Mapping[str, Any],
    assets: Collection[str],
    channels: Mapping[str, Channel],
    problems: Problems,
) -> Iterator[Schedule]:
    for name, table in tables.items():
        told = build(DrillTable, table, f"drills.{name}", problems)
        if told is None:
            continue
        if told.asset not in assets:
            problems.unknown(f"drills.{name}.asset", told.asset, assets, "asset")
        if told.channel and told.channel not in channels:
            problems.unknown(f"drills.{name}.channel", told.channel, channels, "channel")
        yield Schedule(
            name,
            told.asset,
            told.channel,
            told.every_d,
            time_of_day(told.at),
            told.within_s,
            to_ns(told.latest_h * 3600.0),
            told.automatic,
        )
