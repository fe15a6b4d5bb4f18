"""What is wrong with a serial line that works all the same: it echoes, or it carries stray bytes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.drivers import Request
    from gateway.ingestion.port import Answer


WINDOW_S: Final = 300.0
MOST_KEPT: Final = 1000  # questions of the window that are remembered: more than two a second change no share
BYTES_SHOWN: Final = 8
ECHO: Final = (
    "the adapter echoes: each request comes back before its reply, and is dropped; "
    "no reading is lost. Switch the echo off if the adapter allows it"
)
NOISE: Final = "check termination, bias resistors, shield and ground of the line"


def stray(request: Request, answer: Answer) -> bytes:
    """What no instrument sent. While a reply is owed, bytes of no frame may be that, unless no line of text
    has them: without a checksum those stay part of the line, and it is refused.
    """
    if not request.owed and answer.noise:
        return answer.noise
    if request.length is not None:
        return b""
    came = answer.noise + answer.reply.frame
    return bytes(byte for byte in came if not 0x20 <= byte < 0x7F and byte not in b"\r\t")


class LineNoise:
    """Counts what came with replies lately; every time is monotonic and given."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, bool, bytes]] = deque(maxlen=MOST_KEPT)

    def note(self, now_s: float, echoed: bool, noise: bytes) -> None:
        """One question: whether it came back, and the bytes that belonged to no frame."""
        self._heard.append((now_s, echoed, noise[:BYTES_SHOWN]))

    def words(self, now_s: float) -> tuple[str, ...]:
        """What people should know, and what to do about it; empty where nothing is wrong."""
        lately = [(echoed, noise) for s, echoed, noise in self._heard if now_s - s < WINDOW_S]
        noisy = [noise for _, noise in lately if noise]
        words = [ECHO] if any(echoed for echoed, _ in lately) else []
        if noisy:
            shown = noisy[-1].hex(" ").upper()
            words.append(
                f"stray bytes with {len(noisy)} of {len(lately)} replies in the last {WINDOW_S / 60:.0f} "
                f"minutes, the last ones {shown}; {NOISE}"
            )
        return tuple(words)
