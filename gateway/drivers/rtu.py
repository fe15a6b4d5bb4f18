"""Modbus RTU frames for reading registers: request, length of the reply, reply checked and opened.

Framing and checksum are pymodbus's. It looks for a frame anywhere in what it is given; a reply here has the
address, function and length that were asked for, or it is none.

Source: Modbus over Serial Line V1.02, 2.5.1; Modbus Application Protocol V1.1b3, 6.3, 6.4 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

from gateway.drivers import Request

LONGEST_REPLY: Final = 256  # bytes: an RTU frame
EXCEPTION_LENGTH: Final = 5
EXCEPTION: Final = 0x80  # added to the function code
AROUND: Final = 5  # bytes around the data: address, function, count, two of CRC
EXCEPTIONS: Final = {
    1: "function not supported",
    2: "no such register",
    3: "more registers than it gives at once",
    4: "the device failed",
    6: "busy",
    10: "gateway path unavailable",
    11: "behind the gateway nobody answers",
}
_FRAMER: Final = FramerRTU(DecodePDU(False))


def read_request(slave: int, function: Literal[3, 4], first: int, count: int) -> Request:
    """Reading `count` registers from `first` on."""
    kind = ReadHoldingRegistersRequest if function == 3 else ReadInputRegistersRequest
    payload = _FRAMER.buildFrame(kind(address=first, count=count, dev_id=slave))
    return Request(
        payload,
        b"",
        LONGEST_REPLY,
        reply_length(slave, function, count),
        lambda frame: opened(frame, slave, function, count) is not None,
        queue=f"{slave}",
    )


def reply_length(slave: int, function: int, count: int) -> Callable[[bytes], int | None]:
    """What Request.length is for such a reply: it begins with its address, function and byte count."""
    data = bytes((slave, function, 2 * count))
    refusal = bytes((slave, function | EXCEPTION))

    def length(begun: bytes) -> int | None:
        if begun.startswith(data):
            return AROUND + 2 * count
        if begun.startswith(refusal):
            return EXCEPTION_LENGTH
        return None if data.startswith(begun) or refusal.startswith(begun) else 0

    return length


def opened(frame: bytes, slave: int, function: int, count: int) -> bytes | int | None:
    """The data of a reply, 2 * `count` bytes; an exception's code; None when it is no sound reply to that."""
    if len(frame) != reply_length(slave, function, count)(frame):
        return None
    try:
        _, response = _FRAMER.handleFrame(frame, 0, 0)
    except ModbusException:
        return None
    match response:
        case ReadHoldingRegistersResponse() | ReadInputRegistersResponse():
            return b"".join(register.to_bytes(2, "big") for register in response.registers)
        case ExceptionResponse():
            return response.exception_code
    return None
