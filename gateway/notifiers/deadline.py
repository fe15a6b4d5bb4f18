"""An end in time for a whole exchange: who answers byte by byte never runs into a time limit of sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def no_longer_than(seconds: float, connection: socket.socket) -> Iterator[None]:
    """The connection is cut after that: whoever reads from it then finds its end, or an OSError."""
    timer = threading.Timer(max(0.0, seconds), _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # of TLS, too: without its own goodbye
