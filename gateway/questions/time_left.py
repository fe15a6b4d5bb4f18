"""How long each vessel lasts, and each limit: asked of the journal, for now or for any time of it.

What held at that time decides: where each channel measured, which limits there were, what was configured of
the vessel. Of each channel a bounded part before that time is read, so that an answer is cheap enough to go
into a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from gateway.alarming.course import plan_over
from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import (
    EMPTY,
    LEVEL,
    LITRE_KG,
    WEIGHT,
    Estimate,
    NotKnown,
    Vessel,
    by_amount,
    by_rating,
)
from gateway.alarms.warming import by_warming
from gateway.config import types
from gateway.config.timeline import Place, Timeline, timeline_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND, Floats, Times, usable
from gateway.screening.plan import Instance
from gateway.screening.rules import LIMIT, limit_of
from gateway.statements import configuration, filling, placement, withdrawal
from gateway.statements.effect import in_effect
from gateway.times import format_rfc3339

HOUR_S: Final = 3600
DAY_S: Final = 86_400
HOUR_NS: Final = 3600 * SECOND
WARMING_BACK_NS: Final = 24 * HOUR_NS  # of a temperature
ALL_BACK_NS: Final = 24 * HOUR_NS  # of an amount: all readings of a day,
SOME_BACK_NS: Final = 14 * 24 * HOUR_NS  # and of two weeks
SOME_EVERY_NS: Final = 4 * HOUR_NS  # the readings of
RATED_BACK: Final = 1.2  # of the rated hold time: filled before, nothing would be left
MOST_BACK_NS: Final = 120 * 24 * HOUR_NS
SOME_NS: Final = 900 * SECOND  # a quarter of an hour each
MOST_ASSETS: Final = 3  # of an alarm about many: a message does not wait for all
SCHEMA: Final = 1
BEARING: Final = (configuration.KIND, placement.KIND, withdrawal.KIND)


@dataclass(frozen=True, slots=True)
class Left:
    """One answer. `channel` is empty where the asset has none from which it could follow."""

    site: str
    asset: str
    channel: str
    until: str
    at_ns: int
    estimate: Estimate

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        known = self.estimate if isinstance(self.estimate, TimeLeft) else None
        return {
            "schema": SCHEMA,
            "site": self.site,
            "asset": self.asset,
            "channel": self.channel,
            "until": self.until,
            "at": format_rfc3339(self.at_ns),
            "lowest_s": None if known is None else round(known.lowest_s),
            "highest_s": None if known is None else round(known.highest_s),
            "earliest": None if known is None else _moment(self.at_ns, known.lowest_s),
            "latest": None if known is None else _moment(self.at_ns, known.highest_s),
            "method": None if known is None else known.method,
            "why_not_known": self.estimate.why if isinstance(self.estimate, NotKnown) else None,
        }


def range_of(told: TimeLeft) -> str:
    """3 to 5 h; both ends in the unit of the longer one."""
    unit_s, unit = (60.0, "min")
    if told.highest_s >= 2 * DAY_S:
        unit_s, unit = DAY_S, "days"
    elif told.highest_s >= 2 * HOUR_S:
        unit_s, unit = HOUR_S, "h"
    low, high = told.lowest_s / unit_s, told.highest_s / unit_s
    digits = 0 if high >= 10 or unit == "min" else 1
    return f"{low:.{digits}f} to {high:.{digits}f} {unit}"


class TimesLeft:
    """Belongs to one thread, as its journal does; keeps what the journal says of configurations."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._heard: tuple[int, ...] = ()
        self._timeline: Timeline | None = None
        self._rules: dict[int, list[Instance]] = {}  # of kind `limit`, by the channel's number

    def of(self, name: str | None, at_ns: int) -> list[Left]:
        """Of one asset or channel by any name that it has or had, or of all. Raises InputError."""
        assets, names = list(self._known().assets_at(at_ns)), self._known().names
        if name is None:
            return [left for asset in assets for left in self.of_asset(asset, at_ns)]
        wanted = names.identity("assets", name)
        if (
            asset := next((one for one in assets if names.identity("assets", one) == wanted), None)
        ) is not None:
            return self.of_asset(asset, at_ns)
        channel = self._of_name(names.today("channels", name), at_ns)
        if channel is None:
            known = ", ".join(assets) or "none"
            raise InputError(f"no asset or channel {name!r} at that time; assets: {known}")
        return channel

    def of_asset(self, asset: str, at_ns: int) -> list[Left]:
        """Of every channel that measures it then."""
        timeline = self._known()
        identity = timeline.asset_identity(asset)
        mine = [(n, p) for n, p in self._places(timeline, at_ns) if p.asset_identity == identity]
        found = [left for number, place in mine for left in self._of_channel(number, place, at_ns)]
        vessel = _vessel(timeline, asset, at_ns)
        if any(left.until == EMPTY for left in found) or vessel == types.Vessel():
            return found
        site = timeline.names.latest("sites", timeline.site_of(identity, at_ns))
        return [self._of_rating(site, asset, mine, vessel, at_ns), *found]

    def of_alarm(self, alarm: Mapping[str, Any], at_ns: int) -> TimeLeft | None:
        """For whoever is told of an alarm, as it is published: until the next limit of its channel, or else
        until what happens first to its assets, also if they were renamed since. None where nothing is known.
        """
        known = self._known()
        if alarm["channel"]:
            identity = known.names.identity("channels", str(alarm["channel"]))
            mine = _known_of(self._of_name(known.names.latest("channels", identity), at_ns) or ())
            if mine is not None:
                return mine
        told = map(known.asset_identity, str(alarm["asset"]).split(", "))
        names = (known.names.latest("assets", identity) for identity in told)
        assets = [name for name in names if name in known.assets_at(at_ns)]
        return _known_of([left for a in assets[:MOST_ASSETS] for left in self.of_asset(a, at_ns)])

    def _known(self) -> Timeline:
        """As the journal says it now; read again only where something was stated."""
        newest = tuple(next((seq for seq, _ in self._journal.newest_statements(kind)), 0) for kind in BEARING)
        if self._timeline is None or newest != self._heard:
            self._timeline, self._heard = timeline_of(self._journal), newest
            self._rules.clear()
            for rule in plan_over(self._timeline).instances:
                if rule.kind == LIMIT:
                    self._rules.setdefault(rule.channel, []).append(rule)
        return self._timeline

    def _of_name(self, channel: str, at_ns: int) -> list[Left] | None:
        places = self._places(self._known(), at_ns)
        mine = next(((number, place) for number, place in places if place.channel == channel), None)
        return None if mine is None else list(self._of_channel(*mine, at_ns))

    def _places(self, timeline: Timeline, at_ns: int) -> Iterator[tuple[int, Place]]:
        """Of every channel that was configured then."""
        for identity in timeline.identities():
            number = timeline.number(identity)
            place = timeline.place_of(number, at_ns)
            if place is not None and timeline.channel_at(identity, at_ns) is not None:
                yield number, place

    def _of_rating(
        self, site: str, asset: str, mine: Sequence[tuple[int, Place]], vessel: types.Vessel, at_ns: int
    ) -> Left:
        """Of an asset that has neither level nor weight: since it was full, or became cold."""
        cold = next(((n, p) for n, p in mine if p.quantity == "temperature"), None)
        channel = "" if cold is None else cold[1].channel
        if vessel.rated_hold_d is None:
            why = NotKnown("no channel measures its level or weight")
            return Left(site, asset, channel, EMPTY, at_ns, why)
        rated_s = vessel.rated_hold_d * DAY_S
        time, value = np.empty(0, np.int64), np.empty(0)
        if cold is not None:
            back_ns = round(RATED_BACK * rated_s) * SECOND
            time, value = self._some(cold[0], cold[1].since_ns, at_ns, back_ns)
        filled_ns = self._filled_ns(asset, at_ns)
        return Left(site, asset, channel, EMPTY, at_ns, by_rating(time, value, at_ns, rated_s, filled_ns))

    def _filled_ns(self, asset: str, at_ns: int) -> int | None:
        """When the last fill ended that somebody stated (`cryogate filling`)."""
        own = self._known().asset_identity
        said = [s for kind in (filling.KIND, withdrawal.KIND) for s in self._journal.statements(kind)]
        fills = in_effect(statement for _, statement in sorted(said, key=lambda one: one[0]))
        until = [
            told.until_ns
            for told in (filling.of(s.body) for s in fills if s.kind == filling.KIND and s.at_ns <= at_ns)
            if own(told.asset) == own(asset)
        ]
        return until[-1] if until else None

    def _of_channel(self, number: int, place: Place, at_ns: int) -> Iterator[Left]:
        vessel = _vessel(self._known(), place.asset, at_ns)
        if place.quantity == "temperature":
            found = self._of_temperature(number, place, vessel, at_ns)
        elif place.quantity in ("level", "mass"):
            found = self._of_amount(number, place, vessel, at_ns)
        else:
            return
        for until, estimate in found:
            yield Left(place.site, place.asset, place.channel, until, at_ns, estimate)

    def _of_temperature(
        self, number: int, place: Place, vessel: types.Vessel, at_ns: int
    ) -> Iterator[tuple[str, Estimate]]:
        limits = list(self._limits(number, "high", at_ns))
        if not limits:
            return
        time, value = self._readings(number, max(at_ns - WARMING_BACK_NS, place.since_ns), at_ns)
        for rule, limit in limits:
            yield rule, by_warming(time, value, limit, rule, at_ns, vessel.surroundings_degC)

    def _of_amount(
        self, number: int, place: Place, vessel: types.Vessel, at_ns: int
    ) -> Iterator[tuple[str, Estimate]]:
        is_mass = place.quantity == "mass"
        limits = [(EMPTY, vessel.tare_kg if is_mass else 0.0), *self._limits(number, "low", at_ns)]
        if is_mass and vessel.tare_kg is None:
            yield EMPTY, NotKnown(f"tare_kg of {place.asset} is not configured")
            limits = limits[1:]
        if not limits:
            return
        time, value = self._some(number, place.since_ns, at_ns)
        full = {"mm": vessel.full_mm, "percent": 100.0}.get(place.unit)
        if is_mass and vessel.capacity_L is not None:
            full = vessel.capacity_L * LITRE_KG
        rated_s = None if vessel.rated_hold_d is None else vessel.rated_hold_d * DAY_S
        for until, limit in limits:
            above, method = value - (limit or 0.0), WEIGHT if is_mass else LEVEL
            yield until, by_amount(time, above, at_ns, Vessel(full, rated_s), method, until)

    def _limits(self, number: int, side: str, at_ns: int) -> Iterator[tuple[str, float]]:
        """Of rules that hold then, the nearest first."""
        rules = [r for r in self._rules.get(number, ()) if r.valid_from_ns <= at_ns < r.valid_to_ns]
        told = [(r.rule, limit_of(r.kind, r.parameters)) for r in rules]
        found = [(rule, limit[1]) for rule, limit in told if limit is not None and limit[0] == side]
        yield from sorted(found, key=lambda one: one[1], reverse=side == "low")

    def _some(
        self, number: int, since_ns: int, at_ns: int, back_ns: int = SOME_BACK_NS
    ) -> tuple[Times, Floats]:
        """All of the last day, and before that a quarter of an hour in four hours."""
        day_ns = max(at_ns - ALL_BACK_NS, since_ns)
        parts = [self._readings(number, day_ns, at_ns)]
        first_ns = max(at_ns - min(back_ns, MOST_BACK_NS), since_ns)
        begin_ns = day_ns - SOME_EVERY_NS
        while begin_ns >= first_ns:
            parts.append(self._readings(number, begin_ns, begin_ns + SOME_NS))
            begin_ns -= SOME_EVERY_NS
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _readings(self, number: int, first_ns: int, until_ns: int) -> tuple[Times, Floats]:
        samples = self._journal.read([number], first_ns, until_ns + 1).samples
        good = usable(samples.quality)
        return samples.time[good], samples.value[good]


def _known_of(lefts: Iterable[Left]) -> TimeLeft | None:
    """What happens first."""
    known = [left.estimate for left in lefts if isinstance(left.estimate, TimeLeft)]
    return min(known, key=lambda one: one.lowest_s, default=None)


def _vessel(timeline: Timeline, asset: str, at_ns: int) -> types.Vessel:
    step = timeline.step_at(at_ns)
    if step is None:
        return types.Vessel()
    identity = timeline.asset_identity(asset)
    same = (a.vessel for n, a in step.meant.assets.items() if timeline.asset_identity(n) == identity)
    return next(same, types.Vessel())


def _moment(at_ns: int, seconds: float) -> str:
    return format_rfc3339(at_ns + round(seconds) * SECOND)
