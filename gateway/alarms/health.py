"""How alarms serve people: rates, floods, chatter, stale alarms, bad actors, times until somebody acts.

Figures as in EEMUA 191 and ANSI/ISA-18.2-2016, clause 16, which give the goals to compare with. Lists in,
figures out; drills and withdrawn alarms are left out by who gives the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.dataclass import dataclass
from gateway.model import SECOND, Times

TEN_MINUTES: Final = 600 * SECOND
DAY: Final = 86_400 * SECOND
FLOOD_FROM: Final = 10  # alarms within ten minutes (EEMUA 191: what one person can still handle)
CALM: Final = 5  # fewer within ten minutes end a flood
CHATTER: Final = 5  # raisings of one cause within CHATTER_WITHIN
CHATTER_WITHIN: Final = 1800 * SECOND
STALE: Final = DAY  # of being active
MOST_ACTORS: Final = 10


@dataclass(frozen=True, slots=True)
class Life:
    """One alarm as statistics see it. `cause`: channel and rule, or the key of a fault. Times ns UTC."""

    id: str
    asset: str
    site: str
    cause: str
    severity: str
    priority: str
    raised_ns: int
    over_ns: int | None = None
    taken_ns: int | None = None
    acknowledged_ns: int | None = None
    by: str = ""  # who was the first to take or acknowledge it
    duty: str = ""  # who was on duty for its site when it was raised, as far as a roster says


@dataclass(frozen=True, slots=True)
class Rate:
    """`worst` is the most in any ten minutes, not only in those of a clock."""

    alarms: int
    per_day: float
    median_per_10_min: float
    worst_per_10_min: int
    worst_at_ns: int | None  # when these ten minutes began
    share_above_10: float  # of the periods of ten minutes


@dataclass(frozen=True, slots=True)
class Flood:
    """From the first alarm of it to the last."""

    start_ns: int
    end_ns: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Chatter:
    """A cause that came and went: how often in all such stretches."""

    cause: str
    stretches: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Actor:
    """A cause by how many alarms it made."""

    cause: str
    alarms: int
    share: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds until something was done; of `never` it was not. None where it was never done."""

    done: int
    never: int
    median_s: float | None
    most_s: float | None  # of nine in ten
    worst_s: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """Of the alarms raised in [start, end)."""

    start_ns: int
    end_ns: int
    rate: Rate
    floods: tuple[Flood, ...]
    chatter: tuple[Chatter, ...]
    stale: int  # active for longer than a day
    still_stale: int  # and not over at the end
    most_stale_at_once: int
    actors: tuple[Actor, ...]
    to_take: Waiting
    to_acknowledge: Waiting
    to_return: Waiting
    severities: dict[str, int]
    priorities: dict[str, int]


def health(lives: Iterable[Life], start_ns: int, end_ns: int) -> Health:
    """Figures of the alarms raised in [start, end); `end_ns` is also the moment up to which it is known."""
    mine = sorted((x for x in lives if start_ns <= x.raised_ns < end_ns), key=lambda x: (x.raised_ns, x.id))
    raised = np.array([x.raised_ns for x in mine], np.int64)
    stale = [x for x in mine if _end(x, end_ns) - x.raised_ns > STALE]
    return Health(
        start_ns,
        end_ns,
        rate(raised, start_ns, end_ns),
        floods(raised),
        chatter(mine),
        len(stale),
        sum(x.over_ns is None or x.over_ns >= end_ns for x in stale),
        _most_at_once([(x.raised_ns + STALE, _end(x, end_ns)) for x in stale]),
        actors(mine),
        waiting(mine, lambda x: x.taken_ns, end_ns),
        waiting(mine, lambda x: x.acknowledged_ns, end_ns),
        waiting(mine, lambda x: x.over_ns, end_ns),
        dict(Counter(x.severity for x in mine)),
        dict(Counter(x.priority for x in mine)),
    )


def by_group(
    lives: Iterable[Life], group: Callable[[Life], str], start_ns: int, end_ns: int
) -> dict[str, Health]:
    """The same for each asset, person or whatever `group` says, most alarms first."""
    found: dict[str, list[Life]] = {}
    for life in lives:
        found.setdefault(group(life), []).append(life)
    made = {name: health(mine, start_ns, end_ns) for name, mine in found.items()}
    return dict(sorted(made.items(), key=lambda pair: (-pair[1].rate.alarms, pair[0])))


