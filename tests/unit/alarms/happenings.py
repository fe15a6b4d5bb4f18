"""Transitions of alarms in a few words, as members of groups; times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.alarms.member import Member, member
from gateway.model import SECOND
from gateway.statements.transition import Transition
from gateway.times import format_rfc3339, parse_rfc3339

BEGAN_NS = parse_rfc3339("2026-01-05T12:00:00Z")
STATES = {
    "raised": "unacknowledged",
    "amended": "unacknowledged",
    "asks again": "unacknowledged",
    "taken": "unacknowledged",
    "shelved": "unacknowledged",
    "speaks again": "unacknowledged",
    "acknowledged": "acknowledged",
    "withdrawn": "withdrawn unacknowledged",
    "ended": "ended unacknowledged",
    "returned": "returned unacknowledged",
    "closed": "closed",
}


def ns(seconds: float) -> int:
    return BEGAN_NS + round(seconds * SECOND)


def text(seconds: float) -> str:
    return format_rfc3339(ns(seconds))


def published(known: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What tests keep in `known` is the published form already."""
    return {**known["alarm"], "changes": number}


class Site:
    """Alarms by id, and what happens to them, as the alarm book would state it."""

    def __init__(self) -> None:
        self.alarms: dict[str, dict[str, Any]] = {}
        self.assets: dict[str, list[str]] = {}
        self.members: dict[str, Member] = {}
        self.seq = 0

    def happens(
        self,
        name: str,
        change: str,
        at_s: float,
        assets: tuple[str, ...] = ("dewar-1",),
        by: str = "Li Na",
        **facts: Any,
    ) -> Member:
        """The member after it; `facts` replace what the published alarm says."""
        said, at_ns = self.transition(name, change, at_s, assets, by, **facts)
        self.seq += 1
        alarm = published(said.known, said.number)
        one = self.members[name] = member(self.seq, at_ns, said, alarm, self.members.get(name))
        return one

    def transition(
        self,
        name: str,
        change: str,
        at_s: float,
        assets: tuple[str, ...] = ("dewar-1",),
        by: str = "Li Na",
        **facts: Any,
    ) -> tuple[Transition, int]:
        """And when it was stated."""
        alarm = self.alarms.get(name) or self._new(name, at_s, assets, facts)
        over = change in ("returned", "closed", "ended", "withdrawn") or (
            alarm["over"] is not None and change != "raised"
        )
        before = alarm["state"]
        alarm |= {
            "state": before if change in ("taken", "taken back", "commented", "amended") else STATES[change],
            "over": (alarm["over"] or text(at_s)) if over else None,
            "end": (alarm["end"] or text(at_s)) if over else None,
            "changes": alarm["changes"] + 1,
        }
        if change == "returned" and before == "acknowledged":
            alarm["state"] = "closed"
        if change == "acknowledged":
            said = {"by": by, "at": text(at_s), "comment": "seen"}
            alarm["acknowledgements"] = [*alarm["acknowledgements"], said]
            was_ended = before == "ended unacknowledged"
            alarm["state"] = "ended acknowledged" if was_ended else "closed" if over else "acknowledged"
        if change == "taken":
            alarm["taken"] = {"by": by, "at": text(at_s), "comment": ""}
        if change == "withdrawn":
            alarm["withdrawn"] = True
        if change == "shelved":
            alarm["overlay"] = {"kind": "shelved", "by": by, "until": None, "reason": ""}
        alarm |= facts
        self.alarms[name] = alarm
        known = {"alarm": dict(alarm), "place": {"assets": self.assets[name]}}
        return Transition(name, alarm["changes"], change, 0, "", "0.1.0", known), ns(at_s)

    def _new(
        self, name: str, at_s: float, assets: tuple[str, ...], facts: Mapping[str, Any]
    ) -> dict[str, Any]:
        self.assets[name] = list(assets)
        is_fault = facts.get("kind") == "fault"
        return {
            "id": name,
            "kind": "limit",
            "rule": "source:broker" if is_fault else "above-150",
            "channel": "" if is_fault else f"{assets[0]}-temperature",
            "severity": "critical",
            "state": "unacknowledged",
            "site": "" if is_fault else "hospital",
            "asset": ", ".join(assets),
            "zone": None,
            "unit": "degC",
            "message": "source broker: away; check it" if is_fault else "",
            "units": "unknown",
            "start": text(at_s),
            "end": None,
            "raised": text(at_s),
            "over": None,
            "withdrawn": False,
            "acknowledgements": [],
            "taken": None,
            "overlay": None,
            "changes": 0,
        }
