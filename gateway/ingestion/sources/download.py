"""Loggers whose files people bring: nothing is connected, readings come with `cryogate import`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gateway.dataclass import dataclass
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import Link, LinkState
from gateway.model import Arrivals, Decoded, Samples


@dataclass(frozen=True, slots=True)
class Options:
    """None: the mapping of an import says what its files look like."""


class Source:
    """See the contract in gateway.ingestion.sources."""

    def __init__(self, name: str, options: Options, channels: Mapping[str, int]) -> None:  # noqa: ARG002
        self.name = name
        self.link = Link(name)

    def run(self, intake: Intake, stop: threading.Event) -> None:  # noqa: ARG002
        """Until `stop` is set; nothing is received."""
        self.link.change(LinkState.UP, "files come with `cryogate import`")
        stop.wait()

    def decode(self, items: Sequence[Any]) -> Decoded:  # noqa: ARG002
        """Nothing: there are no items."""
        return Decoded(Arrivals(Samples.empty(), np.empty(0, np.int64)))

    def acknowledge(self, items: Sequence[Any]) -> None:
        """Nobody waits for it."""
