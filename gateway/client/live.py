"""Server-sent events as the API sends them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: alarm, values, gateway, reset. `seq`: with which to go on after an `alarm`, else 0."""

    kind: str
    data: dict[str, Any]
    seq: int = 0


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Each when it is whole; comments are signs of life."""
    told: dict[str, str] = {}
    for line in lines:
        text = line.decode(errors="replace").rstrip("\r\n")
        if text:
            name, _, value = text.partition(":")
            told[name] = value.removeprefix(" ")
            continue
        if "event" in told and "data" in told:
            seq = told.get("id", "")
            yield Event(told["event"], json.loads(told["data"]), int(seq) if seq.isdecimal() else 0)
        told = {}
