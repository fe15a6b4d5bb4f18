"""The journal's readings screened again under what the journal says: the same as the live gateway found.

Nothing of records or transitions is looked at, so that it can be compared with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from gateway.alarming.course import plan_over
from gateway.alarming.exposed import exposed
from gateway.alarming.inside import Inside
from gateway.alarming.measure import Measures
from gateway.alarming.resets import StatedReset, for_screening
from gateway.config.timeline import Timeline, timeline_of
from gateway.dataclass import dataclass
from gateway.journal.hours import in_portions
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.model import Samples
from gateway.published import view
from gateway.screening.excursion import NEVER, Excursion
from gateway.screening.plan import Plan
from gateway.screening.screener import Screener
from gateway.statements import configuration, containment, empty, placement, reset, withdrawal
from gateway.statements.effect import in_effect

Progress = Callable[[int, int], None]
"""Hears up to which time it has come, and how many readings it has screened since it spoke last."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Excursions in the shape of view.excursion with their assets, in the order of their start.

    `left_out`: channels that have readings, by an import, and with which no gateway has run yet. `until_ns`:
    its clock at the end, behind which no silence is looked at.
    """

    excursions: list[dict[str, Any]]
    readings: int
    left_out: tuple[str, ...]
    until_ns: int


def replay_journal(journal: Journal, progress: Progress = lambda *_: None) -> Replayed:
    """All of it. Its clock is its latest reading, or the latest change of configuration or place; rules and
    versions end and begin until the last entry was written, as they did for who wrote it."""
    timeline, until_seq = timeline_of(journal), journal.last_seq()
    resets = in_effect(said(journal, reset.KIND, withdrawal.KIND))
    stated = [StatedReset.of(s) for s in resets if s.kind == reset.KIND]
    plan = plan_over(timeline, for_screening(stated, timeline.numbers))

    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        return journal.read(channels, start_ns, end_ns, until_seq).samples

    screener, found, readings = Screener(plan, read, journal=journal.id), dict[str, Excursion](), 0
    numbers, last_ns = list(plan.names), _last_change_ns(journal)
    for some in in_portions(journal.scan(numbers, -(2**63), None, until_seq)) if numbers else ():
        found |= {change.excursion.id: change.excursion for change in screener.take(some.samples)}
        readings, last_ns = readings + len(some), max(last_ns, int(np.max(some.samples.time)))
        progress(last_ns, len(some))
    found |= {change.excursion.id: change.excursion for change in screener.advance(last_ns)}
    boundary_ns = _last_boundary_ns(plan, journal)
    if boundary_ns > last_ns:
        silent_until = np.full(max(numbers, default=-1) + 1, NEVER)  # what nobody hears is no silence yet
        changes = screener.advance(boundary_ns, silent_until)
        found |= {change.excursion.id: change.excursion for change in changes}
    inside, measures = _inside(journal, timeline), Measures(plan, read)
    ordered = sorted(
        (e for e in found.values() if not e.withdrawn), key=lambda e: (e.start_ns, e.channel, e.rule)
    )
    left_out = tuple(name for name, number in timeline.numbers.items() if number not in plan.names)
    shown = [_public(e, timeline, inside, measures, last_ns) for e in ordered]
    return Replayed(shown, readings, left_out, last_ns)


def _last_change_ns(journal: Journal) -> int:
    told = said(journal, configuration.KIND, placement.KIND)
    return max((statement.at_ns for statement in told), default=0)


def _last_boundary_ns(plan: Plan, journal: Journal) -> int:
    """When a rule went out of force, or got another version, last before the journal's newest entry."""
    newest = journal.entries(journal.last_seq() - 1, 1)
    until_ns = newest[0].committed_ns if newest else NEVER
    moments = (m for i in plan.instances for m in (i.valid_to_ns, *(v.from_ns for v in i.later)))
    return max((m for m in moments if m <= until_ns), default=NEVER)


def _inside(journal: Journal, timeline: Timeline) -> Inside:
    inside = Inside(timeline.asset_identity)
    for statement in said(journal, containment.KIND, empty.KIND, withdrawal.KIND):
        inside.hear(statement)
    return inside


def _public(
    found: Excursion, timeline: Timeline, inside: Inside, measures: Measures, now_ns: int
) -> dict[str, Any]:
    place = timeline.place_of(found.channel, found.start_ns)
    assets, zone = ((), None) if place is None else ((place.asset_identity,), place.zone)
    until_ns = now_ns if found.end_ns is None else found.end_ns
    units = exposed(found, partial(inside.of, assets, zone), measures, until_ns)
    name, asset = ("", "") if place is None else (place.channel, place.asset)
    return {**view.excursion(found, name, units), "asset": asset}
