"""How often the stated range of the time left has the truth in it, and how far its middle is from it.

    python -m benchmarks.holdtime [--vessels 60] [--seed 1] [--rounds 1]

Simulated vessels live on (firmware_sim's physics) and recorded temperatures go on, so the truth is known:
when the liquid was gone, when a limit was passed. Sensors are spoilt as real ones are: noise, steps, gaps,
wild readings, lifts from the scale. Moments are drawn; for each one readings up to it alone are used. Goals:
75 to 85 % of the truths lie in the 10-90 % range, half of the middles within 15 % of what is left.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.rig.vessel_lives import DAY_MIN, Lives, dry_shippers, sensed, without_power
from firmware_sim.nitrogen import LIQUID_KG_PER_L
from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import LEVEL, WEIGHT, Estimate, NotKnown, Vessel, by_amount, by_rating
from gateway.alarms.warming import by_warming
from gateway.model import SECOND, Floats

RECORDINGS = Path(__file__).parents[1] / "tests" / "data" / "nab"
START_NS = 1_767_225_600 * SECOND
MINUTE_NS = 60 * SECOND
SEED = 20_260_105
LOOKS_BACK_MIN = {LEVEL: 14 * DAY_MIN, "warming": DAY_MIN}  # as the gateway reads


@dataclass(slots=True)
class Score:
    """Of one kind of case."""

    inside: list[bool] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)  # the truth was shorter than the range
    error: list[float] = field(default_factory=list)  # of the middle, as a share of what was left
    width: list[float] = field(default_factory=list)  # highest / lowest
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, estimate: Estimate, truth_s: float) -> None:
        if isinstance(estimate, NotKnown):
            self.unknown[estimate.why] += 1
            return
        low, high = estimate.lowest_s, estimate.highest_s
        self.inside.append(low <= truth_s <= high)
        self.below.append(truth_s < low)
        self.error.append(abs(middle_s(estimate) - truth_s) / truth_s)
        self.width.append(high / max(low, 1.0))


def middle_s(of: TimeLeft) -> float:
    """The middle of a range of durations; of one that begins at nothing, half."""
    return float(np.sqrt(of.lowest_s * of.highest_s)) if of.lowest_s > 0.0 else of.highest_s / 2.0


def main() -> None:
    """Print a line for each kind of case, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vessels", type=int, default=60)
    parser.add_argument("--seed", type=int, default=SEED, help="Other lives and other sensors.")
    parser.add_argument("--rounds", type=int, default=1, help="With this seed and the next ones, together.")
    parser.add_argument("--why", action="store_true", help="Why it was not known, too.")
    told = parser.parse_args()
    began_s = time.perf_counter()
    scores: dict[str, Score] = {}
    for seed in range(told.seed, told.seed + told.rounds):
        for what, estimate, truth_s in cases(told.vessels, seed):
            scores.setdefault(what, Score()).add(estimate, truth_s)
    print("| case | answers | known | in the range | shorter | longer | median error | median width |")
    print("|---|---|---|---|---|---|---|---|")
    for what, score in [*scores.items(), ("all", _all(scores))]:
        print(_line(what, score))
    if told.why:
        for what, score in scores.items():
            print(what, dict(score.unknown.most_common(6)))
    print(f"\n{time.perf_counter() - began_s:.0f} s")


def cases(count: int, seed: int = SEED) -> Iterator[tuple[str, Estimate, float]]:
    """What was asked, what was answered, and how long it was really, in seconds."""
    dice = np.random.default_rng(seed)
    lives = dry_shippers(count, 24.0, dice, dice.uniform(50.0, 100.0, count))
    yield from cases_of_liquid(lives, dice)
    almost_dry = dry_shippers(count, 6.0, dice, dice.uniform(1.0, 6.0, count))
    yield from _of_warming("dry shipper", almost_dry, "payload", (-150.0, -130.0), 120.0, dice)
    freezers = without_power("ult_freezer", count, 1.5, dice)
    yield from _of_warming("ULT freezer, air", freezers, "air", (-60.0, -40.0), 120.0, dice, DAY_MIN)
    yield from _of_warming("ULT freezer, core", freezers, "core", (-60.0, -40.0), 300.0, dice, DAY_MIN)
    fridges = without_power("fridge", count, 1.0, dice)
    yield from _of_warming("refrigerator, core", fridges, "core", (8.0, 12.0), 300.0, dice, DAY_MIN)
    for recorded in RECORDED:
        yield from cases_recorded(recorded, dice)


