"""Simulated DCON modules against the ADAM-4000 manual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.firmware_sim.simulated import build

PLAIN = {"address": 1, "inputs": {0: "room", 1: "bottom", 2: "open", 3: "icy", 4: "hot", 5: "zero"}}
SUMMED = {"address": 0xDE, "inputs": {0: "room"}, "channels": 1, "checksum": True}


def line(**changes: object):
    return build("dcon", modules=[{**PLAIN, **changes}, SUMMED])


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (b"#01", b">+021.50-195.79+9999-0000+9999+000.00"),
        (b"#011", b">-195.79"),
        (b"#012", b">+9999"),
        (b"#017", b"?01"),
        (b"$01M", b"!014015"),
        (b"$01F", b"!01A1.06"),
        (b"$012", b"!012B0600"),
        (b"$015", b"!010"),
        (b"$01B", b"!011C"),  # channels 2, 3 and 4
        (b"$01Z", b"?01"),
    ],
)
def test_a_module_answers(asked: bytes, reply: bytes) -> None:
    assert line().receive(asked + b"\r", 0.0) == reply + b"\r"


def test_channels_may_have_types_of_their_own() -> None:
    module = line(channel_types={0: "0F", 3: "10"})
    asked = (b"$018C0", b"$018C3", b"$018C1")
    assert [module.receive(one + b"\r", 0.0) for one in asked] == [b"!01C0R0F\r", b"!01C3R10\r", b"?01\r"]
    assert line().receive(b"$018C0\r", 0.0) == b"?01\r"


@pytest.mark.parametrize("asked", [b"#02", b"#1", b"01", b"*01", b"\xff\xff", b"", b"#DE", b"#DE00"])
def test_silence_to_a_wrong_address_checksum_or_grammar(asked: bytes) -> None:
    assert line().receive(asked + b"\r", 0.0) == b""


@pytest.mark.parametrize(
    ("asked", "reply"),
    [(b"$DE2", b"!DE2B0640"), (b"#DE", b">+021.50"), (b"$DEM", b"!DE4015")],
)
def test_with_checksum(asked: bytes, reply: bytes) -> None:
    def summed(text: bytes) -> bytes:
        return text + f"{sum(text) % 256:02X}".encode()

    assert line().receive(summed(asked) + b"\r", 0.0) == summed(reply) + b"\r"


def test_formats() -> None:
    assert line(format=1).receive(b"#010\r", 0.0) == b">+010.75\r"
    assert line(format=2).receive(b"#010\r#012\r#013\r", 0.0) == b">8DC2\r>FFFF\r>0000\r"
    assert line(format=3).receive(b"#011\r$012\r", 0.0) == b">+020.33\r!012B0603\r"


def test_settings_are_taken_and_counted() -> None:
    one = line()
    assert one.receive(b"%0102200600\r", 0.0) == b"!02\r"
    assert one.writes == 1


@given(st.binary(max_size=200))
def test_noise_never_stops_a_module(noise: bytes) -> None:
    one = line()
    one.receive(noise, 0.0)
    one.receive(b"\r", 0.0)
    assert one.receive(b"#010\r", 0.0) == b">+021.50\r"
