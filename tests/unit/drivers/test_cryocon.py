"""The Cryo-con driver: one line with identity, values and units, always in degC."""

from __future__ import annotations

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.cryocon import INPUTS, PORT, Options, addresses, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)
IDENTITY = b"Cryo-con,24C,204683,1.01A"
QUERY = "*IDN?;:INP A:TEMP?;:INP A:UNIT?\n"


def one(value: bytes, unit: bytes = b"K") -> list[tuple[str, int, str, int]]:
    return rows(feed(poll(Options(("A",))), lambda _: b";".join((IDENTITY, value, unit)))[1])


def test_line_settings() -> None:
    assert PortSettings(9600, pause_s=0.1) == PORT


def test_everything_in_one_question() -> None:
    asked, readings = feed(poll(Options()), lambda _: IDENTITY + b";77.350000;K;-195.800000;C\r")
    assert asked == ["*IDN?;:INP A:TEMP?;:INP A:UNIT?;:INP B:TEMP?;:INP B:UNIT?\n"]
    assert rows(readings) == [("A", 1, "-195.8", GOOD), ("B", 1, "-195.8", GOOD)]
    assert readings.address == addresses(Options())


def test_all_inputs_of_an_18i_fit_into_255_characters() -> None:
    asked, _ = feed(poll(Options(tuple(INPUTS))), lambda _: None)
    assert len(asked[0]) <= 255


@pytest.mark.parametrize(
    ("value", "unit", "celsius"),
    [(b"77.35", b"K", -195.8), (b"-195.8", b"C", -195.8), (b"-320.44", b"F", -195.8), (b"32.0", b"F", 0.0)],
)
def test_whatever_the_panel_shows_it_is_degc(value: bytes, unit: bytes, celsius: float) -> None:
    ((_, _, shown, quality),) = one(value, unit)
    assert (float(shown), quality) == (pytest.approx(celsius, abs=1e-9), GOOD)


@pytest.mark.parametrize("value", [b"-------", b".......", b"N/A", b"-1.0", b"99999", b"9.91E37"])
def test_fault_signs_and_impossible_values_are_bad(value: bytes) -> None:
    assert one(value) == [("A", 1, "nan", BAD)]


def test_volt_and_ohm_are_no_temperature() -> None:
    assert one(b"20.246500", b"S") == [("A", 1, "nan", BAD)]


@pytest.mark.parametrize(
    "line",
    [
        b"NACK",
        IDENTITY,
        IDENTITY + b";77.35",
        IDENTITY + b";77.35;K;1",
        IDENTITY + b";NACK;NACK",
        IDENTITY + b";77.35;X",
        IDENTITY + b";7x.35;K",
        IDENTITY + b";nan;K",
        IDENTITY + b";-----;K",
        IDENTITY + b";K;77.35",
        b"LSCI,MODEL336,1,1;77.35;K",
        b"77.35;K",
    ],
)
def test_a_line_that_is_not_whole_is_refused_as_a_whole(line: bytes) -> None:
    _, readings = feed(poll(Options(("A",))), lambda _: line)
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [(QUERY.strip(), line)]


def test_silence_is_no_reading_and_no_refusal() -> None:
    _, readings = feed(poll(Options()), lambda _: None)
    assert (readings.address, readings.refused) == ((), ())


@pytest.mark.parametrize("inputs", [(), ("I",), ("A", "A"), ("a",)])
def test_options_that_can_not_be_meant(inputs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="inputs"):
        Options(inputs)
