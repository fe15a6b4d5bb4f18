"""Too much and too little: floods, alarms that chatter or are stale, ways that fail."""

from __future__ import annotations

from gateway.alarms.call import CallKind, Priority
from gateway.alarms.chatter import Limits, Raisings, remarks
from gateway.alarms.delivery import Delivery, Outcome
from gateway.alarms.flood import KNOWN, NEVER, Flood, FloodLimits
from gateway.statements.call import Receiver
from tests.unit.alarms.happenings import Site, ns

THREE = (("push", "a"), ("sms", "b"), ("voice", "c"))


def test_ten_in_ten_minutes_and_then_a_summary() -> None:
    flood = Flood(FloodLimits())
    for k in range(10):
        assert not flood.is_full("li-na", ns(k), 4)
        flood.sent("li-na", ns(k), 4)
    assert flood.is_full("li-na", ns(10), 4) and not flood.is_full("wang-wei", ns(10), 4)
    assert not Flood(FloodLimits()).is_full("li-na", ns(0), 4, more=[4] * 9)
    assert Flood(FloodLimits()).is_full("li-na", ns(0), 4, more=[4] * 10)
    flood.holds("li-na", "G-1", ns(10), 4)
    flood.holds("li-na", "G-2", ns(30), 4)
    assert flood.due(ns(69)) == [] and flood.due(ns(70)) == ["li-na"]
    assert flood.soonest_ns() == ns(70) and flood.soonest_ns(("li-na",)) == NEVER
    flood.summed("li-na", ("G-1", "G-2"), ns(70))
    flood.holds("li-na", "G-3", ns(71), 4)
    assert flood.due(ns(130)) == [] and flood.due(ns(131)) == ["li-na"]
    flood.summed("li-na", ("G-3",), ns(131))
    assert flood.is_full("li-na", ns(599), 4) and not flood.is_full("li-na", ns(600), 4)


def test_what_comes_and_goes_is_said_to_chatter() -> None:
    site, raisings, limits = Site(), Raisings(), Limits()
    for k in range(6):
        raisings.hear(site.happens(f"E-{k}", "raised", 100 * k))
        raisings.hear(site.happens(f"E-{k}", "returned", 100 * k + 50))
    alarm = site.alarms["E-5"]
    assert list(remarks(alarm, raisings, limits, ns(600))) == ["chattering: raised 6 times in 30 min"]
    assert list(remarks(alarm, raisings, limits, ns(1899))) == ["chattering: raised 5 times in 30 min"]
    assert list(remarks(alarm, raisings, limits, ns(1901))) == []
    assert list(remarks({**alarm, "rule": "other"}, raisings, limits, ns(600))) == []
    raisings.forget(limits, ns(2299))
    assert raisings.times
    raisings.forget(limits, ns(2300))
    assert not raisings.times


def test_what_stands_open_without_anybody_is_said_to_be_stale() -> None:
    site, limits = Site(), Limits()
    site.happens("E-1", "raised", 0)
    alarm, day = site.alarms["E-1"], 86_400
    assert list(remarks(alarm, Raisings(), limits, ns(day))) == []
    assert list(remarks(alarm, Raisings(), limits, ns(26 * 3600))) == ["stale: open for 26 h without anybody"]
    often = Limits(stale_after_s=600)
    assert list(remarks(alarm, Raisings(), often, ns(1500))) == ["stale: open for 25 min without anybody"]
    assert list(remarks({**alarm, "taken": {"by": "Li Na"}}, Raisings(), limits, ns(2 * day))) == []
    assert list(remarks({**alarm, "state": "acknowledged"}, Raisings(), limits, ns(2 * day))) == []


def delivery(at_once: int) -> Delivery:
    return Delivery("G-1.1", "G-1", CallKind.ALARM, Receiver("li-na", THREE, at_once), ns(0))


def test_the_next_way_is_tried_where_one_fails() -> None:
    one = delivery(1)
    assert list(one.next_ways()) == [0] and list(one.next_ways(frozenset({0}))) == []
    one.outcomes[0] = Outcome.RETRY
    assert list(one.next_ways()) == [1] and not one.has_failed
    one.outcomes[1] = Outcome.DELIVERED
    assert one.is_done and one.is_delivered and list(one.next_ways()) == []
    assert one.id == "G-1.1.li-na"


def test_two_at_once_are_two_that_work() -> None:
    one = delivery(2)
    assert list(one.next_ways()) == [0, 1]
    one.outcomes[0] = Outcome.REJECTED
    assert list(one.next_ways(frozenset({1}))) == [2]
    one.outcomes[1] = Outcome.DELIVERED
    assert not one.is_done
    one.outcomes[2] = Outcome.RETRY
    assert one.is_done and not one.has_failed  # one of them has told the person


def test_where_all_fail_those_that_may_work_later_are_tried_again() -> None:
    one = delivery(0)
    assert list(one.next_ways()) == [0, 1, 2]
    one.outcomes |= {0: Outcome.REJECTED, 1: Outcome.RETRY, 2: Outcome.RETRY}
    assert one.has_failed and not one.is_done and one.ways_again() == [1, 2]
    one.outcomes |= {1: Outcome.REJECTED, 2: Outcome.REJECTED}
    assert one.has_failed and one.is_done and one.ways_again() == []


def test_what_is_urgent_and_new_waits_for_nothing_that_is_less() -> None:
    flood = Flood(FloodLimits(flood_count=3))
    for rank in (KNOWN, Priority.MEDIUM, Priority.MEDIUM, Priority.URGENT):
        flood.sent("li-na", ns(0), rank)
    full = {rank: flood.is_full("li-na", ns(1), rank) for rank in (KNOWN, 2, 4)}
    assert full == {KNOWN: True, 2: True, 4: False}
    flood.holds("li-na", "G-1", ns(1), Priority.MEDIUM)
    assert flood.is_full("li-na", ns(700), Priority.LOW) and not flood.is_full("li-na", ns(700), 3)
    assert flood.is_full("li-na", ns(2), 4, more=[4, 4]) and not flood.is_full("li-na", ns(2), 4, more=[4])
