"""The chart of a channel as SVG: limits of then, readings, excursions, gaps, what is bad or uncertain.

It is read in black and white, too: limits are dashed, gaps hatched, uncertain readings rings, bad ones
crosses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from gateway.model import SECOND
from gateway.times import parse_rfc3339

FONT: Final = "report-font"  # layout.typ puts the one of the report in its place
WIDTH, HEIGHT = 700.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 12.0, 14.0, 40.0
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
MOST_TICKS: Final = 8
HALF_LABEL: Final = 12.0  # of a time of day; one that is nearer to the edge ends there
MOST_MARKS: Final = 400  # rings and crosses; more of them are one band
RING: Final = 'fill="none" stroke="#103a6b" stroke-width="0.8"'
HATCH: Final = 6.0
DAY_S: Final = 86_400


def svg_of(facts: Mapping[str, Any]) -> str:
    """Of a view (views.py) of a report's facts."""
    scale = _Scale(facts)
    parts = [
        *(part for one in facts["excursions"] for part in _excursion(one, scale)),
        *_gaps(facts, scale),
        *_axes(scale),
        *_limits(facts, scale),
        *_line(facts, scale),
        *_marks(facts, scale),
        *(part for one in facts["excursions"] for part in _extreme(one, scale)),
    ]
    box = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="{FONT}" font-size="9.5"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'


