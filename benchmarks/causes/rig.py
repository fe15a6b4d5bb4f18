"""From simulated vessels to the first alarm of each story, and what stood around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.causes.stories import HOUR, LENGTH_S, Story, fleet, vessel
from firmware_sim.world import World
from gateway.alarms.scene import About, Role, Seen, role_of
from gateway.model import SECOND, Floats, Quality, Samples, Severity, to_ns
from gateway.screening.excursion import Excursion
from gateway.screening.plan import ChannelPlan, Instance, Plan
from gateway.screening.rules import limit, no_data, stuck
from gateway.screening.screener import Screener

START_NS: Final = 1_767_225_600 * SECOND  # 2026-01-01
STEP_S: Final = 10.0
BYSTANDERS: Final = 4  # quiet vessels at the site of each story
QUANTITIES: Final = {"level": "level", "valve": "state", "running": "state"}
LIMIT_DEGC: Final = {"ln2_freezer": -170.0, "dry_shipper": -170.0, "ult_freezer": -65.0, "fridge": 8.0}
TIGHT_DEGC: Final = {"ult_freezer": -78.0, "fridge": 5.4}
SILENT_S: Final = 900.0
COLD_LIMIT_DEGC: Final = {"fridge": 2.0, "ult_freezer": -95.0}
SPOILT: Final = ("open", "jump", "still", "sentinel")


@dataclass(frozen=True, slots=True, eq=False)
class Alarmed:
    """The first alarm of a story, its asset's channels and those of its site."""

    story: Story
    excursion: Excursion
    channel: str
    asset: tuple[Seen, ...]
    others: tuple[Seen, ...]

    def about(self, later_s: float) -> About:
        """As somebody sees it so long after it was raised."""
        found = self.excursion
        until_ns = found.confirmed_ns + to_ns(later_s)
        return About(self.channel, found.kind, found.start_ns, found.end_ns, until_ns)


def alarms(of: list[Story], seed: int) -> Iterator[tuple[Story, Alarmed | None]]:
    """None where the story raised no alarm."""
    shown = _run(of, seed)
    dice = np.random.default_rng([seed, 7])
    quiet = [k for k, s in enumerate(of) if s.at_s > LENGTH_S / 2.6 and not s.model and not s.fault]
    for k, story in enumerate(of):
        around = [int(n) for n in dice.permutation([q for q in quiet if q != k])[:BYSTANDERS]]
        yield story, _alarmed(of, k, around, shown, dice)


def _run(of: list[Story], seed: int) -> dict[str, Floats]:
    """By probe: what it shows every 30 s."""
    world = World(fleet(of, seed), STEP_S)
    probes = [f"{vessel(k)}/{name}" for k, story in enumerate(of) for name in story.probes]
    rows = []
    for tick in range(1, int(LENGTH_S / 30.0) + 1):
        world.advance(tick * 30.0)
        rows.append([world.measure(probe) for probe in probes])
    columns = np.array(rows).T
    return dict(zip(probes, columns, strict=True))


def _alarmed(
    of: list[Story], k: int, around: Sequence[int], shown: dict[str, Floats], dice: np.random.Generator
) -> Alarmed | None:
    story = of[k]
    own = [_seen(story, k, name, "broker", shown, dice) for name in story.probes]
    others = []
    for place, other in enumerate(around):
        source = "broker" if place % 2 == 0 else "port"
        others += [
            _bystander(of[other], other, name, source, shown, story, dice) for name in of[other].probes
        ]
    found = _first(story, own)
    return None if found is None else Alarmed(story, found[1], found[0], tuple(own), tuple(others))


def _seen(
    story: Story, k: int, name: str, source: str, shown: dict[str, Floats], dice: np.random.Generator
) -> Seen:
    """A channel of the story, with what goes wrong between probe and gateway."""
    time_s, value = _sampled(story, shown[f"{vessel(k)}/{name}"])
    after = time_s >= story.at_s
    is_main = name == story.probes[0]
    quality = np.zeros(len(value), np.uint8)
    if is_main and story.fault in SPOILT:
        value, quality = _spoilt(story.fault, value, quality, after, dice)
    value = np.round(value, story.decimals)
    gone = story.fault in ("device", "source", "site silent") and story.for_s is not None
    keep = ~(after & (time_s < story.at_s + (story.for_s or 0.0))) if gone else np.ones(len(value), np.bool_)
    return _as_seen(story, k, name, source, time_s[keep], value[keep], quality[keep])


