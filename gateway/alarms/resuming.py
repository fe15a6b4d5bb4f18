"""When calls begin again about what somebody has taken: who took it has not acted for so long.

That is so whether or not something else of the group asks meanwhile.
"""

from __future__ import annotations

from gateway.alarms.calling_course import Course
from gateway.alarms.groups import Group
from gateway.alarms.member import Member
from gateway.alarms.policy import NEVER, Policy
from gateway.model import to_ns


def resume_ns(group: Group, course: Course, policy: Policy | None) -> int:
    """NEVER: nobody has taken anything that goes on, or people are called about it already."""
    if policy is None or policy.taken_for_s <= 0 or course.resumed:
        return NEVER
    is_taken = any(map(_waits_for_whoever_took_it, group.members.values()))
    return course.acted_ns + to_ns(policy.taken_for_s) if is_taken else NEVER


def _waits_for_whoever_took_it(one: Member) -> bool:
    is_quiet = one.is_over or one.is_hushed or one.worsened  # about what has worsened people are called
    return bool(one.taken_by) and one.asks and not is_quiet
