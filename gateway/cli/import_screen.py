"""How an import, done or only looked at, reads on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.measures import duration, sign_of
from gateway.commands.imports import Brought
from gateway.commands.words import who_and_when
from gateway.questions.import_preview import Preview, Seen
from gateway.statements.verdict import AGREES, CONTRADICTS, Verdict, in_words, side
from gateway.tables import Lines
from gateway.text import counted
from gateway.times import format_rfc3339

ALONE = " (by its readings alone; one more for each channel that is silent since the last of them)"
MOST_SHOWN = 5  # lines, or verdicts, of one kind


def preview_lines(preview: Preview) -> list[str]:
    told = ", ".join(f"{key} {value}" for key, value in list(preview.logger.items())[:8])
    return [
        f"{preview.file}: {_counted(preview.lines)}",
        *([f"  logger says: {told}"] if told else []),
        *(line for seen in preview.series for line in series_lines(seen)),
        *(f"  series {name!r} is given to no channel" for name in preview.unused),
        *_missed(preview.lines),
        *_judged(preview.verdicts),
        *alarm_lines(preview.alarms, "the import would raise"),
    ]


def after_import(path: Path, done: Brought, alarms: Sequence[Mapping[str, Any]]) -> list[str]:
    name = str(path)
    if done.before is not None:
        return [f"{name}: was imported by {who_and_when(done.before)}; nothing changes"]
    return [
        f"{name}: {counted(done.readings, 'reading')}, {done.fresh} of them new; {_counted(done.lines)}; "
        f"SHA-256 {done.sha256}",
        *marked(done.marks, ""),
        *(f"    {channel}: {how}" for channel, how in done.said.corrections.items()),
        *_contradicting(done.contradicting),
        *_missed(done.lines),
        *_judged(done.said.verdicts),
        *alarm_lines(alarms, "the import raises"),
    ]


def alarm_lines(alarms: Sequence[Mapping[str, Any]], what: str) -> Iterator[str]:
    """By the limits of their time; what came live in between may fill a silence."""
    total = sum(one["alarms"] for one in alarms)
    yield f"  {what} {counted(total, 'alarm') if total else 'no alarm'}{ALONE if total else ''}"
    for one in alarms[:MOST_SHOWN]:
        yield f"    {one['channel']}: {one['alarms']} {one['rule']}, {one['severity']}"
    if len(alarms) > MOST_SHOWN:
        yield f"    and those of {len(alarms) - MOST_SHOWN} more rules"


def marked(marks: int, margin: str) -> Iterator[str]:
    """What says only that there is no reading is told apart from readings."""
    if marks:
        rows = counted(marks, "row NO_DATA", "rows NO_DATA")
        yield f"{margin}  and {rows} between them, where the file proves nothing"


def _counted(lines: Lines) -> str:
    return (
        f"{counted(lines.total, 'line')}: {lines.taken} taken, {lines.header} header, "
        f"{len(lines.not_understood)} not understood"
    )


def _missed(lines: Lines) -> Iterator[str]:
    for number, text in lines.not_understood[:MOST_SHOWN]:
        yield f"  line {number} is not understood: {text}"
    if len(lines.not_understood) > MOST_SHOWN:
        yield f"  and {len(lines.not_understood) - MOST_SHOWN} more"
    yield from (f"  {remark}" for remark in lines.remarks)


def series_lines(seen: Seen) -> Iterator[str]:
    """One series as it would be taken."""
    converted = f", converted from {seen.logger_unit}" if seen.logger_unit != seen.unit else ""
    yield f"  {seen.series} -> {seen.channel}: {counted(seen.readings, 'reading')}, {seen.new} new"
    yield from marked(seen.no_data, "  ")
    yield from _contradicting(seen.contradicting)
    if seen.calibration:
        yield f"    {seen.calibration}"
    if seen.first is None or seen.last is None:
        return
    yield f"    first {_utc(seen.first)}   last {_utc(seen.last)}"
    if seen.lowest is not None and seen.highest is not None:
        unit = sign_of(seen.unit)
        yield f"    lowest {seen.lowest:g} {unit}   highest {seen.highest:g} {unit}{converted}"
    if seen.interval_s is not None and seen.longest_gap_s is not None:
        yield (
            f"    usually every {duration(seen.interval_s)}; {counted(seen.gaps, 'gap')} beyond max_gap_s, "
            f"longest step {duration(seen.longest_gap_s)}"
        )
    if seen.bad or seen.uncertain:
        yield f"    of these BAD: {seen.bad}, UNCERTAIN: {seen.uncertain}"


def _contradicting(readings: int) -> Iterator[str]:
    if readings:
        yield (
            f"    {readings} contradict what is there: the same time, another value; check unit, column, "
            "time zone and logger"
        )


def _judged(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What the device says of its own readings, and whether they say the same."""
    beyond = [v for v in verdicts if v.beyond_s]
    if verdicts:
        agree = sum(v.compared == AGREES for v in verdicts)
        yield f"  the device judged {counted(len(verdicts), 'time')}; its readings agree with {agree}"
    for limit, above in sorted({(v.limit, v.above) for v in beyond}, key=lambda one: (one[0], str(one[1]))):
        mine = [v for v in beyond if (v.limit, v.above) == (limit, above)]
        whole_s = sum(v.beyond_s for v in mine)
        alarms = sum(v.alarm_ns is not None for v in mine)
        yield (
            f"  the device says: {side(above)} {limit:g} {sign_of(mine[0].unit)} for {whole_s // 60} min in "
            f"all, on {counted(len(mine), 'day')}; {counted(alarms, 'alarm')}"
        )
    wrong = [v for v in verdicts if v.compared == CONTRADICTS]
    for verdict in wrong[:MOST_SHOWN]:
        yield f"  the device's readings contradict its verdict {in_words(verdict)}, {_day(verdict)}"
    if len(wrong) > MOST_SHOWN:
        yield f"  and {len(wrong) - MOST_SHOWN} more"


def _day(verdict: Verdict) -> str:
    return f"{format_rfc3339(verdict.first_ns)[:16]}Z to {format_rfc3339(verdict.last_ns)[:16]}Z"


def _utc(text: str) -> str:
    return f"{text[:19]}Z"
