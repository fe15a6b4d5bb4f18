"""Screens the two real recordings and writes docs/real-data.md with its pictures.

python scripts/real_data.py          (from the project's folder, with the project installed)
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gateway.config.load import load
from gateway.model import SECOND, Floats, Samples, Times
from gateway.questions.replay import replay
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.traceability.containment import Containments

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "nab"
CONFIG = ROOT / "docs" / "examples" / "real-data.toml"
SERIES = {
    "machine": (
        "machine_temperature_system_failure",
        "a sensor inside a large industrial machine, every 5 min",
    ),
    "office": ("ambient_temperature_system_failure", "an office, every hour"),
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 960, 280, 50, 26, 32  # px; the bars stand above TOP
DAY_NS = 86_400 * SECOND
COLOURS = {"cold": "#1f6fb4", "sinking": "#7a4fb5", "hot": "#c0392b"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One excursion of a rule."""

    rule: str
    start_ns: int
    end_ns: int
    extreme: float | None


def recording(name: str) -> tuple[Times, Floats]:
    """int64[N] ns UTC in file order, float64[N] degC."""
    with (DATA / f"{SERIES[name][0]}.csv").open(newline="") as file:
        rows = [(r["timestamp"], float(r["value"])) for r in csv.DictReader(file)]
    time_ns = np.array([parse_rfc3339(t.replace(" ", "T") + "Z") for t, _ in rows], np.int64)
    return time_ns, (np.array([v for _, v in rows]) - 32.0) * 5.0 / 9.0


def windows(name: str) -> list[tuple[int, int]]:
    """The labelled windows, ns."""
    labels = json.loads((DATA / "windows_temperature.json").read_text())
    found = labels[f"realKnownCause/{SERIES[name][0]}.csv"]
    return [(_moment(start), _moment(end)) for start, end in found]


def screened(name: str) -> tuple[list[Finding], list[dict[str, Any]]]:
    """Excursions of the value rules, and everything `cryogate replay` says."""
    configuration = load(CONFIG)
    numbers = {channel: i for i, channel in enumerate(configuration.channels)}
    time_ns, value = recording(name)
    channel = np.full(len(time_ns), numbers[name], np.int32)
    samples = Samples(time_ns, channel, value, np.zeros(len(time_ns), np.uint8))
    raw = [e for e in replay(configuration, numbers, [samples], Containments()) if e["channel"] == name]
    last_ns = int(time_ns.max())
    return [
        Finding(e["rule"], parse_rfc3339(e["start"]), _end(e["end"], last_ns), e["extreme"])
        for e in raw
        if e["kind"] != "no_data"
    ], raw


def picture(name: str, found: list[Finding]) -> str:
    """The series, the labelled windows (grey) and the excursions (coloured bars), as SVG."""
    time_ns, value = recording(name)
    order = np.argsort(time_ns, kind="stable")
    time_ns, value = time_ns[order], value[order]
    first, last, low, high = int(time_ns[0]), int(time_ns[-1]), float(value.min()) - 1, float(value.max()) + 1

    def x(at_ns: int) -> float:
        return LEFT + (at_ns - first) / (last - first) * (WIDTH - LEFT - 4)

    def y(degc: float) -> float:
        return TOP + (high - degc) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for start, end in windows(name):
        parts.append(f'<rect x="{x(start):.1f}" y="{TOP}" width="{x(end) - x(start):.1f}" '
                     f'height="{HEIGHT - TOP - BOTTOM}" fill="#dddddd"/>')  # fmt: skip
    for row, rule in enumerate(dict.fromkeys(f.rule for f in found)):
        top = 4 + 13 * row
        parts.append(
            f'<text x="{LEFT - 6}" y="{top + 8}" text-anchor="end" fill="{COLOURS[rule]}">{rule}</text>'
        )
        for f in found:
            if f.rule == rule:
                width = max(1.5, x(f.end_ns) - x(f.start_ns))
                place = f'x="{x(f.start_ns):.1f}" y="{top}" width="{width:.1f}" height="9"'
                parts.append(f'<rect {place} fill="{COLOURS[rule]}"/>')
    bins = np.linspace(0, len(value), min(len(value), 1500), dtype=int)[:-1]
    highs, lows = np.maximum.reduceat(value, bins), np.minimum.reduceat(value, bins)
    breaks = np.flatnonzero(np.diff(time_ns[bins]) > DAY_NS) + 1
    for piece in np.split(np.arange(len(bins)), breaks):
        line = " ".join(
            f"{x(at_ns):.1f},{y(highs[k]):.1f} {x(at_ns):.1f},{y(lows[k]):.1f}"
            for k, at_ns in zip(piece.tolist(), time_ns[bins[piece]].tolist(), strict=True)
        )
        parts.append(f'<polyline points="{line}" fill="none" stroke="#333333" stroke-width="0.8"/>')
    for degc in range(int(np.ceil(low / 10)) * 10, int(high) + 1, 10):
        parts.append(f'<text x="{LEFT - 6}" y="{y(degc) + 3:.1f}" text-anchor="end">{degc} °C</text>')
    for at_ns in np.linspace(first, last, 7, dtype=np.int64)[:-1].tolist():
        parts.append(f'<text x="{x(at_ns):.1f}" y="{HEIGHT - 8}">{format_rfc3339(at_ns)[:10]}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="10">\n{body}\n</svg>\n'
    )


