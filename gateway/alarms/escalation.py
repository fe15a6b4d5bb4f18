"""Which group is due for a call, as the journal has it so far: until it is taken, and again if it worsens.

Fed with what groups.py makes of transitions and with the calls that were decided, in the journal's order.
`due(now_ns)` changes nothing: only a call that is stated does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from typing import Final

from gateway.alarms.call import CallKind
from gateway.alarms.groups import Group, Heard
from gateway.alarms.member import BY_PEOPLE, Member
from gateway.alarms.policy import NEVER, SIREN, Place, Policy, due_steps, next_moment
from gateway.alarms.priority import Judged
from gateway.dataclass import dataclass
from gateway.model import SECOND, to_ns

UPDATE_NS: Final = 60 * SECOND  # what grows all the time is said so often; what gets more urgent, at once
HISTORY_NS: Final = 86_400 * SECOND  # what was over so long before it was noticed wakes nobody


@dataclass(slots=True)
class Course:
    """How far the calls about a group are."""

    since_ns: int = 0  # the moment that delays count from; 0: nobody is to be called
    done: Place | None = None
    calls: int = 0  # that were decided so far
    called_ns: int = 0  # when the last of them was
    rank: int = 0  # the priority it said
    severity: int = 0  # the worst that it was about
    told: dict[str, int] = field(default_factory=dict)  # who has to hear that it is over, since when
    reached: dict[str, int] = field(default_factory=dict)  # of these, whom a message has reached
    unseen: bool = False  # it was over before somebody answered: who was not reached is told, but of that
    grown_ns: int = 0  # since when it is worse than that; 0: it is not
    acted_ns: int = 0  # when somebody last did something about it
    resumed: bool = False  # who took it has not acted for too long
    missed: bool = False  # a call found nobody at all, and nobody was told before or since
    reopened: bool = False  # who had taken it is not on it any more, and nobody has heard that
    stopped: int = 0  # calls that were decided before somebody answered, or it was over: not told any more


@dataclass(frozen=True, slots=True)
class Due:
    """A call that should be decided now: the steps of the policy that it is, or none for an update."""

    group: str
    kind: CallKind
    moment_ns: int
    round: int = 0
    steps: tuple[int, ...] = ()
    until_ns: int = field(default=NEVER, compare=False)  # then there is more to it


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration and the people say of a group; `same` finds the person behind a name.

    `is_coming`: whether one is being called about a group, and nothing has come through.
    """

    policy: Callable[[Group], Policy | None]
    judged: Callable[[Group], Judged]
    same: Callable[[str], str]
    is_coming: Callable[[str, str], bool] = lambda _group, _name: False


