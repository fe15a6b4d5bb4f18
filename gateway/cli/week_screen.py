"""A week of a roster as people read it: Monday to Sunday, local times, who is on duty, names whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any

from rich.table import Table
from rich.text import Text

from gateway.alarms.duty import Shift
from gateway.alarms.walltime import local_time
from gateway.cli.terminal import folding_table
from gateway.questions.duty import Day

NOBODY = Text("nobody", "bold white on red")


def week_table(days: Iterable[Day], zone: tzinfo, name: Callable[[str], str], now_ns: int) -> Table:
    """A line for each shift; `name` gives the words for a person's id."""
    table = folding_table("day", "from", "to", "on duty", padding=(0, 2, 0, 0))
    for day in days:
        for k, shift in enumerate(day.shifts):
            is_now = shift.from_ns <= now_ns < shift.to_ns
            told = Text(", ".join(map(name, shift.people))) if shift.people else NOBODY
            table.add_row(
                Text(f"{day.day:%a %d %b}" if k == 0 else ""),
                clock(shift.from_ns, zone),
                until(day, shift, zone),
                Text.assemble(told, (" now", "green")) if is_now else told,
            )
    return table


def named(people: Iterable[Mapping[str, Any]]) -> Callable[[str], str]:
    """The words for an id: the name in the person's language, and the id where that is another word."""
    names = {one["id"]: name_of(one) for one in people}

    def name(identity: str) -> str:
        return f"{names[identity]} ({identity})" if identity in names else identity

    return name


def name_of(one: Mapping[str, Any]) -> str:
    """As the person writes it, or else in the other script."""
    mine = one[f"name_{one['languages'][0]}"].strip()
    return str(mine or one["name_en"].strip() or one["name_zh"].strip())


def clock(at_ns: int, zone: tzinfo) -> str:
    return f"{local_time(at_ns, zone):%H:%M}"


def until(day: Day, shift: Shift, zone: tzinfo) -> str:
    """24:00 at the end of a day."""
    end = local_time(shift.to_ns, zone)
    return "24:00" if end.date() > day.day else f"{end:%H:%M}"
