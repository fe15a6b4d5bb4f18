"""The alarm book: each excursion with what was inside the asset and what people did about it.

Fed in journal order by one thread. What happened (raised, acknowledged, returned, amended, withdrawn) is
written to the records at once; that an open excursion merely went on, at most once a second.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from typing import Any

from gateway.alarms.lifecycle import Acknowledgement, Alarm, AlarmState
from gateway.alarms import lifecycle
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Statement
from gateway.journal.records import AlarmRow, Records
from gateway.model import SECOND, Severity
from gateway.pipeline import view
from gateway.screening.excursion import Excursion
from gateway.screening.screener import Change
from gateway.traceability.containment import Containments
from gateway.traceability.exposure import Exposure, exposures

log = logging.getLogger(__name__)
WRITE_EVERY_NS = SECOND
"""How often the progress of open excursions reaches the records."""

Clocks = Callable[[Excursion, int, int], tuple[int | None, float | None]]
"""(excursion, start ns, end ns) -> time beyond its limit in between, extreme in between."""


@dataclasses.dataclass(slots=True)
class _Entry:
    excursion: Excursion
    alarm: Alarm
    units: tuple[Exposure, ...] | None  # None: unknown
    changes: list[str]  # what happened since it was last written
    dirty: bool = True


class AlarmBook:
    """Every alarm that still needs somebody, in memory; all of them in the records."""

    def __init__(self, configuration: Configuration, names: Mapping[int, str], records: Records, clocks: Clocks) -> None:
        self._configuration = configuration
        self._names = names
        self._records = records
        self._clocks = clocks
        self._entries: dict[str, _Entry] = {}
        self._written_ns = 0
        self.containments = Containments()
