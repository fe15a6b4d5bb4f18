"""What services that call people by their own rosters have in common: an alarm there lives as long as here.

Every change of an alarm has the same key there. It is opened, acknowledged, and resolved when it has
returned, is closed, or never was. One that ended in another way stays open until somebody closes it here.
What only says something of it, a comment say, leaves it there as it is here: somebody may be on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from gateway.alarms.change import AlarmChange
from gateway.errors import LinkDown
from gateway.notifiers.identity import at_most, name_of
from gateway.notifiers.posting import Answer
from gateway.notifiers.words import REMARKS, is_answered

LONGEST_KEY: Final = 200  # characters: PagerDuty takes 255, Opsgenie 512, GoAlert 512
KNOWN_HERE: Final = ("acknowledged", "taken", "shelved", "suppressed", "out of service")
AS_BEFORE: Final = (*REMARKS, "speaks again", "taken back")  # what is taken back may be a remark
ANEW: Final = ("asks again", "speaks again", "taken back")  # what was answered, or quiet, is not any more


class Action(StrEnum):
    """What becomes of the alarm there."""

    OPEN = "open"  # or told anew
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


def action(change: AlarmChange) -> Action:
    alarm = change.alarm
    if alarm.get("state") == "closed" or alarm.get("returned") or alarm.get("withdrawn"):
        return Action.RESOLVE
    is_as_before = change.change in AS_BEFORE and not change.worsened
    is_known = change.change in KNOWN_HERE or (is_as_before and is_answered(alarm))
    return Action.ACKNOWLEDGE if is_known else Action.OPEN


def opens_anew(change: AlarmChange) -> bool:
    """Whether it may be acknowledged there: then what only opens it calls nobody."""
    return (change.change in ANEW or change.worsened) and action(change) is Action.OPEN


def key_of(change: AlarmChange) -> str:
    """Of the alarm, the same for all its changes."""
    return at_most(LONGEST_KEY, name_of(change))


def facts(change: AlarmChange) -> dict[str, str]:
    """What programs may look for; codes of units stay here. A drill says that it is one."""
    names = ("id", "site", "asset", "zone", "channel", "rule", "severity", "state", "start")
    drill = {"drill": "true"} if change.alarm.get("kind") == "drill" else {}
    return {name: str(change.alarm.get(name) or "") for name in names} | drill


def need_json(shown: str, answer: Answer, service: str) -> Mapping[str, Any]:
    """The object that was answered. Raises LinkDown for what the service never answers."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise not_theirs(shown, answer, service)
    return said


def not_theirs(shown: str, answer: Answer, service: str) -> LinkDown:
    return LinkDown(
        f"{shown}: {answer.words}: this is no answer of {service}; check url, and proxies or "
        "portals in between"
    )
