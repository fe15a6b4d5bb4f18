"""What an instrument says of itself has to stay as it is: where it changes, its readings are refused.

Two adapters that come back with exchanged names answer as well as before, and so does a module that somebody
sets to another range: each value is a number, and of the wrong vessel, or wrong. Only what the instrument
says of itself tells it. Some drivers provide

    def says(options, frame: bytes) -> tuple[Said, ...]      what a frame says of the instrument

which is asked of each reply. What came twice in a row holds until the gateway starts again, so that a single
damaged reply changes nothing for longer than one poll. What an option says holds from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from gateway.dataclass import dataclass
from gateway.drivers import Poll, Readings
from gateway.drivers.lines import refuse
from gateway.model import Refused

Says = Callable[[bytes], "Iterable[Said]"]

IDENTIFICATION_PARTS: Final = 4  # maker, model, serial number, version (IEEE 488.2, 10.14)
NO_SERIAL: Final = ("", "0")  # the same: "0" where there is none


@dataclass(frozen=True, slots=True)
class Said:
    """`subject` is `value`. `addresses`: whose readings depend on it. `wanted`: what `option` asks for."""

    subject: str
    value: str
    addresses: tuple[str, ...]
    option: str
    wanted: str = ""


class Sayings:
    """What the instruments of one line said of themselves since the gateway started."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}  # by subject
        self._last: dict[str, str] = {}
        self._wrong: dict[str, str] = {}  # the words of what is not as it was

    @property
    def words(self) -> tuple[str, ...]:
        """What is not as it was or has to be, and what to do."""
        return tuple(self._wrong.values())

    def hear(self, said: Said) -> str:
        """The words of what is wrong with it; empty where it is as it has to be."""
        words = self._of_the_option(said) if said.wanted else self._of_before(said)
        self._wrong.pop(said.subject, None)
        if words:
            self._wrong[said.subject] = words
        return words

    def _of_the_option(self, said: Said) -> str:
        if said.value == said.wanted:
            return ""
        return (
            f"{_is(said)}, and the option {said.option} says {said.wanted}; its readings are refused: "
            "look which instrument is connected here, and how it is set"
        )

    def _of_before(self, said: Said) -> str:
        last = self._last.get(said.subject)
        self._last[said.subject] = said.value
        if said.subject not in self._held and said.value == last:
            self._held[said.subject] = said.value
        before = self._held.get(said.subject, last)
        if before is None or before == said.value:
            return ""
        return (
            f"{_is(said)}, and was {before}: another instrument is connected here, or somebody set it anew; "
            "its readings are refused: make it as it was, or start the gateway again if it has to be so; "
            f"the option {said.option} says what it must be"
        )


def steady(asking: Poll, says: Says | None, sayings: Sayings) -> Poll:
    """The same poll, without the readings of an instrument that is not what it was."""
    wrong: dict[str, tuple[Said, Refused]] = {}
    try:
        request = next(asking)
        while True:
            reply = yield request
            for said in says(reply.frame) if says is not None and reply.frame else ():
                if words := sayings.hear(said):
                    wrong[said.subject] = said, refuse(request, reply, words)[0]
            request = asking.send(reply)
    except StopIteration as ended:
        return _without(ended.value, list(wrong.values()))
    finally:
        asking.close()


def serial_number(identification: bytes, wanted: str, addresses: tuple[str, ...]) -> tuple[Said, ...]:
    """Of a reply to *IDN?; an instrument that tells none can be none that is asked for."""
    parts = [part.strip() for part in identification.decode("ascii", "backslashreplace").split(",")]
    serial = parts[2] if len(parts) >= IDENTIFICATION_PARTS else ""
    if serial in NO_SERIAL and not wanted:
        return ()
    return (Said("the serial number", serial, addresses, "serial", wanted),)


def _is(said: Said) -> str:
    return f"{said.subject} is {said.value}" if said.value else f"{said.subject} is not told"


def _without(readings: Readings, wrong: list[tuple[Said, Refused]]) -> Readings:
    if not wrong:
        return readings
    dropped = {address for said, _ in wrong for address in said.addresses}
    kept = [i for i, address in enumerate(readings.address) if address not in dropped]
    return replace(
        readings,
        address=tuple(readings.address[i] for i in kept),
        time=readings.time[kept],
        value=readings.value[kept],
        quality=readings.quality[kept],
        refused=(*readings.refused, *(refused for _, refused in wrong)),
    )
