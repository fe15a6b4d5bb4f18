"""What a damaged journal lost is an alarm until somebody has acknowledged it, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.journal.journal import Journal
from gateway.model import SECOND, Severity
from gateway.running.recovery_watch import RECENT_NS, RecoveryWatch
from gateway.statements import Statement, fault, recovery
from gateway.statements.fault import FaultCleared, FaultRaised
from gateway.statements.recovery import Recovery

NOW_NS = 1_800_000_000 * SECOND
GONE = Recovery("entries 3 to 6 of the journal are gone", first_seq=3, last_seq=6)
CUT = Recovery("the end of the write-ahead log was damaged", at=40_000, frames=9, commits=3)
TORN = Recovery("the end of the write-ahead log was damaged", at=40_000, frames=2, commits=0)


def stated(found: Recovery, at_ns: int = NOW_NS) -> Statement:
    return Statement(recovery.KIND, "edge", at_ns, recovery.to_body(found))


@pytest.mark.parametrize(("found", "severity"), [(GONE, Severity.CRITICAL), (CUT, Severity.MAJOR)])
def test_it_is_said_until_it_is_seen(tmp_path: Path, found: Recovery, severity: Severity) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[stated(found)])
        watch = RecoveryWatch(journal, NOW_NS)
        (one,) = watch()
        assert (one.key, one.severity) == ("recovery:1", severity)
        assert found.message in one.message and "acknowledge this alarm" in one.message
        assert list(watch()) == [one]
        assert one.seen is not None
        one.seen()
        assert list(watch()) == []


def test_once_seen_no_start_says_it_again(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        raised = FaultRaised("F-1", "recovery:1", Severity.CRITICAL, "gone", ())
        changes = [raised, FaultCleared("F-1", "recovery:1")]
        told = [Statement(fault.KIND, "edge", NOW_NS, fault.to_body(one)) for one in changes]
        journal.commit(statements=[stated(GONE), told[0]])
        assert len(list(RecoveryWatch(journal, NOW_NS)())) == 1
        journal.commit(statements=told[1:])
        assert list(RecoveryWatch(journal, NOW_NS)()) == []


def test_a_write_under_way_lost_nothing_and_old_stories_wake_nobody(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[stated(TORN), stated(GONE, NOW_NS - RECENT_NS)])
        assert list(RecoveryWatch(journal, NOW_NS)()) == []
