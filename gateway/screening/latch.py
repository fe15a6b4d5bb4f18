"""The one automaton of all value rules: entry and exit flags of readings to excursions (screening.md).

    raw    becomes 1 at a reading where entry holds, 0 at one where exit holds, else keeps its value
    opens  at the first reading of a run of raw = 1 with  time - onset >= on_delay
    closes at the first reading of a run of raw = 0 with  time - back >= off_delay

Many instances at once: rows are usable readings, ordered by (run, time); a run is an unbroken piece of one
instance's readings; a phase is a maximal piece of a run with one value of raw. Work on phases, of which
there are few, replaces work on rows wherever it can.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Mask, Times
from gateway.screening import totals
from gateway.screening.excursion import NEVER, Phase
from gateway.screening.findings import TOTALS, Findings, new_findings
from gateway.screening.gaps import Gaps
from gateway.screening.ranges import Rows, along, first_at, latest
from gateway.screening.totals import Stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATE: Final = np.dtype(
    [
        ("raw", "?"),
        ("open", "?"),
        ("turned", "?"),  # it began on the side that is not the worse one of its rule
        ("onset", "i8"),  # first reading of the run of raw = 1; NEVER while raw is 0
        ("start", "i8"),
        ("confirmed", "i8"),
        ("back", "i8"),  # first reading of the run of raw = 0 while open; else NEVER
        ("carry", "i8", (2,)),  # what a condition carries from reading to reading, 0 at first
        ("so_far", TOTALS),  # since start while open, else since onset while raw is 1
        ("at_back", TOTALS),  # the same, up to `back`
    ]
)


@dataclass(frozen=True, eq=False)
class Latch:
    """What the automaton needs of each instance, as columns."""

    sign: Floats  # +1 where larger is worse, -1 where smaller is
    limit: Floats  # sign * the limit that time and degrees are counted from; NaN where the rule has none
    on_delay: Times  # ns
    off_delay: Times  # ns
    gaps: Gaps


def facing(latch: Latch, member: Rows, count: Rows, value: Floats) -> Floats:
    """Values as each rule sees them: larger is worse. `count` of them belong to each member."""
    sign = along(latch.sign[member], count)
    return value if len(sign) == 1 and sign[0] == 1.0 else value * sign


def idle(count: int) -> NDArray[Any]:
    """STATE of instances that nothing has happened to."""
    made = np.zeros(count, STATE)
    for name in ("onset", "start", "confirmed", "back"):
        made[name] = NEVER
    made["so_far"] = made["at_back"] = totals.blank(1)
    return made


@dataclass(frozen=True, eq=False)
class Runs:
    """Rows cut into runs that are not empty and lie side by side."""

    time: Times  # int64[n]
    value: Floats  # float64[n], as the instance sees it
    said: Floats  # float64[n], canonical unit
    blocked: Mask  # bool[n], an unusable reading lies between this row and the one before
    lo: Rows  # int64[m], first row of each run
    first: Rows  # int64[m], position of that row in the batch
    member: Rows  # int64[m], whose run it is
    time_before: (
        Times  # int64[m], the usable reading before the run; its first row itself where there is none
    )
    value_before: Floats  # float64[m]
    state: NDArray[Any]  # STATE[m] before the run
    latch: Latch

    @cached_property
    def hi(self) -> Rows:
        return np.append(self.lo[1:], len(self.time))

    @property
    def count(self) -> Rows:
        return self.hi - self.lo

    def of_rows(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column of the instances, to reckon with rows: [n], or [1] where all are the same."""
        return along(column[self.member], self.count)

    def spread(self, column: NDArray[Any]) -> NDArray[Any]:
        """A column of the instances, spread over the rows: [n]."""
        return np.repeat(column[self.member], self.count)

    @cached_property
    def before(self) -> tuple[Times, Floats]:
        """Time and value of the reading before each row; the row's own where there is none."""
        time, value = np.empty_like(self.time), np.empty_like(self.value)
        time[1:], value[1:] = self.time[:-1], self.value[:-1]
        time[self.lo], value[self.lo] = self.time_before, self.value_before
        return time, value

    @cached_property
    def stretches(self) -> Stretches:
        latch = self.latch
        time_before, before = self.before
        proven = self._bridged(time_before) & ~self.blocked
        limit = np.where(np.isnan(latch.limit), np.inf, latch.limit)
        if np.isinf(limit[self.member]).all():
            none = np.zeros(len(self.time), np.int64)
            return Stretches(none, none, np.where(proven, 0, self.time - time_before))
        return Stretches.between(
            time_before, before, self.time, self.value, proven, np.minimum(self.of_rows(limit), 1e300)
        )

    def _bridged(self, before: Times) -> Mask:
        """Whether a line reaches each row from the reading before it."""
        gaps = self.latch.gaps
        if gaps.change:
            return gaps.bridges(np.repeat(self.member, self.count), before, self.time)
        return np.asarray(self.time - before <= self.of_rows(gaps.first))


