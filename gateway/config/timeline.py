"""What was so when: configurations and placements as the journal states them, and what follows for screening.

A configuration is valid from the gateway's start with it; the first one that knows a channel judges all
before. A placement is valid from its time on, until the next one; the configuration gives the first. Nothing
here looks at the configuration file or at a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from gateway.config.names import Names
from gateway.config.past import PastChannel, PastConfiguration, read_document
from gateway.config.types import FOREVER, FOREVER_PAST, ProfileVersion
from gateway.dataclass import dataclass
from gateway.errors import JournalError, StatementError
from gateway.statements import Statement
from gateway.statements import configuration as configured
from gateway.statements import placement as placed
from gateway.statements.effect import in_effect
from gateway.statements.kinds import check_known


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel measured at some time; names are the latest ones, identities the first (names.py)."""

    channel: str
    site: str
    asset: str
    asset_identity: str
    zone: str | None
    quantity: str
    unit: str
    calibration: Mapping[str, Any] | None
    since_ns: int  # FOREVER_PAST: from the beginning


@dataclass(frozen=True, slots=True)
class Step:
    """From `from_ns` on this configuration decided."""

    from_ns: int
    stated_seq: int
    meant: PastConfiguration
    channels: Mapping[str, PastChannel]  # by identity
    sites: Mapping[str, str]  # identity of each asset: of its site
    trusted: bool = True  # whether the clock was that said `from_ns`


@dataclass(frozen=True, slots=True)
class Placed:
    """From `from_ns` on a channel measures this asset."""

    from_ns: int
    asset: str  # identity
    zone: str | None


