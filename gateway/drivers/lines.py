"""Replies that are lines: frames and noise out of bytes, numbers out of frames, refusals out of the rest."""

from __future__ import annotations

import math
import re
from typing import Final

from gateway.dataclass import dataclass
from gateway.drivers import Reply, Request
from gateway.model import Refusal, Refused

NUMBER: Final = re.compile(rb" *[+-]? *(\d{1,9}(\.\d{0,9})?|\.\d{1,9}) *")
"""Nine digits before the point: no instrument needs more, and the value stays below model.LARGEST_VALUE."""


NO_NUMBER: Final = re.compile(rb" *[+-]?9\.9[01]?0*E\+?37 *")
"""What SCPI instruments answer instead: 9.91E37 is not a number, 9.9E37 and -9.9E37 are beyond the range
(SCPI-99, volume 1, 7.2.1)."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a buffer holds: the first frame, if one is complete, and what is around it.

    `damaged` is the first whole frame in the noise whose checksum was wrong; `echoed`: the request came back.
    """

    frame: bytes | None  # without its terminator, never empty
    rest: bytes  # behind the frame; without one, what may still become a frame
    noise: bytes = b""  # before them: blank lines and lines longer than any reply
    damaged: bytes = b""
    echoed: bool = False


def cut(buffer: bytes, terminator: bytes, longest: int, end_of_long: bool = False) -> Cut:
    """The first line of 1 to `longest` bytes; every other line before it is noise.

    `end_of_long`: of a longer line the last `longest` bytes are taken: a checksum will tell what they are.
    Cutting `rest` again, with more bytes behind it, gives the same frames as cutting the whole stream;
    without a frame `rest` has at most `longest` + the terminator's length bytes.
    """
    start = 0
    while (end := buffer.find(terminator, start)) >= 0:
        behind = end + len(terminator)
        begin = max(start, end - longest) if end_of_long else start
        if 0 < end - begin <= longest:
            return Cut(buffer[begin:end], buffer[behind:], buffer[:begin])
        start = behind
    kept = min(len(buffer) - start, longest + len(terminator))  # a line that is too long stays too long
    return Cut(None, buffer[len(buffer) - kept :], buffer[: len(buffer) - kept])


def number(frame: bytes) -> float | None:
    """A decimal number with sign and padding blanks, as instruments print it; None for anything else."""
    if NUMBER.fullmatch(frame) is None:  # float() alone would take nan, 1e9 and 1_0
        return None
    return float(frame.replace(b" ", b""))


def measured(frame: bytes) -> float | None:
    """The same of what is measured; NaN where the instrument says that it has no number: a BAD reading."""
    return math.nan if NO_NUMBER.fullmatch(frame) else number(frame)


def refuse(request: Request, reply: Reply, detail: str) -> list[Refused]:
    """The reply as a refusal; none for silence, which is the port's story."""
    if not reply.frame:
        return []
    return [Refused(Refusal.MALFORMED, detail, request.name, reply.frame, reply.time_ns)]