def rate(raised: Times, start_ns: int, end_ns: int) -> Rate:
    """`raised` in order, all within [start, end)."""
    periods = max(1, -(-(end_ns - start_ns) // TEN_MINUTES))
    counts = np.bincount((raised - start_ns) // TEN_MINUTES, minlength=periods) if len(raised) else None
    worst, at = 0, None
    if len(raised):
        within = np.searchsorted(raised, raised + TEN_MINUTES) - np.arange(len(raised))
        first = int(np.argmax(within))
        worst, at = int(within[first]), int(raised[first])
    return Rate(
        len(raised),
        len(raised) / (max(1, end_ns - start_ns) / DAY),
        0.0 if counts is None else float(np.median(counts)),
        worst,
        at,
        0.0 if counts is None else float((counts > FLOOD_FROM).mean()),
    )


def floods(raised: Times) -> tuple[Flood, ...]:
    """Begins with FLOOD_FROM within ten minutes, ends when fewer than CALM came in the last ten."""
    back = np.arange(len(raised)) - np.searchsorted(raised, raised - TEN_MINUTES, side="right") + 1
    found: list[Flood] = []
    first = -1
    for k in range(len(raised)):
        if first < 0 and back[k] >= FLOOD_FROM:
            first = k - int(back[k]) + 1
        elif first >= 0 and back[k] < CALM:
            found.append(_flood(raised, first, k - 1))
            first = -1
    if first >= 0:
        found.append(_flood(raised, first, len(raised) - 1))
    return tuple(found)


def chatter(lives: Sequence[Life]) -> tuple[Chatter, ...]:
    """Causes raised CHATTER times within CHATTER_WITHIN, the most alarms first."""
    found = []
    for cause, times in _by_cause(lives).items():
        marked = np.zeros(len(times), np.bool_)
        for k in np.flatnonzero(
            times[CHATTER - 1 :] - times[: max(0, len(times) - CHATTER + 1)] < CHATTER_WITHIN
        ):
            marked[k : k + CHATTER] = True
        stretches = int(np.count_nonzero(np.diff(np.concatenate(([False], marked)).astype(np.int8)) == 1))
        if stretches:
            found.append(Chatter(cause, stretches, int(marked.sum())))
    return tuple(sorted(found, key=lambda c: (-c.alarms, c.cause)))


def actors(lives: Sequence[Life]) -> tuple[Actor, ...]:
    """The causes of most alarms."""
    counts = Counter(x.cause for x in lives)
    worst = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ACTORS]
    return tuple(Actor(cause, count, count / len(lives)) for cause, count in worst)


def waiting(lives: Sequence[Life], moment: Callable[[Life], int | None], end_ns: int) -> Waiting:
    """From being raised until `moment`, as far as it came before `end_ns`."""
    told = [(x, moment(x)) for x in lives]
    spans = sorted((at - x.raised_ns) / SECOND for x, at in told if at is not None and at < end_ns)
    if not spans:
        return Waiting(0, len(lives), None, None, None)
    most = spans[max(0, -(-len(spans) * 9 // 10) - 1)]
    return Waiting(len(spans), len(lives) - len(spans), median(spans), most, spans[-1])


def _flood(raised: Times, first: int, last: int) -> Flood:
    return Flood(int(raised[first]), int(raised[last]), last - first + 1)


def _by_cause(lives: Sequence[Life]) -> dict[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for x in lives:
        found.setdefault(x.cause, []).append(x.raised_ns)
    return {cause: np.array(times, np.int64) for cause, times in found.items()}


def _end(of: Life, end_ns: int) -> int:
    return end_ns if of.over_ns is None else min(of.over_ns, end_ns)


def _most_at_once(spans: Sequence[tuple[int, int]]) -> int:
    """Of half-open intervals."""
    some = [span for span in spans if span[1] > span[0]]
    edges = sorted([*((start, 1) for start, _ in some), *((end, -1) for _, end in some)])
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most
