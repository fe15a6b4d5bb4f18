"""Instruments on serial lines, one file each; the file's name is the `kind` of a fleet file's instrument.

An instrument is pure: bytes that came in, bytes to send back. It asks a `Measure` for what a probe shows
(degC, or the unit in the node's name; NaN when the probe is open). A file in this folder provides

    class Options                          frozen pydantic model: the instrument's keys in the fleet file
    def probes(options: Options) -> list[str]           every probe the options name
    def build(options: Options, measure: Measure, fill: Fill) -> Instrument

`fill` opens (True) or closes (False) the fill valve of the vessel a probe belongs to.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, Protocol, cast

from pydantic import BaseModel

Measure = Callable[[str], float]
Fill = Callable[[str, bool], None]


class Instrument(Protocol):
    """A simulated instrument."""

    writes: int  # commands obeyed that change the instrument; a monitor must leave it at 0

    def receive(self, data: bytes, time_s: float) -> bytes:
        """Take bytes from the line at a monotonic time; what the instrument answers, b"" for silence."""


class InstrumentKind(Protocol):
    """What a file in this folder provides."""

    Options: type[BaseModel]

    def probes(self, options: Any) -> list[str]: ...
    def build(self, options: Any, measure: Measure, fill: Fill) -> Instrument: ...


def kinds() -> list[str]:
    """Names of all kinds."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(kind: str) -> InstrumentKind:
    """The file of a kind; `kind` is one of `kinds()`."""
    return cast(InstrumentKind, importlib.import_module(f"{__name__}.{kind}"))


class Lines:
    """Cuts a byte stream into lines ending in LF; a line longer than `longest` is thrown away whole."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held = b""
        self._overrun = False

    def feed(self, data: bytes) -> list[bytes]:
        """Complete lines, without LF, still with a CR before it."""
        *ended, rest = (self._held + data).split(b"\n")
        lines = [line for line in ended[self._overrun :] if len(line) <= self._longest]
        self._overrun = len(rest) > self._longest or (self._overrun and not ended)
        self._held = b"" if self._overrun else rest
        return lines
