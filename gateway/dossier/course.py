"""One channel over a time at one asset: its readings piece by piece, and what they prove of it.

A piece has as many days as fit into memory at 1 Hz; what is counted over pieces adds up exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np

from gateway.alarming.judge import Judge
from gateway.dataclass import dataclass
from gateway.dossier.state import State
from gateway.errors import InputError
from gateway.model import SECOND, Samples, Times, usable
from gateway.published.values import moment
from gateway.questions.proof import Part, Proof, proven, ranges
from gateway.screening.gaps import Gaps
from gateway.screening.rules import Limit
from gateway.tiles.rows import Rows, of_samples, reduced

PIECE_NS: Final = 14 * 86_400 * SECOND
POINTS: Final = 700  # of a line as wide as a page
AT_ONCE: Final = 50  # rows that are put together at once
MOST_GAPS: Final = 200  # listed; all are counted
HUNDRED: Final = 100  # parts: what is not proven at an end is told from one of them on
Span = tuple[int, int]
Gap = tuple[int, int, str]
"""From, to, and whether it is silence or bad readings."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Readings of [start, end) and of a gap on both sides, as rules saw them."""

    start_ns: int
    end_ns: int
    around: Samples

    @property
    def samples(self) -> Samples:
        time = self.around.time
        return self.around.take(slice(*np.searchsorted(time, (self.start_ns, self.end_ns)).tolist()))


@dataclass(frozen=True)
class Course:
    """Of a channel (identity) over [start, end), in which it measures one place."""

    state: State
    identity: str
    start_ns: int
    end_ns: int

    @property
    def number(self) -> int:
        return self.state.timeline.number(self.identity)

    @cached_property
    def gaps(self) -> Gaps:
        """How long a silence may be bridged."""
        return Gaps.of(c for c in self.state.plan.channels if c.channel == self.number)

    def pieces(self) -> Iterator[Piece]:
        """One after the other; what is so short that it is one piece is read once."""
        if self.end_ns - self.start_ns <= PIECE_NS:
            yield self._only
            return
        for begin in range(self.start_ns, self.end_ns, PIECE_NS):
            yield self._piece(begin, min(begin + PIECE_NS, self.end_ns))

    def proofs(self, limits: Sequence[Limit | None]) -> list[Proof | None]:
        """Against each of these; None: against those of then, for which there is no proof where none held."""
        found: list[list[Proof] | None] = [[] for _ in limits]
        whole = (self.start_ns, self.end_ns)
        for piece in self.pieces():
            found = [_also(told, self, piece, whole, one) for told, one in zip(found, limits, strict=True)]
        return [joined(told) if told else None for told in found]

    @cached_property
    def _only(self) -> Piece:
        return self._piece(self.start_ns, self.end_ns)

    def _piece(self, start_ns: int, end_ns: int) -> Piece:
        gap_ns, judge = int(self.gaps.longest[0]), Judge(self.state.plan, self.state.read)
        return Piece(start_ns, end_ns, judge.readings(self.number, start_ns - gap_ns, end_ns + gap_ns))


