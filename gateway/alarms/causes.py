"""What may have caused an alarm: hints with their evidence, never a verdict. Several may fit, or none.

Each piece of evidence has a weight. A cause is named when its evidence weighs ENOUGH; the heaviest stands
first. What one cause explains is no evidence for another: a lid that is open makes the level fall faster, so
that is not taken for lost vacuum. Measured: docs/hints.md. The bounds come from the physics of the vessels;
time constants are explained in courses.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from typing import Final

from gateway.alarms.courses import Contact, Level, Warmth
from gateway.alarms.scene import Facts, Role
from gateway.dataclass import dataclass

ENOUGH: Final = 2  # weight from which on a cause is named
OPEN_TAU_S: Final = 1800.0  # air over an open lid or door warms with 5 to 15 min, behind a slow probe with 30
STEEP_TAU_S: Final = 4500.0  # a door opened for a minute; warm gas before a fill
LEAK_TAU_S: Final = (3600.0, 72_000.0)  # dry, without vacuum: 3 to 20 h
TILTED_TAU_S: Final = 21_600.0  # a dry shipper on its side or upside down
DRY_TAU_S: Final = (72_000.0, 2_500_000.0)  # dry, with vacuum: 20 h (small shipper) to 29 d (full freezer)
UNCOOLED_TAU_S: Final = (3600.0, 120_000.0)  # a cabinet without cooling: 2.5 h, with a full core 30 h
WARMER_K: Final = 3.0  # above the coldest, for a warm-up to be one
ABOVE_USUAL_K: Final = 0.5  # above the warmest of its cycles
EMPTY_SHARE: Final = 0.05
RISE_SHARE: Final = 0.01  # of the level in ten minutes, and more than noise
DROP_SHARE: Final = 0.05
FASTER: Final = 1.6  # than it used to fall, beyond what its noise makes of an hour
MUCH_FASTER: Final = 8.0  # on its side a shipper loses 2.5, upside down 6.5 times as much
STEP_K: Final = 4.0
FALLS: Final = ("limit", "forecast", "rate")  # kinds of rules about a level that falls, or rises
STILL_S: Final = 1800.0
DIP_K: Final = 2.0
COLD_DEGC, WARM_DEGC = -100.0, -30.0  # inside, and at a neck that nothing closes
BAD_SHARE: Final = 0.2
FILL_SHOWS_S: Final = 1200.0  # an open valve fills a vessel visibly by then
CABINET_RESTS_S: Final = 2700.0  # a compressor rests 10 to 20 min between two runs
SENTINELS: Final = (85.0, -127.0, 850.0)  # what probes say that have not measured
COLDEST_DEGC: Final = -205.0  # liquid nitrogen is warmer wherever people work


class Cause(StrEnum):
    """What an alarm can look like."""

    LID = "lid open"
    NITROGEN = "LN2 low or out"
    FILLING = "being filled"
    TILT = "tilted"
    VACUUM = "vacuum loss"
    SENSOR = "sensor fault"
    LINK = "link loss"
    POWER = "power"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`code` names its text (cause_words.py), `values` are the numbers and names in it."""

    cause: Cause
    code: str
    weight: int
    values: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hint:
    """It looks like this, because of that."""

    cause: Cause
    weight: int
    evidence: tuple[Evidence, ...]


def hints(of: Facts) -> tuple[Hint, ...]:
    """The heaviest first; empty where nothing fits."""
    found = list(evidence(of))
    by_cause = {cause: tuple(e for e in found if e.cause is cause) for cause in Cause}
    made = [Hint(cause, sum(e.weight for e in told), told) for cause, told in by_cause.items() if told]
    return tuple(sorted((h for h in made if h.weight >= ENOUGH), key=lambda h: -h.weight))


def hints_of_source(source: str, keys: frozenset[str]) -> tuple[Hint, ...]:
    """Of a fault of a source; `keys` name the faults that began within minutes of it, its own among them."""
    others = sum(key.startswith("source:") and key != f"source:{source}" for key in keys)
    code = "source fault" if f"source:{source}" in keys else "source flaps"
    link = Evidence(Cause.LINK, code, 3, {"source": source})
    told = [Hint(Cause.LINK, link.weight, (link,))]
    if others:
        power = Evidence(Cause.POWER, "sources silent", 2, {"count": others})
        told.append(Hint(Cause.POWER, power.weight, (power,)))
    return tuple(told)


def evidence(of: Facts) -> Iterator[Evidence]:
    """All there is, in the order in which one explains the next away."""
    if of.is_silent:
        yield from _silent(of)
        return
    if of.role is Role.OTHER:
        return
    sensor = list(_sensor(of))
    yield from sensor
    if sensor:
        return
    contacts = list(_contacts(of))
    yield from contacts
    told = {e.cause for e in contacts}
    yield from _cabinet(of, told) if of.nitrogen is False else _nitrogen(of, told)


