"""The last word on each alarm that needs somebody, which a broker keeps for us at a topic (retained).

A message stays there until an empty one takes it away. So whoever forwards remembers what stands where: an
alarm whose topic changes, because its place did or because the sink has another `alarm_topic`, is emptied at
the old one. Where the memory is lost, earlier configurations and all that ever happened to alarms say what
may stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from gateway.alarms.change import AlarmChange
from gateway.mqtt.message import Message
from gateway.sinks.forwarded import CLOSED, IDENTITY, alarm_message, alarm_topic

NOTHING_TOLD: Final = b""  # the state of a sink that has told nothing, or does not remember


class _State(msgspec.Struct):
    """`topics` by alarm; `settled` names what was given up and is not looked into again."""

    topics: dict[str, str] = {}
    settled: str = ""


class Retained:
    """What stands at the broker under the topics of one sink; changes as messages are taken from it."""

    def __init__(self, state: bytes | None = None) -> None:
        self._state = msgspec.json.decode(state, type=_State) if state else _State()
        self._left: list[str] = []  # topics where an alarm stood until it was told elsewhere

    @property
    def state(self) -> bytes:
        told = self._state.topics or self._state.settled
        return msgspec.json.encode(self._state) if told else NOTHING_TOLD

    def is_settled(self, what: str) -> bool:
        return self._state.settled == what

    def settle(self, what: str) -> None:
        self._state.settled = what

    def tell(self, changes: Iterable[AlarmChange], template: str) -> Iterator[Message]:
        """In the order it happened; the broker keeps the last one of an alarm until that is closed."""
        topics = self._state.topics
        for change in changes:
            message = alarm_message(change, template)
            yield message
            before = topics.pop(change.alarm["id"], message.topic)
            if before != message.topic:
                self._left.append(before)
            if message.retain:
                topics[change.alarm["id"]] = message.topic
            elif is_kept(template):
                yield Message(message.topic, b"", True)

    def leave(self) -> Iterator[Message]:
        """Empty where alarms stood that are now told at another topic, unless they have come back."""
        left, self._left = dict.fromkeys(self._left), []
        used = set(self._state.topics.values())
        yield from (Message(topic, b"", True) for topic in left if topic not in used)

    def tell_again(self, past: Past, template: str) -> Iterator[Message]:
        """What was told before and does not stand where it should; what stood is for `give_up`."""
        if is_kept(template):
            for identity, change in past.standing.items():
                message = alarm_message(change, template)
                if self._state.topics.get(identity) != message.topic:
                    yield message

    def give_up(self, past: Past, template: str) -> Iterator[Message]:
        """Empty what stands elsewhere than `template` says, or under an earlier topic."""
        told = {identity: alarm_topic(template, change.alarm) for identity, change in past.standing.items()}
        stays = told if is_kept(template) else {}
        used = set(stays.values())
        left = dict.fromkeys([*self._state.topics.values(), *past.topics])
        yield from (Message(topic, b"", True) for topic in left if topic not in used)
        self._state.topics = stays


class Past:
    """What was ever told of alarms: which still need somebody, and where they may stand."""

    def __init__(self, ours: Sequence[str], of_others: Sequence[str]) -> None:
        """Earlier alarm topics of this sink, and those of sinks that left the configuration."""
        self._ours = ours
        self._of_others = of_others
        self.standing: dict[str, AlarmChange] = {}
        self._of_alarm: dict[str, dict[str, None]] = {}
        self._of_any: dict[str, None] = {}

    def hear_told(self, change: AlarmChange) -> None:
        """This sink has delivered it: when it closed an alarm, it emptied that."""
        self._hear(change)
        if change.alarm["state"] == CLOSED:
            self.standing.pop(change.alarm["id"], None)
            self._of_alarm.pop(change.alarm["id"], None)
        else:
            self.standing[change.alarm["id"]] = change

    def hear_untold(self, change: AlarmChange) -> None:
        """Nobody knows whether an earlier run of this sink has delivered it."""
        self._hear(change)

    @property
    def topics(self) -> list[str]:
        """Where something may stand under an earlier topic."""
        ours = (topic for topics in self._of_alarm.values() for topic in topics)
        return list(dict.fromkeys([*ours, *self._of_any]))

    def _hear(self, change: AlarmChange) -> None:
        mine = self._of_alarm.setdefault(change.alarm["id"], {})
        mine |= dict.fromkeys(alarm_topic(template, change.alarm) for template in self._ours)
        self._of_any |= dict.fromkeys(alarm_topic(template, change.alarm) for template in self._of_others)


def is_kept(template: str) -> bool:
    """Whether the broker keeps the last word: an alarm needs a topic of its own for that."""
    return f"{{{IDENTITY}}}" in template
