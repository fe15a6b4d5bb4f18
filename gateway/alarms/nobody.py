"""Groups that nobody hears of: every way fails, nobody is there, or no policy is for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from gateway.alarms.call import CallKind
from gateway.alarms.delivery import Delivery
from gateway.alarms.escalation import Escalations
from gateway.alarms.groups import Group
from gateway.alarms.policy import Policy
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called

UNREACHED: Final = "unreached"  # key of the fault that says so


class Policies(Protocol):
    """What is known of policies."""

    def policies(self) -> Sequence[Policy]: ...
    def policy(self, group: Group) -> Policy | None: ...


class Nobody:
    """Since when, by group; follows what a call book hears. A drill says itself whom it did not reach."""

    def __init__(
        self, escalations: Escalations, known: Policies, since: dict[str, int] | None = None
    ) -> None:
        self.since = {} if since is None else since
        self._escalations = escalations
        self._known = known

    def is_left_out(self, group: Group) -> bool:
        """Whether there are policies, and none of them is for this one."""
        return len(self._known.policies()) > 0 and self._known.policy(group) is None

    def look(self, group: Group, at_ns: int) -> None:
        """Something happened to one of its alarms, or the policies are others from now on."""
        if not self._escalations.is_calling(group.id):
            self.since.pop(group.id, None)
        elif not self._escalations.has_told_people(group.id) and self.is_left_out(group):
            self._add(group.id, at_ns)

    def look_at_all(self) -> None:
        """The same for every group."""
        for group in self._escalations.groups.values():
            course = self._escalations.courses[group.id]
            if course.since_ns:
                self.look(group, course.since_ns)

    def hear_call(self, said: Called, at_ns: int) -> None:
        """One about a group."""
        if said.kind != CallKind.OVER and self._finds_nobody(said):
            self._add(said.group, at_ns)

    def hear_outcome(self, delivery: Delivery, groups: Iterable[str], at_ns: int, said: Attempt) -> None:
        """What came of a call to one receiver so far; a summary is about several groups."""
        for group in groups:
            if delivery.is_delivered:
                if (
                    delivery.kind is not CallKind.OVER
                ):  # that takes back what was told, and is nothing to take back
                    said_over = said.over or group in said.ended
                    self._escalations.remember_told(group, delivery.receiver.name, at_ns, said_over=said_over)
                if delivery.receiver.person:  # nobody may be where a siren sounds
                    self.since.pop(group, None)
            elif delivery.has_failed:
                self.lose(delivery.receiver.name, group, at_ns, is_person=bool(delivery.receiver.person))

    def lose(self, name: str, group: str, at_ns: int, *, is_person: bool = True) -> None:
        """This one cannot be reached."""
        escalations = self._escalations
        escalations.forget_told(group, name)
        if is_person and escalations.is_calling(group) and not escalations.has_told_people(group):
            self._add(group, at_ns)

    def _add(self, group_id: str, at_ns: int) -> None:
        group = self._escalations.groups.get(group_id)
        if group is None or not (group.is_drill or _says_so_itself(group)):
            self.since.setdefault(group_id, at_ns)

    def _finds_nobody(self, said: Called) -> bool:
        """Whether it is to people, and there are none, nor were there any before."""
        if said.held or any(receiver.person for receiver in said.receivers):
            return False
        if said.receivers and not self._asks_people(said):
            return False
        return not self._escalations.has_told_people(said.group)

    def _asks_people(self, said: Called) -> bool:
        group = self._escalations.groups.get(said.group)
        policy = None if group is None else self._known.policy(group)
        return policy is not None and any(step.call for k, step in enumerate(policy.steps) if k in said.steps)


def _says_so_itself(group: Group) -> bool:
    """The fault that somebody was not reached must not keep itself alive."""
    return all(one.cause == UNREACHED for one in group.members.values())
