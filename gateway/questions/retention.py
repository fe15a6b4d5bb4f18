"""Which readings may be deleted: older than their record class asks, held by nobody, no unit near them.

Nothing may go unless the configuration says so, and whatever is not known protects:

* A reading of a channel that is in several classes is kept for the longest of them. A channel belongs to
  every asset it was ever configured for or placed in, under whatever name; if one of them is in no class, it
  is kept for ever.
* Where units were or may have been inside its assets, for the longest class that there is. Contents that
  nobody stated are unknown and count as units, except in a class with holds_units = false.
* Its age counts from its own time or its receipt, whichever is later: a device clock that is wrong by years
  deletes nothing early.
* A hold keeps the readings it names until it is released.
* What a registered follower of readings has not taken from the journal yet (screening, a sink) stays until
  it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from gateway.config.types import FOREVER, FOREVER_PAST, Configuration, RecordClass
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.followers.registration import taken_by_followers
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.model import SECOND, Arrivals, Mask, Times
from gateway.questions.ever import Ever, everything_ever, looked_back_ns
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
        return max(NEVER, now_ns - record_class.keep_days * 86_400 * SECOND)
    if not record_class.keep_years or record_class.keep_years >= now.year:
        return NEVER
    return max(NEVER, _ns(_years_before(now, record_class.keep_years)))


class Retention:
    """The policy of a configuration, as the journal's statements were when it was made."""

    def __init__(
        self, configuration: Configuration, journal: Journal, now_ns: int, taken: Mapping[str, int]
    ) -> None:
        """`taken`: up to which entry each follower has the journal, by name."""
        self._taken = taken
        self.heard_seq = journal.last_seq()
        classes = configuration.retention.values()
        oldest_ns = min((cutoff_ns(c, now_ns) for c in classes), default=NEVER)
        seen_ns = now_ns - looked_back_ns(configuration, journal, oldest_ns)
        self._classes = [(c, cutoff_ns(c, seen_ns)) for c in classes]
        self._longest = min((cut for _, cut in self._classes), default=NEVER)
        self._ever = everything_ever(configuration, journal)
        self._holds = [placed.hold for placed in holds(journal).values()]
        self._containments = contents(said(journal, *KINDS))
        self.latest_ns = max((self._own_cutoff(ever) for ever in self._ever.values()), default=NEVER)

    def may_go(self, arrivals: Arrivals) -> Mask:
        """bool[N]"""
        samples = arrivals.samples
        age = np.maximum(samples.time, arrivals.received)
        goes = np.zeros(len(samples), np.bool_)
        for number in np.unique(samples.channel).tolist():
            ever = self._ever.get(number)
            own = NEVER if ever is None else self._own_cutoff(ever)
            if ever is None or own == NEVER:
                continue
            mine = np.flatnonzero((samples.channel == number) & (age < own))
            time = samples.time[mine]
            protected = (age[mine] >= self._longest) & self._units_near(ever, time)
            for hold in self._holds:
                if any(hold.covers(name, ever.asset_names()) for name in ever.names):
                    protected |= _held(hold, time)
            goes[mine[~protected]] = True
        return goes

    def waits_for(self, seq: int) -> str:
        """Who has not taken the entries up to `seq` yet, in words; empty: everybody has."""
        behind = (f"{name} (at entry {at})" for name, at in self._taken.items() if at < seq)
        return " and ".join(behind)

    def _own_cutoff(self, channel: Ever) -> int:
        """Of the longest of its classes; NEVER where an asset it belonged to has none."""
        cutoffs = [cut for c, cut in self._classes if not channel.names.isdisjoint(c.channels)]
        is_named = bool(cutoffs)
        for asset in channel.assets:
            of_asset = [cut for c, cut in self._classes if not asset.isdisjoint(c.assets)]
            if not (of_asset or is_named):
                return NEVER
            cutoffs += of_asset
        return min(cutoffs, default=NEVER)

    def _units_near(self, channel: Ever, time: np.ndarray) -> Mask:
        """bool[N]: whether units were or may have been inside, a margin before and after included."""
        if not channel.assets or any(self._may_hold_units(channel, asset) for asset in channel.assets):
            return np.ones(len(time), np.bool_)
        near = np.zeros(len(time), np.bool_)
        for asset in channel.asset_names():
            for stay in self._containments.inside(asset, None, FOREVER_PAST, FOREVER).stays:
                after = time >= stay.from_ns - MARGIN_NS
                near |= after if stay.to_ns is None else after & (time < stay.to_ns + MARGIN_NS)
        return near

    def _may_hold_units(self, channel: Ever, asset: frozenset[str]) -> bool:
        """Without a statement about its contents: unless every class it is in says that there are none."""
        return any(
            c.holds_units
            for c, _ in self._classes
            if not (asset.isdisjoint(c.assets) and channel.names.isdisjoint(c.channels))
        )


def still_taking(journal: Journal, records: Path) -> list[dict[str, Any]]:
    """Followers that have not taken yet what is archived, and so keep it."""
    archived = journal.archived_until()
    return [
        {"follower": name, "entry": seq, "archived": archived}
        for name, seq in taken_by_followers(records).items()
        if seq < archived
    ]


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
    known = everything_ever(configuration, journal).values()
    for what, given, there in (
        ("asset", assets, set(configuration.assets).union(*(ever.asset_names() for ever in known))),
        ("channel", channels, set(configuration.channels).union(*(ever.names for ever in known))),
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


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February: the day before keeps one day more
        return moment.replace(year=moment.year - years, day=28)


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
