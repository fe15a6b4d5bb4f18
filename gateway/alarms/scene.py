"""What stood around an alarm, in numbers: its channel, others of its asset, and those of site and source."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Final

import numpy as np

from gateway.alarms.courses import (
    HOUR,
    MINUTE,
    NEAR,
    Contact,
    Level,
    Warmth,
    contact,
    level,
    slope_per_s,
    warmth,
)
from gateway.dataclass import dataclass
from gateway.model import Floats, Qualities, Quality, Times, usable

LOOK_BACK: Final = 72 * HOUR  # in the asset: an empty vapour freezer warms by 20 K in a day
TOGETHER: Final = 2 * MINUTE  # what falls silent together does so within this, and within its own interval
COLD_DEGC: Final = -160.0  # what has been colder is cooled by liquid nitrogen
NITROGEN: Final = ("ln2", "nitrogen", "dewar", "shipper", "vapour", "vapor", "cryo")
COMPRESSOR: Final = ("ult", "fridge", "refrigerator", "mechanical", "compressor")
CARRIED: Final = ("shipper", "transport", "carrier", "box")
SILENCE: Final = "no_data"  # the kind of rule about what is missing


class Role(StrEnum):
    """What a channel tells of an asset."""

    TEMPERATURE = "temperature"
    LEVEL = "level"
    MASS = "mass"
    LID = "lid"
    VALVE = "valve"
    POWER = "power"
    POWER_FAILURE = "power failure"
    COMPRESSOR = "compressor"
    TILT = "tilt"
    OTHER = "other"


WORDS: Final[Mapping[str, Role]] = {
    "lid": Role.LID,
    "door": Role.LID,
    "fill": Role.VALVE,
    "filling": Role.VALVE,
    "valve": Role.VALVE,
    "power": Role.POWER,
    "mains": Role.POWER,
    "compressor": Role.COMPRESSOR,
    "running": Role.COMPRESSOR,
    "tilt": Role.TILT,
    "tipped": Role.TILT,
}
"""Of what a channel of quantity `state` is, by a word in its zone, address or name."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A channel and its readings, by time; value NaN where quality is BAD."""

    name: str
    role: Role
    asset: str
    site: str
    source: str
    time: Times
    value: Floats
    quality: Qualities
    is_percent: bool = False
    kind: str = ""  # of its asset


@dataclass(frozen=True, slots=True)
class About:
    """The alarm: its channel by name, the kind of its rule, when it began, and when somebody looks."""

    channel: str
    rule_kind: str
    start_ns: int
    end_ns: int | None
    until_ns: int
    faults: tuple[str, ...] = ()  # keys of faults of the gateway that lasted then
    filled_by: str = ""  # who stated that the asset was being filled then


@dataclass(frozen=True, slots=True)
class Partners:
    """How many others fell silent, or warmed, at the same time."""

    of_source: int = 0
    source_silent: int = 0
    other_sources: int = 0  # of the site, with readings before
    other_sources_silent: int = 0
    everything_silent: bool = False
    cabinets: int = 0  # other assets of the site that a compressor cools
    cabinets_warming: int = 0


NO_WARMTH: Final = Warmth()
NO_PARTNERS: Final = Partners()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a hint can rest on. `nitrogen` and `carried` are None where nobody knows."""

    role: Role
    rule_kind: str
    is_silent: bool
    own: Warmth = NO_WARMTH
    warmths: tuple[Warmth, ...] = ()  # of the other temperatures of the asset
    levels: tuple[Level, ...] = ()
    contacts: Mapping[Role, Contact] = field(default_factory=dict)
    partners: Partners = NO_PARTNERS
    bad_share: float = 0.0  # of its own readings near the alarm
    nitrogen: bool | None = None
    carried: bool | None = None
    source: str = ""
    source_fault: str = ""  # "source:NAME" or "flaps:NAME" of its own source
    filled_by: str = ""


def role_of(quantity: str, *names: str | None) -> Role:
    """What a channel tells, by its quantity and, of a state, by the words in its names."""
    if quantity in (Role.TEMPERATURE, Role.LEVEL, Role.MASS):
        return Role(quantity)
    if quantity != "state":
        return Role.OTHER
    words = [word for name in names if name for word in re.findall("[a-z]+", name.lower())]
    found = next((WORDS[word] for word in words if word in WORDS), Role.OTHER)
    return Role.POWER_FAILURE if found is Role.POWER and {"fail", "failure"} & set(words) else found


def facts(about: About, asset: Sequence[Seen], others: Iterable[Seen]) -> Facts:
    """`asset`: every channel of the asset, the alarm's among them; `others`: those of site and source."""
    own = next(seen for seen in asset if seen.name == about.channel)
    silent = about.rule_kind == SILENCE
    warmths = {
        seen.name: _warmth(seen, about) for seen in asset if seen.role is Role.TEMPERATURE and len(seen.time)
    }
    nitrogen = is_nitrogen(own.kind, warmths.values())
    return Facts(
        own.role,
        about.rule_kind,
        silent,
        warmths.get(own.name, Warmth()),
        tuple(found for name, found in warmths.items() if name != own.name),
        tuple(_level(seen, about) for seen in asset if seen.role in (Role.LEVEL, Role.MASS)),
        {seen.role: _contact(seen, about) for seen in asset if seen.role in set(WORDS.values())}
        | {r.role: _contact(r, about) for r in asset if r.role is Role.POWER_FAILURE},
        partners(about, own, [*(s for s in asset if s is not own), *others]),
        bad_share(own, about),
        nitrogen,
        _by_words(own.kind, CARRIED, NITROGEN + COMPRESSOR),
        own.source,
        next((key for key in about.faults if key.partition(":")[2] == own.source), ""),
        about.filled_by,
    )


