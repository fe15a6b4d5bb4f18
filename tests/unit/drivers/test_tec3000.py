"""The TEC 3000 driver, fed by hand: what it asks in which order, and what it makes of any reply."""

from __future__ import annotations

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.tec3000 import PORT, Options, addresses, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

IDENTITY = b"Controller, Software ver. 2.05"
GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)


def controller(**values: bytes | None):
    """Answers to `values` by mnemonic and to the identification."""
    known = {"*IDN?": IDENTITY} | {f"{name}?": value for name, value in values.items()}
    return lambda asked: known.get(asked.strip().split(" ")[-1])


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(9600, 8, "N", 1, 0.0) == PORT


def test_a_single_controller_has_no_id() -> None:
    asked, readings = feed(poll(Options()), controller(TEMPA=b"-197.10", TEMPB=b"-  5.20"))
    assert asked == ["*IDN?\r\n", "TEMPA?\r\n", "TEMPB?\r\n"]
    assert rows(readings) == [("TEMPA", 2, "-197.1", GOOD), ("TEMPB", 3, "-5.2", GOOD)]
    assert readings.refused == ()


def test_controllers_on_a_bus_are_asked_one_after_the_other() -> None:
    options = Options((1, 12), ("TEMPA?", "FILL?"))
    asked, readings = feed(poll(options), controller(TEMPA=b"+0023.5", FILL=b"1"))
    assert asked == [
        "001 *IDN?\r\n",
        "001 TEMPA?\r\n",
        "001 FILL?\r\n",
        "001 FILL?\r\n",
        "012 *IDN?\r\n",
        "012 TEMPA?\r\n",
        "012 FILL?\r\n",
        "012 FILL?\r\n",
    ]
    assert rows(readings) == [
        ("001/TEMPA", 2, "23.5", GOOD),
        ("001/FILL", 3, "1.0", GOOD),
        ("012/TEMPA", 6, "23.5", GOOD),
        ("012/FILL", 7, "1.0", GOOD),
    ]
    assert readings.address == addresses(options)


def test_a_controller_that_does_not_say_who_it_is_is_not_asked_further() -> None:
    answers = controller(TEMPA=b"-197.10", TEMPB=b"-195.80")
    asked, readings = feed(poll(Options((1, 2, 3))), lambda a: None if a.startswith("002") else answers(a))
    assert [a for a in asked if a.startswith("002")] == ["002 *IDN?\r\n"]
    assert [a for a, *_ in rows(readings)] == ["001/TEMPA", "001/TEMPB", "003/TEMPA", "003/TEMPB"]
    assert readings.refused == ()


def test_another_instrument_is_refused_and_not_asked_further() -> None:
    asked, readings = feed(poll(Options()), lambda _: b"LSCI,MODEL218E,21EA4F,042109")
    assert asked == ["*IDN?\r\n"]
    assert readings.address == ()
    assert [r.payload for r in readings.refused] == [b"LSCI,MODEL218E,21EA4F,042109"]


@pytest.mark.parametrize("reply", [b"+850.00", b"-999.99", b"+100.01", b"-210.01"])
def test_a_temperature_out_of_all_bounds_is_bad(reply: bytes) -> None:
    _, readings = feed(poll(Options(queries=("TEMPA?", "LEVEL?"))), controller(TEMPA=reply, LEVEL=b"+850.0"))
    assert rows(readings) == [("TEMPA", 2, "nan", BAD), ("LEVEL", 3, "850.0", GOOD)]


@pytest.mark.parametrize(
    "reply", [b"-197.1\x000", b"---", b"1E5", b"-19 7.10", b"Controller, Software ver. 2.05"]
)
def test_after_a_damaged_reply_the_controller_identifies_itself_and_goes_on(reply: bytes) -> None:
    asked, readings = feed(poll(Options()), controller(TEMPA=reply, TEMPB=b"-195.80"))
    assert asked == ["*IDN?\r\n", "TEMPA?\r\n", "*IDN?\r\n", "TEMPB?\r\n"]
    assert rows(readings) == [("TEMPB", 4, "-195.8", GOOD)]
    assert [(r.topic, r.payload) for r in readings.refused] == [("TEMPA?", reply)]


def test_a_late_reply_is_not_taken_for_the_next_one() -> None:
    replies = iter([IDENTITY, None, b"-197.10", IDENTITY])  # TEMPA? answered when *IDN? was asked
    asked, readings = feed(poll(Options()), lambda _: next(replies))
    assert asked == ["*IDN?\r\n", "TEMPA?\r\n", "*IDN?\r\n"]
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [("*IDN?", b"-197.10")]


def test_a_query_that_a_controller_does_not_know_costs_no_other_reading() -> None:
    options = Options(queries=("LEVEL?", "TEMPA?"))
    _, readings = feed(poll(options), controller(TEMPA=b"-197.10"))
    assert rows(readings) == [("TEMPA", 4, "-197.1", GOOD)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"bus_ids": (0,)},
        {"bus_ids": (248,)},
        {"bus_ids": (1, 1)},
        {"bus_ids": tuple(range(1, 34))},
        {"queries": ()},
        {"queries": ("TEMPA?", "TEMPA?")},
        {"queries": ("CODE?",)},
        {"queries": ("FILL 1",)},
        {"queries": ("FILL",)},
        {"queries": ("TEMPA?\r\nFILL 1",)},
        {"queries": ("TEMPA?\n",)},
        {"queries": ("TempA?",)},
        {"queries": tuple(f"TEMP{c}?" for c in "ABCDEFGHIJKLMNOPQ")},
    ],
)
def test_options_that_can_not_be_meant(wrong: dict[str, tuple[object, ...]]) -> None:
    with pytest.raises(ValueError, match=r"bus_ids|quer"):
        Options(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("query", ["TEMPA", "FILL"])
def test_a_controller_that_has_no_number_has_a_bad_reading(query: str) -> None:
    _, readings = feed(poll(Options((), (f"{query}?",))), controller(**{query: b"9.91E37"}))
    assert [(address, value, quality) for address, _, value, quality in rows(readings)] == [
        (query, "nan", BAD)
    ]
    assert readings.refused == ()


@pytest.mark.parametrize("stray", [b"-", b"+", b"6"])
def test_a_stray_byte_before_a_value_without_a_sign_costs_that_reading(stray: bytes) -> None:
    """A minus before it made -1.0 of it once, and nobody asked again."""
    replies = iter([IDENTITY, stray + b"1", b"1", IDENTITY])
    _, readings = feed(poll(Options(queries=("FILL?",))), lambda _: next(replies))
    assert rows(readings) == []
    [refused] = readings.refused
    assert f"asked twice, the first answer was {stray + b'1'!r}" in refused.detail