def _silent(of: Facts) -> Iterator[Evidence]:
    """Nothing usable comes any more."""
    near, bad = of.partners, of.bad_share
    if bad >= BAD_SHARE:
        yield Evidence(Cause.SENSOR, "bad", 4, {"percent": round(100 * bad)})
        return
    if near.everything_silent:
        yield Evidence(Cause.POWER, "everything silent", 3)
        yield Evidence(Cause.LINK, "everything silent", 2)
    elif near.other_sources_silent:
        yield Evidence(Cause.POWER, "sources silent", 4, {"count": near.other_sources_silent})
    if of.source_fault:
        yield Evidence(Cause.LINK, "source fault", 3, {"source": of.source})
    if near.other_sources_silent:
        return
    if near.of_source and near.source_silent == near.of_source:
        yield Evidence(Cause.LINK, "source silent", 3, {"count": near.source_silent, "source": of.source})
    elif near.of_source:
        going = near.of_source - near.source_silent
        yield Evidence(Cause.LINK, "device silent", 2, {"count": going, "source": of.source})
    else:
        yield Evidence(Cause.LINK, "silent", 2)
    if near.cabinets_warming:
        yield Evidence(Cause.POWER, "cabinets warm", 2, {"count": near.cabinets_warming})


def _contacts(of: Facts) -> Iterator[Evidence]:
    """What status bits, contacts and people say."""
    lid, valve, tilt = (_contact(of, role) for role in (Role.LID, Role.VALVE, Role.TILT))
    if lid.on_s > 0.0:
        yield Evidence(Cause.LID, "lid contact", 5, {"minutes": _minutes(lid.on_s)})
    if of.filled_by and of.nitrogen is not False:
        yield Evidence(Cause.FILLING, "stated", 5, {"by": of.filled_by})
    if tilt.on_s > 0.0:
        yield Evidence(Cause.TILT, "tilt contact", 5, {"minutes": _minutes(tilt.on_s)})
    rises = any(_rises(one) for one in of.levels)
    if valve.on_s > 0.0 and (rises or not of.levels or valve.on_s < FILL_SHOWS_S):
        weight = 4 if rises or not of.levels else 2
        yield Evidence(Cause.FILLING, "valve", weight, {"minutes": _minutes(valve.on_s)})
    elif valve.on_s > 0.0 and not lid.on_s > 0.0:
        yield Evidence(Cause.NITROGEN, "no supply", 4, {"minutes": _minutes(valve.on_s)})
    if rises:
        percent = round(100 * max(one.rise for one in of.levels), 1)
        yield Evidence(Cause.FILLING, "level rises", 3, {"percent": percent})
    mains, failure = of.contacts.get(Role.POWER), _contact(of, Role.POWER_FAILURE)
    if failure.on_s > 0.0 or (mains is not None and not mains.is_on):
        yield Evidence(Cause.POWER, "power contact", 5)


def _sensor(of: Facts) -> Iterator[Evidence]:
    """What no vessel does."""
    own = of.own
    if of.bad_share >= BAD_SHARE:
        yield Evidence(Cause.SENSOR, "bad", 4, {"percent": round(100 * of.bad_share)})
    if own.value in SENTINELS or own.value < COLDEST_DEGC:
        yield Evidence(Cause.SENSOR, "impossible", 5, {"value": own.value})
    if abs(own.jump) >= STEP_K:
        yield Evidence(Cause.SENSOR, "jump", 3, {"kelvin": round(own.jump, 1)})
    if own.still_s >= STILL_S or of.rule_kind == "stuck":
        yield Evidence(Cause.SENSOR, "still", 3, {"minutes": _minutes(max(own.still_s, 0.0))})
    if of.rule_kind == "spread":
        yield Evidence(Cause.SENSOR, "disagree", 2)


def _nitrogen(of: Facts, told: set[Cause]) -> Iterator[Evidence]:
    """A vessel that liquid nitrogen cools."""
    warmths = (of.own, *of.warmths)
    fast = min(warmths, key=lambda w: w.steepest_tau_s)
    filling = Cause.FILLING in told
    if any(w.dipped >= DIP_K and w.rose >= DIP_K for w in warmths):
        yield Evidence(Cause.FILLING, "dip", 3, {"kelvin": round(max(w.dipped for w in warmths), 1)})
        filling = True
    opened = not filling and fast.steepest_tau_s <= STEEP_TAU_S and fast.rose >= WARMER_K
    if opened:
        sure = fast.steepest_tau_s <= OPEN_TAU_S
        yield _fast(fast, 3 if sure else 2)
        if not sure and not of.levels and Role.VALVE not in of.contacts:
            yield Evidence(Cause.FILLING, "spike", 2, {"kelvin": round(fast.rose, 1)})
    inner, outer = min(w.value for w in warmths), max(w.value for w in warmths)
    if not opened and inner < COLD_DEGC and outer > WARM_DEGC:
        yield Evidence(Cause.LID, "neck warm", 3, {"value": round(outer)})
        opened = True
    opened = opened or Cause.LID in told
    yield from _liquid(of)
    if not (opened or filling):
        yield from _fall(of)
        yield from _dry(of, warmths)


