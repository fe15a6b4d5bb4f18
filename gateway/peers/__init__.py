"""Peers, one file each: how another gateway is heard, so that its silence is noticed here.

The file's name is the `kind` of a peer. A file in this folder provides

    class Options                          frozen dataclass with `site` and `silent_after_s`: the table,
                                           without `kind`
    class Peer:                            see `Peer` below
        def __init__(self, options: Options) -> None
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from gateway.dataclass import dataclass
from gateway.heartbeats.state import State


@dataclass(frozen=True, slots=True)
class Heard:
    """`is_old`: it was kept for us, nobody knows since when."""

    state: State
    is_old: bool


class Peer(Protocol):
    """One gateway, as it is heard from here. Used by one thread."""

    def listen(
        self, begin: Callable[[], None], hear: Callable[[Heard], None], stop: threading.Event, /
    ) -> None:
        """Until `stop` is set; calls `begin` as soon as nothing said would be missed.

        Raises LinkDown when it cannot be heard, and when what is heard is no state of a gateway.
        """
