"""How wide the parts of a picture are: few widths, easily read, and three of which sums are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import SECOND

MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
RAW: Final = -1  # the level of the readings themselves


@dataclass(frozen=True, slots=True)
class Level:
    """Sums of parts of `width_ns`, many in a tile of `tile_ns`; all begin at whole multiples since 1970."""

    width_ns: int
    tile_ns: int


LEVELS: Final = (Level(MINUTE, HOUR), Level(15 * MINUTE, DAY), Level(4 * HOUR, 40 * DAY))
_FINE: Final = (10**k * step for k in range(6, 9) for step in (1, 2, 5))  # from a millisecond on
_SECONDS: Final = (1, 2, 5, 10, 15, 30)
_LONGER: Final = (1, 2, 5, 15, 30, 60, 120, 240, 480, 720, *(1440 * days for days in (1, 2, 5, 10, 20, 50)))
WIDTHS: Final = (*_FINE, *(SECOND * s for s in _SECONDS), *(MINUTE * m for m in _LONGER))


def width_for(start_ns: int, end_ns: int, points: int) -> int:
    """The smallest width of which at most `points` parts cover [start, end)."""
    for width in WIDTHS:
        if (end_ns - 1) // width - start_ns // width < points:
            return int(width)
    longest = int(WIDTHS[-1])
    return longest * -(-(end_ns - start_ns) // (longest * max(1, points - 1)))


def level_of(width_ns: int) -> int:
    """The coarsest level whose parts make up parts of this width; RAW where none does."""
    return max((k for k, level in enumerate(LEVELS) if width_ns % level.width_ns == 0), default=RAW)


def cover(start_ns: int, end_ns: int, level: int) -> Iterator[tuple[int, int, int]]:
    """(level, start, end) of what makes up [start, end): whole parts, and finer ones at the edges."""
    if start_ns >= end_ns:
        return
    if level == RAW:
        yield RAW, start_ns, end_ns
        return
    width = LEVELS[level].width_ns
    first, last = -(-start_ns // width) * width, end_ns // width * width
    if first >= last:
        yield from cover(start_ns, end_ns, level - 1)
        return
    yield from cover(start_ns, first, level - 1)
    yield level, first, last
    yield from cover(last, end_ns, level - 1)
