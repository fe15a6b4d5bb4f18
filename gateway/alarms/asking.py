"""What of a group asks for people, as far as the calls about it are."""

from __future__ import annotations

from gateway.alarms.call import CallKind
from gateway.alarms.calling_course import Course
from gateway.alarms.groups import Group
from gateway.alarms.member import HISTORY_NS, Member


def calls_people(one: Member, course: Course) -> bool:
    """Whether people are called because of it."""
    if one.is_over or one.is_hushed:
        return False
    return one.worsened or (one.asks and (not one.taken_by or course.resumed))


def worst(group: Group) -> int:
    """The worst of what asks for somebody; 0: nothing does."""
    asking = (m for m in group.members.values() if not m.is_over and m.speaks)
    return max((int(one.severity) for one in asking), default=0)


def is_news(one: Member) -> bool:
    """It was over when it was noticed, and nobody has seen it yet."""
    is_recent = one.at_ns - one.over_ns < HISTORY_NS
    return one.is_over and one.asks and is_recent and not one.is_hushed and not one.taken_by


def is_unheard(one: Member, course: Course) -> bool:
    """Whether it began and ended behind the last call, which was about something else."""
    return is_news(one) and course.since_ns > 0 and course.done is None and course.grown_ns > 0


def kind_of(course: Course) -> CallKind:
    """Of a call to people who are to act."""
    if not course.grown_ns:
        return CallKind.ALARM
    return CallKind.AGAIN if course.reopened else CallKind.WORSE
