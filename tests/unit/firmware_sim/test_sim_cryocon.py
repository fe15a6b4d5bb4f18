"""The simulated Cryo-con against its manual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.firmware_sim.simulated import build

INPUTS = {"A": "bottom", "B": "room", "C": "icy"}


def controller(**options: object):
    return build("cryocon", inputs=INPUTS, **options)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (b"*IDN?", b"Cryo-con,24C,204683,1.01A"),
        (b":*IDN?", b"Cryo-con,24C,204683,1.01A"),
        (b"INPUT? A", b"77.355000"),
        (b"INPUT? A,B", b"77.355000;294.650000"),
        (b":INPUT A:TEMP?", b"77.355000"),
        (b"INP A:TEMPER?", b"77.355000"),
        (b":INPut B:UNITs?", b"K"),
        (b"input c:temperature?", b"......."),
        (b"INPUT? D", b"-------"),
        (b":INPUT A:ALARM?;:INPUT D:ALAR?", b"--;SF"),
        (b":INPUT A:SENPR?", b"20.334837"),
        (b":INPUT E:TEMP?", b"NACK"),
        (b"NONSENSE?", b"NACK"),
        (b"*IDN?;:INP A:TEMP?;:INP A:UNIT?;", b"Cryo-con,24C,204683,1.01A;77.355000;K"),
    ],
)
def test_it_answers(asked: bytes, reply: bytes) -> None:
    assert controller().receive(asked + b"\n", 0.0) == reply + b"\n"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [(b"C", b"-195.795000"), (b"F", b"-320.431000"), (b"S", b"20.334837"), (b"K", b"77.355000")],
)
def test_anybody_may_turn_the_unit(unit: bytes, shown: bytes) -> None:
    one = controller(unit="K")
    assert one.receive(b":INPUT A:UNITS " + unit + b"\n", 0.0) == b""
    assert one.receive(b":INPUT A:TEMP?;:INPUT B:UNIT?\n", 0.0) == shown + b";K\n"
    assert one.writes == 1


def test_settings_it_does_not_know_are_refused() -> None:
    one = controller()
    assert one.receive(b":INPUT A:UNITS X\n:LOOP 1:SETPT 300\n", 0.0) == b"NACK\nNACK\n"
    assert one.writes == 0


def test_an_18i_has_eight_inputs_and_a_22c_two() -> None:
    assert controller(model="18i").receive(b"INPUT? H\n", 0.0) == b"-------\n"
    assert controller(model="22C").receive(b"INPUT? C\n", 0.0) == b"NACK\n"


@given(st.binary(max_size=600))
def test_noise_never_stops_it(noise: bytes) -> None:
    one = controller()
    one.receive(noise, 0.0)
    one.receive(b"\n", 0.0)
    assert one.receive(b"*IDN?\n", 0.0) == b"Cryo-con,24C,204683,1.01A\n"
