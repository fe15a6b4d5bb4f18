"""Simulated Thermo ULT freezers against the requests and replies printed in the manuals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.firmware_sim.simulated import build

FREEZERS = [
    {"bus_id": 0x19, "dialect": "characters", "sensors": {"TC3": "ult"}, "door": "lid", "status": 0x28},
    {"bus_id": 1, "dialect": "bytes", "sensors": {"TC3": "ult"}},
]


def line():
    return build("thermo_ult", freezers=FREEZERS)


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        # the printed replies, with the count their check fits
        (b":190305300002AD", b":190308FFFFFCE002"),
        (b":190305380002A5", b":190308FFFFFD449D"),
        (b":1903053C0002A1", b":190308FFFFFC7C66"),
        (b":19030598000245", b":1903080001E240B9"),
        (b":1903059C000142", b":19030204DE"),
        (b":190304D8000206", b":190308C2FE00001C"),
        (b":1903066F00016E", b":19030228BA"),
        (b":190304D000020E", b":190308C29F00007B"),
        (b":1903067000026C", b":19030800000200DA"),  # door 1 open
        (b":010305300002C5", b":010304FFFFFCE01E"),  # the Isotemp's, as printed
        (b":010304D800021E", b":010304C2FE000038"),
    ],
)
def test_a_freezer_answers(asked: bytes, reply: bytes) -> None:
    assert line().receive(asked + b"\r\n", 0.0) == reply + b"\r\n"


def test_a_part_number_is_twenty_characters() -> None:
    reply = line().receive(b":19030570000A65\r\n", 0.0)
    assert bytes.fromhex(reply[7:-4].decode()) == b"155DR0A01R          "


@pytest.mark.parametrize(
    ("asked", "reply"), [(b":19030000000" + b"2E2", b":19830262"), (b":190605300001AB", b":1986" + b"0160")]
)
def test_exceptions(asked: bytes, reply: bytes) -> None:
    assert line().receive(asked + b"\r\n", 0.0) == reply + b"\r\n"


@pytest.mark.parametrize(
    "asked",
    [
        b":190305300002AE\r\n",  # LRC
        b":020305300002C4\r\n",  # nobody
        b"190305300002AD\r\n",
        b":190305300002AD\n",
        b":1903053000AC\r\n",
        b":19030530000zAD\r\n",
        b"\r\n",
    ],
)
def test_silence(asked: bytes) -> None:
    one = line()
    assert one.receive(asked, 0.0) == b""
    assert one.writes == 0


@given(st.binary(max_size=100))
def test_noise_never_stops_it(noise: bytes) -> None:
    one = line()
    one.receive(noise, 0.0)
    one.receive(b"\r\n", 0.0)
    assert one.receive(b":19030598000245\r\n", 0.0) == b":1903080001E240B9\r\n"
