"""Statements that nobody reads again are looked at again: damage is a fault before somebody asks."""

from __future__ import annotations

from pathlib import Path

from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.model import Severity
from gateway.running import statements_watch
from gateway.running.statements_watch import StatementsWatch
from gateway.statements import Statement


def test_damage_in_a_statement_that_was_heard_long_ago_is_a_fault(tmp_path: Path) -> None:
    path, damaged = tmp_path / "journal.sqlite", Damaged()
    with Journal.open(path) as journal:
        journal.commit(statements=[Statement("transition", "edge", k, {"k": k}) for k in range(70)])
        watch = StatementsWatch(path, damaged)
        for _ in range(3):
            assert list(watch()) == []
        journal._connection.execute("UPDATE entry SET body = replace(body, '69', '68') WHERE seq = 70")
        (fault,) = watch()
    assert fault.severity is Severity.CRITICAL
    assert "journal entry 70 (of kind 'transition'" in fault.message


def test_no_look_takes_long_and_the_next_one_goes_on_from_there(tmp_path: Path) -> None:
    path, damaged = tmp_path / "journal.sqlite", Damaged()
    with Journal.open(path) as journal:
        journal.commit(statements=[Statement("note", "edge", k, {"k": k}) for k in range(70)])
        journal._connection.execute("UPDATE entry SET committed_ns = 1 WHERE seq > 60")
    clock = iter(range(1000))
    watch = StatementsWatch(path, damaged, lambda: next(clock) * 0.6 * statements_watch.LOOK_S)
    seen = [[one.key for one in watch()] for _ in range(5)]
    assert seen[:3] == [[], [], []]
    assert seen[3] == seen[4] == ["journal entries"]  # more than can be named one by one
