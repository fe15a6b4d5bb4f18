"""Which readings may be deleted: older than their record class asks, held by nobody, no unit near them.

Nothing may go unless the configuration says so, and whatever is not known protects:

* A reading of a channel that is in several classes is kept for the longest of them. A channel belongs to
  every asset it was ever configured for; if one of them is in no class, it is kept for ever.
* Where units were or may have been inside its assets, for the longest class that there is. Contents that
  nobody stated are unknown and count as units, except in a class with holds_units = false.
* Its age counts from its own time or its receipt, whichever is later: a device clock that is wrong by years
  deletes nothing early.
* A hold keeps the readings it names until it is released.
* What a registered follower of readings has not taken from the journal yet (screening, a sink) stays until
  it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from gateway.config.types import FOREVER, FOREVER_PAST, Configuration, RecordClass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.model import SECOND, Arrivals, Mask, Times, to_ns
from gateway.screening.rules import looks_back_s, named_channels
from gateway.statements import configuration as configured
from gateway.statements import hold as holding
from gateway.statements import release as releasing
from gateway.statements import withdrawal
from gateway.statements.effect import in_effect
from gateway.statements.hold import Hold
from gateway.times import parse_rfc3339
from gateway.traceability.heard import KINDS, contents

NEVER: Final = FOREVER_PAST  # as a cutoff: no reading is older
MARGIN_NS: Final = (
    3600 * SECOND
)  # around a stay: readings before and after it prove its first and last minutes
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlacedHold:
    """A hold, and who placed it."""

    hold: Hold
    by: str


def holds(journal: Journal) -> dict[str, PlacedHold]:
    """Those in force, by id, oldest first."""
    stated = in_effect(said(journal, holding.KIND, releasing.KIND, withdrawal.KIND))
    released = {releasing.of(s.body).hold for s in stated if s.kind == releasing.KIND}
    placed = [PlacedHold(holding.of(s.body), s.by) for s in stated if s.kind == holding.KIND]
    return {one.hold.id: one for one in placed if one.hold.id not in released}


def cutoff_ns(record_class: RecordClass, now_ns: int) -> int:
    """Readings before it are older than the class asks; NEVER where it asks for ever."""
    now = _EPOCH + timedelta(microseconds=now_ns // 1000)
    if record_class.keep_days:
        return now_ns - record_class.keep_days * 86_400 * SECOND
    if not record_class.keep_years or record_class.keep_years >= now.year:
        return NEVER
    return _ns(_years_before(now, record_class.keep_years))


def _looked_back_ns(configuration: Configuration) -> int:
    """What rules look back on at most: after a start it is read again from the journal.

    Windows, and where a rule looks at another channel the latest reading of either, as long as it is held.
    """
    channels = configuration.channels.values()
    rules = [r for versions in configuration.profiles.values() for v in versions for r in v.rules]
    rules += [r for c in channels for r in c.rules]
    window_s = max((looks_back_s(r.kind, r.parameters) for r in rules), default=0.0)
    pairs = any(True for r in rules for _ in named_channels(r.parameters))
    held_s = 2 * max((c.table.max_gap_s for c in channels), default=0.0) if pairs else 0.0
    return to_ns(max(window_s, held_s))


class Retention:
    """The policy of a configuration, as the journal's statements were when it was made."""

    def __init__(
        self, configuration: Configuration, journal: Journal, now_ns: int, taken: Mapping[str, int]
    ) -> None:
        """`taken`: up to which entry each follower has the journal, by name."""
        self._taken = taken
        self.heard_seq = journal.last_seq()
        seen_ns = now_ns - _looked_back_ns(configuration)
        self._classes = [(c, cutoff_ns(c, seen_ns)) for c in configuration.retention.values()]
        self._longest = min((cut for _, cut in self._classes), default=NEVER)
        self._names = journal.channel_names()
        self._assets = _assets_ever(configuration, journal)
        self._holds = [placed.hold for placed in holds(journal).values()]
        self._containments = contents(said(journal, *KINDS))
        self.latest_ns = max((self._own_cutoff(name) for name in self._names.values()), default=NEVER)

    def may_go(self, arrivals: Arrivals) -> Mask:
        """bool[N]"""
        samples = arrivals.samples
        age = np.maximum(samples.time, arrivals.received)
        goes = np.zeros(len(samples), np.bool_)
        for number in np.unique(samples.channel).tolist():
            name = self._names.get(number)
            own = NEVER if name is None else self._own_cutoff(name)
            if name is None or own == NEVER:
                continue
            mine = np.flatnonzero((samples.channel == number) & (age < own))
            time = samples.time[mine]
            protected = (age[mine] >= self._longest) & self._units_near(name, time)
            for hold in self._holds:
                if hold.covers(name, self._assets.get(name, ())):
                    protected |= _held(hold, time)
            goes[mine[~protected]] = True
        return goes

    def waits_for(self, seq: int) -> str:
        """Who has not taken the entries up to `seq` yet, in words; empty: everybody has."""
        behind = (f"{name} (at entry {at})" for name, at in self._taken.items() if at < seq)
        return " and ".join(behind)

    def _own_cutoff(self, channel: str) -> int:
        """Of the longest of its classes; NEVER where an asset it belonged to has none."""
        cutoffs = [cut for c, cut in self._classes if channel in c.channels]
        is_named = bool(cutoffs)
        for asset in self._assets.get(channel, ()):
            of_asset = [cut for c, cut in self._classes if asset in c.assets]
            if not (of_asset or is_named):
                return NEVER
            cutoffs += of_asset
        return min(cutoffs, default=NEVER)

    def _units_near(self, channel: str, time: np.ndarray) -> Mask:
        """bool[N]: whether units were or may have been inside, a margin before and after included."""
        assets = self._assets.get(channel, ())
        if not assets or any(self._may_hold_units(channel, asset) for asset in assets):
            return np.ones(len(time), np.bool_)
        near = np.zeros(len(time), np.bool_)
        for asset in assets:
            for stay in self._containments.inside(asset, None, FOREVER_PAST, FOREVER).stays:
                after = time >= stay.from_ns - MARGIN_NS
                near |= after if stay.to_ns is None else after & (time < stay.to_ns + MARGIN_NS)
        return near

    def _may_hold_units(self, channel: str, asset: str) -> bool:
        """Without a statement about its contents: unless every class it is in says that there are none."""
        return any(c.holds_units for c, _ in self._classes if asset in c.assets or channel in c.channels)


