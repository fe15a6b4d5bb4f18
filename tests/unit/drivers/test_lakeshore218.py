"""The Lake Shore 218 driver, fed by hand: no value without its status, no status of another input."""

from __future__ import annotations

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.lakeshore218 import PORT, Options, addresses, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

IDENTITY = b"LSCI,MODEL218E,21EA4F,042109"
VALUES = b"-195.80,+21.500,+0.0000,-78.500,+480.00,+01.000,-271.75,+526.85"
GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)


def monitor(values: bytes | None = VALUES, **status: bytes | None):
    """Answers to everything; `status` by input (s1 ...), 000 where left out."""
    return lambda asked: {"*IDN?": IDENTITY, "CRDG? 0": values}.get(
        asked.strip(), status.get(f"s{asked.strip()[-1]}", b"000")
    )


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(9600, 7, "O", 1, 0.05) == PORT


def test_all_values_at_once_between_every_status_and_every_status_again() -> None:
    asked, readings = feed(poll(Options()), monitor())
    statuses = [f"RDGST? {i}\r\n" for i in range(1, 9)]
    assert asked == ["*IDN?\r\n", *statuses, "CRDG? 0\r\n", *statuses]
    values = ["-195.8", "21.5", "0.0", "-78.5", "480.0", "1.0", "-271.75", "526.85"]
    assert rows(readings) == [(str(i + 1), 10, value, GOOD) for i, value in enumerate(values)]
    assert readings.address == addresses(Options())
    assert readings.refused == ()


def test_only_inputs_that_are_connected() -> None:
    asked, readings = feed(poll(Options((4, 1))), monitor())
    assert asked[4:] == ["RDGST? 4\r\n", "RDGST? 1\r\n"]
    assert rows(readings) == [("4", 4, "-78.5", GOOD), ("1", 4, "-195.8", GOOD)]


@pytest.mark.parametrize(
    "status",
    [
        b"016",
        b"032",
        b"064",
        b"128",
        b"144",
        b"001",
        b"002",
        b"004",
        b"255",
        b"999",
        b"0016",
        b"0256",
        b"9999",
    ],
)
def test_any_bit_of_the_status_is_bad(status: bytes) -> None:
    _, readings = feed(poll(Options((1, 2))), monitor(s1=status))
    assert rows(readings) == [("1", 4, "nan", BAD), ("2", 4, "21.5", GOOD)]


@pytest.mark.parametrize("field", [b"-271.76", b"-273.15", b"+527.01", b"-999.99"])
def test_a_value_that_no_sensor_can_mean_is_bad(field: bytes) -> None:
    _, readings = feed(poll(Options((1, 2))), monitor(field + VALUES[7:]))
    assert rows(readings) == [("1", 4, "nan", BAD), ("2", 4, "21.5", GOOD)]


@pytest.mark.parametrize(
    "status", [b"0", b"00", b"00000", b"-00", b"0 0", b"000,000", b"\x0000", VALUES, IDENTITY]
)
def test_what_is_no_status_gives_no_reading_and_the_instrument_identifies_itself(status: bytes) -> None:
    asked, readings = feed(poll(Options((1, 2))), monitor(s1=status))
    assert asked == [f"{q}\r\n" for q in ("*IDN?", "RDGST? 1", "*IDN?", "RDGST? 2", "CRDG? 0", "RDGST? 2")]
    assert rows(readings) == [("2", 5, "21.5", GOOD)]
    assert [(r.topic, r.payload) for r in readings.refused] == [("RDGST? 1", status)]


@pytest.mark.parametrize("open_when", [0, 1])
def test_a_contact_that_was_open_on_either_side_of_the_values_is_bad(open_when: int) -> None:
    statuses = [b"128" if i == open_when else b"000" for i in range(2)]
    replies = iter([IDENTITY, statuses[0], VALUES, statuses[1]])
    _, readings = feed(poll(Options((1,))), lambda _: next(replies))
    assert rows(readings) == [("1", 3, "nan", BAD)]


def test_a_status_that_fails_after_the_values_leaves_them_unproven() -> None:
    replies = iter([IDENTITY, b"000", b"000", VALUES, b"00", IDENTITY, b"000"])
    asked, readings = feed(poll(Options((1, 2))), lambda _: next(replies))
    assert asked[4:] == ["RDGST? 1\r\n", "*IDN?\r\n", "RDGST? 2\r\n"]
    assert rows(readings) == [("2", 4, "21.5", GOOD)]


def test_a_late_status_is_not_taken_for_the_next_inputs() -> None:
    replies = iter([IDENTITY, None, b"000"])  # input 1 answered when *IDN? was asked
    asked, readings = feed(poll(Options((1, 2))), lambda _: next(replies))
    assert asked[-1] == "*IDN?\r\n"
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [("*IDN?", b"000")]


@pytest.mark.parametrize(
    "values",
    [
        VALUES[:-1],  # a byte is missing somewhere: fields are not equally long
        VALUES[1:],
        VALUES.replace(b"+21.500", b"+21.50"),
        VALUES.replace(b",", b"", 1),
        VALUES.replace(b"+21.500", b"+21\x00500"),
        VALUES.rsplit(b",", 1)[0],
        VALUES + b",+01.000",
        b"+77.350",
        IDENTITY,
    ],
)
def test_values_that_are_not_eight_whole_numbers_are_refused(values: bytes) -> None:
    asked, readings = feed(poll(Options((1,))), monitor(values))
    assert asked == ["*IDN?\r\n", "RDGST? 1\r\n", "CRDG? 0\r\n"]
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [("CRDG? 0", values)]


@pytest.mark.parametrize("answer", [None, b"LSCI,MODEL336,336AAAA,2.5", b"Controller, Software ver. 2.05"])
def test_what_is_no_218_is_not_asked_further(answer: bytes | None) -> None:
    asked, readings = feed(poll(Options()), lambda _: answer)
    assert asked == ["*IDN?\r\n"]
    assert readings.address == ()
    assert [r.payload for r in readings.refused] == ([] if answer is None else [answer])


def test_silence_is_no_reading_and_no_refusal() -> None:
    _, readings = feed(poll(Options()), monitor(None))
    assert (readings.address, readings.refused) == ((), ())


@pytest.mark.parametrize("inputs", [(), (0,), (9,), (1, 1)])
def test_options_that_can_not_be_meant(inputs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="inputs"):
        Options(inputs)
