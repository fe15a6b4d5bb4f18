"""The scoreboard as a table, and its place in docs/reliability.md."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size
from gateway.journal.database import SQLITE

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- scoreboard: written by python -m benchmarks.faults -->", "<!-- end of the scoreboard -->"
HEAD: Final = (
    "| fault | acknowledged | present | screened | duplicates | longest recovery | |\n"
    "|---|---|---|---|---|---|---|"
)

Row = Outcome | tuple[str, str]  # or the name of one that could not run here, and why


def rows_as_text(rows: Sequence[Row]) -> str:
    """Markdown."""
    return "\n".join([HEAD, *(_row(row) for row in rows)])


def replace(rows: Sequence[Row]) -> None:
    """Put these lines of the page's table in the place of those with the same name, or at its end."""
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table, end, after = rest.partition(END)
    new = {text.split("|")[1]: text for text in map(_row, rows)}
    lines = [new.pop(_name(line), line) for line in table.splitlines()]
    PAGE.write_text(before + mark + "\n".join([*lines, *new.values()]) + "\n" + end + after, encoding="utf-8")


def _name(line: str) -> str:
    return line.split("|")[1] if line.startswith("| ") else ""


def publish(rows: Sequence[Row], size: Size) -> None:
    """Put all of it between the marks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    where = (
        f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}, "
        f"SQLite {SQLITE}"
    )
    how = {"short": " --short", "usual": "", "long": " --long"}[size]
    head = (
        f"Written {time.strftime('%Y-%m-%d', time.gmtime())} by `python -m benchmarks.faults{how}`; {where}."
    )
    PAGE.write_text(f"{before}{BEGIN}\n{head}\n\n{rows_as_text(rows)}\n{END}{after}", encoding="utf-8")


def _row(row: Row) -> str:
    if not isinstance(row, Outcome):
        return f"| {row[0]} | not run | | | | | {row[1]} |"
    recovery = "" if row.recovery_s is None else f"{row.recovery_s:.1f} s"
    screened = "" if row.screened is None else _number(row.screened)
    note = row.note if row.is_kept else f"**NOT KEPT** {row.failed} - {row.note}"
    counts = (_number(row.acknowledged), _number(row.present), screened, _number(row.duplicates))
    return f"| {' | '.join((row.name, *counts, recovery, note))} |"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")
