"""Channels, one line each, the worst first: a look must tell what is wrong, however long nothing came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from gateway.cli.measures import duration, place_of, value_of
from gateway.clocks.device_clocks import SHOWN_S, few_words, span, words
from gateway.published.labels import UNLABELLED, Labels
from gateway.text import counted

SEVERITY_STYLES: Final = {
    "critical": "bold white on red",
    "major": "bold red",
    "minor": "yellow",
    "warning": "yellow",
}
UNKNOWN_STYLE: Final = "bold magenta"
STATE_STYLES: Final = {"in range": "green", "unknown": "magenta", "no limits": "dim"}
ORDER: Final = (*SEVERITY_STYLES, "unknown", "no limits", "in range")
SHORTEST_STATE: Final = 10  # characters of a column: "critical" stays whole
WIDE: Final = 110  # columns: room for names beside identities


def worst_first(channels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """In danger by severity, then unknown, then the rest; each in the order of the configuration."""
    return sorted(channels, key=lambda channel: _rank(channel["state"]))


def fleet_table(
    channels: Sequence[Mapping[str, Any]], labels: Labels = UNLABELLED, width: int = WIDE
) -> Table:
    """How each is: state, value, age, place. What does not fit goes on in the next line."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    extra = _extra(channels, labels) if width >= WIDE else {}
    for name in ("state", "value", "age", "asset", *extra, "channel"):
        is_number = name in ("value", "age")
        table.add_column(
            name,
            no_wrap=is_number,
            overflow="fold",
            justify="right" if is_number else "left",
            min_width=SHORTEST_STATE if name == "state" else None,
        )
    for channel in worst_first(channels):
        table.add_row(
            _state(channel, words if width >= WIDE else few_words),
            value_of(channel),
            "-" if channel["age_s"] is None else duration(channel["age_s"]),
            place_of(channel),
            *(told(channel) for told in extra.values()),
            channel["channel"],
        )
    return table


def _extra(channels: Sequence[Mapping[str, Any]], labels: Labels) -> dict[str, Callable[[Any], str]]:
    """Columns that a wide screen has room for, where they say something."""
    columns: dict[str, Callable[[Any], str]] = {}
    if any(labels.asset(channel["asset"]) for channel in channels):
        columns["name"] = lambda channel: labels.asset(channel["asset"])
    if len({channel["site"] for channel in channels}) > 1:
        columns["site"] = lambda channel: labels.site(channel["site"]) or channel["site"]
    return columns


def _state(channel: Mapping[str, Any], clock: Callable[[float], str]) -> Text:
    """Danger stays in its colour although nothing comes any more; "unknown" stands beside it in its own."""
    danger, _, doubt = channel["state"].partition(", ")
    line = Text(danger, STATE_STYLES.get(danger) or SEVERITY_STYLES.get(danger.split(" ", 1)[0], "red"))
    if doubt:
        line.append(", ").append(doubt, STATE_STYLES.get(doubt, ""))
    if abs(channel["clock_offset_s"] or 0.0) > SHOWN_S:
        line.append(f", {clock(channel['clock_offset_s'])}", "yellow")
    if (channel["ahead_s"] or 0.0) > SHOWN_S:
        waiting = counted(channel["waiting"], "reading")
        line.append(f", {waiting} waiting, ahead by {span(channel['ahead_s'])}", "yellow")
    return line


def _rank(state: str) -> int:
    first = state.split(" ", 1)[0] if state not in ORDER else state
    return ORDER.index(first) if first in ORDER else 0
