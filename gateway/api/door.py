"""Who comes in: so many connections in all and of one address, and none that begins nothing or reads nothing.

A connection counts from the moment in which it is accepted, so that one that never begins TLS counts, too.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.accounts.lockouts import source_of
from gateway.api.limits import HEAD_WITHIN_S, MOST_CONNECTIONS, MOST_OF_ONE, READ_WITHIN_S

log = logging.getLogger(__name__)
OTHER_FILES: Final = 1000  # that are open beside the connections: journals, records, archives
WAITING: Final = 1024  # connections that are not accepted yet
TOLD_S: Final = 60.0  # between two lines of the log about the same


class Room:
    """For all connections of a process. `is_proxy`: whether many people come from this address."""

    def __init__(self, is_proxy: Callable[[str], bool]) -> None:
        self._is_proxy = is_proxy
        self._inside: dict[socket.socket, str] = {}
        self._told_s = -TOLD_S

    def takes(self, connection: socket.socket, address: str) -> bool:
        """Whether there is room for it; then it counts until it is closed."""
        self._inside = {one: source for one, source in self._inside.items() if one.fileno() >= 0}
        source = source_of(address)
        of_one = Counter(self._inside.values())[source]
        if len(self._inside) >= MOST_CONNECTIONS or (of_one >= MOST_OF_ONE and not self._is_proxy(address)):
            self._tell(address)
            return False
        self._inside[connection] = source
        return True

    def _tell(self, address: str) -> None:
        if time.monotonic() - self._told_s >= TOLD_S:
            self._told_s = time.monotonic()
            log.warning("no room for a connection of %s: %d are open", address, len(self._inside))


class Door(socket.socket):
    """A listening socket of a room."""

    def __init__(self, family: int, room: Room) -> None:
        # asyncio sets TCP_NODELAY only where the protocol is named: else an answer in two pieces waits 40 ms
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._room = room

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError for whom there is no room, which asyncio takes for nobody."""
        connection, address = super().accept()
        if not self._room.takes(connection, str(address[0])):
            connection.close()
            raise ConnectionAbortedError(errno.ECONNABORTED, "no room")
        return connection, address


def open_doors(host: str, port: int, is_proxy: Callable[[str], bool]) -> list[socket.socket]:
    """At each address of a host. Raises OSError where nobody can listen there."""
    room, doors = Room(is_proxy), list[socket.socket]()
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with ExitStack() as stack:
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            door = stack.enter_context(Door(family, room))
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            door.bind(address)
            door.listen(WAITING)
            doors.append(door)
        stack.pop_all()
    return doors


def allow_open_files() -> None:
    """As many as all connections need, as far as the machine lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class ShortHandshakes(asyncio.SelectorEventLoop):
    """TLS begins within the time of a head, or the connection ends."""

    async def create_server(self, *args: Any, **more: Any) -> asyncio.Server:
        if more.get("ssl") is not None:
            more["ssl_handshake_timeout"] = HEAD_WITHIN_S
        return await super().create_server(*args, **more)


class Patience(H11Protocol):
    """Ends a connection whose head of a request does not come in time, or that reads no answer."""

    _head: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(READ_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _cancel(self._reader)
        self._reader = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _cancel(self._head)
        _cancel(self._reader)

    def _watch_head(self) -> None:
        """One time for all of a head: each byte more is no reason to wait longer."""
        if self.conn.their_state is not h11.IDLE:
            _cancel(self._head)
            self._head = None
        elif self._head is None:
            self._head = self.loop.call_later(HEAD_WITHIN_S, self.transport.abort)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
