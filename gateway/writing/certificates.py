"""Which calibration a channel had when: for a reading the configuration of its time decides, not today's."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.channels import calibration_that_was
from gateway.config.timeline import Timeline
from gateway.config.types import FOREVER, FOREVER_PAST, Channel
from gateway.dataclass import dataclass
from gateway.probes.calibration import Calibration


@dataclass(frozen=True, slots=True)
class Span:
    """From `from_ns` until `until_ns` this was the channel's calibration; None: it had none."""

    from_ns: int
    until_ns: int
    calibration: Calibration | None


class Certificates:
    """Of all channels, as a journal's configurations say; without one, or of a new channel, today's."""

    def __init__(self, timeline: Timeline | None = None) -> None:
        self._timeline = timeline

    def of(self, channel: Channel, first_ns: int = FOREVER_PAST, last_ns: int = FOREVER) -> list[Span]:
        """By time, all that held at any moment of [first, last]; the first one held from the beginning."""
        begins = list(self._changes(channel)) or [(FOREVER_PAST, channel.calibration)]
        ends = [*(from_ns for from_ns, _ in begins[1:]), FOREVER]
        spans = (Span(at, until, held) for (at, held), until in zip(begins, ends, strict=True))
        return [span for span in spans if span.from_ns <= last_ns and first_ns < span.until_ns]

    def _changes(self, channel: Channel) -> Iterator[tuple[int, Calibration | None]]:
        """From when on each held."""
        if self._timeline is None:
            return
        identity, last, is_first = self._timeline.names.identity("channels", channel.name), None, True
        for step in self._timeline.steps:
            past = step.channels.get(identity)
            held = last if past is None else calibration_that_was(channel.name, past, channel.unit)
            if past is not None and (is_first or held != last):
                yield FOREVER_PAST if is_first else step.from_ns, held
                last, is_first = held, False