def section(name: str) -> str:
    """What was found and missed, in words."""
    found, raw = screened(name)
    time_ns, _ = recording(name)
    labelled = windows(name)
    lines = [
        f"## {name}: {SERIES[name][1]}\n",
        f"![{name}](pictures/{name}.svg)\n",
        f"{len(time_ns)} readings from {format_rfc3339(int(time_ns.min()))[:10]} to "
        f"{format_rfc3339(int(time_ns.max()))[:10]}. Grey areas are the labelled windows; "
        "bars are excursions.\n",
        "| rule | start | end | extreme | labelled |\n|---|---|---|---|---|",
    ]
    for f in found:
        inside = any(_touch(f, w) for w in labelled)
        extreme = "-" if f.extreme is None else f"{f.extreme:.1f} °C"
        lines.append(
            f"| {f.rule} | {format_rfc3339(f.start_ns)[:16]}Z | {format_rfc3339(f.end_ns)[:16]}Z "
            f"| {extreme} | {'in a window' if inside else '**outside**'} |"
        )
    hit = [w for w in labelled if any(_touch(f, w) for f in found)]
    outside = [f for f in found if not any(_touch(f, w) for w in labelled)]
    silent = [e for e in raw if e["kind"] == "no_data"]
    lines.append(
        f"\n{len(hit)} of {len(labelled)} labelled windows were found. "
        f"{len(outside)} excursions are outside of them. Data are missing {len(silent)} times.\n"
    )
    return "\n".join(lines)


def main() -> None:
    """Write the page and its pictures."""
    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(exist_ok=True)
    for name in SERIES:
        (pictures / f"{name}.svg").write_text(picture(name, screened(name)[0]), encoding="utf-8")
    page = HEAD + "\n".join(section(name) for name in SERIES)
    (ROOT / "docs" / "real-data.md").write_text(page, encoding="utf-8")
    print(page)


HEAD = """# Rules on real recordings

    python scripts/real_data.py

This command writes this page and its pictures. It screens two series of the Numenta Anomaly Benchmark
(MIT licence) with [examples/real-data.toml](examples/real-data.toml), and compares the excursions with
the labelled windows of the benchmark. `tests/system/test_real_data.py` checks that the figures on this
page are true.

The profiles were written after looking at the data. So this page is not a contest. It shows what fixed
limits and a CUSUM detect, and what they do not detect. In the pictures, the line is interrupted where
readings are missing for more than a day.

"""


def _touch(f: Finding, window: tuple[int, int]) -> bool:
    return f.start_ns < window[1] and window[0] < f.end_ns


def _moment(text: str) -> int:
    return parse_rfc3339(text.replace(" ", "T") + "Z")


def _end(text: str | None, last_ns: int) -> int:
    return last_ns + SECOND if text is None else parse_rfc3339(text)


if __name__ == "__main__":
    main()
