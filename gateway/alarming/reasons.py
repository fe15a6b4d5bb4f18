"""What people and the configuration say about quiet alarms, heard from the journal, and what of it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.alarming.entry import Entry
from gateway.alarming.memory import QUIETING
from gateway.alarms.design import Design
from gateway.alarms.drills import StatedDrill
from gateway.alarms.overlay import Fill, Quiet, Reasons, Rest, Shelf, Subject, quiet
from gateway.config.suppressions import designs
from gateway.config.timeline import Timeline
from gateway.screening.excursion import Excursion
from gateway.statements import Statement, filling, out_of_service, shelve, unshelve
from gateway.statements.out_of_service import Ended, Requested
from gateway.statements.second import is_second


class Heard:
    """Statements by what they are about; of those that count the latest decides."""

    def __init__(self, timeline: Timeline, counts: Callable[[str], bool]) -> None:
        """`counts`: whether the statement of an id is in effect."""
        self._timeline = timeline
        self._counts = counts
        self._stated: dict[str, Statement] = {}  # by id, in the journal's order
        self._reasons: Reasons | None = None
        self._designed: tuple[str, tuple[Design, ...]] = ("", ())  # of the configuration of this fingerprint

    def hear(self, statement: Statement) -> None:
        """Take any statement in; the configuration and what names mean may have changed with it."""
        self._reasons = None
        if statement.kind in QUIETING:
            self._stated.setdefault(statement.id, statement)

    def find(self, identity: str) -> Statement | None:
        """The statement of these kinds that has this id."""
        return self._stated.get(identity)

    def reasons(self) -> Reasons:
        """Whether they are over is for overlay.py to say."""
        if self._reasons is None:
            self._reasons = Reasons(
                tuple(self._shelves()), tuple(self._rests()), tuple(self._fills()), self._designs()
            )
        return self._reasons

    def quiet(self, entry: Entry, now_ns: int) -> Quiet:
        """What keeps an alarm quiet now; one that is closed has nothing to say, and a drill always speaks."""
        if entry.is_closed or isinstance(entry.cause, StatedDrill):
            return Quiet(None, entry.spent)
        return quiet(self._subject(entry), entry.overlay, self.reasons(), now_ns)

    def _subject(self, entry: Entry) -> Subject:
        cause, assets = entry.cause, frozenset(entry.place.assets)
        is_empty = bool(assets) and entry.units is not None and not entry.units.units
        if isinstance(cause, Excursion):
            channel, rule = self._timeline.identity_of(cause.channel) or "", cause.rule
        else:
            channel, rule = "", cause.key
        return Subject(channel, rule, assets, cause.severity, entry.alarm.raised_ns, is_empty, entry.spent)

    def _designs(self) -> tuple[Design, ...]:
        """Read once for each configuration."""
        if self._designed[0] != self._timeline.fingerprint:
            self._designed = self._timeline.fingerprint, designs(self._timeline)
        return self._designed[1]

    def _counting(self, *kinds: str) -> Iterator[Statement]:
        return (s for s in self._stated.values() if s.kind in kinds and self._counts(s.id))

    def _shelves(self) -> Iterator[Shelf]:
        last: dict[tuple[str, str], Shelf | None] = {}
        for statement in self._counting(shelve.KIND, unshelve.KIND):
            said = (shelve if statement.kind == shelve.KIND else unshelve).of(statement.body)
            channel = self._timeline.names.identity("channels", said.channel) if said.channel else ""
            shelf = None
            if isinstance(said, shelve.Shelve):
                shelf = Shelf(
                    statement.id,
                    statement.by,
                    channel,
                    said.rule,
                    said.severity,
                    statement.at_ns,
                    said.until_ns,
                    said.why,
                )
            last[channel, said.rule] = shelf
        return (shelf for shelf in last.values() if shelf is not None)

    def _rests(self) -> Iterator[Rest]:
        asked: dict[str, Statement] = {}
        last: dict[tuple[str, str], Rest | None] = {}
        for statement in self._counting(out_of_service.KIND):
            said = out_of_service.of(statement.body)
            if isinstance(said, Requested):
                asked[statement.id] = statement
            elif isinstance(said, Ended):
                last[self._scope(said.scope)] = None
            elif said.request in asked and is_second(asked[said.request], statement):
                last[self._scope(said.scope)] = self._rest(asked[said.request], statement)
        return (rest for rest in last.values() if rest is not None)

    def _rest(self, request: Statement, approval: Statement) -> Rest:
        said = out_of_service.of(request.body)
        assert isinstance(said, Requested)
        channel, asset = self._scope(said.scope)
        both = f"{request.by} and {approval.by}"
        return Rest(approval.id, both, channel, asset, approval.at_ns, said.last_ns, said.why)

    def _scope(self, scope: out_of_service.Scope) -> tuple[str, str]:
        """By identities."""
        own = self._timeline.names.identity
        channel = own("channels", scope.channel) if scope.channel else ""
        return channel, own("assets", scope.asset) if scope.asset else ""

    def _fills(self) -> Iterator[Fill]:
        last: dict[str, Fill] = {}
        for statement in self._counting(filling.KIND):
            said = filling.of(statement.body)
            asset = self._timeline.asset_identity(said.asset)
            last[asset] = Fill(statement.id, statement.by, asset, statement.at_ns, said.until_ns)
        return iter(last.values())
