"""What could not be taken, source by source, and whether somebody had it sent through again since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.doctor import Finding, note
from gateway.errors import JournalError, StatementError
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.questions.refused import refused_rows

DO: Final = "`cryogate refused` shows them with the reason"


def findings(configuration: Configuration, refused: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """`refused`: as the gateway's status has it, one row for each source and reason."""
    for row in refused:
        what = f"{row['count']} refused since the journal began: {row['reason']}"
        again = _sent_again(configuration, row["source"])
        if again is not None:
            what += f"; those kept here were sent through again at {again}"
        yield note(f"source {row['source']}", what, DO if again is None else "")


def _sent_again(configuration: Configuration, source: str) -> str | None:
    """When, if nothing was refused since; of a journal that cannot be read nothing is known."""
    try:
        with Journal.open_reading(configuration.data_dir / "journal.sqlite", Damaged()) as journal:
            newest = refused_rows(journal, source, 1)
    except (JournalError, StatementError, PermissionError):
        return None  # said of the folder
    return newest[0]["sent_again"] if newest else None
