"""What comes back after a request: the frame behind noise and echo, and what stands for it when none came."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.drivers import Request
from gateway.drivers.hearing import NOISE_KEPT, Hearing
from gateway.drivers.rtu import read_request
from gateway.drivers.thermo_ult import read_request as ascii_request

PLAIN = Request(b"TEMPA?\r\n", b"\r\n", 20)
ULT = ascii_request(1, 0x530, 2)
ULT_REPLY = b":010304FFFFFCE01E\r\n"
RTU = read_request(1, 3, 0, 2)
RTU_REPLY = bytes.fromhex("010304c29d00005665")


def heard(request: Request, came: bytes) -> tuple[bytes | None, bytes, bool]:
    """The frame, the noise, and whether the request came back."""
    hearing = Hearing(request)
    frame = hearing.hear(came)
    return frame, hearing.noise, hearing.echoed


@pytest.mark.parametrize(
    ("request_", "came", "frame", "noise", "echoed"),
    [
        (PLAIN, b"-197.10\r\n", b"-197.10", b"", False),
        (PLAIN, b"\0-197.10\r\n", b"\0-197.10", b"", False),  # nothing protects it: the driver refuses it
        (PLAIN, b"TEMPA?\r\n-197.10\r\n", b"-197.10", b"", True),
        (PLAIN, b"\xffTEMPA?\r\n-197.10\r\n", b"-197.10", b"", True),
        (PLAIN, b"TEMPA?\r\n", None, b"", True),
        (ULT, b"\0\xff" + ULT_REPLY, ULT_REPLY[:-2], b"\0\xff", False),
        (ULT, b"x" * 90 + ULT_REPLY, ULT_REPLY[:-2], b"x" * 90, False),
        (ULT, b":0103\r\n" + ULT_REPLY, ULT_REPLY[:-2], b":0103\r\n", False),
        (ULT, ULT.payload + ULT_REPLY, ULT_REPLY[:-2], b"", True),
        (RTU, b"\0" + RTU_REPLY, RTU_REPLY, b"\0", False),
        (RTU, b"\x01\x03\x04\0" + RTU_REPLY, RTU_REPLY, b"\x01\x03\x04\0", False),
        (RTU, RTU.payload + RTU_REPLY, RTU_REPLY, b"", True),
        (RTU, RTU.payload, None, b"", True),
    ],
)
def test_the_frame_behind_noise_and_echo(
    request_: Request, came: bytes, frame: bytes | None, noise: bytes, echoed: bool
) -> None:
    assert heard(request_, came) == (frame, noise, echoed)


@pytest.mark.parametrize(
    ("request_", "damaged"), [(ULT, b":010304FFFFFCE01F"), (RTU, RTU_REPLY[:-1] + b"\0")]
)
def test_a_damaged_frame_stands_for_the_reply_when_no_sound_one_came(
    request_: Request, damaged: bytes
) -> None:
    hearing = Hearing(request_)
    assert hearing.hear(b"\xff" + damaged + request_.terminator) is None
    assert hearing.give_up().endswith(damaged)


def test_silence_is_no_frame() -> None:
    hearing = Hearing(RTU, noise=b"stale")
    assert hearing.hear(b"") is None
    assert (hearing.give_up(), hearing.noise) == (b"", b"stale")


def test_noise_is_kept_only_as_far_as_it_shows_what_it_is() -> None:
    hearing = Hearing(PLAIN)
    for _ in range(100):
        assert hearing.hear(b"x" * 1000) is None
    assert len(hearing.noise) == NOISE_KEPT


def test_a_late_reply_and_its_echo_are_noise_and_the_reply_follows() -> None:
    unit = Request(b"UNIT\r\n", b"\r\n", 20, fits=lambda frame: frame == b"%")
    level = Request(b"LEVEL\r\n", b"\r\n", 20, fits=bytes.isdigit, owed=(unit,))
    assert heard(level, b"UNIT\r\n%\r\n50\r\n") == (b"50", b"%\r\n", True)
    assert heard(replace(level, owed=()), b"%\r\n50\r\n")[0] == b"%"  # for the driver to refuse


def test_a_late_echo_is_no_reply_of_registers() -> None:
    """Slave 83, one register from 0x200 on: its first seven bytes are a reply with the right checksum."""
    owed, asked = read_request(83, 3, 0x200, 1), read_request(83, 3, 0, 1)
    assert heard(asked, owed.payload)[0] is not None
    assert heard(replace(asked, owed=(owed,)), owed.payload) == (None, b"", True)