def cases_of_liquid(lives: Lives, dice: np.random.Generator) -> Iterator[tuple[str, Estimate, float]]:
    """At three moments of each life, by each method."""
    level = lives.nodes["level_percent"]
    for k in range(len(level)):
        gone = np.flatnonzero(level[k] <= 0.0)
        begins = int(lives.filled_min[k]) + 60 if lives.filled_min[k] >= 0 else 0
        gone = gone[gone > begins]
        if not len(gone) or gone[0] - begins < DAY_MIN:
            continue
        rated = lives.model["capacity_L"][k] / lives.model["evaporation_L_per_day"][k] * 86_400.0
        for at in dice.uniform(begins + 120, gone[0] - 60, 3).astype(np.int64).tolist():
            truth_s = (int(gone[0]) - at) * 60.0
            since = max(at - LOOKS_BACK_MIN[LEVEL], 0)
            kept = slice(since, at + 1)
            readings = spoilt(level[k, kept], dice, _noise(dice, 0.05, 1.0), _step(dice, 0.1, 0.5, 1.0))
            answer = _asked(readings, since, at, lambda t, v, n: by_amount(t, v, n, Vessel()))
            yield "level", answer, truth_s
            rated_vessel = Vessel(100.0, rated)
            answer = _asked(readings, since, at, lambda t, v, n, of=rated_vessel: by_amount(t, v, n, of))
            yield "level and rated hold time", answer, truth_s
            kg = lives.model["capacity_L"][k] * LIQUID_KG_PER_L
            lifted = _lifted(level[k, kept] / 100.0 * kg, dice)
            readings = spoilt(lifted, dice, _noise(dice, 0.003, 0.05), _step(dice, 0.01, 0.02, 0.05))
            answer = _asked(readings, since, at, lambda t, v, n: by_amount(t, v, n, Vessel(), WEIGHT))
            yield "weight", answer, truth_s
            if lives.filled_min[k] >= 0:
                yield "temperature and rated hold time", _since_cold(begins, at, rated), truth_s


def _since_cold(begins: int, at: int, rated_s: float) -> Estimate:
    """A shipper that came warm, and was filled then."""
    minute = np.arange(begins - 300, at + 1, 15)
    value = np.where(minute < begins, 20.0, -195.0)
    return by_rating(START_NS + minute * MINUTE_NS, value, START_NS + at * MINUTE_NS, rated_s)


def _of_warming(
    what: str,
    lives: Lives,
    node: str,
    limits: tuple[float, ...],
    tau_s: float,
    dice: np.random.Generator,
    begins: int = 0,
) -> Iterator[tuple[str, Estimate, float]]:
    for k in range(len(lives.nodes[node])):
        shown = sensed(lives.nodes[node][k], tau_s)
        for limit in limits:
            beyond = np.flatnonzero(shown[begins:] > limit)
            if not len(beyond):
                continue
            passed = begins + int(beyond[0])
            start = passed - int(np.argmax(shown[:passed][::-1] <= np.min(shown[begins : passed + 1]) + 0.5))
            if passed - start < 30:
                continue
            at = int(dice.uniform(start + 15, passed - 5))
            since = max(at - LOOKS_BACK_MIN["warming"], 0)
            readings = spoilt(
                shown[since : at + 1], dice, _noise(dice, 0.01, 0.2), _step(dice, 0.01, 0.1, 0.5), slowest=15
            )
            answer = _asked(readings, since, at, lambda t, v, n, at_=limit: by_warming(t, v, at_, "limit", n))
            yield what, answer, (passed - at) * 60.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """No vessel: nothing keeps it cold, and its surroundings are a guess."""

    what: str
    name: str
    every_min: int
    height_K: float  # of rises
    back_K: float  # by which a rise may fall in between
    surroundings_degC: float


RECORDED = (
    Recorded("recorded machine", "machine_temperature_system_failure.csv", 5, 8.0, 1.5, 45.0),
    Recorded("recorded office", "ambient_temperature_system_failure.csv", 60, 3.0, 0.6, 32.0),
)


