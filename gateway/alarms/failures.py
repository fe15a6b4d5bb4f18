"""Ways to people that failed when they were tried last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.alarms.delivery import Outcome
from gateway.alarms.kept_calls import Failure
from gateway.statements.attempt import Attempt

LONGEST_ANSWER: Final = 200  # characters
ADDRESS_OF_SERVER: Final = "://"  # in a webhook's, which is a URL


class Failures:
    """Of one call book."""

    def __init__(self, failures: Iterable[Failure] = ()) -> None:
        self._by_way = {(one.notifier, one.person, one.address): one for one in failures}

    def kept(self) -> list[Failure]:
        return list(self._by_way.values())

    def hear(self, at_ns: int, said: Attempt) -> None:
        """Where one person is reached, the notifier works for all who were not reached for want of it.

        Not so where each address is a server: that one answers says nothing of another.
        """
        way = said.notifier, said.person, said.address
        if said.outcome != Outcome.DELIVERED:
            answer = said.answer[:LONGEST_ANSWER]
            self._by_way[way] = Failure(said.notifier, said.person, said.outcome, answer, at_ns, said.address)
            return
        self._by_way.pop(way, None)
        for key, one in list(self._by_way.items()) if ADDRESS_OF_SERVER not in said.address else ():
            is_of_notifier = one.notifier == said.notifier and ADDRESS_OF_SERVER not in one.address
            if is_of_notifier and one.outcome == Outcome.RETRY:
                del self._by_way[key]
