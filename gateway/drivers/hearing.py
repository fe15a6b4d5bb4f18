"""What comes back after one request: its echo, noise, damaged frames, and the frame that can be the reply.

An adapter that echoes sends each request back before the reply. So what equals the request is never a reply,
not even where it could be one: a request for Modbus registers from 0x0400 on, and a zero after it, is a reply
with two registers and the right checksum.

Where a checksum protects the frames, bytes before a frame cost nothing: the frame is found behind them. Where
none does, they stay part of the line, and the driver refuses it.

What fits an earlier request that is still owed its reply, and not this one, comes late. It is noise, and so
is its echo; the reply may follow.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.drivers import Request
from gateway.drivers.lines import Cut, cut
from gateway.drivers.measured import cut_measured

NOISE_KEPT = 256  # bytes kept of what belonged to no frame, per question: enough to see what it is


class Hearing:
    """One request's replies, as the bytes come. `noise` is the beginning of what belonged to no frame."""

    def __init__(self, request: Request, noise: bytes = b"") -> None:
        self._request = request
        self._noise = noise
        self._rest = b""
        self._damaged = b""
        self.echoed = False

    def hear(self, came: bytes) -> bytes | None:
        """The reply without its terminator, as soon as it is whole."""
        found = first_frame(self._rest + came, self._request)
        self._rest = found.rest
        self._noise = (self._noise + found.noise)[:NOISE_KEPT]
        self._damaged = self._damaged or found.damaged
        self.echoed = self.echoed or found.echoed
        return found.frame

    def give_up(self) -> bytes:
        """What stands for the reply when none came: a damaged frame, for the driver to refuse, or silence."""
        self._noise = self._noise.replace(self._damaged, b"", 1)
        return self._damaged

    @property
    def noise(self) -> bytes:
        return (self._noise + self._rest)[:NOISE_KEPT]


def first_frame(buffer: bytes, request: Request) -> Cut:
    """The first frame that can be the reply; cutting `rest` again goes on behind it."""
    if request.length is not None:
        sent = (request.payload, *(earlier.payload for earlier in request.owed))
        return cut_measured(buffer, request.length, request.sound, sent)
    return _first_line(buffer, request)


def _first_line(buffer: bytes, request: Request) -> Cut:
    noise, damaged, echoed = b"", b"", False
    while True:
        found = cut(buffer, request.terminator, request.longest_reply, request.sound is not None)
        noise += found.noise
        line, buffer = found.frame, found.rest
        if line is None:
            return replace(found, noise=noise, damaged=damaged, echoed=echoed)
        if _is_echo(line, request):
            echoed = True
            continue
        frame = _sound_end(line, request)
        if frame and _is_late(frame, request):
            noise += line + request.terminator
            continue
        if frame:
            return Cut(frame, buffer, noise + line.removesuffix(frame), damaged, echoed)
        damaged = damaged or line
        noise += line + request.terminator


def _is_echo(line: bytes, request: Request) -> bool:
    """Of this request, or of an earlier one whose reply has not come."""
    end = line.rstrip()
    return any(end.endswith(sent.payload.rstrip()) for sent in (request, *request.owed))


def _is_late(frame: bytes, request: Request) -> bool:
    late = any(earlier.is_answered_by(frame) for earlier in request.owed)
    return late and not request.is_answered_by(frame)


def _sound_end(line: bytes, request: Request) -> bytes:
    """The end of a line that has the right checksum; without a checksum the whole line."""
    if request.sound is None:
        return line
    return next((line[i:] for i in reversed(range(len(line))) if request.sound(line[i:])), b"")
