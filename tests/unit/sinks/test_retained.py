"""What a broker keeps of alarms, against a broker that is a dictionary: after whatever happened the last word
on each alarm that needs somebody, where the present configuration says, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.alarms.change import AlarmChange
from gateway.mqtt.message import Message
from gateway.sinks.forwarded import CLOSED, alarm_topic
from gateway.sinks.retained import NOTHING_TOLD, Past, Retained
from tests.system.alarm_changes import fault, life

TEMPLATES = ("cold/{site}/{id}", "cold/{asset}/alarms/{id}", "{zone}/{id}", "plain", "", "cold/pudong/{id}")


def test_the_broker_keeps_the_last_message_of_an_alarm_until_it_is_closed() -> None:
    told = list(Retained().tell(life(), "cold/{site}/alarms/{id}"))
    assert [(m.topic, bool(m.payload), m.retain) for m in told] == [
        ("cold/pudong/alarms/E-7Q2M9XKD", True, True),
        ("cold/pudong/alarms/E-7Q2M9XKD", True, True),
        ("cold/pudong/alarms/E-7Q2M9XKD", True, True),
        ("cold/pudong/alarms/E-7Q2M9XKD", True, False),
        ("cold/pudong/alarms/E-7Q2M9XKD", False, True),
    ]


def test_where_a_topic_does_not_name_the_alarm_nothing_is_kept() -> None:
    told = list(Retained().tell([*life(), fault()], "alarms/{site}/{zone}"))
    assert [(m.topic, m.retain) for m in told] == [("alarms/pudong/top", False)] * 4 + [("alarms/-/-", False)]


class Site:
    """A broker, what happened to alarms, and a sink that may lose its memory or be configured anew."""

    def __init__(self) -> None:
        self.broker: dict[str, bytes] = {}
        self.history: list[AlarmChange] = []
        self.cursor = 0
        self.state: bytes | None = None
        self.templates = [TEMPLATES[0]]
        self.of_others: list[str] = []

    @property
    def template(self) -> str:
        return self.templates[-1]

    def publish(self, messages: Iterable[Message], most: int | None = None) -> None:
        for number, message in enumerate(messages):
            if number == most:
                return  # the connection broke
            if message.retain and message.payload:
                self.broker[message.topic] = message.payload
            elif message.retain:
                self.broker.pop(message.topic, None)

    def happens(self, alarm: int, asset: str, closed: bool) -> None:
        known = life(f"E-{alarm}")[-1 if closed else 0]
        told = {**known.alarm, "asset": asset, "site": f"site of {asset}"}
        self.history.append(replace(known, number=len(self.history) + 1, alarm=told))

    def write(self, most: int | None = None) -> None:
        """All that is new, or until the connection breaks."""
        self.move()
        retained = Retained(self.state)
        changes = self.history[self.cursor :]
        if self.template:
            self.publish(retained.tell(changes, self.template), most)
            if most is not None:
                return
            self.publish(retained.leave())
        self.cursor, self.state = len(self.history), retained.state

    def move(self) -> None:
        retained = Retained(self.state)
        now = json.dumps([self.templates, self.of_others])
        if retained.is_settled(now):
            return
        ours = [t for t in self.templates if "{id}" in t and t != self.template]
        past = Past(ours, [t for t in self.of_others if t != self.template])
        for change in self.history[: self.cursor]:
            past.hear_told(change)
        for change in self.history[self.cursor :]:
            past.hear_untold(change)
        self.publish(retained.tell_again(past, self.template))
        self.publish(retained.give_up(past, self.template))
        retained.settle(now)
        self.state = retained.state

    def forget(self) -> None:
        """The records were deleted: cursor and state are gone, the journal is not."""
        self.state, self.cursor = None, 0

    def rename(self) -> None:
        """Under a new name the sink begins at the start; what the old one left is another's."""
        self.of_others += [t for t in self.templates if "{id}" in t]
        self.templates = [self.template]
        self.forget()

    def expected(self) -> set[str]:
        last = {change.alarm["id"]: change.alarm for change in self.history}
        if "{id}" not in self.template:
            return set()
        return {alarm_topic(self.template, alarm) for alarm in last.values() if alarm["state"] != CLOSED}


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("happens"), st.integers(0, 3), st.sampled_from(["freezer", "shipper"]), st.booleans()
        ),
        st.tuples(st.just("write")),
        st.tuples(st.just("write"), st.integers(0, 3)),
        st.tuples(st.just("forget")),
        st.tuples(st.just("rename")),
        st.tuples(st.just("configure"), st.sampled_from(TEMPLATES)),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example([("happens", 1, asset, False) for asset in ("freezer", "shipper", "freezer")])  # there and back
def test_whatever_happens_the_broker_keeps_what_needs_somebody_and_nothing_else(steps: list[tuple]) -> None:
    site = Site()
    for name, *values in steps:
        if name == "configure":
            site.templates.append(values[0])
        else:
            getattr(site, name)(*values)
    site.write()
    assert set(site.broker) == site.expected()


def test_an_alarm_that_moves_stands_where_it_is_now() -> None:
    site = Site()
    for asset in ("freezer", "shipper"):
        site.happens(1, asset, closed=False)
        site.write()
    assert list(site.broker) == ["cold/site of shipper/E-1"]


def test_what_does_not_change_moves_with_the_configuration() -> None:
    site = Site()
    site.happens(1, "freezer", closed=False)
    site.write()
    before = site.broker.copy()
    site.templates.append("elsewhere/{id}")
    site.write()
    assert site.broker == {"elsewhere/E-1": before["cold/site of freezer/E-1"]}


def test_what_it_remembers_is_emptied_though_no_configuration_tells_of_it() -> None:
    """The broker has another name now, so that the earlier configuration seems to be of another one."""
    site = Site()
    site.happens(1, "freezer", closed=False)
    site.write()
    site.templates = ["elsewhere/{id}"]
    site.write()
    assert list(site.broker) == ["elsewhere/E-1"]


def test_an_alarm_that_this_sink_closed_is_not_emptied_again() -> None:
    past = Past(["cold/{id}"], [])
    for change in [*life("E-1", 1), *life("E-2", 5)[:2]]:
        past.hear_told(change)
    assert past.topics == ["cold/E-2"]
    assert list(past.standing) == ["E-2"]


def test_nothing_told_is_nothing_to_remember() -> None:
    assert Retained().state == Retained(NOTHING_TOLD).state == NOTHING_TOLD
