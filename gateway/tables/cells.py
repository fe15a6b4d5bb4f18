"""A number in a cell: decimal comma, unit behind it, every minus sign.

What is no number is a mistake. A number that no instrument has is a BAD reading, as by any other way.
"""

from __future__ import annotations

import math
import re
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import LARGEST_VALUE
from gateway.tables.unit_words import said_in

NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
NO_NUMBER: Final = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SIGN_APART: Final = re.compile(r"^([+-])\s+(?=[0-9.])")
_OF_A_NUMBER: Final = re.compile(r"[0-9]|[.,eE+-]{1,3}[0-9]")
NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Column:
    """One measured column: its header, or its position from 1 on, and its unit.

    `name` is the series it becomes; without it the header. `suffix` stands behind each number. A number that
    is among `faults`, below `lowest` or above `highest` is a BAD reading; all three are in `unit`.
    """

    column: str | int
    unit: str = "degC"
    name: str = ""
    suffix: str = ""
    faults: tuple[float, ...] = ()
    lowest: float = -LARGEST_VALUE
    highest: float = LARGEST_VALUE
    mixed_exponents: bool = False  # numbers with and without exponent: none of them is taken for cut off

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise ValueError(f"lowest ({self.lowest:g}) must lie below highest ({self.highest:g})")
        if _OF_A_NUMBER.match(self.suffix):
            raise ValueError(f"suffix {self.suffix!r} can be part of a number: digits would be lost with it")
        if (said := said_in(self.suffix, is_alone=True)) and self.unit not in said:
            names = " and ".join(sorted(said))
            raise ValueError(
                f"suffix {self.suffix!r} is {names}, and unit is {self.unit}: say the same in both"
            )

    @property
    def series(self) -> str:
        return self.name or str(self.column)


def number(text: str) -> float:
    """A decimal number as loggers write them. Raises InputError, also for nan, inf, 1e400 and 1_0."""
    if text.endswith("."):
        raise InputError(f"{text[:40]!r} has nothing behind its decimal mark: it may be cut off")
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise InputError(f"{text[:40]!r} is not a number")
    return float(text)


def measurement(text: str) -> float:
    """A number that an instrument can mean. Raises InputError."""
    value = number(text)
    if not abs(value) <= LARGEST_VALUE:
        raise InputError(f"{text[:40]!r} is not a finite measurement")
    return value


def reading(text: str, column: Column, decimal: str) -> float:
    """The value of a cell, NaN where it is BAD. Raises InputError."""
    try:
        bare = plain(text, column.suffix, decimal)
        value = NAN if _is_noise(bare) else number(bare)
    except InputError as error:
        raise InputError(f"{column.series}: {error} (decimal = {decimal!r})") from None
    is_bad = value in column.faults or not column.lowest <= value <= column.highest
    return NAN if is_bad else value


def _is_noise(text: str) -> bool:
    """Whether it says a number, but none that an instrument has."""
    if NO_NUMBER.fullmatch(text):
        return True
    return NUMBER.fullmatch(text) is not None and not abs(float(text)) <= LARGEST_VALUE


def plain(text: str, suffix: str, decimal: str) -> str:
    """The number alone, with a point and an ASCII sign. Raises InputError."""
    if suffix and not text.endswith(suffix):
        raise InputError(f"{text[:40]!r} does not end in {suffix!r}")
    bare = text.removesuffix(suffix).strip().replace("\N{MINUS SIGN}", "-")
    if bare[1:2].isspace():
        bare = _SIGN_APART.sub(r"\1", bare)
    if decimal == "," and "." in bare:
        raise InputError(f"{text[:40]!r} has a point, but decimal is ','")
    return bare.replace(",", ".") if decimal == "," else bare


def decimals(text: str) -> int | None:
    """How many digits stand behind the point or comma; None where there is none."""
    match = re.search(r"[.,]([0-9]+)$", text.strip())
    return len(match[1]) if match else None
