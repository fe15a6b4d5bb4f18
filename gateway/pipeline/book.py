"""The alarm book: each excursion with what was inside the asset and what people did about it.

Fed in journal order, by one thread. Written to the records at once when something happened, and at most
once a second where an open excursion merely went on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from gateway.alarms.lifecycle import (
    Acknowledge,
    Acknowledgement,
    Alarm,
    AlarmState,
    Raise,
    Return,
    Withdraw,
    advance,
)
from gateway.config.types import Configuration
from gateway.errors import CryogateError
from gateway.journal.journal import Statement
from gateway.journal.records import AlarmRow, Records
from gateway.model import SECOND, Severity
from gateway.pipeline import view
from gateway.screening.excursion import Excursion
from gateway.screening.screener import Change
from gateway.traceability.containment import Containments
from gateway.traceability.exposure import Exposure, exposures
from gateway.traceability.statements import from_body
