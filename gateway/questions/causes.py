"""What an alarm looks like: the journal around it, as what alarms/causes.py makes hints of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from gateway.alarming.entry import of_stored
from gateway.alarms.cause_words import Language, cause_words, evidence_words
from gateway.alarms.causes import Hint, hints, hints_of_source
from gateway.alarms.courses import MINUTE, NEAR
from gateway.alarms.drills import StatedDrill
from gateway.alarms.fault import StatedFault
from gateway.alarms.scene import LOOK_BACK, About, Seen, facts, role_of
from gateway.config.timeline import Place, Timeline, timeline_of
from gateway.dataclass import dataclass
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.screening.excursion import Excursion
from gateway.statements import fault, filling, withdrawal
from gateway.statements.effect import in_effect
from gateway.times import format_rfc3339, to_the_second

SCHEMA: Final = 1
LOOK_AHEAD: Final = NEAR  # after an alarm was raised: what comes later is about something else
MOST_OTHERS: Final = 300  # channels of site and source: as many tell what all do, and can be read at once
FAULTS_BACK: Final = 7 * 24 * 60 * MINUTE
TOGETHER: Final = 10 * MINUTE  # faults that have one cause
AFTER_A_FILL: Final = 30 * MINUTE  # so long it may still be seen
SOURCE_FAULTS: Final = ("source", "flaps")


@dataclass(frozen=True, slots=True)
class Answer:
    """Hints of an alarm as known at `until_ns`, the heaviest first; empty: nothing fits.

    `unseen`: why nothing was looked at; empty: something was.
    """

    alarm: str
    until_ns: int
    hints: tuple[Hint, ...]
    channels: int  # that were looked at
    unseen: str = ""

    def public(self, language: Language = "en") -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "schema": SCHEMA,
            "alarm": self.alarm,
            "known_at": format_rfc3339(self.until_ns),
            "channels": self.channels,
            "unseen": self.unseen,
            "hints": [_public(hint, language) for hint in self.hints],
        }


def causes(journal: Journal, row: AlarmRow, now_ns: int) -> Answer:
    """What the alarm of `row` looks like to somebody who looks at `now_ns`, at most two hours after it."""
    cause = of_stored(row.body, row.number).cause
    if isinstance(cause, StatedFault):
        return _of_fault(journal, row.id, cause, now_ns)
    if isinstance(cause, StatedDrill):
        return Answer(row.id, now_ns, (), 0, "it is a drill: no reading tells its cause")
    until_ns = min(now_ns, cause.confirmed_ns + LOOK_AHEAD)
    if until_ns < cause.start_ns:
        return Answer(row.id, until_ns, (), 0, _not_begun(cause.start_ns))
    timeline = timeline_of(journal)
    place = timeline.place_of(cause.channel, cause.start_ns)
    if place is None:
        return Answer(row.id, until_ns, (), 0, "its channel was in no asset then")
    faults = _faults(journal, cause, until_ns)
    filled_by = _filled_by(journal, timeline, place.asset_identity, cause.start_ns, until_ns)
    about = About(place.channel, cause.kind, cause.start_ns, cause.end_ns, until_ns, faults, filled_by)
    asset, others = _around(timeline, cause, place)
    seen = _seen(journal, timeline, asset, about, LOOK_BACK)
    further = _seen(journal, timeline, others[:MOST_OTHERS], about, NEAR)
    return Answer(row.id, until_ns, hints(facts(about, seen, further)), len(seen) + len(further))


def _not_begun(start_ns: int) -> str:
    return f"it had not begun then: it did at {to_the_second(start_ns)}"


def _of_fault(journal: Journal, identity: str, cause: StatedFault, now_ns: int) -> Answer:
    kind, _, source = cause.key.partition(":")
    until_ns = min(now_ns, cause.start_ns + LOOK_AHEAD)
    if kind not in SOURCE_FAULTS:
        return Answer(identity, until_ns, (), 0, "a fault of the gateway says itself what is wrong")
    if until_ns < cause.start_ns:
        return Answer(identity, until_ns, (), 0, _not_begun(cause.start_ns))
    began = _intervals(journal, cause.start_ns - TOGETHER)
    keys = {key for key, start_ns, _ in began if abs(start_ns - cause.start_ns) <= TOGETHER}
    return Answer(identity, until_ns, hints_of_source(source, frozenset(keys | {cause.key})), 0)


def _faults(journal: Journal, cause: Excursion, until_ns: int) -> tuple[str, ...]:
    """Keys of the faults of sources that lasted around the alarm."""
    first_ns = cause.start_ns - TOGETHER
    told = _intervals(journal, cause.start_ns - FAULTS_BACK)
    lasting = {key for key, start, end in told if start <= until_ns and end >= first_ns}
    return tuple(sorted(key for key in lasting if key.partition(":")[0] in SOURCE_FAULTS))


def _filled_by(journal: Journal, timeline: Timeline, asset: str, start_ns: int, until_ns: int) -> str:
    """Who stated last that the asset was being filled around the alarm."""
    person = ""
    for statement in in_effect(said(journal, filling.KIND, withdrawal.KIND)):
        if statement.kind != filling.KIND or statement.at_ns > until_ns:
            continue
        told = filling.of(statement.body)
        if timeline.asset_identity(told.asset) == asset:
            person = statement.by if told.until_ns > max(statement.at_ns, start_ns - AFTER_A_FILL) else ""
    return person


def _intervals(journal: Journal, since_ns: int) -> list[tuple[str, int, int]]:
    """Key, beginning and end of each fault that began since then."""
    ends: dict[str, int] = {}
    found = []
    for _, statement in journal.newest_statements(fault.KIND):
        if statement.at_ns < since_ns:
            break
        told = fault.of(statement.body)
        if isinstance(told, fault.FaultCleared):
            ends.setdefault(told.id, statement.at_ns)
        else:
            found.append((told.fault, statement.at_ns, ends.get(told.id, 2**63 - 1)))
    return found


Placed = tuple[int, Place]  # number of a channel, and where it was


def _around(timeline: Timeline, cause: Excursion, place: Place) -> tuple[list[Placed], list[Placed]]:
    """The channels of the asset, and those of its site or source, as they were when it began."""
    asset: list[Placed] = []
    others: list[Placed] = []
    source = _source(timeline, cause.channel, cause.start_ns)
    for identity in timeline.identities():
        number = timeline.number(identity)
        there = timeline.place_of(number, cause.start_ns)
        if there is None or (
            number != cause.channel and timeline.channel_at(identity, cause.start_ns) is None
        ):
            continue
        if there.asset_identity == place.asset_identity:
            asset.append((number, there))
        elif there.site == place.site or _source(timeline, number, cause.start_ns) == source:
            others.append((number, there))
    return asset, others


def _source(timeline: Timeline, number: int, at_ns: int) -> str:
    identity = timeline.identity_of(number)
    return "" if identity is None else timeline.last_known(identity, at_ns).source


def _seen(
    journal: Journal, timeline: Timeline, placed: Sequence[Placed], about: About, back_ns: int
) -> list[Seen]:
    """These channels with their readings from so long before the alarm until it is looked at."""
    numbers = [number for number, _ in placed]
    if not numbers:
        return []
    read = journal.read(numbers, about.start_ns - back_ns, about.until_ns + 1).samples
    ends = read.channel.searchsorted(numbers, side="right")
    parts = zip(placed, read.channel.searchsorted(numbers), ends, strict=True)
    kinds = _kinds(timeline, about.start_ns)
    made = []
    for (number, place), start, end in parts:
        identity = timeline.identity_of(number) or ""
        told, own = timeline.last_known(identity, about.start_ns), read.take(slice(int(start), int(end)))
        made.append(
            Seen(
                place.channel,
                role_of(told.quantity, place.zone, told.address, place.channel),
                place.asset,
                place.site,
                told.source,
                own.time,
                own.value,
                own.quality,
                told.unit == "percent",
                kinds.get(place.asset_identity, ""),
            )
        )
    return made


def _kinds(timeline: Timeline, at_ns: int) -> dict[str, str]:
    """The kind of each asset, by identity."""
    step = timeline.step_at(at_ns)
    assets: Iterable[tuple[str, Any]] = () if step is None else step.meant.assets.items()
    return {timeline.asset_identity(name): asset.kind for name, asset in assets}


def _public(hint: Hint, language: Language) -> dict[str, Any]:
    return {
        "cause": hint.cause.value,
        "weight": hint.weight,
        "words": cause_words(hint.cause, language),
        "evidence": [
            {
                "code": e.code,
                "weight": e.weight,
                "values": dict(e.values),
                "words": evidence_words(e, language),
            }
            for e in hint.evidence
        ],
    }
