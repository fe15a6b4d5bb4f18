"""What was measured: limits of then, numbers, clocks, gaps, how certain it is, and the line of the chart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np

from gateway.dossier.case import Case
from gateway.errors import InputError
from gateway.model import SECOND, Quality, Samples, usable
from gateway.published.alarm import of_known
from gateway.published.values import moment
from gateway.questions.proof import prove, ranges
from gateway.tiles.rows import Rows, of_samples, reduced
from gateway.times import format_rfc3339

POINTS: Final = 700  # of a line as wide as a page
AT_ONCE: Final = 50  # rows that are put together at once
MOST_GAPS: Final = 200  # listed; all are counted
NUMBERS: Final = (
    "channel", "rule", "kind", "severity", "start", "confirmed", "end", "cleared", "extreme", "extreme_at",
    "beyond_s", "degree_seconds", "readings", "unproven_s", "contains_gap", "profile_versions", "ended_by",
    "revision", "withdrawn", "state",
)  # fmt: skip
CERTAIN, POSSIBLE, WITHIN, NOT_APPLICABLE = "certain", "possible", "within uncertainty", "not applicable"
Gap = tuple[int, int, str]
"""From, to, and whether it is silence or bad readings."""


def excursion(case: Case) -> dict[str, Any]:
    """The numbers of screening, and the limit that they are about."""
    told = of_known({**case.known, "units": None})
    side, value = case.limit or (None, None)
    duration_ns = case.end_ns - case.found.start_ns
    limit = {"side": side, "value": value}
    return {name: told[name] for name in NUMBERS} | {"limit": limit, "duration_s": duration_ns / SECOND}


def place(case: Case) -> dict[str, Any]:
    """Where it was, by the names of then, and by which clock people live there."""
    told, content = case.known["place"], case.document
    site, asset = told.get("site", ""), told.get("asset", "")
    site_table, asset_table = content["sites"].get(site, {}), content["assets"].get(asset, {})
    return {
        "site": site,
        "site_name": site_table.get("name", ""),
        "time_zone": site_table.get("time_zone", "UTC"),
        "asset": asset,
        "asset_name": asset_table.get("name", ""),
        "zone": told.get("zone"),
        "since": _since(case),
    }


def probe(case: Case) -> dict[str, Any]:
    """What measured, and how well by its certificate."""
    measured = case.timeline.last_known(case.identity, case.found.start_ns)
    told = case.known["place"]
    source = case.document["sources"].get(measured.source, {})
    return {
        "channel": told["channel"],
        "quantity": measured.quantity,
        "unit": measured.unit,
        "source": measured.source,
        "source_kind": source.get("kind", ""),
        "address": measured.address,
        "max_gap_s": measured.max_gap_ns / SECOND,
        "calibration": told.get("calibration"),
        "expanded_uncertainty": told.get("uncertainty"),
        "certificate": dict(measured.calibration or {}),
    }


def limits(case: Case) -> list[dict[str, Any]]:
    """Those that held over the shown time, one after the other; null: no limit on that side."""
    return [
        {"from": moment(begin), "to": moment(end), "low": low, "high": high, "profile_version": version}
        for begin, end, low, high, version in ranges(case.plan, case.found.channel, *case.shown)
    ]


def clocks(case: Case) -> dict[str, Any]:
    """Over the excursion and over the shown time; null where no limits held that prove anything."""
    return {
        "excursion": _clocks(case, case.found.start_ns, case.end_ns),
        "shown": _clocks(case, *case.shown),
    }


def certainty(case: Case) -> dict[str, Any]:
    """Whether it can be told from an error of measurement, by the expanded uncertainty (k = 2)."""
    calibration, uncertainty = case.known["place"].get("calibration"), case.known["place"].get("uncertainty")
    found, limit = case.found, case.limit
    if limit is None or found.extreme is None:
        return _judged(NOT_APPLICABLE, "no limit", None)
    excess = abs(found.extreme - limit[1])
    if calibration is None or uncertainty is None:
        return _judged(POSSIBLE, "no calibration", excess)
    if calibration.get("due") and calibration["due"] < format_rfc3339(found.start_ns)[:10]:
        return _judged(POSSIBLE, "calibration overdue", excess)
    if excess <= uncertainty:
        return _judged(WITHIN, "excess within uncertainty", excess)
    if not _is_good_beyond(case, limit, uncertainty):
        return _judged(POSSIBLE, "uncertain readings", excess)
    return _judged(CERTAIN, "excess beyond uncertainty", excess)


def gaps(case: Case) -> list[Gap]:
    """Stretches of the shown time that prove nothing."""
    samples, (start_ns, end_ns) = case.samples, case.shown
    longest, good = case.gaps, np.flatnonzero(usable(samples.quality))
    time = samples.time[good]
    only = np.zeros(max(len(good) - 1, 0), np.int64)
    bridged = longest.bridges(only, time[:-1], time[1:])
    clean = np.diff(good) == 1
    inner = [
        (int(time[k]), int(time[k + 1]), "bad" if bridged[k] or not clean[k] else "silence")
        for k in np.flatnonzero(~(bridged & clean)).tolist()
    ]
    if not len(time):
        return [(start_ns, end_ns, "bad" if len(samples) else "silence")]
    most_ns = int(longest.longest[0])
    before = [(start_ns, int(time[0]), "silence")] if time[0] - start_ns > most_ns else []
    after = [(int(time[-1]), end_ns, "silence")] if end_ns - time[-1] > most_ns else []
    return [*before, *inner, *after]


def plain_gaps(found: list[Gap]) -> dict[str, Any]:
    """The longest of them, in order."""
    kept = sorted(sorted(found, key=lambda gap: gap[0] - gap[1])[:MOST_GAPS])
    listed = [{"from": moment(begin), "to": moment(end), "why": why} for begin, end, why in kept]
    total_ns = sum(end - begin for begin, end, _ in found)
    return {"count": len(found), "total_s": total_ns / SECOND, "longest": listed}


def line(case: Case) -> dict[str, Any]:
    """Readings as at most so many rows, each with its extremes; times in seconds from the shown start."""
    start_ns, end_ns = case.shown
    width_ns = 0 if len(case.samples) <= POINTS else -(-(end_ns - start_ns) // POINTS)
    rows = _reduced(case.samples, width_ns) if width_ns else of_samples(case.samples)
    seen = rows.take(rows.usable > 0)
    return {
        "readings": len(case.samples),
        "row_s": width_ns / SECOND,
        "first_s": _seconds(seen.first_ns - start_ns),
        "last_s": _seconds(seen.last_ns - start_ns),
        "low": seen.low.tolist(),
        "high": seen.high.tolist(),
        "uncertain": (seen.uncertain > 0).tolist(),
        "bad_s": _seconds(_bad(rows).first_ns - start_ns),
    }


def _reduced(samples: Samples, width_ns: int) -> Rows:
    """Some rows at a time: each reading as a row of its own takes five times the room of readings."""
    first, last = int(samples.time[0]) // width_ns, int(samples.time[-1]) // width_ns
    cuts = np.arange(first, last + 1 + AT_ONCE, AT_ONCE) * width_ns
    parts = pairwise(np.searchsorted(samples.time, cuts).tolist())
    return Rows.concatenate([reduced(of_samples(samples.take(slice(*part))), width_ns) for part in parts])


def _bad(rows: Rows) -> Rows:
    return rows.take((rows.bad + rows.no_data) > 0)


def _seconds(times: Any) -> list[float]:
    return [round(one, 3) for one in (times / SECOND).tolist()]


def _since(case: Case) -> str | None:
    """When the channel came into this place; None: from the beginning."""
    placed = case.timeline.placed_at(case.identity, case.found.start_ns)
    return moment(placed.from_ns) if placed.from_ns > 0 else None


def _clocks(case: Case, start_ns: int, end_ns: int) -> dict[str, Any] | None:
    try:
        channel = case.known["place"]["channel"]
        return prove(case.journal, channel, start_ns, end_ns, readings=case.around).public()
    except InputError:  # a time without limits
        return None


def _is_good_beyond(case: Case, limit: tuple[str, float], uncertainty: float) -> bool:
    samples, found = case.samples, case.found
    inside = (samples.time >= found.start_ns) & (samples.time < case.end_ns)
    sign = 1.0 if limit[0] == "high" else -1.0
    beyond = sign * (samples.value - limit[1]) > uncertainty
    return bool((inside & beyond & (samples.quality == Quality.GOOD)).any())


def _judged(outcome: str, reason: str, excess: float | None) -> dict[str, Any]:
    return {"outcome": outcome, "reason": reason, "excess": None if excess is None else round(excess, 9)}


def channels_beside(case: Case) -> Iterator[str]:
    """Names of all channels that measured the asset in the shown time, its own first."""
    own, (start_ns, end_ns) = case.identity, case.shown
    asset = case.timeline.placed_at(own, case.found.start_ns).asset
    for identity in [own, *sorted(set(case.timeline.identities()) - {own})]:
        placed = case.timeline.placements(identity)
        ends = [one.from_ns for one in placed[1:]] + [end_ns]
        there = (
            p.asset == asset and p.from_ns < end_ns and until > start_ns
            for p, until in zip(placed, ends, strict=True)
        )
        if any(there):
            yield case.timeline.names.latest("channels", identity)
