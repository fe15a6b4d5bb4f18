"""What tells one alarm change from every other, of any gateway: the same on every try, ASCII without dots."""

from __future__ import annotations

from gateway.alarms.change import AlarmChange


def identity(change: AlarmChange) -> str:
    """Id of the alarm, which begins with that of the journal, and number of the change: E-7Q2M9XKD-17."""
    return f"{name_of(change)}-{change.number}"


def name_of(change: AlarmChange) -> str:
    """Of the alarm alone."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in str(change.alarm.get("id", "")))
