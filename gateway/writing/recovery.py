"""After the journal lost its end: followers have seen numbers that it would give out again.

A follower reads what lies behind its cursor. If a damaged disk took entries that it had read already, new
ones must not get their numbers, or nobody would ever screen them.
"""

from __future__ import annotations

import logging

from gateway.evidence.store import seen_in
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.statements import recovery
from gateway.statements.recovery import Recovery

log = logging.getLogger(__name__)


def go_on_behind_what_was_seen(journal: Journal, records: Records, by: str, now_ns: int) -> None:
    """To be called before anything is committed; states what is missing."""
    last, seen = journal.last_seq(), max(records.furthest_seen(), seen_in(journal.path.parent))
    if seen <= last:
        return
    message = (
        f"entries {last + 1} to {seen} of the journal are gone, although they were screened or sent before; "
        "the disk lost what it had confirmed, or an older copy was put in place: compare with the sinks"
    )
    log.error("journal %s: %s", journal.path, message)
    journal.continue_behind(seen)
    body = recovery.to_body(Recovery(message, first_seq=last + 1, last_seq=seen))
    journal.commit(statements=[Statement(recovery.KIND, by, now_ns, body)])
