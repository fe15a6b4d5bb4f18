"""Deleting what the time of is over, by the gateway's clock, and stating who had it deleted."""

from __future__ import annotations

from pathlib import Path

from gateway.clocks.clock_watch import clock_of
from gateway.commands.author import Author
from gateway.config.types import Configuration
from gateway.followers.registration import taken_by_followers
from gateway.journal.journal import Journal
from gateway.journal.retaining import Progress, Retained
from gateway.journal.retaining import retain as apply
from gateway.questions.retention import Retention
from gateway.writing.linking import chain_of


def retain(configuration: Configuration, author: Author | None, progress: Progress) -> Retained:
    """Delete what no record class, unit or hold keeps; `author` None: only say what would go.

    Raises JournalError, also where somebody stated something meanwhile.
    """
    path: Path = configuration.data_dir / "journal.sqlite"
    taken = taken_by_followers(path.with_name("records.sqlite"))
    with Journal.open_reading(path) as journal:
        clock = clock_of(journal, configuration.clock.require_sync)
        now_ns = clock.now_ns()
        policy = Retention(configuration, journal, now_ns, taken)
    by, user = ("", "") if author is None else (author.name, author.user)
    return apply(
        path,
        policy,
        by,
        now_ns,
        dry_run=author is None,
        progress=progress,
        user=user,
        trusted=clock.trusted,
        chain=None if author is None else chain_of(configuration),
    )
