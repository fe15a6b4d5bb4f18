"""Lines of a Fridge-tag export: sections by their indentation, and every line counted.

A line is `key: value`, several of them joined by ", ", or `key:` above lines that stand further in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.tables import Lines, printable

ABOUT: Final = frozenset({"", "Conf", "Cert"})  # sections that say something of the device
OF_A_DAY: Final = frozenset(
    """Date|Min T|TS Min T|Max T|TS Max T|Avrg T|Alarm|t Acc|TS A|C A|Int Sensor timeout|Ext Sensor timeout|
    Sensor timeout|t AccST|Events|Checked|TS AM|TS PM|TS Actv|TS Report Creation""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_MEASURED: Final = re.compile(
    r"(?:\d+:\s+)?(?P<date>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d(?::\d\d)?)[:,;]?\s+"
    r"(?P<value>[+-]?\d+(?:\.\d+)?|--\.-)(?:[,;]?\s+(?P<mark>[xX]))?",
    re.ASCII,
)

Fields = dict[str, str]


@dataclass(slots=True)
class Day:
    """One day of the history; `alarms` by their number."""

    line: int
    fields: Fields = field(default_factory=dict)
    alarms: dict[int, Fields] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of `Data:`; value None for --.-"""

    line: int
    shown: str
    value: str | None
    is_beyond: bool


@dataclass(slots=True)
class Export:
    """`limits`: T AL of each alarm. `head`: what the device says of itself."""

    head: Fields = field(default_factory=dict)
    limits: dict[int, Fields] = field(default_factory=dict)
    days: list[Day] = field(default_factory=list)
    data: list[Measured] = field(default_factory=list)
    taken: int = 0
    header: int = 0
    not_understood: list[tuple[int, str]] = field(default_factory=list)

    @property
    def lines(self) -> Lines:
        return Lines(self.taken, self.header, tuple(self.not_understood))


def parse(text: str) -> Export:
    """Nothing is refused here: what is not understood is kept as such."""
    export, section, alarm = Export(), "", None
    lines = re.split(r"\r\n|\r|\n", text)
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        fields = dict(_fields(line))
        if line and not line.startswith(" "):
            section = line.strip()[:-1] if line.rstrip().endswith(":") else ""
        index = _index(line)
        alarm = index if index is not None else alarm
        if not line.strip():
            export.header += 1
        elif section == "Data":
            _take_data(export, number, line)
        elif section == "Hist":
            _take_history(export, number, line, fields, alarm)
        elif section in ABOUT and (fields or line.rstrip().endswith(":")):
            _take_head(export, section, fields, alarm)
        else:
            export.not_understood.append((number, printable(line)))
    return export


def _fields(line: str) -> Iterator[tuple[str, str]]:
    for part in line.strip().split(", "):
        key, separator, value = part.partition(": ")
        if separator:
            yield key, value.strip()


def _index(line: str) -> int | None:
    """Of a line like "   1:", which begins a day or an alarm."""
    match = re.fullmatch(r"\s+(\d{1,4}):\s*", line, re.ASCII)
    return int(match[1]) if match else None


def _take_head(export: Export, section: str, fields: Fields, alarm: int | None) -> None:
    export.header += 1
    if "T AL" in fields and alarm is not None:
        export.limits[alarm] = fields
    elif section != "Cert":
        for key, value in fields.items():
            export.head.setdefault(key, value)


def _take_data(export: Export, number: int, line: str) -> None:
    match = _MEASURED.fullmatch(line.strip())
    if match:
        value = None if match["value"] == "--.-" else match["value"]
        shown = f"{match['date']} {match['time']}"
        export.data.append(Measured(number, shown, value, match["mark"] is not None))
        export.taken += 1
    elif line.strip() == "Data:":
        export.header += 1
    else:
        export.not_understood.append((number, printable(line)))


def _take_history(export: Export, number: int, line: str, fields: Fields, alarm: int | None) -> None:
    words = set(fields) or {line.strip().removesuffix(":")}
    is_index = _index(line) is not None
    if line.strip() == "Hist:" or (is_index and not fields):
        export.header += 1
        return
    if not words <= OF_A_DAY:
        export.not_understood.append((number, printable(line)))
        return
    if "Date" in fields:
        export.days.append(Day(number))
    if not export.days:
        export.header += 1
        export.head.update(fields)
        return
    export.taken += 1
    day = export.days[-1]
    if "t Acc" in fields and alarm is not None:
        day.alarms[alarm] = fields
    for key, value in fields.items():
        day.fields.setdefault(key, value)
