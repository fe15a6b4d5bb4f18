"""Statements from a time when the gateway's clock was ahead: they wait, and people think that they count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from gateway.config.types import Configuration
from gateway.doctor import Finding, warning
from gateway.errors import JournalError, StatementError
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.standing import Standing
from gateway.model import SECOND
from gateway.published.statements import words
from gateway.statements import Statement, clock, containment, empty, placement, reset
from gateway.text import counted

KINDS: Final = (placement.KIND, containment.KIND, empty.KIND, reset.KIND)  # what is so from a moment on
SET_BACK_S: Final = -60.0  # a smaller jump is over before anybody reads this
MOST_NAMED: Final = 5
DO: Final = (
    "say when it was so: the same command with `--corrects ID --reason WHY` and `--at TIME`, or the row with "
    "its time"
)


def findings(configuration: Configuration, now_ns: int) -> Iterator[Finding]:
    path = configuration.data_dir / "journal.sqlite"
    try:
        if not path.exists():
            return
        with Journal.open_reading(path, Damaged()) as journal:
            found = list({one.id: one for one in waiting(journal, now_ns)}.values())
    except (JournalError, StatementError, PermissionError):
        return  # said of the folder
    if found:
        named = "; ".join(f"{one.id}: {one.by} {words(one)}" for one in found[:MOST_NAMED])
        more = f"; and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        what = f"made while the gateway's clock was ahead, waits for that time: {named}{more}"
        yield warning("statements", f"{counted(len(found), 'statement')}, {what}", DO)


def waiting(journal: Journal, now_ns: int) -> Iterator[Statement]:
    """Those in effect that were made before the clock was set back, about a time that has not come."""
    standing = Standing(journal)
    for seq, change in journal.newest_statements(clock.KIND):
        if clock.of(change.body).moved_s < SET_BACK_S:
            for kind in KINDS:
                before = (one for _, one in journal.newest_statements(kind, seq))
                ahead = takewhile(lambda one: (one.stated_ns or one.at_ns) > now_ns, before)
                yield from (one for one in ahead if one.at_ns > now_ns + SECOND and standing.counts(one))