@dataclass(frozen=True, eq=False)
class Phases:
    """Maximal pieces of runs with one value of raw, in order; the first of a run continues its state."""

    run: Rows  # int64[P]
    lo: Rows  # int64[P], first row; the first phase of a run may be empty
    hi: Rows
    raw: Mask
    since: Times  # time of the phase's first reading, which may lie before these rows
    initial: Mask  # the first of its run

    @staticmethod
    def of(runs: Runs, entry: Mask, leave: Mask) -> Phases:
        changed, run, raw = _changes(runs, entry, leave)
        m, k = len(runs.lo), len(changed)
        initial_at = np.arange(m) + np.searchsorted(run, np.arange(m))
        changed_at = np.arange(k) + run + 1
        state = runs.state
        columns = (
            (np.arange(m), run),
            (runs.lo, changed),
            (state["raw"], raw),
            (np.where(state["raw"], state["onset"], state["back"]), runs.time[changed]),
            (np.ones(m, np.bool_), np.zeros(k, np.bool_)),
        )
        merged = []
        for at_start, at_change in columns:
            column = np.empty(m + k, at_start.dtype)
            column[initial_at], column[changed_at] = at_start, at_change
            merged.append(column)
        whose, lo, value, since, initial = merged
        return Phases(whose, lo, np.append(lo[1:], len(runs.time)), value, since, initial)


def _changes(runs: Runs, entry: Mask, leave: Mask) -> tuple[Rows, Rows, Mask]:
    """Rows at which raw changes, their runs, and what it changes to."""
    flagged = np.flatnonzero(_news(runs, entry, leave))
    says = entry[flagged]
    run = np.searchsorted(runs.lo, flagged, "right") - 1
    was = np.empty_like(says)
    was[1:] = says[:-1]
    first = np.ones(len(run), np.bool_)
    first[1:] = run[1:] != run[:-1]
    was[first] = runs.state["raw"][run[first]]
    change = says != was
    return flagged[change], run[change], says[change]


def _news(runs: Runs, entry: Mask, leave: Mask) -> Mask:
    """Rows that say something the row before did not say; among them are all at which raw changes."""
    news = np.empty_like(entry)
    news[1:] = (entry[1:] > entry[:-1]) | (leave[1:] > leave[:-1])
    news[runs.lo] = entry[runs.lo] | leave[runs.lo]
    return news


def work(
    runs: Runs, entry: Mask, leave: Mask, turned: Mask | None = None
) -> tuple[NDArray[Any], Findings, Rows]:
    """Run the automaton over rows with their flags, bool[n].

    `turned` bool[n]: what begins at a row is an excursion to the other side; None: nothing ever is.
    Returns STATE[m] after each run, findings on what closed, and the member of each of these.
    """
    phases = Phases.of(runs, entry, leave)
    member, state = runs.member[phases.run], runs.state
    delay = np.where(phases.raw, runs.latch.on_delay[member], runs.latch.off_delay[member])
    filled = phases.hi > phases.lo
    acts = filled & (runs.time[phases.hi - 1] - phases.since >= delay)
    is_open = np.where(acts, phases.raw, state["open"][phases.run])
    after = is_open[latest(acts | phases.initial)]
    before = np.append(False, after[:-1])
    before[phases.initial] = state["open"]
    opens = acts & phases.raw & ~before
    begins = np.flatnonzero(opens | (phases.initial & before))
    closes = np.flatnonzero(acts & ~phases.raw & before)
    spans = _Spans(runs, phases, begins, turned)
    ended, members = _closed(spans, closes, delay)
    return _state_after(spans, after), ended, members