def cases_recorded(of: Recorded, dice: np.random.Generator) -> Iterator[tuple[str, Estimate, float]]:
    """At three moments of each rise; the first day only begins a history."""
    minute, value = recording(RECORDINGS / of.name)
    for low, high in rises(value, of.height_K, of.back_K):
        limit = float(value[low] + dice.uniform(0.5, 0.9) * (value[high] - value[low]))
        passed = low + int(np.argmax(value[low : high + 1] > limit))
        if passed - low < 12 or minute[low] < DAY_MIN:
            continue
        for at in np.unique(dice.uniform(low + 8, passed - 1, 3).astype(np.int64)).tolist():
            if not low + 8 <= at < passed or value[low : at + 1].max() > limit:
                continue
            first = max(at - DAY_MIN // of.every_min, 0)
            time_ns = START_NS + minute[first : at + 1] * MINUTE_NS
            answer = by_warming(
                time_ns, value[first : at + 1], limit, "limit", int(time_ns[-1]), of.surroundings_degC
            )
            yield of.what, answer, float(minute[passed] - minute[at]) * 60.0


def recording(path: Path) -> tuple[np.ndarray, Floats]:
    """int64[N] minutes, float64[N] degC."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    told = [datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for at, _ in rows]
    minute = np.array([round(t / 60.0) for t in told], np.int64)
    order = np.argsort(minute, kind="stable")
    return (minute - minute.min())[order], np.array([(float(v) - 32.0) / 1.8 for _, v in rows])[order]


def rises(value: Floats, height_K: float, back_K: float) -> Iterator[tuple[int, int]]:
    """From a low to a high point each: `height_K` and more, never back by more than `back_K`."""
    low = 0
    while low < len(value) - 1:
        high = top = low
        while top < len(value) - 1 and value[top] >= value[high] - back_K and value[top] >= value[low]:
            top += 1
            high = top if value[top] > value[high] else high
        if value[high] - value[low] >= height_K:
            yield low, high
        low = max(high, low + 1)


def spoilt(
    true: Floats, dice: np.random.Generator, noise: float, step: float, slowest: int = 240
) -> tuple[np.ndarray, Floats]:
    """Minutes and values of readings as a sensor gives them: rarely, roughly, not always, and some wild."""
    every = int(dice.choice([m for m in (1, 5, 10, 15, 60, 240) if m <= slowest]))
    minute = np.arange(int(dice.integers(0, every)), len(true), every)
    value = true[minute] + dice.normal(0.0, noise, len(minute))
    value = np.round(value / step) * step
    wild = dice.random(len(value)) < 0.005
    value[wild] = np.where(dice.random(int(wild.sum())) < 0.5, np.nan, value[wild] * dice.uniform(0.0, 2.0))
    there = dice.random(len(value)) > 0.05
    if dice.random() < 0.3:  # no connection for hours
        begin = int(dice.integers(0, len(true)))
        there &= ~(
            (minute >= begin) & (minute < begin + int(dice.integers(30, 600))) & (minute < len(true) - 60)
        )
    return minute[there], value[there]


def _lifted(kg: Floats, dice: np.random.Generator) -> Floats:
    """Off the scale now and then."""
    found = kg.copy()
    for begin in dice.integers(0, len(kg), dice.poisson(len(kg) / DAY_MIN)).tolist():
        found[begin : begin + int(dice.integers(1, 30))] = -dice.uniform(1.0, 4.0)
    return found


def _asked(
    readings: tuple[np.ndarray, Floats],
    since: int,
    at: int,
    ask: Callable[[np.ndarray, Floats, int], Estimate],
) -> Estimate:
    minute, value = readings
    return ask(START_NS + (since + minute) * MINUTE_NS, value, START_NS + at * MINUTE_NS)


def _noise(dice: np.random.Generator, least: float, most: float) -> float:
    return float(np.exp(dice.uniform(np.log(least), np.log(most))))


def _step(dice: np.random.Generator, *steps: float) -> float:
    return float(dice.choice(steps))


def _all(scores: dict[str, Score]) -> Score:
    together = Score()
    for score in scores.values():
        together.inside += score.inside
        together.below += score.below
        together.error += score.error
        together.width += score.width
        together.unknown += score.unknown
    return together


def _line(what: str, score: Score) -> str:
    answers, unknown = len(score.inside), sum(score.unknown.values())
    known = f"{100.0 * answers / (answers + unknown):.0f} %"
    if not answers:
        return f"| {what} | 0 | {known} | | | | | |"
    inside, below = 100.0 * np.mean(score.inside), 100.0 * np.mean(score.below)
    return (
        f"| {what} | {answers} | {known} | {inside:.0f} % | {below:.0f} % | {100.0 - inside - below:.0f} % "
        f"| {100.0 * np.median(score.error):.0f} % | {np.median(score.width):.2f} x |"
    )


if __name__ == "__main__":
    main()
