"""What happened to an asset and its probes over a time, as marks of a chart: from what was stated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple

from gateway.config.timeline import Timeline
from gateway.errors import StatementError
from gateway.journal.journal import Journal
from gateway.published.statements import words
from gateway.questions.statements import effects_on
from gateway.statements import (
    Statement,
    clock,
    containment,
    empty,
    fault,
    filling,
    import_,
    out_of_service,
    outage,
    placement,
    recovery,
    reset,
)
from gateway.statements.kinds import about
from gateway.times import format_rfc3339

OF_ASSETS: Final = (
    *(filling.KIND, placement.KIND, containment.KIND, empty.KIND, import_.KIND, reset.KIND),
    *(out_of_service.KIND, fault.KIND),
)
OF_ALL: Final = (clock.KIND, outage.KIND, recovery.KIND)  # whatever the asset
CALIBRATION: Final = "calibration"  # of a channel, which a configuration changed
Interval = tuple[int, int]


class Event(NamedTuple):
    """From `start_ns` on; `end_ns` None: at that moment. `statement` None: a configuration says so."""

    start_ns: int
    end_ns: int | None
    kind: str
    words: str
    names: frozenset[str]
    statement: Statement | None


def events(journal: Journal, timeline: Timeline, asset: str, interval: Interval) -> list[Event]:
    """Those that touch [start, end), the earliest first; also what was withdrawn or corrected since."""
    names = {asset, *timeline.names.borne_with(asset)}
    channels = list(_channels(timeline, names, interval))
    names.update(name for one in channels for name in timeline.names.borne_with(one))
    found = dict[str, Event]()
    for statement in _stated(journal, names):
        for number, (start_ns, end_ns) in enumerate(_spans(statement, names)):
            if start_ns < interval[1] and max(start_ns, end_ns or 0) >= interval[0]:
                told = Event(start_ns, end_ns, statement.kind, words(statement), about(statement), statement)
                found[f"{statement.id} {number}"] = told
    calibrated = [one for channel in channels for one in _calibrations(timeline, channel, interval)]
    return sorted([*found.values(), *calibrated], key=lambda one: (one.start_ns, one.kind, one.words))


def public(journal: Journal, several: list[Event]) -> list[dict[str, Any]]:
    """Plain JSON data; a statement that does not count any more says so."""
    effects = effects_on(journal, [one.statement for one in several if one.statement is not None])
    return [
        {
            "kind": one.kind,
            "from": format_rfc3339(one.start_ns),
            "to": None if one.end_ns is None else format_rfc3339(one.end_ns),
            "words": one.words,
            "by": None if one.statement is None else one.statement.by,
            "reason": "" if one.statement is None else one.statement.reason,
            "statement": None if one.statement is None else one.statement.id,
            "in_effect": one.statement is None or effects.counts(one.statement.id),
        }
        for one in several
    ]


def _channels(timeline: Timeline, assets: set[str], interval: Interval) -> Iterator[str]:
    """Identities of channels that measured there at some moment of the interval."""
    own = {timeline.asset_identity(name) for name in assets}
    for identity in timeline.identities():
        placed = timeline.placements(identity)
        ends = [*(later.from_ns for later in placed[1:]), interval[1]]
        for one, end_ns in zip(placed, ends, strict=True):
            if one.asset in own and one.from_ns < interval[1] and end_ns > interval[0]:
                yield identity
                break


def _stated(journal: Journal, names: set[str]) -> Iterator[Statement]:
    wanted = {name.upper() for name in names}
    for name in names:
        for _, statement in journal.naming(name):
            told = {one.upper() for one in about(statement)}
            if statement.kind in OF_ASSETS and not wanted.isdisjoint(told):
                yield statement
    for kind in OF_ALL:
        yield from (statement for _, statement in journal.statements(kind))


def _spans(statement: Statement, names: set[str]) -> Iterator[tuple[int, int | None]]:
    """When it was so; of contents each coming and going of this asset."""
    try:
        if statement.kind == filling.KIND:
            yield statement.at_ns, filling.of(statement.body).until_ns
        elif statement.kind == import_.KIND:
            said = import_.of(statement.body)
            yield said.first_ns, said.last_ns
        elif statement.kind == outage.KIND:
            out = outage.of(statement.body)
            yield out.from_ns, out.to_ns
        elif statement.kind == containment.KIND:
            stays = [stay for stay in containment.of(statement.body).stays if stay.asset in names]
            moments = {stay.from_ns for stay in stays} | {
                stay.to_ns for stay in stays if stay.to_ns is not None
            }
            yield from ((moment, None) for moment in sorted(moments))
        else:
            yield statement.at_ns, None
    except StatementError:
        yield statement.at_ns, None


def _calibrations(timeline: Timeline, channel: str, interval: Interval) -> Iterator[Event]:
    """Where a configuration brought another one."""
    begins = [step.from_ns for step in timeline.steps]
    for before_ns, at_ns in pairwise(begins):
        before, now = timeline.channel_at(channel, before_ns), timeline.channel_at(channel, at_ns)
        if before is None or now is None or not interval[0] <= at_ns < interval[1]:
            continue
        if before.calibration != now.calibration:
            shown = timeline.names.latest("channels", channel)
            told = f"{shown}: {'other calibration' if now.calibration else 'no calibration any more'}"
            yield Event(at_ns, None, CALIBRATION, told, frozenset({shown}), None)
