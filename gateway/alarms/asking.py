"""What of a group asks for people, as far as the calls about it are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.alarms.call import CallKind
from gateway.alarms.calling_course import Course
from gateway.alarms.groups import Group
from gateway.alarms.member import HISTORY_NS, WHEN_IT_SPEAKS, Member


def calls_people(one: Member, course: Course) -> bool:
    """Whether people are called because of it."""
    if one.is_over or one.is_hushed:
        return False
    return one.worsened or (one.asks and (not one.taken_by or course.resumed))


def is_news(one: Member) -> bool:
    """It was over when it was noticed, and nobody has seen it yet."""
    is_recent = one.at_ns - one.over_ns < HISTORY_NS
    return one.is_over and one.asks and is_recent and not one.is_hushed and not one.taken_by


def is_untold(one: Member, said_seq: int) -> bool:
    """The same, and no call up to this entry of the journal told it; what never was is told to nobody."""
    return one.news_seq > said_seq and is_news(one) and not one.is_withdrawn


def withheld(one: Member, course: Course) -> Member:
    """What is quiet before a call told it is news once it speaks: no message about others tells it."""
    is_news_then = one.is_hushed and one.news_seq > course.said_seq
    return replace(one, news_seq=WHEN_IT_SPEAKS) if is_news_then else one


def untold(group: Group, course: Course) -> Iterable[Member]:
    """What was over before a call could say that it began."""
    return (one for one in group.members.values() if is_untold(one, course.said_seq))


def worst(group: Group, course: Course) -> int:
    """The worst of what asks for somebody, or has to be told; 0: nothing does."""
    asking = (m for m in group.members.values() if not m.is_over and m.speaks)
    return max((int(one.severity) for one in (*asking, *untold(group, course))), default=0)


def lacking(group: Group, course: Course) -> list[str]:
    """Who was told of the group and has not heard of all that asks."""
    asking = (m for m in group.members.values() if calls_people(m, course) or is_untold(m, 0))
    newest = max((one.news_seq for one in asking), default=0)
    return [name for name in course.told if course.known.get(name, 0) < newest]


def kind_of(course: Course) -> CallKind:
    """Of a call to people who are to act."""
    if not course.grown_ns:
        return CallKind.ALARM
    return CallKind.AGAIN if course.reopened else CallKind.WORSE
