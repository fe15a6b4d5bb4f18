"""A drill as the cause of an alarm, and the seal by which the gateway knows a drill that it was asked for.

The seal is made with a key that stays in the data folder of one gateway, over everything that the statement
says and over the journal it stands in. So a statement that was written elsewhere, changed, or copied from
another journal or time begins no drill. It does not hold against somebody who may read the data folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import Severity
from gateway.statements import Statement
from gateway.statements import drill as drills
from gateway.statements.drill import Drill

PASSED, FAILED, WITHDRAWN = "passed", "failed", "withdrawn"
KIND: Final = "drill"  # of a published alarm
SHORTEST_S: Final = 60.0
LONGEST_S: Final = 86_400.0
USUAL_S: Final = 900.0  # from the beginning until somebody has acknowledged
_PURPOSE: Final = b"cryogate drill 1\0"  # a signature of something else is none of a drill


@dataclass(frozen=True, slots=True)
class StatedDrill:
    """`value`: the test reading in the canonical unit, after conversion; `rule`: the worst that it breaks.

    `key` names it among faults; `assets` by the names they had then. `until_ns`: it fails then.
    `outcome` is empty while it goes on.
    """

    id: str
    key: str
    severity: Severity
    message: str
    assets: tuple[str, ...]
    start_ns: int
    until_ns: int
    by: str
    rule: str
    version: str
    value: float | None
    schedule: str = ""
    outcome: str = ""
    end_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a test reading became on its real way: the worst rule that it broke.

    `problem`: why nothing would have been raised; then the drill has failed.
    """

    rule: str = ""
    severity: Severity = Severity.WARNING
    version: str = ""
    value: float | None = None
    problem: str = ""


def is_drill(alarm: str) -> bool:
    """By the id of an alarm."""
    return alarm.startswith("D-")


def sealed(said: Drill, by: str, at_ns: int, journal: str, key: bytes) -> Drill:
    """With the seal of the gateway that keeps this key."""
    return replace(said, seal=_seal(said, by, at_ns, journal, key))


def is_ours(statement: Statement, journal: str, key: bytes) -> bool:
    """Whether this gateway sealed it, in this journal, as it stands there."""
    said = drills.of(statement.body)
    ours = _seal(said, statement.by, statement.at_ns, journal, key)
    return hmac.compare_digest(said.seal.encode(errors="replace"), ours.encode())


def _seal(said: Drill, by: str, at_ns: int, journal: str, key: bytes) -> str:
    told = [journal, by, at_ns, said.id, said.asset, said.channel, said.signal, said.within_s, said.why]
    payload = json.dumps([*told, said.schedule], ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.digest(key, _PURPOSE + payload, hashlib.sha256).hex()
