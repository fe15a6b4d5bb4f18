"""Escalation, slow and obvious: one alarm, everything that happened gone through again at every look.

Who is called is who takes and acknowledges it: that person hears only that it is over. A call may find
nobody at all: what is over by then is called about on, until a call finds somebody. What begins again is told
a minute after the last call, unless it is more severe than what was said within a minute, or the last word
was that it is over.
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
    going_on = answered = taken = told = resumed = missed = untold = believed_over = False
    severity = answered_at = 0
    grown: int | None = None
    called: int | None = None  # when somebody was called last
    acted_s = calls = rank = 0
    for one in story:
        wanted = _wanted(going_on, answered, taken, resumed, severity > answered_at > 0)
        if one.what == "raise":
            going_on, answered, severity, untold = True, False, severity or 1, True
        elif one.what == "return":
            going_on = False
        elif one.what == "ack":
            answered, answered_at, acted_s, resumed = True, severity, one.at_s, False
        elif one.what == "take":
            taken, answered_at, acted_s, resumed = True, severity, one.at_s, False
        elif one.what == "worse":
            severity, untold = severity + 1, True
        wants = _wanted(going_on, answered, taken, resumed, severity > answered_at > 0)
        if one.what == "call":
            calls += 1
            believed_before = believed_over and wants
            believed_over = (believed_over or one.found) and not going_on and not wants
            if one.kind == "over":
                told = False
            else:
                asks = severity if (going_on and not answered) or severity > answered_at > 0 or untold else 0
                is_lately = called is not None and one.at_s - called < 60 and not believed_before
                rank = max(asks, rank) if is_lately else asks
                missed = not one.found and (missed or not told)
                grown, untold = None, untold and missed
                called = one.at_s if one.found else called
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
            is_news = untold and not going_on and not answered and not taken
            since, done = (_soonest(one.at_s, called, severity > rank) if is_news else None), []
            grown = one.at_s if is_news and calls and severity > rank else None
        elif since is None:
            since, done = _soonest(one.at_s, called, severity > rank or believed_over), []
            grown = one.at_s if calls else None
        elif severity > rank or (believed_over and one.what == "raise"):
            since = min(since, one.at_s)
            if told:
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
    if grown is not None and told and called is not None:
        told_s = grown if severity > rank else max(grown, min(called, grown) + 60)
        if told_s <= now_s and not (late and _at(moments, done) <= told_s):
            return Happened(now_s, "call", "worse")
    if not late:
        return None
    latest = [place for place, at_s in moments if at_s <= now_s][-1]
    kind = "alarm" if grown is None else "worse"
    return Happened(now_s, "call", kind, latest[0], tuple(step for _, step in late))


def _soonest(at_s: int, called: int | None, is_worse: bool) -> int:
    return at_s if called is None or is_worse else max(at_s, called + 60)


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
