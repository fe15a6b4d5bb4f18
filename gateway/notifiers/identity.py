"""What tells one alarm change or call from every other, of any gateway: the same on every try.

ASCII without dots.
"""

from __future__ import annotations

import hashlib
from typing import Final

from gateway.alarms.call import Call
from gateway.alarms.change import AlarmChange

LONGEST_NAME: Final = 200  # characters: a header of a mail or a request takes as many


def identity(change: AlarmChange) -> str:
    """Id of the alarm, which begins with that of the journal, and number of the change: E-7Q2M9XKD-17."""
    return f"{name_of(change)}-{change.number}"


def name_of(change: AlarmChange) -> str:
    """Of the alarm alone."""
    return _plain(str(change.alarm.get("id", "")))


def of_call(call: Call) -> str:
    """Of one call to one person."""
    return _plain(call.id)


def of_group(call: Call) -> str:
    """Of what it is about: the group of alarms, or the call itself."""
    return _plain(call.group or call.id)


def at_most(longest: int, name: str) -> str:
    """The name, or its end behind a digest of all of it: names that differ stay different."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{digest}-{name[-(longest - 17) :]}"


def _plain(text: str) -> str:
    return at_most(LONGEST_NAME, "".join(c if c.isascii() and c.isalnum() else "-" for c in text))