def _bystander(
    of: Story,
    k: int,
    name: str,
    source: str,
    shown: dict[str, Floats],
    story: Story,
    dice: np.random.Generator,
) -> Seen:
    """A vessel to which nothing happens but what happens to the whole site or source.

    Its own story is cut off: hours before it are repeated.
    """
    time_s, value = _sampled(of, shown[f"{vessel(k)}/{name}"])
    calm = value[time_s < of.at_s - 0.5 * HOUR]
    value = np.resize(calm[len(calm) // 3 :], len(value))
    after = (time_s >= story.at_s) & (time_s < story.at_s + (story.for_s or LENGTH_S))
    if story.fault == "site" and of.kind in ("ult_freezer", "fridge") and name == "air":
        minutes = np.maximum(time_s - story.at_s, 0.0) / 60.0
        warm = 100.0 if of.kind == "ult_freezer" else 17.0
        value = value + warm * (1.0 - np.exp(-minutes / (900.0 if of.kind == "ult_freezer" else 150.0)))
    struck = story.fault == "site silent" or (story.fault == "source" and source == "broker")
    keep = ~after if struck else np.ones(len(value), np.bool_)
    late = dice.uniform(0.0, of.interval_s)
    quality = np.zeros(len(value), np.uint8)
    return _as_seen(
        of, k, name, source, time_s[keep] + late, np.round(value, of.decimals)[keep], quality[keep]
    )


def _sampled(story: Story, column: Floats) -> tuple[Floats, Floats]:
    every = max(1, int(story.interval_s / 30.0))
    return np.asarray((np.arange(len(column))[::every] + 1) * 30.0, np.float64), column[::every].copy()


def _as_seen(
    story: Story, k: int, name: str, source: str, time_s: Floats, value: Floats, quality: np.ndarray
) -> Seen:
    time = START_NS + np.round(time_s * SECOND).astype(np.int64)
    role = role_of(QUANTITIES.get(name, "temperature"), name)
    percent = name == "level" and story.kind == "dry_shipper"
    return Seen(
        f"{vessel(k)}-{name}", role, vessel(k), "site", source, time, value, quality, percent, story.kind
    )


def _spoilt(
    fault: str, value: Floats, quality: np.ndarray, after: np.ndarray, dice: np.random.Generator
) -> tuple[Floats, np.ndarray]:
    value = value.copy()
    if fault == "open":
        quality = np.where(after, int(Quality.BAD), quality).astype(np.uint8)
        value[after] = np.nan
    elif fault == "jump":
        value[after] += dice.uniform(30.0, 60.0)
    elif fault == "still":
        value[after] = value[after][0]
    else:
        value[after] = dice.choice([85.0, -127.0])
    return value, quality


def _first(story: Story, own: list[Seen]) -> tuple[str, Excursion] | None:
    """The first alarm after the story began, by limits, silence and stuck values."""
    instances = [one for n, seen in enumerate(own) for one in _rules(story, n, seen)]
    channels = tuple(ChannelPlan(n, seen.name, to_ns(SILENT_S)) for n, seen in enumerate(own))
    samples = Samples.concatenate(
        [Samples(s.time, np.full(len(s.time), n, np.int32), s.value, s.quality) for n, s in enumerate(own)]
    )
    screener = Screener(Plan(channels, tuple(instances)), _reader(samples))
    found: dict[str, Excursion] = {}
    for change in (*screener.take(samples.sorted()), *screener.advance(START_NS + to_ns(LENGTH_S))):
        found[change.excursion.id] = change.excursion
    begun = START_NS + to_ns(story.at_s if story.events or story.fault else 0.0)
    later = [e for e in found.values() if e.start_ns >= begun - to_ns(SILENT_S) and not e.withdrawn]
    first = min(later, key=lambda e: e.confirmed_ns, default=None)
    return None if first is None else (own[first.channel].name, first)


def _reader(samples: Samples):  # type: ignore[no-untyped-def]
    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        wanted = np.isin(samples.channel, channels) & (samples.time >= start_ns)
        return samples.take(wanted if end_ns is None else wanted & (samples.time < end_ns)).sorted()

    return read


def _rules(story: Story, n: int, seen: Seen) -> Iterator[Instance]:
    yield Instance(n, "silent", "no_data", no_data.Parameters(SILENT_S), Severity.MAJOR, "1")
    name = seen.name.partition("-")[2]
    if name in ("top", "payload", "air"):
        warm = TIGHT_DEGC[story.kind] if story.fault == "tight" else LIMIT_DEGC[story.kind]
        yield Instance(n, "warm", "limit", limit.Parameters("high", warm, 1.0, 60.0), Severity.MAJOR, "1")
        yield Instance(n, "stuck", "stuck", stuck.Parameters(0.0, 7200.0), Severity.MINOR, "1")
        if story.kind in COLD_LIMIT_DEGC:
            low = limit.Parameters("low", COLD_LIMIT_DEGC[story.kind], 1.0, 60.0)
            yield Instance(n, "cold", "limit", low, Severity.MAJOR, "1")
    if seen.role is Role.LEVEL:
        low = limit.Parameters("low", 10.0 if seen.is_percent else 40.0, 1.0, 600.0)
        yield Instance(n, "low", "limit", low, Severity.MAJOR, "1")
