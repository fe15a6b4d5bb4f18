"""A siren or a lamp: on while an alarm of at least some severity goes on and nobody has acknowledged it.

What is on follows from the alarms there are, as the journal has them, never from what was switched before: a
start, a change and every few seconds set it anew. Shelved and suppressed alarms do not sound, nor do drills.

Where a step of an escalation names it, it is on from that step on until the group of alarms is answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Literal

from gateway.alarms.call import Call
from gateway.alarms.change import AlarmChange
from gateway.alarms.lifecycle import AlarmState
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import SECOND, Severity
from gateway.mqtt.broker import check_range
from gateway.notifiers.lamps import Bytes, Coil, Command, Lamp
from gateway.text import one_line
from gateway.times import parse_rfc3339

NEW: Final = "CRYOGATE_ALARM"  # in the environment of a command: the alarm that changed
JUST_S: Final = 2.0  # a call and the upkeep that come together set it once
SEVERITIES: Final = {severity.name.lower(): int(severity) for severity in Severity}


@dataclass(frozen=True, slots=True)
class Options:
    """One of `command`, `coil` and `serial`."""

    command: Command | None = None
    coil: Coil | None = None
    serial: Bytes | None = None
    severity: Literal["warning", "minor", "major", "critical"] = "major"  # and above
    after_s: float = 0.0  # how long nobody has acknowledged before it sounds
    again_s: float = 30.0  # it is set anew: devices lose power and forget

    def __post_init__(self) -> None:
        if len([one for one in (self.command, self.coil, self.serial) if one is not None]) != 1:
            raise ValueError("give one of command, coil and serial, as a table")
        check_range("after_s", self.after_s, 0, 86_400)
        check_range("again_s", self.again_s, 1, 3600)

    @property
    def lamp(self) -> Lamp:
        found = self.command or self.coil or self.serial
        assert found is not None
        return found


class Notifier:
    """See the contract in gateway.notifiers; it is all that a lamp can be."""

    def __init__(
        self,
        options: Options,
        now_ns: Callable[[], int] = time.time_ns,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        from pymodbus.pdu import bit_message  # noqa: F401 - with the gateway, not with the first alarm

        from gateway.ingestion import port  # noqa: F401

        self._options = options
        self._now_ns, self._now_s = now_ns, now_s
        self._needing: Callable[[], Iterable[Mapping[str, Any]]] | None = None
        self._calling: Callable[[], Collection[str] | None] | None = None  # where steps name it
        self._asking: dict[str, int] = {}  # since when, ns UTC, by id of the alarm
        self._known: dict[str, int] = {}  # changes of each alarm that the records had at the start
        self._is_on: bool | None = None  # as it was set last; None: nobody knows
        self._set_s, self._answer = 0.0, ""  # monotonic; what it answered then

    def oversee(self, needing: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
        """Where it begins after a start."""
        self._needing = needing

    def sound_for(self, calling: Callable[[], Collection[str] | None]) -> None:
        """Steps say when it is on."""
        self._calling = calling

    def check_address(self, address: str) -> None:
        """Raises ValueError."""
        if address:
            raise ValueError("a siren is nobody's: name it in `notifiers` of a step, without an address")

    def tell(self, call: Call, address: str) -> str:  # noqa: ARG002
        """Sets it to what all calls that there are ask for, this one among them. Raises LinkDown."""
        if self._should_be_on() is self._is_on and self._now_s() - self._set_s < JUST_S:
            return self._answer
        first = call.alarms[0]["id"] if call.alarms else call.group
        return self._set({NEW: one_line(str(first))})

    def notify(self, change: AlarmChange) -> str:
        """Sets it, whether that changes anything or not. Raises LinkDown."""
        self._begin()
        alarm, identity = change.alarm, str(change.alarm["id"])
        if int(alarm["changes"]) > self._known.get(identity, -1):
            if asks(alarm, self._options.severity):
                self._asking.setdefault(identity, change.recorded_ns)
            else:
                self._asking.pop(identity, None)
        return self._set({NEW: one_line(identity)})

    def keep(self) -> None:
        """Raises LinkDown."""
        self._begin()
        if self._calling is not None and self._calling() is None:
            return
        if self._should_be_on() is not self._is_on or self._is_due():
            self._set({})

    def _begin(self) -> None:
        """With the alarms that there are; what is told later of an alarm counts from there on."""
        if self._needing is None:
            return
        for alarm in self._needing():
            self._known[str(alarm["id"])] = int(alarm["changes"])
            if asks(alarm, self._options.severity):
                self._asking[str(alarm["id"])] = _raised_ns(alarm)
        self._needing = None

    def _should_be_on(self) -> bool:
        if self._calling is not None:
            return bool(self._calling())
        due_ns = self._now_ns() - round(self._options.after_s * SECOND)
        return any(since_ns <= due_ns for since_ns in self._asking.values())

    def _set(self, why: Mapping[str, str]) -> str:
        on = self._should_be_on()
        self._is_on = None  # until it is certain
        answer = self._options.lamp.switch(on, why)
        self._is_on, self._set_s = on, self._now_s()
        self._answer = f"{'on' if on else 'off'}{': ' if answer else ''}{answer}"
        return self._answer

    def _is_due(self) -> bool:
        return self._now_s() - self._set_s >= self._options.again_s


def sounding(alarms: Iterable[Mapping[str, Any]], options: Options, now_ns: int) -> list[str]:
    """Ids of published alarms because of which it should be on."""
    due_ns = now_ns - round(options.after_s * SECOND)
    return [str(a["id"]) for a in alarms if asks(a, options.severity) and _raised_ns(a) <= due_ns]


def asks(alarm: Mapping[str, Any], least: str) -> bool:
    """Whether a published alarm of this severity at least goes on, and nobody has acknowledged it.

    A drill makes no noise: a siren cannot say that it is one.
    """
    if alarm.get("kind") == "drill":
        return False
    severity = SEVERITIES.get(str(alarm["severity"]), max(SEVERITIES.values()))
    speaks = alarm["state"] == AlarmState.UNACKNOWLEDGED and not alarm.get("overlay")
    return speaks and not alarm["withdrawn"] and severity >= SEVERITIES[least]


def _raised_ns(alarm: Mapping[str, Any]) -> int:
    try:
        return parse_rfc3339(str(alarm["raised"]))
    except InputError:  # nobody knows: it sounds
        return 0
