"""Journals of version 0.1.0: alarms were not stated there, and their ids were made of names alone.

At the first start of a later version everything is screened again and stated as transitions that nobody is
told of. What people had acknowledged under the old ids finds its alarm.
"""

from __future__ import annotations

import hashlib
from typing import Final

from gateway.journal.journal import Journal
from gateway.statements import configuration

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_ATTEMPTS: Final = 3  # ids that were taken got a number; more than a few never were


def upgraded_seq(journal: Journal) -> int:
    """The entry with which a later version began on a journal of 0.1.0; 0 where it never was one."""
    old = False
    for seq, statement in journal.statements(configuration.KIND):
        if configuration.is_of_0_1(statement.body):
            old = True
        elif old:
            return seq
    return 0


def old_ids(channel: str, rule: str, start_ns: int) -> list[str]:
    """What an excursion may have been called."""
    return [_old_id(channel, rule, start_ns, attempt) for attempt in range(MOST_ATTEMPTS)]


def _old_id(channel: str, rule: str, start_ns: int, attempt: int) -> str:
    text = f"{channel}\n{rule}\n{start_ns}" + (f"\n{attempt}" if attempt > 0 else "")
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5], "big")
    return "E-" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(35, -5, -5))
