"""Escalation, slow and obvious: one alarm, everything that happened gone through again at every look.

Who is called is who takes and acknowledges it: that person hears only that it is over. A call may find
nobody at all: what is over by then is called about on, until a call finds somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.alarms.policy import Policy


@dataclass(frozen=True)
class Happened:
    """`what`: raise, return, ack, take, worse, or call (with its kind, round and steps, and whether it found
    somebody).
    """

    at_s: int
    what: str
    kind: str = ""
    round: int = 0
    steps: tuple[int, ...] = ()
    found: bool = True


def due(policy: Policy, story: Sequence[Happened], now_s: int) -> Happened | None:
    """The call that should be made now."""
    since: int | None = None  # people are called from then on
    done: list[tuple[int, int]] = []
    going_on = answered = taken = told = resumed = missed = unheard = False
    severity = answered_at = 0
    grown: int | None = None
    acted_s = calls = rank = 0
    for one in story:
        wanted = _wanted(going_on, answered, taken, resumed, severity > answered_at > 0)
        if one.what == "raise":
            going_on, answered, severity = True, False, severity or 1
        elif one.what == "return":
            going_on = False
        elif one.what == "ack":
            answered, answered_at, acted_s, resumed = True, severity, one.at_s, False
        elif one.what == "take":
            taken, answered_at, acted_s, resumed = True, severity, one.at_s, False
        elif one.what == "worse":
            severity += 1
        wants = _wanted(going_on, answered, taken, resumed, severity > answered_at > 0)
        if one.what == "call":
            calls, rank = calls + 1, severity
            if one.kind == "over":
                told = False
            else:
                grown, unheard = None, False
                missed = not one.found and (missed or not told)
                if one.steps and since is None:
                    since, resumed = one.at_s, True
                if wanted or resumed:
                    done += [(one.round, step) for step in one.steps]
                    told = told or one.found
                elif missed:
                    done += [(one.round, step) for step in one.steps]
                else:
                    since, done = None, []
        elif not wants:
            began_since = since is not None and not done and grown is not None
            unheard = one.what not in ("ack", "take") and (unheard or (began_since and not answered))
            is_unknown = calls == 0 or unheard or (missed and not told)
            is_news = is_unknown and not going_on and not answered and not taken
            since, done, grown = (one.at_s if is_news else None), [], None
        elif since is None:
            since, done, grown = one.at_s, [], (one.at_s if calls else None)
        elif told and severity > rank:
            grown = one.at_s if grown is None else grown
    wants = _wanted(going_on, answered, taken, resumed, severity > answered_at > 0)
    if told and not wants and not going_on:
        return Happened(now_s, "call", "over")
    if since is None:
        ends_s = acted_s + policy.taken_for_s
        expires = going_on and taken and not answered and policy.taken_for_s > 0 and ends_s <= now_s
        return Happened(now_s, "call", "alarm", 0, (0,)) if expires else None
    moments = _moments(policy, since, now_s)
    late = [place for place, at_s in moments if at_s <= now_s and (not done or place > done[-1])]
    late = late[-len(policy.steps) :]
    if grown is not None and told and not (late and _at(moments, done) <= grown):
        return Happened(now_s, "call", "worse")
    if not late:
        return None
    latest = [place for place, at_s in moments if at_s <= now_s][-1]
    kind = "alarm" if grown is None else "worse"
    return Happened(now_s, "call", kind, latest[0], tuple(step for _, step in late))


def _wanted(going_on: bool, answered: bool, taken: bool, resumed: bool, worsened: bool) -> bool:
    return going_on and (worsened or (not answered and (not taken or resumed)))


def _moments(policy: Policy, since_s: int, now_s: int) -> list[tuple[tuple[int, int], float]]:
    """Every step of every round that has come, in order."""
    found = []
    for round_ in range(1000 if policy.repeat_after_s else 1):
        began_s = since_s + round_ * (policy.steps[-1].after_s + policy.repeat_after_s)
        if began_s > now_s:
            break
        found += [((round_, k), began_s + step.after_s) for k, step in enumerate(policy.steps)]
    return found


def _at(moments: Sequence[tuple[tuple[int, int], float]], done: Sequence[tuple[int, int]]) -> float:
    """When the step behind the last one is due."""
    return next(at_s for place, at_s in moments if not done or place > done[-1])
