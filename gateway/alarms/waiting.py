"""Messages that are on their way to people: of each happening one at most waits for one person.

Whatever waits is told as things are when it comes through, so the newest one about a group tells all of it:
what is older says nothing of that group any more, be it a call or a summary. Else each of them would say
that it is over.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.alarms.call import LOUD, CallKind
from gateway.alarms.delivery import Delivery


class Waiting:
    """Of one call book. `deliveries` that are not done, by id; `summaries`: calls, and the groups in them."""

    def __init__(
        self, deliveries: Iterable[Delivery] = (), summaries: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        self.deliveries = {one.id: one for one in deliveries}
        self.summaries = summaries or {}
        self._latest: dict[str, dict[str, str]] = {}  # group -> receiver -> the delivery that tells it
        for one in self.deliveries.values():
            for group in self.about(one):
                self._latest.setdefault(group, {})[one.receiver.name] = one.id

    def add(self, made: Delivery) -> None:
        """A newer one; of a summary `summaries` has the groups already."""
        for group in self.about(made):
            if group:
                self._take_from_older(group, made)
        self.deliveries[made.id] = made

    def drop(self, delivery: Delivery) -> tuple[str, ...]:
        """There is nothing more to try; answers with the groups that it was about."""
        self.deliveries.pop(delivery.id, None)
        about = self.about(delivery)
        self.summaries.pop(delivery.call, None)
        for group in about:
            mine = self._latest.get(group, {})
            if mine.get(delivery.receiver.name) == delivery.id:
                del mine[delivery.receiver.name]
        return about

    def forget(self, group: str) -> None:
        self._latest.pop(group, None)

    def about(self, delivery: Delivery) -> tuple[str, ...]:
        return self.groups(delivery.call, delivery.group)

    def groups(self, call_id: str, group: str) -> tuple[str, ...]:
        """What a call is about."""
        return self.summaries.get(call_id, (group,))

    def telling(self, group: str) -> list[Delivery]:
        """What waits and is about it: one at most of each person."""
        mine = (self.deliveries.get(name) for name in self._latest.get(group, {}).values())
        return [one for one in mine if one is not None]

    def is_about(self, group: str) -> bool:
        """Whether something that waits is."""
        return bool(self._latest.get(group))

    def is_coming(self, group: str, name: str) -> bool:
        """Whether this one will hear of it by a message of which no try has come through."""
        delivery = self.deliveries.get(self._latest.get(group, {}).get(name, ""))
        if delivery is None or delivery.is_delivered:
            return False
        return delivery.kind in LOUD or delivery.kind is CallKind.SUMMARY

    def ends(self, group: str) -> list[Delivery]:
        """Messages that say that it is over, and have not come through."""
        return [one for one in self.telling(group) if one.kind is CallKind.OVER and not one.is_delivered]

    def _take_from_older(self, group: str, made: Delivery) -> None:
        mine = self._latest.setdefault(group, {})
        older = self.deliveries.get(mine.get(made.receiver.name, ""))
        mine[made.receiver.name] = made.id
        if older is None or older.id == made.id:
            return
        if not older.is_delivered:
            made.reader = made.reader.without(older.reader)
            made.ranks[group] = max(made.ranks.get(group, 0), older.ranks.get(group, 0))
        left = tuple(one for one in self.about(older) if one != group)
        if left:
            self.summaries[older.call] = left
        else:
            self.drop(older)