def measured(course: Course, spans: Sequence[Span]) -> dict[str, Any]:
    """Limits, line and gaps of it, and the clocks of each of `spans` within it; None: no limits held."""
    rows, gaps, count = list[Rows](), list[Gap](), 0
    proofs: list[list[Proof] | None] = [[] for _ in spans]
    width_ns = -(-(course.end_ns - course.start_ns) // POINTS)
    for piece in course.pieces():
        samples = piece.samples
        count += len(samples)
        rows.append(_reduced(samples, width_ns) if len(samples) > POINTS else of_samples(samples))
        gaps += _unproven(course.gaps, piece)
        proofs = [_also(told, course, piece, span) for told, span in zip(proofs, spans, strict=True)]
    return {
        "limits": _limits(course),
        "clocks": [None if told is None else joined(told).public() for told in proofs],
        "gaps": _plain_gaps(_at_ends(_merged(gaps, course), course)),
        "line": _line(course, Rows.concatenate(rows), count, width_ns),
    }


def joined(proofs: Sequence[Proof]) -> Proof:
    """Of times that follow one another; a kinetic mean is of one piece."""
    first, last = proofs[0], proofs[-1]
    if first is last:
        return first
    parts = list[Part]()
    for part in (part for proof in proofs for part in proof.parts):
        before = parts[-1] if parts else None
        same = before and (before.low, before.high, before.version) == (part.low, part.high, part.version)
        if before and same:
            both = type(part.clocks).total([before.clocks, part.clocks])
            parts[-1] = replace(before, end_ns=part.end_ns, clocks=both)
        else:
            parts.append(part)
    alone = [one.without_pressure for one in proofs if one.without_pressure is not None]
    return replace(
        first,
        end_ns=last.end_ns,
        parts=tuple(parts),
        readings=sum(one.readings for one in proofs),
        unusable=sum(one.unusable for one in proofs),
        mean_kinetic_degC=None,
        without_pressure=sum(alone) if alone else None,
        outages=tuple(dict.fromkeys(o for one in proofs for o in one.outages)),
    )


def _also(
    told: list[Proof] | None, course: Course, piece: Piece, span: Span, limit: Limit | None = None
) -> list[Proof] | None:
    begin, end = max(span[0], piece.start_ns), min(span[1], piece.end_ns)
    if told is None or begin >= end:
        return told
    try:
        low, high = (None, None) if limit is None else _range(limit)
        ground, around = course.state.ground, piece.around
        return [*told, proven(ground, course.identity, begin, end, low, high, readings=around)]
    except InputError:  # a time without limits
        return None


def _range(limit: Limit) -> tuple[float | None, float | None]:
    """Lowest and highest value in range."""
    side, value = limit
    return (value, None) if side == "low" else (None, value)


def _limits(course: Course) -> list[dict[str, Any]]:
    """Those that held, one after the other; null: no limit on that side."""
    held = ranges(course.state.plan, course.number, course.start_ns, course.end_ns)
    return [
        {"from": moment(begin), "to": moment(end), "low": low, "high": high, "profile_version": version}
        for begin, end, low, high, version in held
    ]


def _unproven(longest: Gaps, piece: Piece) -> Iterator[Gap]:
    """Stretches of a piece that prove nothing."""
    around = piece.around
    good = np.flatnonzero(usable(around.quality))
    time = around.time[good]
    if not len(time):
        yield piece.start_ns, piece.end_ns, "bad" if len(piece.samples) else "silence"
        return
    only = np.zeros(len(good) - 1, np.int64)
    bridged, clean = longest.bridges(only, time[:-1], time[1:]), np.diff(good) == 1
    bad = around.time[~usable(around.quality)]
    found = [(piece.start_ns, int(time[0]), _why(bad, piece.start_ns, int(time[0])))]
    for k in np.flatnonzero(~(bridged & clean)).tolist():
        why = "bad" if bridged[k] or not clean[k] else "silence"
        found.append((int(time[k]), int(time[k + 1]), why))
    found.append((int(time[-1]), piece.end_ns, _why(bad, int(time[-1]), piece.end_ns)))
    for begin, end, why in found:
        if max(begin, piece.start_ns) < min(end, piece.end_ns):
            yield max(begin, piece.start_ns), min(end, piece.end_ns), why


def _why(bad: Times, begin_ns: int, end_ns: int) -> str:
    return "bad" if ((bad >= begin_ns) & (bad < end_ns)).any() else "silence"


def _merged(gaps: Sequence[Gap], course: Course) -> list[Gap]:
    """Those that touch at the edge of two pieces are one."""
    edges, found = range(course.start_ns + PIECE_NS, course.end_ns, PIECE_NS), list[Gap]()
    for begin, end, why in gaps:
        if found and found[-1][1] == begin and begin in edges:
            before = found.pop()
            begin, why = before[0], "bad" if "bad" in (why, before[2]) else "silence"
        found.append((begin, end, why))
    return found


def _at_ends(gaps: Sequence[Gap], course: Course) -> list[Gap]:
    """Without those at both ends that are no longer than silences that are bridged, and short in all."""
    most_ns = min(int(course.gaps.longest[0]), (course.end_ns - course.start_ns) // HUNDRED)
    ends = (course.start_ns, course.end_ns)
    return [
        gap for gap in gaps if gap[1] - gap[0] > most_ns or gap[2] == "bad" or not {gap[0], gap[1]} & {*ends}
    ]


def _plain_gaps(found: Sequence[Gap]) -> dict[str, Any]:
    """The longest of them, in order."""
    kept = sorted(sorted(found, key=lambda gap: gap[0] - gap[1])[:MOST_GAPS])
    listed = [{"from": moment(begin), "to": moment(end), "why": why} for begin, end, why in kept]
    total_ns = sum(end - begin for begin, end, _ in found)
    return {"count": len(found), "total_s": total_ns / SECOND, "longest": listed}


def _line(course: Course, rows: Rows, count: int, width_ns: int) -> dict[str, Any]:
    """Readings as at most so many rows, each with its extremes; times in seconds from the start."""
    width_ns = width_ns if count > POINTS else 0
    rows = reduced(rows, width_ns) if width_ns else rows
    seen = rows.take(rows.usable > 0)
    return {
        "readings": count,
        "row_s": width_ns / SECOND,
        "first_s": _seconds(seen.first_ns - course.start_ns),
        "last_s": _seconds(seen.last_ns - course.start_ns),
        "low": seen.low.tolist(),
        "high": seen.high.tolist(),
        "uncertain": (seen.uncertain > 0).tolist(),
        "bad_s": _seconds(rows.take((rows.bad + rows.no_data) > 0).first_ns - course.start_ns),
    }


def _reduced(samples: Samples, width_ns: int) -> Rows:
    """Some rows at a time: each reading as a row of its own takes five times the room of readings."""
    first, last = int(samples.time[0]) // width_ns, int(samples.time[-1]) // width_ns
    cuts = np.arange(first, last + 1 + AT_ONCE, AT_ONCE) * width_ns
    parts = pairwise(np.searchsorted(samples.time, cuts).tolist())
    return Rows.concatenate([reduced(of_samples(samples.take(slice(*part))), width_ns) for part in parts])


def _seconds(times: Any) -> list[float]:
    return [round(one, 3) for one in (times / SECOND).tolist()]
