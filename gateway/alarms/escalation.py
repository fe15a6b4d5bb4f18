"""Which group is due for a call, as the journal has it so far: until it is taken, and again if it worsens.

Fed with what groups.py makes of transitions and with the calls that were decided, in the journal's order.
`due(now_ns)` changes nothing: only a call that is stated does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from gateway.alarms.asking import calls_people, is_news, kind_of, lacking, untold, withheld, worst
from gateway.alarms.call import CallKind
from gateway.alarms.calling_course import UPDATE_NS, Course
from gateway.alarms.due import Due, Rules
from gateway.alarms.groups import Group, Heard
from gateway.alarms.leading import Reader, reader
from gateway.alarms.member import BY_PEOPLE, WITHDRAWN, Member
from gateway.alarms.policy import NEVER, SIREN, Place, due_steps, next_moment
from gateway.alarms.resuming import resume_ns


class Escalations:
    """Of all groups that are not forgotten."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._swings = rules.swings
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
            course.absorb(self.courses.get(other.id) or Course())
            self._forget(other.id)
        if one.change in BY_PEOPLE:
            course.acted_ns, course.resumed = one.at_ns, False
        if one.change == WITHDRAWN and course.calls:
            course.corrected_ns = one.at_ns
        one = group.members[one.id] = withheld(one, course)
        self._turn(group, course, heard, one)
        self._schedule(group.id)

    def hear_call(
        self,
        group_id: str,
        kind: CallKind,
        place: tuple[int, tuple[int, ...]],
        persons: Iterable[str],
        at_ns: int,
        seq: int,
    ) -> None:
        """A call was decided, by entry `seq` of the journal: whoever is to be called will be."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        if group is None or course is None:
            return
        round_, steps = place
        wants = self._wants(group, course)
        course.calls += 1
        if kind is CallKind.OVER:
            self._calm_down(group, course, at_ns, seq)
            course.release(self._released(group, course), at_ns, group)
        else:
            names = list(persons)
            self._note_worst(group, course, at_ns, wants=wants)
            self._note_said(group_id, course, names, at_ns, seq)
            if steps:
                self._carry_out(group, course, (round_, steps[-1]), at_ns, wants)
            if wants or course.resumed:
                course.told |= dict.fromkeys(names, at_ns)
            course.grown_ns = course.grown_ns if names and lacking(group, course) else 0
            course.swung_ns, course.corrected_ns, course.reopened = 0, 0, False
            wants = wants or not (names or course.said_over)
        course.said_over = group.is_over and (kind is CallKind.OVER or not wants)
        self._schedule(group_id)

    def hear_spared(self, group_id: str, place: Place, at_ns: int) -> None:
        """A step rang nobody, as all had just heard it; what has happened since is told by none of this."""
        if (group := self.groups.get(group_id)) is not None:
            course = self.courses[group_id]
            course.calls += 1
            self._carry_out(group, course, place, at_ns, self._wants(group, course))
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

    def count_on(self, lost_ns: int, now_ns: int) -> None:
        """So much time has passed that no clock counts; delays are of time that passes."""
        for course in self.courses.values():
            course.count_on(lost_ns, now_ns)
        self.reschedule()

    def remember_told(self, group_id: str, name: str, at_ns: int, *, said_over: bool = False) -> None:
        """Somebody was reached; `said_over`: and heard with it that it is over, unless it goes on again."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        if group is None or course is None:
            return
        if self._wants(group, course) or (course.unseen and not said_over):
            course.told.setdefault(name, at_ns)
        if name not in course.told:
            return
        if said_over and group.is_over and not self._wants(group, course):
            course.drop(name)
            course.said_over = True
        else:
            course.reached[name] = at_ns
        self._schedule(group_id)

    def keep_told(self, group_id: str, name: str, at_ns: int) -> bool:
        """Whether it goes on again, so that this one need not hear any more that it was over."""
        group, course = self.groups[group_id], self.courses[group_id]
        if not self._wants(group, course):
            return False
        course.told.setdefault(name, at_ns)
        self._schedule(group_id)
        return True

    def forget_told(self, group_id: str, person: str) -> None:
        """Nobody could reach this one: there is nothing to take back."""
        course = self.courses.get(group_id)
        if course is not None and person in course.told:
            course.drop(person)
            self._schedule(group_id)

    def forget_asked(self, person: str) -> None:
        """Something new was stated about this one, who may be reached now."""
        for course in self.courses.values():
            course.asked.discard(person)

    def let_go(self, has_left: Callable[[str], bool], at_ns: int) -> None:
        """Somebody has left: nobody is on what this one had taken."""
        for group in self.groups.values():
            course = self.courses[group.id]
            asking = [m for m in group.members.values() if m.asks and not m.is_over and not m.is_hushed]
            if not course.resumed and any(m.taken_by and has_left(m.taken_by) for m in asking):
                course.begin(at_ns)
                course.grown_ns, course.resumed, course.reopened = at_ns, True, True
                self._schedule(group.id)

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
        if course.corrected_ns and course.told and not group.is_over:
            return Due(group_id, CallKind.ALARM, course.corrected_ns)
        policy = self._rules.policy(group)
        if policy is None:
            return None
        again_ns = resume_ns(group, course, policy)
        if not course.since_ns:
            return Due(group_id, CallKind.ALARM, again_ns, 0, (0,)) if again_ns < NEVER else None
        moment_ns = next_moment(policy, course.since_ns, course.done)
        grown_ns = self._grown_moment(group, course)
        calm_ns = self._calm_moment(group, course)
        if calm_ns < NEVER and calm_ns <= max(now_ns, min(moment_ns, grown_ns)):
            return Due(group_id, CallKind.OVER, calm_ns)
        if again_ns < grown_ns and max(again_ns, now_ns) < moment_ns:
            return Due(group_id, kind_of(course), again_ns, 0, (0,), min(moment_ns, calm_ns))
        if grown_ns < moment_ns:
            return Due(group_id, kind_of(course), grown_ns, until_ns=min(moment_ns, calm_ns))
        if moment_ns == NEVER:
            return None
        round_, steps = due_steps(policy, course.since_ns, course.done, max(now_ns, moment_ns))
        kind = kind_of(course)
        until_ns = next_moment(policy, course.since_ns, (round_, steps[-1]))
        return Due(group_id, kind, moment_ns, round_, steps, min(until_ns, calm_ns))

    def over_to(self, group_id: str) -> tuple[str, ...]:
        """Who has to hear that it is over, or that somebody else has taken it."""
        return tuple(self._released(self.groups[group_id], self.courses[group_id], is_calm=True))

    def is_calling(self, group_id: str) -> bool:
        """Whether somebody is called until it is taken."""
        course = self.courses.get(group_id)
        return course is not None and course.since_ns > 0

    def is_worse(self, group_id: str) -> bool:
        """Whether it is worse than its last call said."""
        group, course = self.groups.get(group_id), self.courses.get(group_id)
        return group is not None and course is not None and self._is_worse(group, course)

    def reader(self, group_id: str, name: str) -> Reader:
        """How much this one knows of it before the next call."""
        course = self.courses.get(group_id)
        return Reader() if course is None else reader(course, name)

    def to_update(self, group_id: str) -> list[str]:
        """Whom a call that is no step is for: who has not heard of all of it, or everybody who was told."""
        group, course = self.groups[group_id], self.courses[group_id]
        return lacking(group, course) or list(course.told)

    def has_told_people(self, group_id: str) -> bool:
        """Whether there is a person who was told, or is being told."""
        course = self.courses.get(group_id)
        return course is not None and any(not name.startswith(SIREN) for name in course.told)

    # What follows

    def _turn(self, group: Group, course: Course, heard: Heard, one: Member) -> None:
        """Whether people are to be called from now on, or no longer, or hear that it is worse."""
        if not self._wants(group, course):
            self._stop(group, course, one.at_ns)
            return
        course.unseen = False
        swing = self._swings.known_to_all(one, self._priority(group)) if one.is_new else None
        if swing is not None:  # the steps tell of it, and no call of its own
            one = group.members[one.id] = replace(one, news_seq=0)
        if not course.since_ns and swing is not None:
            course.begin(max(one.at_ns, swing.said_ns + self._swings.calm_ns))
            course.rank, course.severity = max(course.rank, swing.rank), max(course.severity, swing.severity)
        elif not course.since_ns:
            course.begin(one.at_ns if one.is_let_go else self._soonest(group, course, one.at_ns))
            course.grown_ns = one.at_ns if course.calls else 0
            course.reopened = course.calls > 0 and one.is_let_go
        elif swing is not None and not heard.merged:
            course.swung_ns = course.swung_ns or one.at_ns
        elif heard.merged or (heard.is_new and calls_people(one, course)) or self._is_worse(group, course):
            course.since_ns = min(course.since_ns, self._soonest(group, course, one.at_ns))
            course.reopened = course.reopened or (course.calls > 0 and one.is_let_go)
            if course.told:  # who has not heard of it hears of all of it
                course.grown_ns = course.grown_ns or one.at_ns
        elif course.told and not course.reopened and not lacking(group, course):
            course.grown_ns = 0  # somebody answered it, before it was told

    def _stop(self, group: Group, course: Course, at_ns: int) -> None:
        """Nobody is called any more, unless nobody has heard of it."""
        was_unseen = course.unseen
        course.unseen = group.is_over and any(is_news(m) for m in group.members.values())
        if not any(untold(group, course)):
            course.stopped = course.calls if course.since_ns or was_unseen else course.stopped
            course.begin(0)
            return
        course.begin(self._soonest(group, course, at_ns))
        if course.calls and self._is_worse(group, course):
            course.grown_ns = at_ns

    def _soonest(self, group: Group, course: Course, at_ns: int) -> int:
        """When people may hear of what begins: what is worse than all that they were told lately, at once.

        So does what asks where they believe that it is over.
        """
        believed_over = course.said_over and self._wants(group, course)
        if believed_over or self._is_worse(group, course) or not course.is_lately(at_ns):
            return at_ns
        return course.called_ns + UPDATE_NS

    def _calm_down(self, group: Group, course: Course, at_ns: int, seq: int) -> None:
        """What came and went has been over for long enough."""
        ended = [one for one in group.members.values() if self._has_swung(one, course)]
        if ended and not any(calls_people(one, course) for one in group.members.values()):
            self._swings.end(ended)
            course.said_seq = course.said_seq if course.missed else seq
            self._stop(group, course, at_ns)

    def _note_worst(self, group: Group, course: Course, at_ns: int, *, wants: bool) -> None:
        """What a call says; the worst that was said counts on for a minute, and of what comes and goes."""
        rank, severity = self._priority(group), worst(group, course)
        swinging = [one for one in group.members.values() if self._swings.of(one) is not None]
        if swinging or (course.is_lately(at_ns) and not (course.said_over and wants)):
            rank, severity = max(rank, course.rank), max(severity, course.severity)
        for one in swinging:
            self._swings.say(one, at_ns, rank)
        course.rank, course.severity = rank, severity

    def _note_said(self, group_id: str, course: Course, names: list[str], at_ns: int, seq: int) -> None:
        """Who is to hear of all that was stated so far."""
        self._note_missed(group_id, course, names)
        course.called_ns = at_ns if names else course.called_ns
        course.said_seq = course.said_seq if course.missed else seq
        course.known |= dict.fromkeys(names, seq)
        course.asked |= set(names)

    def _carry_out(self, group: Group, course: Course, place: Place, at_ns: int, wants: bool) -> None:
        policy = self._rules.policy(group)
        if not course.since_ns:
            course.since_ns, course.resumed = at_ns, True
        elif resume_ns(group, course, policy) <= at_ns:  # the steps go on, or begin again behind the last one
            course.resumed = True
            if policy is not None and next_moment(policy, course.since_ns, course.done) == NEVER:
                course.since_ns, course.done = at_ns, None
        elif not wants and not course.missed:  # it was over before anybody could be told: once is enough
            course.since_ns, course.done = 0, None
            return
        course.done = place if course.done is None else max(course.done, place)

    def _note_missed(self, group_id: str, course: Course, names: list[str]) -> None:
        """A siren alone is nobody, but may be all that a policy asks for."""
        if any(not name.startswith(SIREN) for name in names):
            course.missed = False
        elif not names and not self.has_told_people(group_id):
            course.missed = True

    def _wants(self, group: Group, course: Course) -> bool:
        return any(calls_people(m, course) or self._has_swung(m, course) for m in group.members.values())

    def _has_swung(self, one: Member, course: Course) -> bool:
        """Whether it is over for now: it comes and goes, and nobody has answered."""
        is_open = one.is_over and one.asks and not one.is_hushed and (not one.taken_by or course.resumed)
        return is_open and self._swings.of(one) is not None

    def _calm_moment(self, group: Group, course: Course) -> int:
        """When what comes and goes counts as over; NEVER: not before it is, or it does not."""
        members = group.members.values()
        if any(calls_people(one, course) for one in members):
            return NEVER
        return self._swings.end_ns(one for one in members if self._has_swung(one, course))

    def _released(self, group: Group, course: Course, *, is_calm: bool = False) -> list[str]:
        """Of those that were told: whom that does not concern any more; `is_calm`: nor what has swung."""
        calls = any(calls_people(one, course) for one in group.members.values())
        if not (course.told or course.quieted) or calls or (not is_calm and self._wants(group, course)):
            return []
        if group.is_over:
            is_unseen = course.unseen or is_calm
            names = {**course.quieted, **course.told}
            return [name for name in names if not self._will_hear_all(group, course, name, is_unseen)]
        answers = (m.seen_to_by for m in group.members.values() if not m.is_over)
        keep = {self._rules.same(by) for by in answers if by}
        return [person for person in course.told if person not in keep]

    def _will_hear_all(self, group: Group, course: Course, name: str, is_unseen: bool) -> bool:
        """Of the alarm and of its end in one message, that is on its way: of one that nobody has seen."""
        is_first = is_unseen and name not in course.reached and not name.startswith(SIREN)
        return is_first and self._rules.is_coming(group.id, name)

    def _grown_moment(self, group: Group, course: Course) -> int:
        if not course.told:
            return NEVER
        swung_ns = max(course.swung_ns, course.called_ns + self._swings.calm_ns) if course.swung_ns else NEVER
        if not course.grown_ns:
            return swung_ns
        if self._is_worse(group, course):
            return course.grown_ns
        return min(swung_ns, max(course.grown_ns, min(course.called_ns, course.grown_ns) + UPDATE_NS))

    def _is_worse(self, group: Group, course: Course) -> bool:
        """Than what was called last: more urgent, or something more severe is part of it."""
        return self._priority(group) > course.rank or worst(group, course) > course.severity

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
