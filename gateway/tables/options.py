"""What a mapping says of a table: where its columns, times and numbers are, and how they are written."""

from __future__ import annotations

from typing import Literal

from gateway.dataclass import dataclass
from gateway.tables.cells import Column
from gateway.tables.moments import names_a_zone, parser
from gateway.tables.names import Language
from gateway.tables.order import Order
from gateway.zones import zone

Header = Literal["first", "found", "none"]


@dataclass(frozen=True, slots=True)
class Options:
    """`header`: the first line, found (the first one that has every column), or none.

    A column is given by its header, in which `*` stands for any text, or by its position from 1 on.
    `time_columns` are joined by a blank. Words among `missing` are BAD readings; an empty cell is no reading.
    With `channel_column` the table is long: that column says which series a row belongs to. `skip_rows` stand
    under the header; a row that begins with one of `footer` ends the table. `line_breaks`: cells
    may have some.
    """

    columns: tuple[Column, ...]
    time_columns: tuple[str | int, ...] = ("time",)
    time_format: str = "rfc3339"
    time_zone: str | None = None
    language: Language = "en"
    order: Order = "forward"
    separator: Literal[",", ";", "\t", "|"] | None = None
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8-sig"
    header: Header = "first"
    skip_lines: int = 0
    skip_rows: int = 0
    footer: tuple[str, ...] = ()
    channel_column: str | int | None = None
    sheet: str | None = None
    missing: tuple[str, ...] = ("-", "---", "NaN", "nan", "ERR", "N/A")
    last_line_complete: bool = False
    line_breaks: bool = False

    def __post_init__(self) -> None:
        if not self.columns or not self.time_columns:
            raise ValueError("columns and time_columns must name at least one column each")
        if self.separator == self.decimal:
            raise ValueError("separator and decimal are the same character; no reader can tell them apart")
        if self.skip_lines < 0 or self.skip_rows < 0:
            raise ValueError("skip_lines and skip_rows are counts, 0 or more")
        if not all(self.footer):
            raise ValueError("footer: an empty text begins every row")
        check_encoding(self.encoding)
        self._check_columns()
        self._check_time()

    @property
    def delimiter(self) -> str:
        """What stands between the cells of a CSV."""
        return self.separator or ","

    @property
    def wanted(self) -> tuple[str | int, ...]:
        """Every column that is read."""
        channel = () if self.channel_column is None else (self.channel_column,)
        return (*self.time_columns, *channel, *(c.column for c in self.columns))

    def _check_columns(self) -> None:
        positions = [c for c in self.wanted if isinstance(c, int)]
        if min(positions, default=1) < 1 or (self.header == "none" and len(positions) < len(self.wanted)):
            raise ValueError('with header = "none" columns are given by position, from 1 on')
        names = [c.series for c in self.columns]
        if len(set(names)) < len(names):
            raise ValueError("two columns are the same series; give them different names")

    def _check_time(self) -> None:
        parser(self.time_format, self.language)
        if self.time_zone is not None:
            zone(self.time_zone)
        if not names_a_zone(self.time_format) and self.time_zone is None:
            raise ValueError(
                "time_zone: needed, because time_format names no zone; it is never guessed. A place like "
                '"Europe/Berlin", or a fixed offset like "+02:00"'
            )


def check_encoding(name: str) -> None:
    """Raises ValueError for what is no encoding of text."""
    try:
        bytes(4).decode(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"encoding: no encoding of text is called {name[:40]!r}; programs on Windows often write cp1252"
        ) from None
