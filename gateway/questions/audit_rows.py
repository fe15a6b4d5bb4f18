"""The audit trail in the shapes that others read: JSON and rows of CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gateway.published.statements import statement_row
from gateway.questions.audit import Action
from gateway.questions.differences import Difference
from gateway.statements.kinds import about
from gateway.text import csv_cell, one_line

SCHEMA: Final = 1
COLUMNS: Final = (
    "entry", "id", "stated", "clock_trusted", "at", "actor", "by", "user", "origin", "kind", "words", "about",
    "field", "old", "new", "reason", "corrects", "withdraws",
)  # fmt: skip


def plain(action: Action) -> dict[str, Any]:
    """One action with the values before and after."""
    changes = [{"field": one.field, "old": one.old, "new": one.new} for one in action.changes]
    row = {"entry": action.seq, **statement_row(action.statement), "about": sorted(about(action.statement))}
    return {**row, "changes": changes}


def csv_lines(actions: Iterable[Action]) -> Iterator[str]:
    """With a header; a row for each value that changed, so that each has its place. Lines end with CRLF."""
    yield _line(COLUMNS)
    for action in actions:
        row = plain(action)
        cells = {name: _cell(row[name]) for name in COLUMNS if name in row}
        for change in action.changes or (None,):
            yield _line([(cells | _values(change)).get(name, "") for name in COLUMNS])


def change_words(change: Difference) -> str:
    """limit_degC: -150 -> -145"""
    return one_line(f"{change.field}: {_shown(change.old)} -> {_shown(change.new)}")


def _values(change: Difference | None) -> dict[str, str]:
    if change is None:
        return {}
    return {"field": csv_cell(change.field), "old": _cell(change.old), "new": _cell(change.new)}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return csv_cell(value)
    return csv_cell(" ".join(value)) if _are_names(value) else json.dumps(value, ensure_ascii=False)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
