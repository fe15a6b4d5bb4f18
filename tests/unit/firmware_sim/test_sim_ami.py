"""Simulated AMI level meters against their manuals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.firmware_sim.simulated import build


def meter(model: str = "186", **options: object):
    return build("ami", model=model, sensors={"A": "level"}, length_mm=500.0, **options)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (b"UNIT", b"C"),
        (b"LEVEL", b"25.1"),
        (b"LENGTH", b"50.0"),
        (b"HI", b"45.0"),
        (b"B", b"15.0"),
        (b"INTERVAL", b"10.0"),
        (b"*IDN?", b"-8"),
    ],
)
def test_a_186_answers_everything(asked: bytes, reply: bytes) -> None:
    assert meter().receive(asked + b"\r\n", 0.0) == reply + b"\r\n"


@pytest.mark.parametrize(
    ("command", "unit", "level"),
    [(b"PERCENT", b"%", b"50.3"), (b"INCH", b"I", b"9.9"), (b"CM", b"C", b"25.1")],
)
def test_anybody_may_change_the_unit(command: bytes, unit: bytes, level: bytes) -> None:
    one = meter(unit="inch")
    assert one.receive(command + b"\r\n", 0.0) == b"\r\n"
    assert one.receive(b"UNIT\r\nLEVEL\r\n", 0.0) == unit + b"\r\n" + level + b"\r\n"
    assert one.writes == 1


@pytest.mark.parametrize("command", [b"HI=90.0", b"INTERVAL=0", b"SAVE"])
def test_settings_are_counted_and_answered_with_an_empty_line(command: bytes) -> None:
    one = meter()
    assert (one.receive(command + b"\r\n", 0.0), one.writes) == (b"\r\n", 1)


def test_a_286_speaks_scpi() -> None:
    one = build("ami", model="286", sensors={"A": "level", "B": "open"}, unit="percent", length_mm=500.0)
    said = one.receive(
        b"UNITS?\nCH1:LEVEL?\nCH2:LEV?\nCH4:LEVEL?\nCH1:FILL:STATE?\nNONSENSE\nSYST:ERR?\nSYST:ERR?\n", 0.0
    )
    assert said.split(b"\r\n") == [
        b'0,"PERCENT"',
        b"50.3",
        b"9999.9",
        b"9999.9",
        b'2,"AUTO_OFF"',
        b'-101,"Unrecognized command"',
        b'0,"No errors"',
        b"",
    ]
    assert one.receive(b"UNITS 2\r\nUNITS?\r\n", 0.0) == b'2,"CM"\r\n'
    assert one.writes == 1


def test_a_1700_for_nitrogen() -> None:
    one = build("ami", model="1700", sensors={"A": "level"}, unit="percent", length_mm=500.0)
    asked = b"N2?\r\nHE?\r\nN2:UNIT?\r\nMEASure:N2:LEVel?\r\n:MEAS:N2:LEV?\r\nMEAS:HE:LEV?\r\n"
    assert one.receive(asked, 0.0).split() == [b"1", b"0", b"%", b"50.3", b"50.3", b"-8"]
    assert one.writes == 0
    assert one.receive(b"CONF:N2:UNIT 1\r\nN2:UNIT?\r\n", 0.0) == b"\r\nC\r\n"
    assert one.writes == 1


def test_a_187_has_one_sensor() -> None:
    one = meter("187")
    assert (
        one.receive(b"LEVEL?\r\nCH1:LEVEL?\r\nSYST:ERR?\r\n", 0.0)
        == b'25.1\r\n-101,"Unrecognized command"\r\n'
    )


@given(st.binary(max_size=200))
def test_noise_never_stops_it(noise: bytes) -> None:
    one = meter(unit="cm")
    one.receive(noise.upper().replace(b"CM", b"").replace(b"I", b"").replace(b"P", b""), 0.0)
    one.receive(b"\r\n", 0.0)
    assert one.receive(b"LEVEL\r\n", 0.0) == b"25.1\r\n"