def is_nitrogen(kind: str, warmths: Iterable[Warmth]) -> bool | None:
    """Whether liquid nitrogen cools it: by the kind of the asset, or by how cold it has been."""
    told = _by_words(kind, NITROGEN, COMPRESSOR)
    coldest = min((w.coldest for w in warmths if not math.isnan(w.coldest)), default=math.nan)
    return told if told is not None else None if math.isnan(coldest) else coldest < COLD_DEGC


def bad_share(own: Seen, about: About) -> float:
    """Of the readings that came since shortly before the alarm."""
    near = (own.time >= about.start_ns - 10 * MINUTE) & (own.time <= about.until_ns)
    count = int(near.sum())
    return float((own.quality[near] >= int(Quality.BAD)).sum()) / count if count else 0.0


def partners(about: About, own: Seen, others: Sequence[Seen]) -> Partners:
    """Who fell silent together with `own`, and which cabinets of the site warmed."""
    silence = _silence(own, about)
    heard = [seen for seen in others if _has_before(seen, about)] if silence else []
    quiet = {id(seen): silence is not None and _is_silent(seen, *silence) for seen in heard}
    mine = [seen for seen in heard if seen.source == own.source]
    here = [seen for seen in heard if seen.site == own.site and seen.source != own.source]
    sources = {seen.source for seen in here}
    talking = {seen.source for seen in here if not quiet[id(seen)]}
    cabinets = _cabinets(about, own, others)
    return Partners(
        len(mine),
        sum(quiet[id(seen)] for seen in mine),
        len(sources),
        len(sources - talking),
        len({seen.source for seen in heard}) > 1 and all(quiet.values()),
        len(cabinets),
        sum(cabinets.values()),
    )


def _silence(own: Seen, about: About) -> tuple[int, int] | None:
    """From when to when nothing usable came from it, for an alarm about that."""
    if about.rule_kind != SILENCE:
        return None
    end_ns = about.until_ns if about.end_ns is None else min(about.end_ns, about.until_ns)
    good = own.time[usable(own.quality) & (own.time <= about.start_ns)]
    return (int(good[-1]) if len(good) else about.start_ns), end_ns


def _has_before(seen: Seen, about: About) -> bool:
    return bool(np.any((seen.time >= about.start_ns - NEAR) & (seen.time < about.start_ns)))


def _is_silent(seen: Seen, start_ns: int, end_ns: int) -> bool:
    """It stopped about when the other one did, and by the end longer ago than it usually pauses."""
    before = seen.time[(seen.time <= start_ns) & (seen.time > start_ns - NEAR)]
    interval = int(np.median(np.diff(before))) if len(before) > 1 else 0
    last_ns = int(np.max(seen.time, where=seen.time < end_ns, initial=start_ns))
    return last_ns <= start_ns + max(TOGETHER, 2 * interval) and end_ns - last_ns > 2 * interval


def _cabinets(about: About, own: Seen, others: Sequence[Seen]) -> dict[str, bool]:
    """Other assets of the site that a compressor cools, and whether they warm."""
    found: dict[str, bool] = {}
    for seen in others:
        if seen.role is not Role.TEMPERATURE or seen.site != own.site or seen.asset == own.asset:
            continue
        good = usable(seen.quality) & (seen.time <= about.until_ns)
        time, value = seen.time[good], seen.value[good]
        if len(value) and is_nitrogen(seen.kind, [Warmth(coldest=float(np.min(value)))]) is False:
            found[seen.asset] = found.get(seen.asset, False) or _warms(time, value, about)
    return found


def _warms(time: Times, value: Floats, about: About) -> bool:
    """Rises over the last half hour, and is warmer than it has been."""
    before, late = value[time < about.start_ns - NEAR // 4], value[time > about.until_ns - 10 * MINUTE]
    if not len(before) or not len(late):
        return False
    swing = float(np.max(before) - np.min(before))
    rises = slope_per_s(time, value, about.until_ns - NEAR // 4, about.until_ns + 1) > 0.0
    return bool(rises and np.median(late) > np.max(before) + 0.1 * swing)


def _good(seen: Seen, about: About) -> tuple[Times, Floats]:
    good = usable(seen.quality) & (seen.time >= about.start_ns - LOOK_BACK)
    return seen.time[good], seen.value[good]


def _warmth(seen: Seen, about: About) -> Warmth:
    return warmth(*_good(seen, about), about.start_ns, about.until_ns)


def _level(seen: Seen, about: About) -> Level:
    return level(*_good(seen, about), about.start_ns, about.until_ns, seen.is_percent)


def _contact(seen: Seen, about: About) -> Contact:
    return contact(*_good(seen, about), about.start_ns, about.until_ns)


def _by_words(kind: str, yes: Sequence[str], no: Sequence[str]) -> bool | None:
    told = kind.lower()
    if any(word in told for word in yes):
        return True
    return False if any(word in told for word in no) else None
