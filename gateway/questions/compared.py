"""Why an alarm and the clocks count differently how long a channel was beyond a limit, or not proven, or that
they agree.

An excursion counts from its first reading beyond to its end. The clocks know no readings, only lines: what of
the line to that reading lies beyond the limit is out of range, too, since the limit came into force. And an
alarm goes by the limit of its rule, while the clocks go by the tightest limit of the worst severity. A line
from or to an UNCERTAIN reading that lies in range proves something to the excursion, but not to the clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.alarming.course import plan_over
from gateway.alarming.entry import of_stored
from gateway.alarming.judge import Judge
from gateway.alarming.measure import Measures
from gateway.config.timeline import timeline_of
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND, Samples
from gateway.questions.proof import Proof
from gateway.screening.clocks import clocks
from gateway.screening.excursion import Excursion
from gateway.screening.gaps import Gaps
from gateway.screening.rules import Limit
from gateway.times import format_rfc3339


@dataclass(frozen=True, slots=True)
class Compared:
    """An excursion and what the clocks count of it, by the limit of its rule."""

    alarm: str
    rule: str
    limit: Limit
    unit: str
    start_ns: int
    beyond_ns: int  # as the alarm says
    crossing_ns: int  # when the line to its first reading crossed the limit, or the limit came into force
    from_change: bool  # whether that line was beyond already when the limit came into force
    out_of_range_ns: int  # as the clocks count, from the crossing on
    unproven_ns: int  # as the alarm says
    clocks_unproven_ns: int  # as the clocks count, from the crossing on
    other_range: bool  # whether the clocks go by another limit there

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "alarm": self.alarm,
            "rule": self.rule,
            "side": self.limit[0],
            "limit": self.limit[1],
            "start": format_rfc3339(self.start_ns),
            "beyond_ns": self.beyond_ns,
            "crossed": format_rfc3339(self.crossing_ns),
            "out_of_range_ns": self.out_of_range_ns,
            "unproven_ns": self.unproven_ns,
            "clocks_unproven_ns": self.clocks_unproven_ns,
            "agrees": self.agrees,
            "words": self.words(),
        }

    @property
    def agrees(self) -> bool:
        counted = self.out_of_range_ns, self.clocks_unproven_ns
        return counted == (self.beyond_ns, self.unproven_ns) and not self.other_range

    def words(self) -> str:
        limit = f"{self.limit[1]:g} {self.unit}"
        told = (
            f"{self.alarm} {self.rule}: {_seconds(self.beyond_ns)} beyond {limit} from its first reading on"
        )
        if self.out_of_range_ns == self.beyond_ns:
            told += "; the clocks count the same"
        else:
            before = _seconds(self.start_ns - self.crossing_ns)
            how = (
                f"was beyond already when this limit came into force, {before} earlier"
                if self.from_change
                else f"crossed the limit {before} earlier"
            )
            told += f"; the clocks count {_seconds(self.out_of_range_ns)}: the line to that reading {how}"
        if self.clocks_unproven_ns != self.unproven_ns:
            told += (
                f"; not proven of it are {_seconds(self.unproven_ns)}, and to the clocks "
                f"{_seconds(self.clocks_unproven_ns)}: to them an UNCERTAIN reading proves nothing in range"
            )
        return f"{told}; they go by another limit there" if self.other_range else told


def compare(journal: Journal, records: Records, proof: Proof) -> list[Compared]:
    """Every alarm of the channel about a limit that touches the interval of `proof`, oldest first."""
    timeline = timeline_of(journal)
    identity = timeline.names.identity("channels", proof.channel)
    number, plan = timeline.number(identity), plan_over(timeline)

    def read(channels: Sequence[int], first_ns: int, until_ns: int | None) -> Samples:
        return journal.read(channels, first_ns, until_ns).samples

    judge, measures = Judge(plan, read), Measures(plan, read)
    gaps = Gaps.of(c for c in plan.channels if c.channel == number)
    made = []
    for alarm, found in _about_limits(records, number, proof):
        limit, (_, crossing_ns) = measures.limit_of(found), measures.line_to(found)
        if limit is None or found.beyond_ns is None:
            continue
        end_ns, gap_ns = _end(found), int(gaps.longest[0])
        readings = judge.readings(number, crossing_ns - gap_ns, end_ns + gap_ns + 1)
        low, high = (limit[1], None) if limit[0] == "low" else (None, limit[1])
        counted = clocks(readings, gaps, crossing_ns, end_ns, low, high)
        other = _goes_by_another(proof, limit, found.start_ns)
        made.append(
            Compared(
                alarm,
                found.rule,
                limit,
                proof.unit,
                found.start_ns,
                found.beyond_ns,
                crossing_ns,
                crossing_ns == measures.in_force_from(found) < found.start_ns,
                counted.out_of_range_ns,
                found.unproven_ns,
                counted.unproven_ns,
                other,
            )
        )
    return made


def _about_limits(records: Records, number: int, proof: Proof) -> list[tuple[str, Excursion]]:
    entries = [(row.id, of_stored(row.body, row.number).cause) for row in records.book.of_channel(number)]
    touching = [
        (alarm, cause)
        for alarm, cause in entries
        if isinstance(cause, Excursion)
        and not cause.withdrawn
        and cause.start_ns < proof.end_ns
        and _end(cause) > proof.start_ns
    ]
    return sorted(touching, key=lambda one: one[1].start_ns)


def _end(found: Excursion) -> int:
    """Up to when its figures count."""
    return found.last_ns if found.end_ns is None else found.end_ns


def _goes_by_another(proof: Proof, limit: Limit, at_ns: int) -> bool:
    side, value = limit
    here = [p for p in proof.parts if p.start_ns <= at_ns < p.end_ns]
    return bool(here) and (here[0].low if side == "low" else here[0].high) != value


def _seconds(ns: int) -> str:
    return f"{ns / SECOND:.9f}".rstrip("0").rstrip(".") + " s"