class Escalations:
    """Of all groups that are not forgotten."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.courses: dict[str, Course] = {}
        self.groups: dict[str, Group] = {}
        self._next: dict[str, Due] = {}  # looked through as a whole: 10 000 take a millisecond
        self._changed: dict[str, None] = {}  # groups of which it has to be found anew

    # Hearing

    def take_over(self, groups: Iterable[Group], courses: Mapping[str, Course]) -> None:
        """As a run before left them."""
        for group in groups:
            self.groups[group.id] = group
            self.courses[group.id] = courses.get(group.id) or Course()
            self._schedule(group.id)

    def hear(self, heard: Heard, one: Member) -> None:
        """What a transition meant."""
        group = heard.group
        self.groups[group.id] = group
        course = self.courses.setdefault(group.id, Course())
        for other in heard.merged:
            _absorb(course, self.courses.get(other.id) or Course())
            self._forget(other.id)
        if one.change in BY_PEOPLE:
            course.acted_ns, course.resumed = one.at_ns, False
        self._turn(group, course, heard, one)
        self._schedule(group.id)

    def hear_call(
        self,
        group_id: str,
        kind: CallKind,
        place: tuple[int, tuple[int, ...]],
        persons: Iterable[str],
        at_ns: int,
    ) -> None:
        """A call was decided: whoever is to be called will be."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        if group is None or course is None:
            return
        round_, steps = place
        wants = self._wants(group, course)
        course.calls, course.called_ns = course.calls + 1, at_ns
        course.rank, course.severity = self._priority(group), _severity(group)
        if kind is CallKind.OVER:
            for person in self._released(group, course):
                _drop(course, person)
        else:
            course.grown_ns, course.reopened = 0, False
            names = list(persons)
            self._note_missed(group_id, course, names)
            if steps:
                self._carry_out(course, round_, steps[-1], at_ns, wants)
            if wants or course.resumed:
                course.told |= dict.fromkeys(names, at_ns)
        self._schedule(group_id)

    def forget_if_done(self, group_id: str) -> bool:
        """Whether all its alarms are closed and everybody has heard that it is over: then it is forgotten."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        if group is not None and course is not None:
            if group.waiting or self._released(group, course):
                return False
            self._forget(group_id)
        return True

    def reschedule(self) -> None:
        """The rules say something else from now on."""
        self._changed |= dict.fromkeys(self.groups)

    def remember_told(self, group_id: str, name: str, at_ns: int, *, said_over: bool = False) -> None:
        """Somebody was reached; `said_over`: and heard with it that it is over, unless it goes on again."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        if group is None or course is None:
            return
        if self._wants(group, course) or (course.unseen and not said_over):
            course.told.setdefault(name, at_ns)
        if name not in course.told:
            return
        if said_over and group.is_over:
            _drop(course, name)
        else:
            course.reached[name] = at_ns
        self._schedule(group_id)

    def forget_told(self, group_id: str, person: str) -> None:
        """Nobody could reach this one: there is nothing to take back."""
        course = self.courses.get(group_id)
        if course is not None and person in course.told:
            _drop(course, person)
            self._schedule(group_id)

    # Answers

    def due(self, now_ns: int, but: Collection[str] = ()) -> list[Due]:
        """All calls that should be decided by now; the same again until they are stated. `but`: not these."""
        self._find_next()
        ready = [one for one in self._next.values() if one.moment_ns <= now_ns and one.group not in but]
        late = {one.group: self.next(one.group, now_ns) for one in ready if one.until_ns <= now_ns}
        return [late.get(one.group) or one for one in ready]

    def soonest_ns(self, but: Collection[str] = ()) -> int:
        """When something is due next; NEVER: nothing is. `but`: for others than these."""
        self._find_next()
        return min((one.moment_ns for one in self._next.values() if one.group not in but), default=NEVER)

    def next(self, group_id: str, now_ns: int) -> Due | None:
        """What is next of a group, whenever that is; with all steps that are due by now."""
        group, course = self.groups[group_id], self.courses[group_id]
        if self._released(group, course):
            return Due(group_id, CallKind.OVER, 0)
        policy = self._rules.policy(group)
        if policy is None:
            return None
        if not course.since_ns:
            return self._resuming(group, course, policy)
        moment_ns = next_moment(policy, course.since_ns, course.done)
        grown_ns = self._grown_moment(group, course)
        if grown_ns < moment_ns:
            return Due(group_id, _kind(course), grown_ns, until_ns=moment_ns)
        if moment_ns == NEVER:
            return None
        round_, steps = due_steps(policy, course.since_ns, course.done, max(now_ns, moment_ns))
        kind = _kind(course)
        until_ns = next_moment(policy, course.since_ns, (round_, steps[-1]))
        return Due(group_id, kind, moment_ns, round_, steps, until_ns)

    def over_to(self, group_id: str) -> tuple[str, ...]:
        """Who has to hear that it is over, or that somebody else has taken it."""
        return tuple(self._released(self.groups[group_id], self.courses[group_id]))

    def is_calling(self, group_id: str) -> bool:
        """Whether somebody is called until it is taken."""
        course = self.courses.get(group_id)
        return course is not None and course.since_ns > 0

    def is_worse(self, group_id: str) -> bool:
        """Whether it is worse than its last call said."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        return group is not None and course is not None and self._is_worse(group, course)

    def has_told_people(self, group_id: str) -> bool:
        """Whether there is a person who was told, or is being told."""
        course = self.courses.get(group_id)
        return course is not None and any(not name.startswith(SIREN) for name in course.told)

    # What follows

    def _turn(self, group: Group, course: Course, heard: Heard, one: Member) -> None:
        """Whether people are to be called from now on, or no longer, or hear that it is worse."""
        was_unseen, course.unseen = course.unseen, False
        if not self._wants(group, course):
            news = any(_is_news(m) for m in group.members.values())
            course.unseen = news and group.is_over
            is_first = news and (course.calls == 0 or self._is_missed(group.id, course))
            if not is_first and (course.since_ns or was_unseen):
                course.stopped = course.calls
            course.since_ns, course.done, course.grown_ns = one.at_ns if is_first else 0, None, 0
        elif not course.since_ns:
            course.since_ns, course.done = one.at_ns, None
            course.grown_ns = one.at_ns if course.calls else 0
            course.reopened = course.calls > 0 and one.is_let_go
        elif course.calls and (
            (heard.is_new and _calls(one, course)) or heard.merged or self._is_worse(group, course)
        ):
            course.grown_ns = course.grown_ns or one.at_ns

    def _carry_out(self, course: Course, round_: int, step: int, at_ns: int, wants: bool) -> None:
        if not course.since_ns:
            course.since_ns, course.resumed = at_ns, True
        elif not wants and not course.missed:  # it was over before anybody could be told: once is enough
            course.since_ns, course.done = 0, None
            return
        course.done = (round_, step)

    def _note_missed(self, group_id: str, course: Course, names: list[str]) -> None:
        """A siren alone is nobody, but may be all that a policy asks for."""
        if any(not name.startswith(SIREN) for name in names):
            course.missed = False
        elif not names and not self.has_told_people(group_id):
            course.missed = True

    def _is_missed(self, group_id: str, course: Course) -> bool:
        """Whether people were to be called, and not one was there."""
        return course.missed and not self.has_told_people(group_id)

    def _wants(self, group: Group, course: Course) -> bool:
        return any(_calls(one, course) for one in group.members.values())

    def _released(self, group: Group, course: Course) -> list[str]:
        """Of those that were told: whom that does not concern any more."""
        if not course.told or self._wants(group, course):
            return []
        if group.is_over:
            return [name for name in course.told if not self._will_hear_all(group, course, name)]
        answers = (m.taken_by or m.answered_by for m in group.members.values() if not m.is_over)
        keep = {self._rules.same(by) for by in answers if by}
        return [person for person in course.told if person not in keep]

    def _will_hear_all(self, group: Group, course: Course, name: str) -> bool:
        """Of the alarm and of its end in one message, that is on its way: of one that nobody has seen."""
        is_first = course.unseen and name not in course.reached and not name.startswith(SIREN)
        return is_first and self._rules.is_coming(group.id, name)

    def _resuming(self, group: Group, course: Course, policy: Policy) -> Due | None:
        taken = any(
            m.taken_by and m.asks and not m.is_over and not m.is_hushed for m in group.members.values()
        )
        if not taken or policy.taken_for_s <= 0:
            return None
        return Due(group.id, CallKind.ALARM, course.acted_ns + to_ns(policy.taken_for_s), 0, (0,))

    def _grown_moment(self, group: Group, course: Course) -> int:
        if not course.grown_ns or not course.told:
            return NEVER
        if self._is_worse(group, course):
            return course.grown_ns
        return max(course.grown_ns, course.called_ns + UPDATE_NS)

    def _is_worse(self, group: Group, course: Course) -> bool:
        """Than what was called last: more urgent, or something more severe is part of it."""
        return self._priority(group) > course.rank or _severity(group) > course.severity

    def _priority(self, group: Group) -> int:
        return int(self._rules.judged(group).priority)

    def _schedule(self, group_id: str) -> None:
        """Once it is asked for: whoever only looks at a few groups never does."""
        self._changed[group_id] = None

    def _find_next(self) -> None:
        for group_id in self._changed:
            found = self.next(group_id, 0)
            if found is None:
                self._next.pop(group_id, None)
            else:
                self._next[group_id] = found
        self._changed.clear()

    def _forget(self, group_id: str) -> None:
        for known in (self.groups, self.courses, self._next, self._changed):
            known.pop(group_id, None)


def _calls(one: Member, course: Course) -> bool:
    """Whether people are called because of it."""
    if one.is_over or one.is_hushed:
        return False
    return one.worsened or (one.asks and (not one.taken_by or course.resumed))


def _severity(group: Group) -> int:
    """The worst of what asks for somebody; 0: nothing does."""
    asking = (m for m in group.members.values() if not m.is_over and m.speaks)
    return max((int(one.severity) for one in asking), default=0)


def _is_news(one: Member) -> bool:
    """It was over when it was noticed, and nobody has seen it yet."""
    is_recent = one.at_ns - one.over_ns < HISTORY_NS
    return one.is_over and one.asks and is_recent and not one.is_hushed and not one.taken_by


def _kind(course: Course) -> CallKind:
    """Of a call to people who are to act."""
    if not course.grown_ns:
        return CallKind.ALARM
    return CallKind.AGAIN if course.reopened else CallKind.WORSE


def _drop(course: Course, name: str) -> None:
    """This one has not to hear that it is over."""
    course.told.pop(name, None)
    course.reached.pop(name, None)


def _absorb(course: Course, other: Course) -> None:
    """Two groups turned out to be one: who was told of either is told how it goes on."""
    course.told = {**other.told, **course.told}
    course.reached = {**other.reached, **course.reached}
    course.acted_ns = max(course.acted_ns, other.acted_ns)
    course.called_ns = max(course.called_ns, other.called_ns)
    course.rank = max(course.rank, other.rank)
    course.severity = max(course.severity, other.severity)
    if other.since_ns and (not course.since_ns or other.since_ns < course.since_ns):
        course.since_ns, course.done = other.since_ns, other.done
    course.calls = max(course.calls, other.calls)
