"""Rows that are passed over although they can be read: no reading is lost without a word."""

from __future__ import annotations

from array import array
from typing import Final

MOST_SHOWN: Final = 5  # lines of one remark


class PassedOver:
    """Lines of such rows, by the option of the mapping that passes over them."""

    def __init__(self) -> None:
        self._lines: dict[str, array[int]] = {}

    def add(self, option: str, line: int) -> None:
        self._lines.setdefault(option, array("q")).append(line)

    def remarks(self) -> tuple[str, ...]:
        """For people, with the numbers of the first few lines."""
        return tuple(_remark(option, lines) for option, lines in self._lines.items())


def _remark(option: str, lines: array[int]) -> str:
    shown = ", ".join(map(str, lines[:MOST_SHOWN]))
    more = f" and {len(lines) - MOST_SHOWN} more" if len(lines) > MOST_SHOWN else ""
    one = len(lines) == 1
    start = f"line {shown} is" if one else f"lines {shown}{more} are"
    end = "a reading" if one else "readings"
    return f"{start} not taken because of `{option}`, but can be read as {end}: check `{option}`"
