"""The parts of a running gateway, as whoever tells how it is asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources import Source
from gateway.pipeline.archiving import Archiving
from gateway.pipeline.delivery import Delivery
from gateway.pipeline.follower import SinkFollower
from gateway.pipeline.gateway_clock import GatewayClock
from gateway.pipeline.pump import Pump
from gateway.pipeline.screening import Screening


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
    delivery: Delivery
