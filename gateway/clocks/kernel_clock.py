"""What the kernel says about this machine's clock: whether anything synchronizes it, and which boot this is.

The kernel is asked by adjtimex(2), which tells of every daemon alike (systemd-timesyncd, chrony with
`rtcsync`, ntpd, ptp4l) and needs no daemon to answer.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Final

STA_UNSYNC: Final = 0x0040  # uapi/linux/timex.h
_STATUS_AT: Final = 40  # bytes into struct timex where longs have 64 bits
_SIZE: Final = 512  # bytes; struct timex has 208
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def is_synchronized() -> bool | None:
    """None where the kernel does not tell: a container that may not ask, or another system than Linux."""
    ask = getattr(ctypes.CDLL(None), "adjtimex", None)
    told = ctypes.create_string_buffer(_SIZE)  # zeros: ask, change nothing
    if ask is None or ask(told) < 0:
        return None
    status = ctypes.c_int.from_buffer(told, _STATUS_AT).value
    return not status & STA_UNSYNC


def boot() -> str:
    """A name of the present boot; empty where there is none."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
