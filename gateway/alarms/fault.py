"""A fault of the gateway itself as the cause of an alarm: what is wrong, since when, who is not watched."""

from __future__ import annotations

from gateway.dataclass import dataclass
from gateway.model import Severity


@dataclass(frozen=True, slots=True)
class StatedFault:
    """`key` names what is wrong ("source:broker"), `message` says what, where and what to do next."""

    id: str
    key: str
    severity: Severity
    message: str
    assets: tuple[str, ...]  # that it is about, by the names they had then
    start_ns: int
    end_ns: int | None = None