class Timeline:
    """To be told every statement in the journal's order; answers for any moment."""

    def __init__(self, numbers: Mapping[str, int], units: Mapping[str, str] | None = None) -> None:
        """`numbers`: of channels by every name that the journal knows; `units`: canonical, by those names."""
        self.names = Names()
        self.numbers = dict(numbers)
        self._units = dict(units or {})
        self._stated: list[tuple[int, Statement]] = []  # placements and withdrawals
        self._ids: set[str] = set()
        self._configured: list[Step] = []  # in the journal's order
        self.steps: list[Step] = []  # those that decide, by time
        self._since: dict[str, int] = {}  # when a channel first stood in a configuration
        self._placements: dict[str, list[Placed]] = {}
        self._by_number: dict[int, str] = {}
        self._moved: list[str] = []
        self.document = ""  # the newest configuration
        self.fingerprint = ""

    def hear(self, seq: int, statement: Statement) -> bool:
        """Take a statement in; whether it bears on what was so when."""
        return self.hear_all([(seq, statement)])

    def hear_all(self, statements: Iterable[tuple[int, Statement]]) -> bool:
        """Many at once, in the journal's order: what follows from them is worked out once."""
        bears = [self._take(seq, statement) for seq, statement in statements]
        if any(bears):
            self._by_number = {self.number(identity): identity for identity in self._since}
            self.steps = _deciding(self._configured)
            self._replace()
        return any(bears)

    # Answers

    def identities(self) -> Iterable[str]:
        """Every channel that ever stood in a configuration."""
        return self._since

    def since_ns(self, identity: str) -> int:
        """When a channel first stood in a configuration."""
        return self._since[identity]

    def number(self, identity: str) -> int:
        """The channel's number in the journal. Raises JournalError where the journal has lost it."""
        name = self.names.latest("channels", identity)
        if name not in self.numbers:
            raise JournalError(
                f"channel {name} stood in a configuration, and the journal has no such channel: it is "
                "damaged; stop the gateway and restore a backup"
            )
        return self.numbers[name]

    def identity_of(self, number: int) -> str | None:
        """Whose number it is; None of a channel that never stood in a configuration."""
        return self._by_number.get(number)

    def step_at(self, time_ns: int) -> Step | None:
        """The configuration that decides at a moment; the first one for all before it."""
        before = [step for step in self.steps if step.from_ns <= time_ns]
        return before[-1] if before else next(iter(self.steps), None)

    def channel_at(self, identity: str, time_ns: int) -> PastChannel | None:
        """As it was configured then; None where it was not. Before it first was, as it was first."""
        if time_ns < self._since.get(identity, FOREVER):
            time_ns = self._since.get(identity, time_ns)
        step = self.step_at(time_ns)
        return None if step is None else step.channels.get(identity)

    def first_known(self, identity: str) -> PastChannel:
        """As it was first configured."""
        return next(s.channels[identity] for s in self._configured if identity in s.channels)

    def last_known(self, identity: str, time_ns: int) -> PastChannel:
        """As it was configured then, or, where it was not, as it was last before."""
        found = self.channel_at(identity, time_ns)
        if found is not None:
            return found
        earlier = (s for s in reversed(self.steps) if s.from_ns <= time_ns and identity in s.channels)
        last = next(earlier, None)
        return self.first_known(identity) if last is None else last.channels[identity]

    def placements(self, identity: str) -> Sequence[Placed]:
        """Every placement of a channel, by time; the first one from the beginning on."""
        return self._placements.get(identity, ())

    def placed_at(self, identity: str, time_ns: int) -> Placed:
        """Where a channel is at a moment."""
        return [p for p in self._placements[identity] if p.from_ns <= time_ns][-1]

    def place_of(self, number: int, time_ns: int) -> Place | None:
        """Where the channel of this number measured at a moment; None where it is not known."""
        identity = self.identity_of(number)
        if identity is None:
            return None
        where, channel = self.placed_at(identity, time_ns), self.last_known(identity, time_ns)
        return Place(
            self.names.latest("channels", identity),
            self.names.latest("sites", self.site_of(where.asset, time_ns)),
            self.names.latest("assets", where.asset),
            where.asset,
            where.zone,
            channel.quantity,
            channel.unit,
            channel.calibration,
            where.from_ns,
        )

    def assets_at(self, time_ns: int) -> dict[str, tuple[str, ...]]:
        """The assets that there were at a moment, by the names they had then, with their zones."""
        step = self.step_at(time_ns)
        return {} if step is None else {name: asset.zones for name, asset in step.meant.assets.items()}

    def asset_identity(self, name: str) -> str:
        """Whose name it is or was."""
        return self.names.identity("assets", name)

    def site_of(self, asset: str, time_ns: int) -> str:
        """The identity of the site an asset was at; where it was not configured then, the last one known."""
        known = (step.sites[asset] for step in self._back_from(time_ns) if asset in step.sites)
        return next(known, "")

    def _back_from(self, time_ns: int) -> Iterator[Step]:
        """The configuration that decides at a moment, then all, the last first."""
        step = self.step_at(time_ns)
        if step is not None:
            yield step
        yield from reversed(self.steps)

    def measured_at(self, time_ns: int) -> set[str]:
        """Identities of the assets that a channel of the newest configuration measures, as placed then."""
        present = self._configured[-1].channels if self._configured else {}
        return {self.placed_at(c, time_ns).asset for c in present if self._placements.get(c)}

    def moved(self) -> list[int]:
        """Numbers of the channels whose placements the last statement changed."""
        return [self.number(identity) for identity in self._moved]

    def retired(self) -> dict[str, PastChannel]:
        """Channels that the newest configuration does not have, by their latest names, as they were last."""
        present = self._configured[-1].channels if self._configured else {}
        gone = [identity for identity in self._since if identity not in present]
        last = {i: next(s.channels[i] for s in reversed(self._configured) if i in s.channels) for i in gone}
        return {self.names.latest("channels", identity): channel for identity, channel in last.items()}

    def versions(self) -> dict[str, tuple[ProfileVersion, ...]]:
        """Every version of each profile, oldest first: those of the newest configuration, and of earlier ones
        that were in force before they were left out."""
        found: dict[str, dict[str, ProfileVersion]] = {}
        for step in self._configured:
            for profile, versions in step.meant.profiles.items():
                mine = found.setdefault(profile, {})
                left = {v.version for v in versions}
                for gone in [n for n, v in mine.items() if n not in left and v.valid_from_ns > step.from_ns]:
                    del mine[gone]
                mine.update({v.version: v for v in versions})
        return {p: tuple(sorted(v.values(), key=lambda v: v.valid_from_ns)) for p, v in found.items()}

    # Taking in

    def _take(self, seq: int, statement: Statement) -> bool:
        if statement.kind == configured.KIND:
            self._configure(seq, statement)
            return True
        refers = (statement.withdraws or statement.corrects) in self._ids
        if statement.kind != placed.KIND and not refers:
            return False
        self._stated.append((seq, statement))
        self._ids.add(statement.id)
        return True

    def _configure(self, seq: int, statement: Statement) -> None:
        told = configured.of(statement.body)
        self.document, self.fingerprint = told.document, told.fingerprint
        content = json.loads(told.document)
        self.names.hear(content)
        meant = read_document(told.document, self._units)
        own = self.names.identity
        channels = {own("channels", name): channel for name, channel in meant.channels.items()}
        for identity in channels:
            self._since.setdefault(identity, statement.at_ns)
        sites = {own("assets", name): own("sites", asset.site) for name, asset in meant.assets.items()}
        self._configured.append(Step(statement.at_ns, seq, meant, channels, sites, statement.trusted))

    def _replace(self) -> None:
        """Placements anew from all that is in effect."""
        effective = {s.id for s in in_effect([s for _, s in self._stated])}
        stated: dict[str, list[tuple[int, int, Placed]]] = {}
        for seq, s in self._stated:
            if s.kind == placed.KIND and s.id in effective:
                told = placed.of(s.body)
                where = Placed(s.at_ns, self.names.identity("assets", told.asset), told.zone)
                stated.setdefault(self.names.identity("channels", told.channel), []).append(
                    (s.at_ns, seq, where)
                )
        before = self._placements
        self._placements = {
            identity: _by_time(self._first_place(identity), stated.get(identity, []))
            for identity in self._since
        }
        self._moved = [i for i, placed_ in self._placements.items() if before.get(i, placed_) != placed_]

    def _first_place(self, identity: str) -> Placed:
        first = self.first_known(identity)
        return Placed(FOREVER_PAST, self.names.identity("assets", first.asset), first.zone)


