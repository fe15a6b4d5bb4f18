"""The simulated Lake Shore family against its manuals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.firmware_sim.simulated import build

INPUTS = {"A": "bottom", "B": "room", "C": "open", "D": "icy", "D1": "hot"}


def instrument(model: str = "336", **inputs: str):
    return build("lakeshore", model=model, inputs=inputs or INPUTS, sensor="pt100")


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (b"*IDN?", b"LSCI,MODEL336,LSA21EA,1.0"),
        (b"KRDG? A", b"+77.355"),
        (b"CRDG? A", b"-195.79"),
        (b"CRDG? B", b"+21.500"),
        (b"SRDG? A", b"+20.335"),
        (b"KRDG? C", b"+00.000"),  # open: a number all the same
        (b"RDGST? A", b"000"),
        (b"RDGST? C", b"128"),
        (b"RDGST? D", b"016"),
        (b"RDGST? D1", b"032"),
        (b"RDGST? D5", b"128"),
        (b"KRDG? 0", b"+77.355,+294.65,+00.000,+00.000"),
        (b"*IDN?;KRDG? A;RDGST? A", b"LSCI,MODEL336,LSA21EA,1.0;+77.355;000"),
    ],
)
def test_a_336_answers_with_cr_lf_to_lf_and_to_cr_lf(asked: bytes, reply: bytes) -> None:
    assert instrument().receive(asked + b"\n", 0.0) == reply + b"\r\n"
    assert instrument().receive(asked + b"\r\n", 0.0) == reply + b"\r\n"


@pytest.mark.parametrize(
    "asked", [b"TEMP? A", b"KRDG? E", b"krdg? A", b"RDGST?", b"KRDG? A" + b" " * 260, b""]
)
def test_what_it_does_not_understand_it_does_not_answer(asked: bytes) -> None:
    assert instrument().receive(asked + b"\n", 0.0) == b""


def test_the_event_register_remembers_once_what_was_not_understood() -> None:
    one = instrument()
    assert one.receive(b"KRDG? A;*ESR?\n", 0.0) == b"+77.355;000\r\n"
    assert one.receive(b"NONSENSE?;*ESR?\n*ESR?\n", 1.0) == b"032\r\n000\r\n"


def test_other_models() -> None:
    of_240 = instrument("240", **{"1": "bottom"})
    assert of_240.receive(b"CRDG? 1\nRDGST? 1\nRDGST? 2\n", 0.0) == b"-195.79\r\n000\r\n064\r\n"
    assert instrument("240", **{"1": "bottom"}).receive(b"KRDG? 0\n", 0.0) == b""
    assert (
        instrument("340", A="bottom").receive(b"CRDG? A\nKRDG? A\n", 0.0) == b"-195.795E+0\r\n+077.355E+0\r\n"
    )
    of_224 = instrument("224", C5="room")
    assert of_224.receive(b"CRDG? C5\n", 0.0) == b"+21.500\r\n"
    assert of_224.receive(b"CRDG? 0\n", 0.0).count(b",") == 11


def test_a_211_has_no_argument_and_shows_its_alarms_in_the_status() -> None:
    of_211: Any = build("lakeshore", model="211", inputs={"": "room"})
    assert of_211.receive(b"CRDG?\nRDGST?\n", 0.0) == b"+21.500\r\n000\r\n"
    of_211.alarm_bits = 8
    assert of_211.receive(b"CRDG?\nRDGST?\n", 1.0) == b"+21.500\r\n008\r\n"


def test_with_a_guard_it_loses_what_comes_too_soon() -> None:
    guarded = build("lakeshore", inputs=INPUTS, guard_s=0.05)
    assert guarded.receive(b"RDGST? A\n", 10.0) == b"000\r\n"
    assert guarded.receive(b"RDGST? A\n", 10.049) == b""
    assert guarded.receive(b"RDGST? A\n", 10.051) == b"000\r\n"


def test_it_counts_commands_that_would_set_something() -> None:
    one = instrument()
    one.receive(b"RANGE 1,3;SETP 1,300\n", 0.0)
    assert one.writes == 2


@given(st.binary(max_size=600))
def test_noise_never_stops_it(noise: bytes) -> None:
    one = instrument()
    one.receive(noise, 0.0)
    one.receive(b"\n", 0.0)
    assert one.receive(b"KRDG? A\n", 1.0) == b"+77.355\r\n"