def _liquid(of: Facts) -> Iterator[Evidence]:
    low = [one.share for one in of.levels if one.share <= EMPTY_SHARE]
    if low:
        yield Evidence(Cause.NITROGEN, "level low", 3, {"percent": round(100 * max(min(low), 0.0), 1)})
    elif of.role in (Role.LEVEL, Role.MASS) and of.rule_kind in FALLS and not any(map(_rises, of.levels)):
        yield Evidence(Cause.NITROGEN, "level fell", 2)
    elif any(one.stopped for one in of.levels) and _is_warmer(of.own):
        yield Evidence(Cause.NITROGEN, "level stopped", 2)


def _fall(of: Facts) -> Iterator[Evidence]:
    """How fast the liquid goes, beside how fast it used to."""
    dropped = [one.drop for one in of.levels if one.drop >= DROP_SHARE and one.share > EMPTY_SHARE]
    if dropped and of.carried is not False:
        yield Evidence(Cause.TILT, "level dropped", 3, {"percent": round(100 * max(dropped))})
    times = max((t for one in of.levels if not math.isnan(t := one.times_faster)), default=0.0)
    if times >= MUCH_FASTER:
        yield Evidence(Cause.VACUUM, "falls faster", 3, {"times": round(times, 1)})
    elif times >= FASTER:
        carried = of.carried is not False
        yield Evidence(Cause.VACUUM, "falls faster", 2 if carried else 3, {"times": round(times, 1)})
        if carried:
            yield Evidence(Cause.TILT, "falls faster", 3, {"times": round(times, 1)})


def _dry(of: Facts, warmths: tuple[Warmth, ...]) -> Iterator[Evidence]:
    """A vessel without liquid warms as a whole: fast without vacuum, slowly with it."""
    own = of.own if of.role is Role.TEMPERATURE else max(warmths, key=lambda w: _known(w.pace_K_per_h))
    if not _is_warmer(own):
        return
    pace = {"pace": round(own.pace_K_per_h, 1)}
    if LEAK_TAU_S[0] <= own.pace_tau_s < LEAK_TAU_S[1]:
        tilted = of.carried is not False and own.pace_tau_s >= TILTED_TAU_S
        yield Evidence(Cause.VACUUM, "warms without vacuum", 2 if tilted else 3, dict(pace))
        yield Evidence(Cause.NITROGEN, "warms", 2, dict(pace))
        if tilted:
            yield Evidence(Cause.TILT, "warms tilted", 2, dict(pace))
    elif DRY_TAU_S[0] <= own.pace_tau_s <= DRY_TAU_S[1]:
        yield Evidence(Cause.NITROGEN, "warms dry", 3, dict(pace))


def _cabinet(of: Facts, told: set[Cause]) -> Iterator[Evidence]:
    """A freezer or refrigerator with a compressor."""
    warmths, near = (of.own, *of.warmths), of.partners
    fast = min(warmths, key=lambda w: w.steepest_tau_s)
    opened = fast.steepest_tau_s <= STEEP_TAU_S and fast.rose >= 1.0
    if opened:
        yield _fast(fast, 3 if fast.steepest_tau_s <= OPEN_TAU_S else 2)
    if near.cabinets_warming:
        yield Evidence(Cause.POWER, "cabinets warm", 3, {"count": near.cabinets_warming})
    compressor = of.contacts.get(Role.COMPRESSOR)
    runs = compressor is not None and compressor.is_on
    if opened or Cause.LID in told or runs:
        return
    if compressor is not None and compressor.off_s > max(CABINET_RESTS_S, 1.5 * compressor.longest_off_s):
        yield Evidence(Cause.POWER, "compressor off", 3, {"minutes": _minutes(compressor.off_s)})
    warmer = of.own.above_usual >= ABOVE_USUAL_K
    if warmer and UNCOOLED_TAU_S[0] <= of.own.pace_tau_s <= UNCOOLED_TAU_S[1]:
        yield Evidence(Cause.POWER, "warms uncooled", 2, {"pace": round(of.own.pace_K_per_h, 1)})


def _fast(of: Warmth, weight: int) -> Evidence:
    pace = round(of.steepest_K_per_min, 1)
    return Evidence(Cause.LID, "warms fast", weight, {"pace": pace})


def _is_warmer(of: Warmth) -> bool:
    return not math.isnan(of.pace_K_per_h) and of.value >= of.coldest + WARMER_K


def _rises(of: Level) -> bool:
    return of.rise >= RISE_SHARE


def _known(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def _contact(of: Facts, role: Role) -> Contact:
    return of.contacts.get(role, Contact())


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60.0))
