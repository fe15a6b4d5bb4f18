"""An excursion: as a record for people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.model import Severity

NEVER: Final = -(2**63)  # "no time" in a column
RETURNED: Final = "returned"  # why an excursion ended: readings said so
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Phase(IntEnum):
    """What a finding says about its excursion."""

    OPEN = 0
    CLOSED = 1
    WITHDRAWN = 2  # it was opened by the clock, and readings that came afterwards say it never was
    COMPLETE = 3  # no excursion: from `start` on the others of its instance are all that there are


@dataclass(frozen=True, slots=True)
class Excursion:
    """One stretch of time in which a rule said no, [start, end); see screening.md.

    `extreme`, `beyond_ns` and `degree_seconds` are None where the rule has no limit in the channel's unit.
    `first_ns` and `last_ns` are the first and last reading counted (of no-data: the last one heard).
    `versions` are those it lived under so far, `severity` is that of the last of them. `ended_by` is empty
    while it is open; returned where readings said so; else why its rule went out of force: moved, superseded
    or retired.
    """

    id: str
    channel: int
    rule: str
    kind: str
    severity: Severity
    versions: tuple[str, ...]
    start_ns: int
    confirmed_ns: int
    end_ns: int | None
    cleared_ns: int | None
    ended_by: str
    extreme: float | None
    extreme_at_ns: int | None
    beyond_ns: int | None
    degree_seconds: float | None
    readings: int
    unproven_ns: int
    contains_gap: bool
    first_ns: int
    last_ns: int
    revision: int
    withdrawn: bool

    def plain(self) -> dict[str, Any]:
        """By name. It holds nothing that would need the deep copies on which `asdict` spends its time."""
        return {name: getattr(self, name) for name in self.__slots__}

    @staticmethod
    def from_plain(values: Mapping[str, Any]) -> Excursion:
        """What `plain` gave, also before rules lived under several versions."""
        made = {**values, "severity": Severity(values["severity"])}
        if "version" in made:
            made["versions"] = [made.pop("version")]
            made["ended_by"] = "" if made["end_ns"] is None else RETURNED
        return Excursion(**{**made, "versions": tuple(made["versions"])})


def identity(journal: str, channel: int, rule: str, start_ns: int, attempt: int = 0) -> str:
    """A short name people can type: E- and 8 characters of Crockford's base 32 (no I, L, O, U).

    A hash of the journal's id, the channel's number in it, rule id and the start that was known first.
    `attempt` makes another one where that name is taken: a start that was amended away may later start a
    different excursion.
    """
    text = f"{journal}\n{channel}\n{rule}\n{start_ns}\n{attempt}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5], "big")
    return "E-" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(35, -5, -5))
