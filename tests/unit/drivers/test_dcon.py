"""The DCON driver, fed by hand: checksums, formats, out-of-range signs, modules that share a line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers import PortSettings
from gateway.drivers.dcon import PORT, Options, addresses, checksum, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)


def module(values: bytes, configuration: bytes = b"!012B0600") -> Callable[[str], bytes]:
    return lambda asked: values if asked.startswith("#") else configuration


def read(values: bytes, **options: object) -> list[tuple[str, int, str, int]]:
    return rows(feed(poll(Options(**options)), module(values))[1])


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(9600, 8, "N", 1) == PORT


@pytest.mark.parametrize(
    ("text", "sum_"), [(b"$012", b"B7"), (b"!01200600", b"AA"), (b"$07RH", b"25"), (b"!07+2.0500", b"D8")]
)
def test_checksums_of_the_manuals(text: bytes, sum_: bytes) -> None:
    assert checksum(text) == sum_


def test_configuration_first_then_all_channels() -> None:
    asked, readings = feed(poll(Options(channels=2)), module(b">+025.12-196.01"))
    assert asked == ["$012\r", "#01\r"]
    assert rows(readings) == [("01/0", 2, "25.12", GOOD), ("01/1", 2, "-196.01", GOOD)]
    assert readings.address == addresses(Options(channels=2))


def test_fields_of_ten_characters() -> None:
    assert read(b">+0025.9237+0150.0000", channels=2) == [
        ("01/0", 2, "25.9237", GOOD),
        ("01/1", 2, "150.0", GOOD),
    ]


@pytest.mark.parametrize(
    "sign",
    [b"+9999", b"-0000", b"+9999.9", b"-9999.9", b"-000.00", b"-0000.0", b"+888888", b"+1850.1", b"-273.2"],
)
def test_out_of_range_is_bad_and_never_a_temperature(sign: bytes) -> None:
    plain = b"+025.12" if len(sign) != 6 else b"+25.12"
    plain = plain if len(sign) in (5, 6, 7) else plain.ljust(len(sign), b"0")
    assert read(b">" + sign + plain, channels=2) == [("01/0", 2, "nan", BAD), ("01/1", 2, "25.12", GOOD)]


def test_zero_is_a_temperature_and_minus_zero_is_not() -> None:
    assert read(b">+000.00", channels=1) == [("01/0", 2, "0.0", GOOD)]
    assert read(b">-000.01", channels=1) == [("01/0", 2, "-0.01", GOOD)]


@pytest.mark.parametrize(
    "values",
    [
        b">+025.12",  # one is missing
        b">+025.12-196.01+001.00",
        b">+025.12-196.0",  # a byte was lost
        b">025.12-196.01",
        b">+025.12\x00196.01",
        b">FF5D0000",
        b">+025.12-1.6.01",
        b"!012B0600",
        b"?01",
        b"+025.12-196.01",
        b">" + b"+12345678" * 16 + b"x",  # a pattern that tries every way to read it would not come back
    ],
)
def test_what_is_no_list_of_values_is_refused(values: bytes) -> None:
    _, readings = feed(poll(Options(channels=2)), module(values))
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [("#01", values)]


@pytest.mark.parametrize("bits", [b"01", b"02", b"03", b"41", b"C2"])
def test_a_module_set_to_another_format_gives_no_readings(bits: bytes) -> None:
    asked, readings = feed(poll(Options()), lambda _: b"!012B06" + bits)
    assert asked == ["$012\r"]
    assert "format" in readings.refused[0].detail


def test_resistances_where_the_module_is_set_to_ohm() -> None:
    answer = module(b">+020.33", b"!012B0683")
    _, readings = feed(poll(Options(channels=1, format="ohm")), answer)
    assert rows(readings) == [("01/0", 2, "20.33", GOOD)]


@pytest.mark.parametrize("reply", [b"!022B0600", b"?01", b"!01", b"!012b0600", b">+025.12", b"!012B060000"])
def test_the_configuration_of_another_module_is_refused(reply: bytes) -> None:
    asked, readings = feed(poll(Options()), lambda _: reply)
    assert asked == ["$012\r"]
    assert [r.payload for r in readings.refused] == [reply]


def test_a_module_with_another_number_of_channels_says_so() -> None:
    _, readings = feed(poll(Options()), module(b">+025.12" + b"+9999" * 5))
    assert [r.detail for r in readings.refused] == ["6 values; the option channels says 8"]


def test_a_silent_module_does_not_lend_its_values_to_the_next() -> None:
    late = iter([b"!012B0600", None, b">+025.12", b"!032B0600", b">+001.00"])
    asked, readings = feed(poll(Options((1, 2, 3), channels=1)), lambda _: next(late))
    assert asked == ["$012\r", "#01\r", "$022\r", "$032\r", "#03\r"]
    assert rows(readings) == [("03/0", 5, "1.0", GOOD)]


def test_diagnosis_marks_channels_that_show_a_number() -> None:
    answers = {"$012\r": b"!012B0600", "$01B\r": b"!0102", "#01\r": b">+025.12+025.13"}
    asked, readings = feed(poll(Options(channels=2, diagnose=True)), answers.get)
    assert asked == list(answers)
    assert rows(readings) == [("01/0", 3, "25.12", GOOD), ("01/1", 3, "nan", BAD)]


@pytest.mark.parametrize("reply", [b"?01", b"!0202", b"!01XX", b">+025.12"])
def test_without_its_diagnosis_a_module_gives_no_readings(reply: bytes) -> None:
    answers = {"$012\r": b"!012B0600", "$01B\r": reply}
    asked, readings = feed(poll(Options(channels=2, diagnose=True)), answers.get)
    assert asked == list(answers)
    assert (readings.address, readings.refused[0].payload) == ((), reply)


def test_with_checksum() -> None:
    summed = {b"$012": b"!012B0640", b"#01": b">-196.01"}
    answers = {(q + checksum(q)).decode() + "\r": a + checksum(a) for q, a in summed.items()}
    _, readings = feed(poll(Options(channels=1, checksum=True)), answers.get)
    assert rows(readings) == [("01/0", 2, "-196.01", GOOD)]


@given(st.integers(0, 9 * 8 - 1))
def test_a_flipped_bit_does_not_pass_the_checksum(bit: int) -> None:
    reply = bytearray(b">-196.01" + checksum(b">-196.01"))
    reply[bit // 8] ^= 1 << bit % 8
    configuration = b"!012B0640" + checksum(b"!012B0640")
    _, readings = feed(poll(Options(channels=1, checksum=True)), module(bytes(reply), configuration))
    assert readings.address == ()


def test_addresses_are_hexadecimal() -> None:
    asked, _ = feed(poll(Options((0xDE, 0))), lambda _: None)
    assert asked == ["$DE2\r", "$002\r"]
    assert addresses(Options((0xDE,), channels=1)) == ("DE/0",)


@pytest.mark.parametrize(
    "wrong", [{"modules": ()}, {"modules": (256,)}, {"modules": (1, 1)}, {"channels": 0}, {"channels": 17}]
)
def test_options_that_can_not_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"modules|channels"):
        Options(**wrong)
