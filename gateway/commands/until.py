"""Until when something is so: a moment, or how long from now."""

from __future__ import annotations

import re
from typing import Final

from gateway.errors import InputError
from gateway.model import SECOND
from gateway.times import parse_rfc3339, to_the_second

UNITS_S: Final = {"min": 60, "h": 3600, "d": 86_400}
LONGEST_D: Final = 3660  # ten years: what is for longer is for ever
SHOWN: Final = 40  # characters of what was typed
_LASTING: Final = re.compile(r"\s*(\d+(?:\.\d{1,6})?)\s*(min|h|d)\s*", re.ASCII)


def until_ns(now_ns: int, until: str | None, lasting: str | None) -> int:
    """From `--until TIME` or `--for 2h`; exactly one of them. Raises InputError unless it lies ahead."""
    if (until is None) == (lasting is None):
        raise InputError("say until when: --for 30min, or --until TIME (RFC 3339)")
    if lasting is not None:
        return now_ns + lasting_ns(lasting)
    end_ns = parse_rfc3339(until or "")
    if end_ns <= now_ns:
        raise InputError(f"{until} is over: the gateway's clock says {to_the_second(now_ns)}")
    return end_ns


def lasting_ns(text: str) -> int:
    """ "30min", "1.5h", "2d" """
    match = _LASTING.fullmatch(text)
    if match is None:
        raise InputError(f"{text[:SHOWN]!r} is no time: write 30min, 2h or 3d")
    length_s = float(match[1]) * UNITS_S[match[2]]
    if length_s > LONGEST_D * UNITS_S["d"]:
        raise InputError(f"{text[:SHOWN]!r} is longer than ten years: nothing is quiet for ever")
    found_ns = round(length_s * SECOND)
    if found_ns <= 0:
        raise InputError(f"{text[:SHOWN]!r} is no time at all: write 30min, 2h or 3d")
    return found_ns


def in_words(length_ns: int) -> str:
    """ "30 min", "2 h", "36 h", "14 d" """
    minutes = length_ns / (60 * SECOND)
    if minutes < 120 and minutes % 60:
        return f"{minutes:g} min"
    return f"{minutes / 60:g} h" if minutes < 72 * 60 else f"{minutes / 1440:g} d"
