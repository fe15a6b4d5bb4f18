"""What journal and records say about calls: who was told, who is next. For a command that only looks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from gateway.alarms.callbook import CallBook, Plan
from gateway.alarms.decisions import Decisions
from gateway.alarms.duty import Duty
from gateway.alarms.reach import Reach
from gateway.config.escalations import can_tell_people
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Configuration
from gateway.errors import JournalError
from gateway.followers.recalling import recall, recall_people
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.published.alarm import of_known
from gateway.published.calls import CallsView


def book_of(configuration: Configuration, journal: Journal, now_ns: int) -> CallBook:
    """Empty: to be told what the journal says."""
    timeline = timeline_of(journal)
    plan = Plan(
        configuration.priorities,
        configuration.escalations,
        configuration.calls.chatter,
        configuration.calls.flood,
        partial(_site_of, timeline, now_ns),
        configuration.guidance,
    )
    return CallBook(plan, Duty(partial(timeline.names.identity, "sites")), of_known)


def people_now(configuration: Configuration, journal: Journal, now_ns: int) -> Duty:
    """As everything that was stated says."""
    duty = book_of(configuration, journal, now_ns).duty
    recall_people(duty, journal, journal.last_seq())
    return duty


def calls_at(configuration: Configuration, journal: Journal, records: Records, now_ns: int) -> CallsView:
    """What journal and records say about calls, for a command that only looks.

    At `now_ns`, or when the journal was written last: the gateway's clock is ahead where one was set back.
    """
    now_ns = max(now_ns, _written_ns(journal))
    book = book_of(configuration, journal, now_ns)
    recall(book, journal, records)
    notifiers = [name for name, told in configuration.notifiers.items() if can_tell_people(told.kind)]
    return CallsView(book, Decisions(book, Reach(book.duty, notifiers, notifiers)), now_ns)


def _written_ns(journal: Journal) -> int:
    """0 where nothing is, or the last entry is damaged."""
    with suppress(JournalError):
        return max((entry.committed_ns for entry in journal.entries(journal.last_seq() - 1, 1)), default=0)
    return 0


def _site_of(timeline: Timeline, now_ns: int, asset: str) -> str:
    site = timeline.site_of(asset, now_ns)
    return timeline.names.latest("sites", site) if site else ""