def _deciding(configured_: Sequence[Step]) -> list[Step]:
    """By time; of a moment the configuration that was stated last before or at it decides."""
    kept: list[Step] = []
    for step in reversed(configured_):
        if not kept or step.from_ns < kept[-1].from_ns:
            kept.append(step)
    return kept[::-1]


def _by_time(first: Placed, stated: Sequence[tuple[int, int, Placed]]) -> list[Placed]:
    """One after the other; of those with one time the later stated counts, and staying is no move."""
    at = {from_ns: where for from_ns, _, where in sorted(stated, key=lambda s: s[:2])}
    found = [first]
    for where in sorted(at.values(), key=lambda p: p.from_ns):
        if (where.asset, where.zone) != (found[-1].asset, found[-1].zone):
            found.append(where)
    return found


def names_of(journal: Any) -> Names:
    """Every name that a configuration of a journal gave, as far as this version can read them."""
    names = Names()
    for _, statement in journal.statements(configured.KIND):
        with suppress(StatementError):
            names.hear(json.loads(configured.of(statement.body).document))
    return names


def timeline_of(journal: Any, until_seq: int | None = None) -> Timeline:
    """As a journal's statements up to an entry say (None: all of them).

    Raises StatementError where it holds kinds that this version does not know.
    """
    check_known(journal.statement_kinds())
    names, relevant = names_of(journal), []
    for kind in (configured.KIND, placed.KIND, "withdrawal"):
        for seq, statement in journal.statements(kind):
            if until_seq is None or seq <= until_seq:
                relevant.append((seq, statement))
    rows = {row.name: row for row in journal.channels().values()}
    numbers, units = {}, {}
    for name, identity in {**{n: n for n in rows}, **names.ever("channels")}.items():
        row = rows.get(names.latest("channels", identity))
        if row is not None:
            numbers[name] = row.number
            if row.unit:
                units[name] = row.unit
    timeline = Timeline(numbers, units)
    timeline.hear_all(sorted(relevant, key=lambda pair: pair[0]))
    return timeline
