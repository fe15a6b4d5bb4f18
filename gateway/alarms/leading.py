"""What leads a message about a group: one table, for calls, their priority and their words.

    standing   what it is                                          of one whom the reader ...
    new        it asks, or was over before a call could say so     has not heard of
    asks       it goes on, and nobody sees to it                   knows
    goes on    somebody has taken or acknowledged it
    quiet      it goes on, shelved, suppressed or out of service
    over       it is over, and the reader knows, or need not

Whoever knows the group reads first what is new. To anybody else all that asks is new: the more urgent
leads, then the more severe. What somebody sees to never leads while something asks, and what was told as over
never leads while anything else is there. Of what is over, that of which the reader has not heard it leads.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from gateway.alarms.asking import calls_people, is_untold
from gateway.alarms.calling_course import Course
from gateway.alarms.groups import Group
from gateway.alarms.member import Member
from gateway.dataclass import dataclass

Place = tuple[int, bool, int, int, int]
"""By which alarms are sorted: the least leads."""


class Standing(IntEnum):
    """The less, the earlier it is told."""

    NEW = 0
    ASKS = 1
    GOES_ON = 2
    QUIET = 3
    OVER = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """Of a message: what was told up to entry `since_seq` of the journal is not new to whoever gets it.

    `knows`: was told of the group, and not of its end.
    """

    since_seq: int = 0
    knows: bool = False

    def without(self, other: Reader) -> Reader:
        """The same, if the message that `other` was to get has not come through."""
        return Reader(min(self.since_seq, other.since_seq), self.knows and other.knows)


def reader(course: Course, name: str) -> Reader:
    """Before the next call to this one."""
    if name not in course.told:
        return Reader(course.said_seq)
    return Reader(course.known.get(name, course.said_seq), knows=True)


def standing(one: Member, course: Course, since_seq: int, *, swings: bool = False) -> Standing:
    """`swings`: it comes and goes, and is not over before it has been calm."""
    if one.is_over and not swings:
        return Standing.NEW if is_untold(one, since_seq) else Standing.OVER
    if not swings and not calls_people(one, course):
        return Standing.QUIET if one.is_hushed else Standing.GOES_ON
    return Standing.NEW if one.news_seq > since_seq else Standing.ASKS


def ranked(
    group: Group,
    course: Course,
    reader: Reader,
    priority_of: Callable[[Member], int],
    has_swung: Callable[[Member], bool],
) -> list[tuple[Place, Member]]:
    """Its alarms for one reader, what leads first; of equals its first one, then the oldest."""
    found = list[tuple[Place, Member]]()
    for one in group.members.values():
        its = standing(one, course, reader.since_seq, swings=has_swung(one))
        found.append((_place(one, its, priority_of(one), reader), one))
    return sorted(found, key=lambda each: (each[0], each[1].id != group.first, each[1].at_ns))


def deciding(group: Group, since_seq: int) -> list[Member]:
    """By which it is judged: what asks or was not told; or what goes on, at best unless quiet; or all."""
    members = list(group.members.values())
    asking = [m for m in members if (not m.is_over and m.speaks) or is_untold(m, since_seq)]
    going_on = [m for m in members if not m.is_over]
    return asking or [m for m in going_on if not m.is_hushed] or going_on or members


def _place(one: Member, standing: Standing, priority: int, reader: Reader) -> Place:
    asks_all_the_same = standing is Standing.ASKS and not reader.knows
    first = Standing.NEW if asks_all_the_same else standing
    is_known = standing is Standing.OVER and one.seq <= reader.since_seq
    return first, is_known, -priority, -one.severity, standing
