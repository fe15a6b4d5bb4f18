"""The parts of a running gateway, as whoever tells how it is asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.alarming.screening import Screening
from gateway.clocks.gateway_clock import GatewayClock
from gateway.dataclass import dataclass
from gateway.followers.caller import Caller
from gateway.followers.notifier import NotifierFollower
from gateway.followers.sink import SinkFollower
from gateway.ingestion.intake import Intake
from gateway.ingestion.sources import Source
from gateway.writing.archiving import Archiving
from gateway.writing.pump import Pump


@dataclass(frozen=True, slots=True)
class Parts:
    """Their threads write what is read here."""

    clock: GatewayClock
    sources: Mapping[str, Source]
    intake: Intake
    pump: Pump
    archiving: Archiving
    screening: Screening
    sinks: Sequence[SinkFollower]
    notifiers: Sequence[NotifierFollower]
    caller: Caller
