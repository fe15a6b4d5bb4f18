"""A call to a person in the shape of JSON, for programs that pass it on. Schema 1."""

from __future__ import annotations

import math
from typing import Any, Final

from gateway.alarms.call import Back, Call, Guidance, TimeLeft
from gateway.notifiers.words import Message
from gateway.times import format_rfc3339

SCHEMA: Final = 1


def call_json(call: Call, written: Message) -> dict[str, Any]:
    """Facts, and the words in the language of the person."""
    return {
        "schema": SCHEMA,
        "id": call.id,
        "kind": call.kind.value,
        "drill": call.drill,
        "title": written.title,
        "text": written.text,
        "person": call.person,
        "name": call.name,
        "language": call.language,
        "at": format_rfc3339(call.at_ns),
        "priority": call.priority.name.lower(),
        "priority_reason": call.priority_reason,
        "group": call.group,
        "alarms": [dict(alarm) for alarm in call.alarms],
        "more": call.more,
        "over": call.over,
        "over_names": list(call.over_names),
        "seen_to": call.answered,
        "seen_to_by": list(call.answered_by),
        "guidance": None if call.guidance is None else _guidance(call.guidance),
        "time_left": None if call.time_left is None else _left(call.time_left),
        "swings": call.swings,
        "back": None if call.back is None else _back(call.back),
        "is_correction": call.is_correction,
        "was_quiet": call.was_quiet,
        "hint": call.hint,
        "taken_by": call.taken_by,
        "acknowledged_by": call.acknowledged_by,
        "quiet": call.is_quiet,
        "answered": call.is_answered,
        "next": _next(call),
        "link": call.link,
    }


def _guidance(of: Guidance) -> dict[str, Any]:
    return {"steps": list(of.steps), "contacts": list(of.contacts), "plan": of.plan}


def _left(of: TimeLeft) -> dict[str, Any]:
    """`highest_s` null: no end is known."""
    highest_s = of.highest_s if math.isfinite(of.highest_s) else None
    return {"until": of.until, "lowest_s": of.lowest_s, "highest_s": highest_s, "method": of.method}


def _back(of: Back) -> dict[str, Any]:
    since = format_rfc3339(of.since_ns)
    return {
        "what": of.what,
        "since": since,
        "silent": of.silent,
        "number": of.number,
        "assets": list(of.assets),
    }


def _next(call: Call) -> dict[str, Any] | None:
    if not call.next_name:
        return None
    at = None if call.next_at_ns is None else format_rfc3339(call.next_at_ns)
    return {"name": call.next_name, "at": at}
