"""Many rows of CSV at once: cells of a column as bytes of one width, filled up with NUL, which no cell has.

One row after the other took ten times as long. Source of the form: RFC 4180, with line ends of one character.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gateway.model import SECOND, Floats, Times

Cells = npt.NDArray[Any]
"""S[rows]: what stands in a column, quoted where it must be."""
Bytes = npt.NDArray[np.uint8]

STRETCH: Final = 4096  # rows at once: some 1 MB, which stays in the cache of a processor
DAY_NS: Final = 86_400 * SECOND
TIME: Final = b"0000-00-00T00:00:00.000000000Z"
MOMENTS: Final = np.dtype(f"S{len(TIME)}")
PLACES: Final = ((11, 2, 3600 * SECOND), (14, 2, 60 * SECOND), (17, 2, SECOND), (20, 9, 1))
"""Where digits stand, how many, and what one of them counts in the nanoseconds of a day."""


def rows(columns: Sequence[Cells]) -> bytes:
    """The columns, as lines."""
    ends = (*[b","] * (len(columns) - 1), b"\n")
    return joined([part for column, end in zip(columns, ends, strict=True) for part in (column, end)])


def joined(columns: Sequence[Cells | bytes]) -> bytes:
    """The same with nothing between the cells; a text alone stands in each row."""
    number = next(len(column) for column in columns if not isinstance(column, bytes))
    stretches = (slice(begin, min(begin + STRETCH, number)) for begin in range(0, number, STRETCH))
    return b"".join(_stretch(columns, stretch) for stretch in stretches)


def _stretch(columns: Sequence[Cells | bytes], of: slice) -> bytes:
    number = of.stop - of.start
    parts = [_wide(np.full(number, c) if isinstance(c, bytes) else c[of]) for c in columns]
    filled: Bytes = np.concatenate(parts, axis=1).ravel()
    return bytes(filled[filled != 0].tobytes())


def words(texts: Iterable[str]) -> Cells:
    """Cells of some texts, none of which has a NUL."""
    return np.array([_quoted(text) for text in texts] or [b""], np.bytes_)


def moments(times: Times) -> Cells:
    """RFC 3339 as `gateway.times.format_rfc3339` writes it; int64[n], ns UTC, any of them."""
    day, rest = np.divmod(times, DAY_NS)
    days, of_day = np.unique(day, return_inverse=True)
    dates = days.astype("datetime64[D]").astype("S10")
    shown = np.tile(np.frombuffer(TIME, np.uint8), (len(times), 1))
    shown[:, :10] = _wide(dates)[of_day]
    for at, digits, unit_ns in PLACES:
        left, rest = np.divmod(rest, unit_ns)
        for place in range(at + digits - 1, at - 1, -1):
            left, digit = np.divmod(left, 10)
            shown[:, place] += digit.astype(np.uint8)
    return shown.view(MOMENTS).ravel()


def numbers(values: Floats) -> Cells:
    """The shortest digits that read back the same, as `repr`; nothing for NaN."""
    bits, of_value = np.unique(values.view(np.int64), return_inverse=True)  # -0.0 is not 0.0
    shown = ["" if value != value else repr(value) for value in bits.view(np.float64).tolist()]
    return np.array(shown or [""], np.bytes_)[of_value]


def _wide(cells: Cells) -> Bytes:
    """uint8[rows, width]."""
    return np.ascontiguousarray(cells).view(np.uint8).reshape(len(cells), cells.itemsize)


def _quoted(text: str) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow((text, ""))  # alone an empty one would be quoted
    return line.getvalue()[:-2].encode()