def hold_from(
    configuration: Configuration,
    journal: Journal,
    identity: str,
    why: str,
    places: tuple[Iterable[str], Iterable[str]],
    interval: tuple[str | None, str | None],
) -> Hold:
    """A hold on (assets, channels) as a person asks for it. Raises InputError for names nobody knows."""
    assets, channels = map(frozenset, places)
    known = {asset for ever in _assets_ever(configuration, journal).values() for asset in ever}
    for what, given, there in (
        ("asset", assets, known | set(configuration.assets)),
        ("channel", channels, set(journal.channel_names().values()) | set(configuration.channels)),
    ):
        if given - there:
            raise InputError(
                f"no {what} {', '.join(sorted(given - there))}; known: {', '.join(sorted(there))}"
            )
    from_ns, to_ns = (None if text is None else parse_rfc3339(text) for text in interval)
    if from_ns is not None and to_ns is not None and to_ns <= from_ns:
        raise InputError("the hold ends before it begins")
    return Hold(identity, why, assets, channels, from_ns, to_ns)


def _held(hold: Hold, time: Times) -> Mask:
    """bool[N]: whether it keeps readings of these times."""
    from_ns = FOREVER_PAST if hold.from_ns is None else hold.from_ns
    return (time >= from_ns) & (True if hold.to_ns is None else time < hold.to_ns)


def _assets_ever(configuration: Configuration, journal: Journal) -> dict[str, set[str]]:
    """By channel: every asset it was ever configured for."""
    ever: dict[str, set[str]] = {n: {c.table.asset} for n, c in configuration.channels.items()}
    for _, statement in journal.statements(configured.KIND):
        document = json.loads(configured.of(statement.body).document)
        for name, table in document.get("channels", {}).items():
            ever.setdefault(name, set()).add(table["asset"])
    return ever


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February: the day before keeps one day more
        return moment.replace(year=moment.year - years, day=28)


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