class _Scale:
    """Where a moment and a value stand."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.start_ns = parse_rfc3339(facts["shown"]["from"])
        self.seconds = (parse_rfc3339(facts["shown"]["to"]) - self.start_ns) / SECOND
        self.low, self.high = _extent(facts)
        self.unit = facts["probe"]["unit"]

    def x(self, second: float) -> float:
        share = min(max(second / self.seconds, 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 2)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 2)

    def second(self, moment: str) -> float:
        return (parse_rfc3339(moment) - self.start_ns) / SECOND


def _extent(facts: Mapping[str, Any]) -> tuple[float, float]:
    line = facts["line"]
    values = [*line["low"], *line["high"]]
    values += [one[side] for one in facts["limits"] for side in ("low", "high") if one[side] is not None]
    for one in facts["excursions"]:
        values += [v for v in (one["extreme"], one["limit"]["value"]) if v is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.08 or 1.0
    return low - margin, high + margin


def _excursion(found: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    begin = scale.x(scale.second(found["start"]))
    end = scale.x(scale.second(found["end"]) if found["end"] else scale.seconds)
    wide = max(end - begin, 0.8)
    yield f'<rect x="{begin}" y="{TOP}" width="{wide:.2f}" height="{HEIGHT - TOP - BOTTOM}" fill="#f6d5d2"/>'
    for x in (begin, end) if found["end"] else (begin,):
        yield f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#b3261e" stroke-width="0.8"/>'


def _gaps(facts: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    for gap in facts["gaps"]["longest"]:
        begin, end = scale.x(scale.second(gap["from"])), scale.x(scale.second(gap["to"]))
        box = f'x="{begin}" y="{TOP}" width="{max(end - begin, 0.6):.2f}" height="{HEIGHT - TOP - BOTTOM}"'
        yield f'<rect {box} fill="#999" fill-opacity="0.18"/>'
        yield f'<path d="{"".join(_hatched(begin, end))}" stroke="#777" stroke-width="0.5"/>'


def _hatched(begin: float, end: float) -> Iterator[str]:
    """Lines from the lower left to the upper right, cut at both sides."""
    tall, floor = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    at = begin - tall
    while at < end:
        x1, x2 = max(at, begin), min(at + tall, end)
        if x2 > x1:
            yield f"M{x1:.1f} {floor - (x1 - at):.1f}L{x2:.1f} {floor - (x2 - at):.1f}"
        at += HATCH * 2


def _axes(scale: _Scale) -> Iterator[str]:
    floor = HEIGHT - BOTTOM
    for value in _values(scale):
        y = scale.y(value)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ccc" stroke-width="0.4"/>'
        yield f'<text x="{LEFT - 5}" y="{y + 3:.2f}" text-anchor="end">{_text(value)}</text>'
    for second, label, day in _moments(scale):
        x = scale.x(second)
        yield f'<path d="M{x} {floor}v4" stroke="#000" stroke-width="0.6"/>'
        anchor = "end" if x > WIDTH - RIGHT - HALF_LABEL else "middle"
        yield f'<text x="{x}" y="{floor + 14}" text-anchor="{anchor}">{label}</text>'
        if day:
            yield f'<text x="{x}" y="{floor + 26}" text-anchor="middle">{day}</text>'
    box = f"M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}"
    yield f'<path d="{box}" fill="none" stroke="#000" stroke-width="0.7"/>'


def _values(scale: _Scale) -> Iterator[float]:
    span = scale.high - scale.low
    power = 10.0 ** len(str(int(span))) / 100 if span >= 1 else 10.0**-6
    step = next(s for s in _nice(power) if span / s <= 7)
    tick = -(-scale.low // step) * step
    while tick <= scale.high:
        yield round(tick, 9)
        tick += step


def _nice(power: float) -> Iterator[float]:
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _moments(scale: _Scale) -> Iterator[tuple[float, str, str]]:
    """Seconds from the start, the time of day in UTC, and the day where it begins."""
    whole = [*STEPS_S, *(DAY_S * n for n in range(2, 4000))]
    step = next(s for s in whole if scale.seconds / s <= MOST_TICKS)
    first = -(-scale.start_ns // (step * SECOND)) * step
    last = ""
    for at_s in range(first, int(scale.start_ns // SECOND + scale.seconds) + 1, step):
        there = datetime.fromtimestamp(at_s, UTC)
        day = f"{there:%Y-%m-%d}"
        clock = f"{there:%H:%M:%S}" if step < 60 else f"{there:%H:%M}"
        yield at_s - scale.start_ns / SECOND, f"{clock}Z", "" if day == last else day
        last = day


def _limits(facts: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    for one in facts["limits"]:
        begin, end = scale.x(scale.second(one["from"])), scale.x(scale.second(one["to"]))
        for side in ("low", "high"):
            if one[side] is not None:
                yield from _dashed(
                    begin, end, scale.y(one[side]), f"{'≥' if side == 'low' else '≤'} {_text(one[side])}"
                )
    held = {one[side] for one in facts["limits"] for side in ("low", "high")}
    others = dict.fromkeys(one["limit"]["value"] for one in facts["excursions"])
    for value in others:
        if value is not None and value not in held:
            yield from _dashed(LEFT, WIDTH - RIGHT, scale.y(value), _text(value))


def _dashed(begin: float, end: float, y: float, label: str) -> Iterator[str]:
    line = f"M{begin} {y}H{end}"
    yield f'<path d="{line}" stroke="#b3261e" stroke-width="1.1" stroke-dasharray="6 3"/>'
    yield f'<text x="{end - 4}" y="{y - 3:.2f}" text-anchor="end" fill="#8c1d18">{label}</text>'


def _line(facts: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    line, most_s = facts["line"], facts["probe"]["max_gap_s"]
    silent = [(scale.second(gap["from"]), scale.second(gap["to"])) for gap in facts["gaps"]["longest"]]
    path, before = list[str](), None
    for first, last, low, high in zip(
        line["first_s"], line["last_s"], line["low"], line["high"], strict=True
    ):
        is_broken = before is None or first - before > most_s or _crosses(silent, before, first)
        middle = scale.x((first + last) / 2)
        path.append(f"{'M' if is_broken else 'L'}{middle} {scale.y(high)}")
        path.append(f"V{scale.y(low)}" if low != high else "h0")
        before = last
    yield f'<path d="{"".join(path)}" fill="none" stroke="#103a6b" stroke-width="1" stroke-linecap="round"/>'


def _crosses(silent: Sequence[tuple[float, float]], before: float, after: float) -> bool:
    return any(begin < after and before < end for begin, end in silent)


def _marks(facts: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    line = facts["line"]
    rings = [
        f'<circle cx="{scale.x(second)}" cy="{scale.y(high)}" r="2.6" {RING}/>'
        for second, high, doubtful in zip(line["first_s"], line["high"], line["uncertain"], strict=True)
        if doubtful
    ]
    yield from rings[:: max(len(rings) // MOST_MARKS, 1)]
    floor, crosses = HEIGHT - BOTTOM - 6, line["bad_s"]
    for second in crosses[:: max(len(crosses) // MOST_MARKS, 1)]:
        x = scale.x(second)
        yield f'<path d="M{x - 3:.2f} {floor - 3}l6 6m0 -6l-6 6" stroke="#000" stroke-width="1"/>'


def _extreme(found: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    if found["extreme"] is None or not 0 <= scale.second(found["extreme_at"]) <= scale.seconds:
        return
    x, y = scale.x(scale.second(found["extreme_at"])), scale.y(found["extreme"])
    anchor, beside = ("end", x - 6) if x > WIDTH / 2 else ("start", x + 6)
    where = f'x="{beside:.2f}" y="{y - 4:.2f}" text-anchor="{anchor}"'
    yield f'<circle cx="{x}" cy="{y}" r="3" fill="#b3261e"/>'
    yield f'<text {where} font-weight="bold">{_text(found["extreme"])}</text>'


def _text(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
