"""What happens, as server-sent events: changes of alarms at once, values at most twice a second.

One task asks for all who listen, and ends with the last of them. The event of an alarm has the number of its
entry in the journal as id: who comes again with the last one it saw misses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from gateway.alarms.priority import with_priority
from gateway.api.scope import Scope
from gateway.api.world import World
from gateway.dataclass import dataclass
from gateway.errors import CryogateError, NotRunning
from gateway.json_text import encoded
from gateway.published.alarm import of_known
from gateway.published.few import with_few_units
from gateway.rights.principal import Principal
from gateway.statements import transition

log = logging.getLogger(__name__)
LOOK_S: Final = 0.25  # for changes of alarms
VALUES_S: Final = 0.5
STANDS_S: Final = 1.0  # how soon who was logged out hears nothing more
HEARTBEAT_S: Final = 15.0  # a comment, so that nobody between us thinks that it is dead
LONGEST_S: Final = 300.0  # then whoever listens comes again, and is asked for the token again
MOST_WAITING: Final = 500  # events of one who does not read: then it begins anew
MOST_BEHIND: Final = 5000  # entries that are looked through; who is farther behind asks for the list
MOST_LISTENERS: Final = 500
ALARM, VALUES, GATEWAY, RESET = "alarm", "values", "gateway", "reset"
_OVER: Final = "over"  # is not sent: who listens may not any more
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """`seq`: the entry of a change of an alarm, else 0; `text`: as it is sent to who sees everything."""

    kind: str
    data: Mapping[str, Any]
    seq: int
    text: bytes

    @staticmethod
    def of(kind: str, data: Mapping[str, Any], seq: int = 0) -> Event:
        head = f"id: {seq}\n" if seq else ""
        return Event(kind, data, seq, f"{head}event: {kind}\ndata: ".encode() + encoded(data) + b"\n\n")


@dataclass(eq=False, slots=True)
class _Listener:
    """`seq`: the last entry it knows of."""

    scope: Scope
    seq: int = 0
    waiting: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    is_lost: bool = False


class Live:
    """Belongs to the event loop."""

    def __init__(self, world: World, stands: Callable[[Principal], bool]) -> None:
        """`stands`: whether somebody may still ask, and is shown the same."""
        self._world, self._stands = world, stands
        self._listeners: set[_Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._seq = 0
        self._rows: dict[str, Row] = {}  # of channels, as they were told
        self._runs = True

    @property
    def is_full(self) -> bool:
        return len(self._listeners) >= MOST_LISTENERS

    async def listen(self, scope: Scope, after: int | None, lasting_s: float) -> AsyncGenerator[bytes, None]:
        """Events behind the entry `after` (None: from now on), as they are sent, until nobody reads."""
        listener = _Listener(scope)
        self._listeners.add(listener)  # first: what comes while we look back waits
        try:
            yield b"retry: 1000\n\n"
            async for event in self._before(listener, after):
                yield event.text
            async with asyncio.timeout(min(lasting_s, LONGEST_S)):
                while not listener.is_lost:
                    if not (text := await self._next(listener)):
                        return
                    yield text
            yield Event.of(RESET, {"at": listener.seq}).text
        except TimeoutError:
            return
        finally:
            self._listeners.discard(listener)

    async def _before(self, listener: _Listener, after: int | None) -> AsyncIterator[Event]:
        """What happened since `after`, and how everything is now."""
        last = await run_in_threadpool(self._last_seq)
        begin = last if after is None else after
        if begin > last or last - begin > MOST_BEHIND:
            yield Event.of(RESET, {"at": last})
            begin = last
        for event in await run_in_threadpool(self._changes, begin, last):
            if (seen := _seen(listener.scope, event)) is not None:
                yield seen
        listener.seq = last
        if self._task is None or self._task.done():
            self._seq, self._rows = last, {}
            self._task = asyncio.create_task(self._look(), name="live")
        elif self._rows and (
            seen := _seen(listener.scope, Event.of(VALUES, {"values": [*self._rows.values()]}))
        ):
            yield seen

    async def _next(self, listener: _Listener) -> bytes:
        """The next event that it may see, or a sign of life; nothing: it is over."""
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                while True:
                    event = await listener.waiting.get()
                    if event.kind == _OVER:
                        return b""
                    if event.seq and event.seq <= listener.seq:
                        continue  # it was among those before
                    listener.seq = max(listener.seq, event.seq)
                    if (seen := _seen(listener.scope, event)) is not None:
                        return seen.text
        except TimeoutError:
            return b": here\n\n"

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        values_s, stands_s = -VALUES_S, loop.time()
        while self._listeners:
            if loop.time() - stands_s >= STANDS_S:
                stands_s = loop.time()
                self._end(await run_in_threadpool(self._over, [*self._listeners]))
            try:
                last = max(
                    self._seq, await run_in_threadpool(self._last_seq)
                )  # less while they are made again
                self._tell(await run_in_threadpool(self._changes, self._seq, last))
                self._seq = last
                if loop.time() - values_s >= VALUES_S:
                    values_s = loop.time()
                    self._tell(await run_in_threadpool(self._values))
            except CryogateError as problem:  # the records are made again, the disk is away
                log.warning("live: %s; it is tried again", problem)
            await asyncio.sleep(LOOK_S)

    def _over(self, listeners: Iterable[_Listener]) -> list[_Listener]:
        """Who may not listen any more; everybody, where nobody can tell."""
        try:
            return [one for one in listeners if not self._stands(one.scope.who)]
        except CryogateError as problem:
            log.warning("live: %s; nobody hears more", problem)
            return [*listeners]

    def _end(self, listeners: Iterable[_Listener]) -> None:
        for one in listeners:
            while not one.waiting.empty():  # also what waits already
                one.waiting.get_nowait()
            one.waiting.put_nowait(Event(_OVER, {}, 0, b""))

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            for one in self._listeners:
                if one.waiting.full():
                    one.is_lost = True
                else:
                    one.waiting.put_nowait(event)

    def _last_seq(self) -> int:
        """Of the last change that is in the lists, too: whoever hears of one and asks, finds it there."""
        return self._world.reading().records.book.folded()[0]

    def _changes(self, after: int, until: int) -> list[Event]:
        """Of alarms, in order."""
        if until <= after:
            return []
        journal, found = self._world.reading().journal, list[Event]()
        for seq, statement in journal.statements(transition.KIND, after):
            if seq > until:
                break
            said = transition.of(statement.body)
            known = with_few_units(of_known(said.known, said.number))
            alarm = with_priority(known, self._world.configuration.priorities)
            found.append(Event.of(ALARM, {"change": said.change, "alarm": alarm}, seq))
        return found

    def _values(self) -> list[Event]:
        """Channels that are another than they were told; whether a gateway runs, when that changes."""
        try:
            rows: dict[str, Row] = {row["channel"]: row for row in self._world.status.value()["channels"]}
        except NotRunning:
            was, self._runs, self._rows = self._runs, False, {}
            return [Event.of(GATEWAY, self._world.known())] if was else []
        changed = [row for name, row in rows.items() if _is_news(row, self._rows.get(name))]
        was, self._runs, self._rows = self._runs, True, rows
        back = [] if was else [Event.of(GATEWAY, self._world.known())]
        return [*back, *([Event.of(VALUES, {"values": changed})] if changed else [])]


def _is_news(row: Row, before: Row | None) -> bool:
    """An age that only grows is none: whoever looks can count."""
    if before is None or (row["age_s"] or 0.0) < (before["age_s"] or 0.0):
        return True
    return any(row[key] != before[key] for key in ("value", "state", "quality", "asset", "zone", "unknown"))


def _seen(scope: Scope, event: Event) -> Event | None:
    """As they may see it; None: not at all."""
    may_alarms = event.kind != ALARM or scope.who.may_somewhere("alarms.read")
    if scope.everything and may_alarms:
        return event
    if event.kind == ALARM:
        alarm = scope.alarm(event.data["alarm"]) if may_alarms else None
        return None if alarm is None else Event.of(ALARM, {**event.data, "alarm": alarm}, event.seq)
    if event.kind == VALUES:
        rows = [row for row in event.data["values"] if scope.asset(row["asset"])]
        return Event.of(VALUES, {"values": rows}) if rows else None
    return event
