"""The driver of AMI level meters: no level without the right unit, no error code for a level."""

from __future__ import annotations

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.ami import PORT, Options, addresses, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)
IDENTITY = b"AMERICAN MAGNETICS INC.,MODEL 286,2.10"


def meter(level: bytes, unit: bytes = b"%"):
    return {"UNIT\r\n": unit, "LEVEL\r\n": level}.get


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(9600) == PORT


def test_the_unit_then_the_level() -> None:
    asked, readings = feed(poll(Options()), meter(b"87.4"))
    assert asked == ["UNIT\r\n", "LEVEL\r\n", "LEVEL\r\n"]
    assert rows(readings) == [("level", 3, "87.4", GOOD)]


@pytest.mark.parametrize(
    ("unit", "reply", "others"), [("percent", b"%", b"CI"), ("cm", b"C", b"%I"), ("inch", b"I", b"C%")]
)
def test_a_meter_set_to_another_unit_gives_no_level(unit: str, reply: bytes, others: bytes) -> None:
    assert rows(feed(poll(Options(unit=unit)), meter(b"30.0", reply))[1])[0][2] == "30.0"
    for other in others:
        asked, readings = feed(poll(Options(unit=unit)), meter(b"30.0", bytes((other,))))
        assert asked == ["UNIT\r\n"]
        assert readings.refused[0].detail == f"the meter is not set to {unit}"


@pytest.mark.parametrize("level", [b"-8", b"-1", b'-101,"Unrecognized command"', b"%", b"", b"8.7.4", b"nan"])
def test_an_error_code_is_no_level(level: bytes) -> None:
    _, readings = feed(poll(Options()), meter(level))
    assert readings.address == ()
    assert [r.payload for r in readings.refused] == ([level] if level else [])


@pytest.mark.parametrize(
    ("options", "unit", "level", "worth"),
    [
        (Options(), b"%", b"-4.9", GOOD),
        (Options(), b"%", b"-5.1", BAD),
        (Options(), b"%", b"-  4.9", GOOD),
        (Options(), b"%", b"104.9", GOOD),
        (Options(), b"%", b"105.1", BAD),
        (Options(unit="cm", active_length=120.0), b"C", b"125.9", GOOD),
        (Options(unit="cm", active_length=120.0), b"C", b"126.1", BAD),
        (Options(unit="inch", active_length=40.0), b"I", b"9999.9", BAD),
        (Options(), b"%", b"9.91E37", BAD),
        (Options(), b"%", b"+9.9E+37", BAD),
    ],
)
def test_beyond_the_sensor_there_is_no_level(options: Options, unit: bytes, level: bytes, worth: int) -> None:
    _, readings = feed(poll(options), meter(level, unit))
    assert [row[3] for row in rows(readings)] == [worth]


def test_a_286_with_its_channels() -> None:
    answers = {
        "*IDN?\r\n": IDENTITY,
        "UNITS?\r\n": b'2,"CM"',
        "CH1:LEVEL?\r\n": b"41.0",
        "CH3:LEVEL?\r\n": b"9.5",
    }
    options = Options("286", "cm", ("CH1", "CH3"))
    asked, readings = feed(poll(options), answers.get)
    assert asked == ["*IDN?\r\n", "UNITS?\r\n", *["CH1:LEVEL?\r\n"] * 2, *["CH3:LEVEL?\r\n"] * 2]
    assert rows(readings) == [("CH1/level", 4, "41.0", GOOD), ("CH3/level", 6, "9.5", GOOD)]
    assert readings.address == addresses(options)


def test_a_187_has_one_level() -> None:
    answers = {"*IDN?\r\n": b"AMI MODEL 187 REV 1.02", "UNITS?\r\n": b'0,"PERCENT"', "LEVEL?\r\n": b"55.0"}
    asked, readings = feed(poll(Options("187")), answers.get)
    assert asked == [*answers, "LEVEL?\r\n"]
    assert rows(readings) == [("level", 4, "55.0", GOOD)]


@pytest.mark.parametrize("unit", [b'1,"INCHES"', b"2", b"C", b'22,"CM"', b"41.0", b'2,"CM"x'])
def test_a_286_set_to_another_unit(unit: bytes) -> None:
    answers = {"*IDN?\r\n": IDENTITY, "UNITS?\r\n": unit}
    _, readings = feed(poll(Options("286", "cm")), answers.get)
    assert (readings.address, [r.payload for r in readings.refused]) == ((), [unit])


@pytest.mark.parametrize("identity", [b"AMI MODEL 187", b"MODEL 2860", b"41.0", b"LSCI,MODEL336,1,1"])
def test_another_instrument_is_not_asked_further(identity: bytes) -> None:
    asked, readings = feed(poll(Options("286")), lambda _: identity)
    assert asked == ["*IDN?\r\n"]
    assert [r.payload for r in readings.refused] == [identity]


def test_a_late_level_is_not_taken_for_that_of_the_next_channel() -> None:
    replies = iter([IDENTITY, b'2,"CM"', None, b"41.0"])
    asked, readings = feed(poll(Options("286", "cm", ("CH1", "CH2"))), lambda _: next(replies))
    assert asked[-1] == "UNITS?\r\n"
    assert readings.address == ()
    assert [r.payload for r in readings.refused] == [b"41.0"]


def test_a_1700_measures_nitrogen() -> None:
    answers = {
        "*IDN?\r\n": b"AMERICAN MAGNETICS INC.,MODEL 1700,1.08",
        "N2:UNIT?\r\n": b"%",
        "MEAS:N2:LEV?\r\n": b"63.2",
    }
    asked, readings = feed(poll(Options("1700")), answers.get)
    assert asked == [*answers, "MEAS:N2:LEV?\r\n"]
    assert rows(readings) == [("level", 4, "63.2", GOOD)]


@pytest.mark.parametrize("reply", [b"-8", b"-107", b""])
def test_a_1700_that_has_no_nitrogen_sensor_gives_no_level(reply: bytes) -> None:
    answers = {"*IDN?\r\n": b"AMERICAN MAGNETICS INC.,MODEL 1700,1.08", "N2:UNIT?\r\n": reply}
    assert feed(poll(Options("1700")), answers.get)[1].address == ()
    answers |= {"N2:UNIT?\r\n": b"%", "MEAS:N2:LEV?\r\n": reply}
    assert feed(poll(Options("1700")), answers.get)[1].address == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": ()},
        {"model": "286", "channels": ("A",)},
        {"model": "286", "channels": ("CH1", "CH1")},
        {"model": "1700", "channels": ("CH2",)},
        {"unit": "cm", "active_length": 0.0},
        {"unit": "percent", "active_length": 100.0},
    ],
)
def test_options_that_can_not_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"channel|active_length"):
        Options(**wrong)
