"""What tellers have in hand: the attempts that began, and those that wait for their turn.

Who waits behind messages that are being delivered waits for nothing that is broken. Where nothing is
delivered for so long as one attempt may take, everybody who waits there is told by another way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gateway.alarms.delivery import Outcome
from gateway.followers.tellers import Arrivals, Errand, Result, Teller

Ways = frozenset[int]
"""Positions among the ways of a receiver."""


class UnderWay:
    """Belongs to the thread of the caller."""

    def __init__(self, tellers: Mapping[str, Teller]) -> None:
        self._tellers = tellers
        self._errands: dict[str, dict[int, Errand]] = {}  # by delivery and way
        self._arrivals: dict[str, Arrivals] = {}  # by delivery
        self._late: set[tuple[str, int]] = set()  # of the errands, those that nobody waits for any more

    def __contains__(self, delivery: str) -> bool:
        return delivery in self._errands

    @property
    def is_empty(self) -> bool:
        return not self._errands

    def hand(self, errand: Errand, teller: Teller | None) -> None:
        """None: nobody is asked, and the answer is known."""
        self._errands.setdefault(errand.delivery.id, {})[errand.way] = errand
        errand.arrivals = self._arrivals.setdefault(errand.delivery.id, Arrivals())
        errand.arrivals.wanted = errand.delivery.wanted
        for way in errand.delivery.delivered_ways:
            errand.arrivals.end(way, came=True)
        if teller is not None:
            teller.hand(errand)

    def ways(self, delivery: str) -> Ways:
        """By which it is being told, or is to be."""
        return frozenset(self._errands.get(delivery, ()))

    def awaited(self, delivery: str) -> Ways:
        """Of these, those that have not taken too long."""
        return frozenset(way for way in self._errands.get(delivery, {}) if (delivery, way) not in self._late)

    def queued(self, delivery: str, now_s: float, patience_s: float) -> Ways:
        """Of these, those whose turn takes long to come, though others have theirs."""
        mine = self._errands.get(delivery, {}).items()
        waiting = [(way, one) for way, one in mine if one.began_s is None]
        return frozenset(w for w, e in waiting if e.not_before_s > now_s or now_s - e.handed_s > patience_s)

    def waiting(self, delivery: str) -> list[Errand]:
        """Whose turn has not come."""
        return [one for one in self._errands.get(delivery, {}).values() if one.began_s is None]

    def withdraw(self, delivery: str) -> bool:
        """Whether nothing of it has begun; then nothing will."""
        mine = self._errands.get(delivery, {})
        if any(one.began_s is not None for one in mine.values()):
            return False
        self._cancel(delivery)
        return not self._errands.get(delivery)

    def keep(self, deliveries: Collection[str]) -> None:
        """What waits for its turn and is none of these is settled by now."""
        for name in [name for name in self._errands if name not in deliveries]:
            self._cancel(name)

    def overdue(self, now_s: float, patience_s: float, hangs: str, waits: str) -> Iterator[Result]:
        """Attempts that take too long: the next way is tried, and a late answer is stated all the same."""
        every = [((name, way), e) for name, ways in self._errands.items() for way, e in ways.items()]
        settled = {key for key, one in every if one.began_s is None and one.arrivals.may_be_enough}
        for key, errand in every:
            teller = self._tellers.get(errand.notifier)
            if teller is None or key in self._late or key in settled:
                continue
            if errand.waits_s(now_s, teller.delivered_s) > patience_s:
                why = waits if teller.cancel(errand) else hangs
                self._late.add(key)
                errand.arrivals.end(errand.way)
                yield Result(errand, Outcome.RETRY, why, now_s - errand.handed_s, is_given_up=True)

    def settle(self, result: Result) -> None:
        """What came of it is stated."""
        errand = result.errand
        if errand.is_cancelled or not result.is_given_up:
            self._forget(errand)

    def _cancel(self, delivery: str) -> None:
        for errand in self.waiting(delivery):
            teller = self._tellers.get(errand.notifier)
            if teller is not None and teller.cancel(errand):
                self._forget(errand)

    def _forget(self, errand: Errand) -> None:
        name = errand.delivery.id
        ways = self._errands.get(name, {})
        if ways.get(errand.way) is errand:
            del ways[errand.way]
            self._late.discard((name, errand.way))
        if not ways:
            self._errands.pop(name, None)
            self._arrivals.pop(name, None)
