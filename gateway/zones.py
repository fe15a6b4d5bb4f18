"""The zone that a clock was set to: a place ("Europe/Berlin") or a fixed offset ("+02:00")."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from gateway.errors import InputError

_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)", re.ASCII)
_ETC = re.compile(r"(?:Etc/)?(?:GMT|UTC)([+-])(\d{1,2})(?::?00)?", re.ASCII | re.IGNORECASE)
_NO_PLACES: Final = ("localtime", "Factory", "posixrules")  # files of the zone database that name no place
EXPECTED = "expected a place like 'Europe/Berlin', or a fixed offset like '+02:00'"


def zone(name: str) -> tzinfo:
    """Raises InputError for a zone nobody knows, and for those whose sign is easily taken wrongly."""
    offset = _OFFSET.fullmatch(name)
    if offset and int(offset[2]) <= 14:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(ahead if offset[1] == "+" else -ahead)
    if etc := _ETC.fullmatch(name):
        raise InputError(_explained(name, etc[1], int(etc[2])))
    try:
        if name in _NO_PLACES:
            raise ValueError
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"time_zone: no zone is called {name[:40]!r}; {EXPECTED}") from None


def _explained(name: str, sign: str, hours: int) -> str:
    """In names like Etc/GMT+2 the sign is the other way round."""
    behind, ahead = f"-{hours:02d}:00", f"+{hours:02d}:00"
    if name.lower().startswith("etc/"):
        meaning, direction = (behind, "behind") if sign == "+" else (ahead, "ahead of")
        return (
            f"time_zone: {name!r} means {hours} h {direction} UTC, because its sign is the other way round; "
            f"write {meaning!r} for that, or {ahead if meaning == behind else behind!r} for the opposite"
        )
    return f"time_zone: no zone is called {name[:40]!r}; write {ahead if sign == '+' else behind!r}"
