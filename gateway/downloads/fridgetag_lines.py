"""Lines of a Fridge-tag export: sections by their indentation, and every line counted.

A line is `key: value`, several of them joined by ", ", or `key:` above lines further in, or before a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.tables import Lines, printable
from gateway.tables.cells import measurement

ABOUT: Final = frozenset({"", "Conf", "Cert"})  # sections that say something of the device
MEASURED_IN: Final = ("Hist", "Data")
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
_MOMENT: Final = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?!\d)", re.ASCII)
_REMARK: Final = re.compile(r"[^\W\d][^:]*:(?!.*(?:\d:\d\d|\d\d\d\d-\d\d)).*", re.ASCII)  # `Interval: 5`
NO_TIME: Final = (
    "{line!r} in `Data:` is not understood, and no time is found in it: it may be a reading, so that nothing "
    "can be said about the time around it"
)
ONCE: Final = frozenset({"Date", "Min T", "TS Min T", "Max T", "TS Max T", "Avrg T"})  # in a day
HEADINGS: Final = frozenset({"Alarm", "Int Sensor timeout", "Ext Sensor timeout", "Sensor timeout"})
OF_AN_ALARM: Final = frozenset({"t Acc", "TS A", "C A"})
TWICE: Final = "{key!r} stands twice, as {one!r} and as {other!r}"
JOINED: Final = (
    "`Device:` stands twice: these are two exports in one file; import each from a file of its own"
)
CUT: Final = "the file ends within this line, so that what it says could be cut; copy the file again"
MINUTES: Final = ("t Acc", "t AccST")
NO_DATE: Final = "a value of a day, and no 'Date' stands above it"
LONGEST_DAY_min: Final = 25 * 60  # when clocks are set back
OUTSIDE: Final = "{line!r} looks like a reading of `Data:`, but does not stand in that section"

Fields = dict[str, str]


@dataclass(slots=True)
class Day:
    """One day of the history; `number` stands above it, `alarms` by theirs, `timeouts` of every sensor."""

    line: int
    number: int | None = None
    fields: Fields = field(default_factory=dict)
    alarms: dict[int, Fields] = field(default_factory=dict)
    timeouts: list[str] = field(default_factory=list)

    @property
    def has_timeout(self) -> bool:
        """Whether any of its sensors did not answer. Raises ValueError."""
        return any(int(minutes) != 0 for minutes in self.timeouts)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of `Data:`; value None for --.- and where only the time is understood."""

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
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def lines(self) -> Lines:
        return Lines(self.taken, self.header, tuple(self.not_understood))


def parse(text: str) -> Export:
    """Nothing is refused here: what is not understood is kept as such, and mistakes are listed."""
    export, section, alarm, above = Export(), "", None, None
    lines = re.split(r"\r\n|\r|\n", text)
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        fields = dict(_fields(line))
        if _begins_section(line):
            section = line.strip()[:-1] if line.rstrip().endswith(":") else ""
        index = _index(line)
        alarm = index if index is not None else None if line.strip() == "Alarm:" else alarm
        if number == len(lines) and section in MEASURED_IN:
            export.mistakes.append((number, CUT))
        if not line.strip():
            export.header += 1
        elif section == "Data":
            _take_data(export, number, line)
        elif section == "Hist":
            _take_history(export, number, line, fields, alarm)
            if export.days and export.days[-1].line == number:
                export.days[-1].number = above if index is None else index
        elif section in ABOUT and (fields or line.rstrip().endswith(":")):
            _take_head(export, number, section, fields, alarm)
        else:
            if not section and _MEASURED.fullmatch(line.strip()):
                export.mistakes.append((number, OUTSIDE.format(line=printable(line))))
            export.not_understood.append((number, printable(line)))
        above = index if line.strip() else above
    return export


def _begins_section(line: str) -> bool:
    """`Data:` or `Sig: 0b0e`; a reading or a torn word at the margin leaves its section as it is."""
    return line[:1].isalpha() and ":" in line


def _fields(line: str) -> Iterator[tuple[str, str]]:
    for part in line.strip().split(", "):
        pieces = part.split(": ")
        while len(pieces) > 2 and (pieces[0].isdigit() or pieces[0] in HEADINGS):
            del pieces[0]
        if len(pieces) > 1:
            yield pieces[0], ": ".join(pieces[1:]).strip()


def _index(line: str) -> int | None:
    """Of a line like "   1:", which begins a day or an alarm, also with its fields behind it."""
    match = re.match(r"\s+(?:Alarm: )?(\d{1,4}):(?:\s|$)", line, re.ASCII)
    return int(match[1]) if match else None


def _take_head(export: Export, number: int, section: str, fields: Fields, alarm: int | None) -> None:
    export.header += 1
    if "T AL" in fields and alarm is not None:
        _check_limit(export, number, fields["T AL"])
        _put(export, number, export.limits.setdefault(alarm, {}), fields)
    elif section != "Cert":
        if "Device" in fields and "Device" in export.head:
            export.mistakes.append((number, JOINED))
        _put(export, number, export.head, {key: fields[key] for key in fields if key == "Temp unit"})
        export.head = fields | export.head


def _check_limit(export: Export, number: int, shown: str) -> None:
    try:
        measurement(shown)
    except InputError as error:
        export.mistakes.append((number, f"T AL: {error}"))


def _put(export: Export, number: int, kept: Fields, fields: Fields) -> None:
    """What stands twice with two values is a mistake: nobody can tell which one is meant."""
    for key, value in fields.items():
        if kept.setdefault(key, value) != value:
            why = TWICE.format(key=key, one=printable(kept[key]), other=printable(value))
            export.mistakes.append((number, why))


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
        _doubt_data(export, number, line.strip())


def _doubt_data(export: Export, number: int, line: str) -> None:
    """A line that may have been a reading is one without a value: nothing is proven over it."""
    if moment := _MOMENT.search(line):
        export.data.append(Measured(number, f"{moment[1]} {moment[2]}", None, False))
    elif not _REMARK.fullmatch(line):
        export.mistakes.append((number, NO_TIME.format(line=printable(line))))


def _take_history(export: Export, number: int, line: str, fields: Fields, alarm: int | None) -> None:
    words = set(fields) or {line.strip().removesuffix(":")}
    is_index = _index(line) is not None
    if line.strip() == "Hist:" or (is_index and not fields):
        export.header += 1
        return
    if not words <= OF_A_DAY or ("t Acc" in fields and alarm is None):
        export.not_understood.append((number, printable(line)))
        return
    if "Date" in fields:
        export.days.append(Day(number))
    if not export.days and ONCE & set(fields):
        export.mistakes.append((number, NO_DATE))
        return
    if not export.days:
        export.header += 1
        _put(export, number, export.head, fields)
        return
    export.taken += 1
    _take_day(export, number, fields, alarm)


def _take_day(export: Export, number: int, fields: Fields, alarm: int | None) -> None:
    day = export.days[-1]
    for key in MINUTES:
        if not _are_minutes(fields.get(key, "0")):
            export.mistakes.append((number, f"{key}: {printable(fields[key])!r} are no minutes of a day"))
    _put(export, number, day.fields, {key: fields[key] for key in fields if key in ONCE})
    if alarm is not None and (of_alarm := {key: fields[key] for key in fields if key in OF_AN_ALARM}):
        _put(export, number, day.alarms.setdefault(alarm, {}), of_alarm)
    if "t AccST" in fields:
        day.timeouts.append(fields["t AccST"])


def _are_minutes(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,4}", text) is not None and int(text) <= LONGEST_DAY_min
