"""Sources, one file each; the file's name is the `kind` of a source in the configuration.

A file in this folder provides

    class Options                          frozen dataclass: the source's table, without `kind`
    class Source:                          see `Source` below
        def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None

`channels` maps an address to the channel number the journal gave out. Where something outside keeps what an
earlier configuration told it, the source is also a `Successor`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link
from gateway.model import Decoded


class Source(Protocol):
    """One port or one broker.

    `run` lives as long as one connection: it raises LinkDown when that ends and the supervisor calls it
    again, with growing pauses. What it receives it puts into the intake as items only it understands; the
    pump hands them back in batches, first to `decode` and, after the journal's commit, to `acknowledge`.
    `decode` and `acknowledge` are called from the pump's thread while `run` is in its own.
    """

    name: str
    link: Link

    def run(self, intake: Intake, stop: threading.Event) -> None:
        """Connect, receive until `stop` is set. Raises LinkDown."""

    def decode(self, items: Sequence[Any]) -> Decoded:
        """Columns from items, values in the device's units. Never raises on what a device sent."""

    def acknowledge(self, items: Sequence[Any]) -> None:
        """The items are on disk: tell the device, if it wants to know."""


@runtime_checkable
class Successor(Protocol):
    """Ends what earlier configurations began, where that is kept outside."""

    def succeed(self, earlier: Sequence[Mapping[str, Any]]) -> None:
        """Called once, before `run`. Documents of the journal's configurations, the oldest first."""