@dataclass(frozen=True, eq=False)
class _Spans:
    """Stretches of rows from the phase in which something begins, for times and totals."""

    runs: Runs
    phases: Phases
    begins: Rows  # phases in which an excursion begins, or at which one is carried in
    turned: Mask | None  # bool[n]

    def beginning(self, phase: Rows) -> Rows:
        """The last beginning at or before each phase."""
        if len(self.begins) == 0:
            return phase
        return self.begins[np.maximum(np.searchsorted(self.begins, phase, "right") - 1, 0)]

    def start(self, begin: Rows) -> tuple[Times, Times]:
        """Start and confirmed, ns UTC, of excursions that begin in these phases."""
        phases, runs = self.phases, self.runs
        run = phases.run[begin]
        carried = phases.initial[begin] & runs.state["open"][run]
        confirm = phases.since[begin] + runs.latch.on_delay[runs.member[run]]
        at = first_at(runs.time, phases.lo[begin], phases.hi[begin], confirm)
        confirmed = runs.time[np.minimum(at, len(runs.time) - 1)]
        start = np.where(carried, runs.state["start"][run], phases.since[begin])
        return start, np.where(carried, runs.state["confirmed"][run], confirmed)

    def to_other_side(self, begin: Rows) -> Mask:
        """Of what begins in these phases whether it is an excursion to the other side."""
        if self.turned is None:
            return np.zeros(len(begin), np.bool_)
        phases, state = self.phases, self.runs.state
        here = self.turned[np.minimum(phases.lo[begin], len(self.turned) - 1)]
        return np.where(phases.initial[begin], state["turned"][phases.run[begin]], here)

    def totals(self, begin: Rows, end: Rows, closing: bool) -> NDArray[Any]:
        """TOTALS from phase `begin` to row `end`; `closing` counts the stretch that ends at that row."""
        phases, runs = self.phases, self.runs
        lo, carried = phases.lo[begin], phases.initial[begin]
        within = (lo + ~carried, end + closing)
        made = totals.over(runs.time, runs.value, runs.stretches, (lo, end), within)
        other = np.flatnonzero(self.to_other_side(begin))
        if len(other) > 0:
            rows = (lo[other], end[other]), (within[0][other], within[1][other])
            made[other] = totals.over(runs.time, -runs.value, runs.stretches, *rows)
        earlier = np.where(carried, runs.state["so_far"][phases.run[begin]], totals.blank(len(begin)))
        return totals.joined(earlier, made)


def _closed(spans: _Spans, closes: Rows, delay: Times) -> tuple[Findings, Rows]:
    phases, runs = spans.phases, spans.runs
    made = new_findings(len(closes))
    run = phases.run[closes]
    member = runs.member[run]
    if len(closes) == 0:
        return made, member
    begin = spans.beginning(closes)
    made["phase"] = Phase.CLOSED
    made["start"], made["confirmed"] = spans.start(begin)
    made["end"] = phases.since[closes]
    cleared = first_at(runs.time, phases.lo[closes], phases.hi[closes], made["end"] + delay[closes])
    made["cleared"] = runs.time[cleared]
    numbers = spans.totals(begin, phases.lo[closes], closing=True)
    numbers = np.where(phases.initial[closes], runs.state["at_back"][run], numbers)
    fill(made, numbers, runs.latch, member, spans.to_other_side(begin))
    return made, member


def _state_after(spans: _Spans, after: Mask) -> NDArray[Any]:
    phases, runs = spans.phases, spans.runs
    final = np.append(np.flatnonzero(phases.initial)[1:], len(phases.run)) - 1
    made = idle(len(runs.lo))
    made["raw"], made["open"] = phases.raw[final], after[final]
    active = np.flatnonzero(made["raw"] | made["open"])
    if len(active) == 0:
        return made
    final = final[active]
    raw, is_open = made["raw"][active], made["open"][active]
    since = phases.since[final]
    made["onset"][active] = np.where(raw, since, NEVER)
    made["back"][active] = np.where(raw, NEVER, since)
    begin = np.where(is_open, spans.beginning(final), final)
    start, confirmed = spans.start(begin)
    made["turned"][active] = spans.to_other_side(begin)
    made["start"][active] = np.where(is_open, start, NEVER)
    made["confirmed"][active] = np.where(is_open, confirmed, NEVER)
    made["so_far"][active] = spans.totals(begin, runs.hi[active], closing=False)
    pending = np.flatnonzero(~raw)
    if len(pending) > 0:
        here = final[pending]
        at_back = spans.totals(begin[pending], phases.lo[here], closing=True)
        kept = runs.state["at_back"][active[pending]]
        made["at_back"][active[pending]] = np.where(phases.initial[here], kept, at_back)
    return made


def fill(findings: Findings, numbers: NDArray[Any], latch: Latch, member: Rows, turned: Mask) -> None:
    """Write TOTALS into findings (in place), in the unit and direction people use."""
    limited = ~np.isnan(latch.limit[member])
    some = numbers["readings"] > 0
    findings["first"] = findings["start"]
    sign = np.where(turned, -latch.sign[member], latch.sign[member])
    findings["extreme"] = np.where(some, sign * numbers["extreme"], np.nan)
    for name in ("extreme_at", "degree_high", "degree_low", "unproven", "readings", "last"):
        findings[name] = numbers[name]
    findings["beyond"] = np.where(limited, numbers["beyond"], NEVER)


def still_open(state: NDArray[Any], latch: Latch, member: Rows) -> Findings:
    """Findings on excursions that are open, from their STATE."""
    made = new_findings(len(state))
    made["phase"] = Phase.OPEN
    made["start"], made["confirmed"] = state["start"], state["confirmed"]
    fill(made, state["so_far"], latch, member, state["turned"])
    return made
