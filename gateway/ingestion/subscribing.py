"""What one connection subscribes to and what it gives up, and what the broker answers to that."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations, zip_longest

from paho.mqtt.reasoncodes import ReasonCode

from gateway.ingestion.leftovers import Leftovers
from gateway.mqtt.client import Client
from gateway.mqtt.filters import meet
from gateway.mqtt.marks import connection_number, marks

log = logging.getLogger(__name__)


class Subscribing:
    """Belongs to one connection and its thread. `marks` are the identifiers of our subscriptions there."""

    def __init__(self, source: str, filters: Sequence[str], leftovers: Leftovers) -> None:
        self._source = source
        self._filters = filters
        self._leftovers = leftovers
        self._marks = marks(filters, connection_number())
        self.marks = frozenset(self._marks)
        self._resumed = False
        self._marks_known = True
        self._asked: dict[int, tuple[str, ...]] = {}  # by packet, as are those given up
        self._given_up: dict[int, tuple[str, ...]] = {}
        self._denied: list[str] = []
        self._weak: list[str] = []
        self._kept: list[str] = []

    def begin(self, client: Client, resumed: bool, marks_known: bool) -> None:
        """New subscriptions first, so that a topic that an old one matches, too, is never without any."""
        self._resumed, self._marks_known = resumed, marks_known
        self._asked = client.listen(self._filters, self._marks if marks_known else ())
        due = self._leftovers.due()
        if resumed:
            self.give_up(client, due)
        else:
            self._leftovers.settle(due)

    def give_up(self, client: Client, filters: Sequence[str]) -> None:
        """Filters that only an earlier configuration had."""
        self._given_up.update(client.forgo(filters))

    def granted(self, packet: int, reasons: Sequence[ReasonCode]) -> bool:
        """The broker has answered; whether that was the last answer."""
        answers = list(zip(self._asked.pop(packet, ()), reasons, strict=False))
        self._denied += [f for f, reason in answers if reason.is_failure]
        self._weak += [f for f, reason in answers if reason.value == 0]
        return not self._asked

    def released(self, packet: int, reasons: Sequence[ReasonCode]) -> bool:
        """The broker has answered, with MQTT 3.1.1 without a reason; whether it keeps something."""
        filters = self._given_up.pop(packet, ())
        self._leftovers.settle(filters)
        ended = [f for f, reason in zip_longest(filters, reasons) if reason is not None and reason.value == 0]
        kept = [f for f, reason in zip_longest(filters, reasons) if reason is not None and reason.is_failure]
        if ended:
            names = ", ".join(ended)
            log.info("source %s: subscriptions of an earlier configuration ended: %s", self._source, names)
        self._kept += kept
        return len(kept) > 0

    @property
    def refusal(self) -> str:
        """Why this connection is of no use; empty where it is."""
        denied = ", ".join(self._denied)
        return f"may not subscribe to {denied}; check the broker's access list" if denied else ""

    @property
    def detail(self) -> str:
        """What people should know of the session, for the state of the link."""
        told = ["session resumed" if self._resumed else "new session: the broker kept no earlier messages"]
        if self._weak:
            told.append(f"the broker grants only QoS 0 for {', '.join(self._weak)}: messages can be lost")
        if self._kept:
            told.append(f"the broker does not end the subscription to {', '.join(self._kept)}")
        if not self._marks_known and any(meet(a, b) for a, b in combinations(self._filters, 2)):
            told.append(
                "the broker knows no subscription identifiers: what two patterns match can count twice"
            )
        return "; ".join(told)
