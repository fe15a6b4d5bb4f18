"""What an instrument says of itself: a module that is set to another range while it is read, an instrument
that is another one after its adapter came back under the name of its neighbour."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from gateway.drivers import Readings, ami, cryocon, dcon, lakeshore, lakeshore218
from gateway.drivers.dcon_types import is_temperature, named
from gateway.drivers.steady import Sayings, steady
from tests.unit.drivers.feed import feed, rows


class Line:
    """One driver on one line, poll after poll."""

    def __init__(self, driver: Any, options: Any) -> None:
        self.sayings = Sayings()
        self._driver, self._options = driver, options

    def poll(self, answer: Callable[[str], bytes]) -> Readings:
        says = functools.partial(self._driver.says, self._options)
        return feed(steady(self._driver.poll(self._options), says, self.sayings), answer)[1]

    def values(self, answer: Callable[[str], bytes]) -> list[str]:
        return [value for _, _, value, _ in rows(self.poll(answer))]


def module(code: bytes, values: bytes = b">-150.00") -> Callable[[str], bytes]:
    return lambda asked: values if asked.startswith("#") else b"!01" + code + b"0600"


def monitor(serial: bytes) -> Callable[[str], bytes]:
    def answer(asked: str) -> bytes:
        if asked.startswith("*IDN?"):
            return b"LSCI,MODEL218E," + serial + b",042109"
        return b",".join([b"-195.80"] * 8) if asked.startswith("CRDG") else b"000"

    return answer


def test_a_module_that_is_set_to_another_thermocouple_gives_no_readings() -> None:
    line = Line(dcon, dcon.Options(channels=1))
    assert [line.values(module(b"0F")) for _ in range(2)] == [["-150.0"]] * 2
    readings = line.poll(module(b"10", b">-171.60"))
    assert readings.address == ()
    assert readings.refused[-1].topic == "$012"
    (words,) = line.sayings.words
    assert words.startswith(
        "the type code of module 01 is 10 (thermocouple T), and was 0F (thermocouple K): another instrument"
    )
    assert "; its readings are refused: make it as it was" in words
    assert line.values(module(b"0F")) == ["-150.0"]
    assert line.sayings.words == ()


def test_a_module_that_is_set_to_millivolt_gives_none_either() -> None:
    line = Line(dcon, dcon.Options(channels=1))
    assert [line.values(module(b"0F")) for _ in range(2)] == [["-150.0"]] * 2
    assert line.values(module(b"02", b">-04.913")) == []
    assert line.sayings.words[0].startswith("the type code of module 01 is 02 (up to 100 mV), and was 0F")


def test_the_option_holds_from_the_first_poll_on() -> None:
    line = Line(dcon, dcon.Options(channels=1, type_code="0F"))
    readings = line.poll(module(b"10"))
    assert readings.address == ()
    assert "and the option type_code says 0F (thermocouple K)" in readings.refused[-1].detail
    assert line.values(module(b"0F")) == ["-150.0"]


def test_each_module_and_each_channel_answers_for_itself() -> None:
    types = {"$018C0\r": b"!01C0R0F", "$018C1\r": b"!01C1R0F", "$022\r": b"!02000600"}
    types |= {"$028C0\r": b"!02C0R0F", "$028C1\r": b"!02C1R0F", "$012\r": b"!01000600"}
    line = Line(dcon, dcon.Options((1, 2), channels=2, channel_types=True))

    def answer(asked: str) -> bytes:
        return types.get(asked, b">-150.00-150.01")

    for _ in range(2):
        assert line.poll(answer).address == ("01/0", "01/1", "02/0", "02/1")
    types["$028C1\r"] = b"!02C1R10"
    assert line.poll(answer).address == ("01/0", "01/1", "02/0")
    assert line.sayings.words[0].startswith("the type code of channel 02/1 is 10 (thermocouple T), and was")


def test_an_instrument_of_another_serial_number_gives_no_readings_until_the_cables_are_back() -> None:
    line = Line(lakeshore218, lakeshore218.Options((1,)))
    assert [line.values(monitor(b"21EA4F")) for _ in range(2)] == [["-195.8"]] * 2
    readings = line.poll(monitor(b"21EA50"))
    assert readings.address == ()
    assert readings.refused[-1].topic == "*IDN?"
    assert line.sayings.words[0].startswith("the serial number is 21EA50, and was 21EA4F: another instrument")
    assert line.values(monitor(b"21EA50")) == []
    assert line.values(monitor(b"21EA4F")) == ["-195.8"]


def test_a_single_damaged_reply_costs_one_poll() -> None:
    """Also the first one after the start: what came once does not hold."""
    line = Line(lakeshore218, lakeshore218.Options((1,)))
    serials = (b"21EA4G", b"21EA4F", b"21EA4F", b"21EA4G", b"21EA4F")
    assert [len(line.values(monitor(serial))) for serial in serials] == [1, 0, 1, 0, 1]
    assert line.sayings.words == ()


def test_a_serial_number_that_the_option_says() -> None:
    line = Line(lakeshore218, lakeshore218.Options((1,), serial="21EA4F"))
    assert line.values(monitor(b"21EA50")) == []
    assert line.sayings.words == (
        "the serial number is 21EA50, and the option serial says 21EA4F; its readings are refused: look "
        "which instrument is connected here, and how it is set",
    )
    assert line.values(monitor(b"21EA4F")) == ["-195.8"]


@pytest.mark.parametrize(
    ("driver", "options", "frame", "serial"),
    [
        (lakeshore, lakeshore.Options(), b"LSCI,MODEL336,LSA12AB/1234567,1.5", "LSA12AB/1234567"),
        (lakeshore218, lakeshore218.Options(), b"LSCI,MODEL218E,21EA4F,042109", "21EA4F"),
        (cryocon, cryocon.Options(), b"Cryo-con,24C,204683,1.01A;-195.795000;C;32.000000;F", "204683"),
        (ami, ami.Options(model="1700"), b"AMERICAN MAGNETICS INC.,MODEL 1700,17001,1.08", "17001"),
    ],
)
def test_serial_numbers_of_identifications(driver: Any, options: Any, frame: bytes, serial: str) -> None:
    (said,) = driver.says(options, frame)
    assert (said.value, said.addresses) == (serial, driver.addresses(options))
    assert driver.says(options, frame.replace(serial.encode("ascii"), b"0")) == ()
    assert driver.says(options, b"-195.80") == ()


def test_a_serial_number_that_is_asked_for_and_not_told() -> None:
    options = ami.Options(model="1700", serial="17001")
    (said,) = ami.says(options, b"AMERICAN MAGNETICS INC.,MODEL 1700,1.08")
    assert Sayings().hear(said).startswith("the serial number is not told, and the option serial says 17001")
    with pytest.raises(ValueError, match="no identification"):
        ami.Options(model="186", serial="17001")


@pytest.mark.parametrize(
    ("code", "words", "fits"),
    [
        (0x0E, "0E (thermocouple J)", True),
        (0x14, "14 (thermocouple B)", True),
        (0x15, "15 (thermocouple N)", True),
        (0x2B, "2B (resistance thermometer)", True),
        (0x33, "33 (resistance thermometer)", True),
        (0x80, "80 (resistance thermometer)", True),
        (0x02, "02 (up to 100 mV)", False),
        (0x08, "08 (up to 10 V)", False),
        (0x1A, "1A (up to 20 mA)", False),
        (0x50, "50 (no temperature known)", False),
    ],
)
def test_type_codes_of_the_manuals(code: int, words: str, fits: bool) -> None:
    assert (named(code), is_temperature(code)) == (words, fits)


def test_what_modules_must_be_set_to_gives_the_unit() -> None:
    assert {dcon.unit_of(dcon.Options(), address) for address in dcon.addresses(dcon.Options())} == {"degC"}
    assert dcon.unit_of(dcon.Options(type_code="02"), "01/0") == "mV"
    assert dcon.unit_of(dcon.Options(type_code="08"), "01/0") == "V"
    with pytest.raises(ValueError, match="current"):
        dcon.Options(type_code="0D")
    with pytest.raises(ValueError, match="two hexadecimal digits"):
        dcon.Options(type_code="F")
