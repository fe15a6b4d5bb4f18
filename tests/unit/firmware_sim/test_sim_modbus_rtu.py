"""Simulated Modbus transmitters: frames to the byte, exceptions, silence, recovery."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from tests.unit.firmware_sim.simulated import build

UNITS = [
    {"slave": 1, "probes": ["room", "bottom", "open"]},
    {"slave": 2, "model": "tb260", "probes": ["ult"]},
    {"slave": 3, "model": "pm6rtd", "probes": ["room", None], "downscale_burnout": True},
    {"slave": 4, "model": "pta8d08", "probes": ["room"] * 8},
]


def framed(text: str) -> bytes:
    raw = bytes.fromhex(text)
    return raw + FramerRTU.compute_CRC(raw).to_bytes(2, "big")


def line():
    return build("modbus_rtu", units=UNITS)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("01 03 0000 0004", "01 03 08 00D7 F85A 7FFF 7FFF"),
        ("01 03 0001 0001", "01 03 02 F85A"),
        ("01 03 0020 0002", "01 03 04 043C 00CB"),  # 108.4 and 20.3 ohm
        ("01 03 0040 0001", "01 03 02 FFFF"),
        ("01 03 00FE 0001", "01 03 02 0003"),
        ("02 03 0000 0002", "02 03 04 C29F0000"),
        ("03 03 0001 0003", "03 03 06 00D7 8001 8001"),
        ("04 03 0000 0008", "04 03 10" + " 00D7" * 8),
        ("01 03 0004 0001", "01 83 02"),
        ("01 03 0000 0000", "01 83 03"),
        ("01 04 0000 0001", "01 84 01"),
        ("01 06 0000 0001", "01 86 02"),  # temperatures cannot be written
        ("02 06 0000 0001", "02 86 02"),
    ],
)
def test_a_transmitter_answers(asked: str, reply: str) -> None:
    one = line()
    assert one.receive(framed(asked), 0.0) == framed(reply)
    assert one.writes == 0


def test_a_printed_request() -> None:
    assert line().receive(bytes.fromhex("01 03 00 00 00 04 44 09"), 0.0)[:3] == b"\x01\x03\x08"


@pytest.mark.parametrize("asked", [framed("05 03 0000 0001"), framed("01 03 0000 0001")[:-1] + b"\0", b""])
def test_silence_to_another_slave_and_to_a_wrong_checksum(asked: bytes) -> None:
    assert line().receive(asked, 0.0) == b""


def test_a_pause_ends_a_frame() -> None:
    one, asked = line(), framed("01 03 0001 0001")
    assert one.receive(asked[:4], 0.0) == b""
    assert one.receive(asked[4:], 0.01) == framed("01 03 02 F85A")
    assert one.receive(asked[:4], 1.0) == b""
    assert one.receive(asked[4:], 1.1) == b""
    assert one.receive(asked, 1.2) == framed("01 03 02 F85A")


def test_a_setting_is_taken_echoed_and_counted() -> None:
    one = line()
    assert one.receive(framed("01 06 00FE 0004"), 0.0) == framed("01 06 00FE 0004")
    assert one.receive(framed("01 03 00FE 0001"), 0.1) == framed("01 03 02 0004")
    assert one.receive(framed("04 03 00FE 0001"), 0.2) == framed("04 03 02 0003")  # not the neighbour's
    assert one.writes == 1


@given(st.binary(max_size=40))
def test_noise_never_stops_it(noise: bytes) -> None:
    one = line()
    one.receive(noise, 0.0)
    assert one.receive(framed("01 03 0001 0001"), 1.0) == framed("01 03 02 F85A")


@given(st.binary(max_size=40).filter(lambda noise: struct.pack(">B", 3) not in noise))
def test_a_request_behind_noise_is_found(noise: bytes) -> None:
    assert line().receive(noise + framed("01 03 0001 0001"), 0.0).endswith(framed("01 03 02 F85A"))
