"""Entries that followers have seen and the journal lost: their numbers are not given out again."""

from __future__ import annotations

from pathlib import Path

from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.statements.recovery import KIND as RECOVERY
from gateway.writing.recovery import go_on_behind_what_was_seen


def test_new_entries_come_behind_every_cursor(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    with records.transaction():
        records.move_cursor("sink:a", 12)
        records.save("screening:state", 9, b"")
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("note", "test", 0, {})] * 4)
        go_on_behind_what_was_seen(journal, records, "edge-1", 5)
        ((seq, said),) = journal.statements(RECOVERY)
    records.close()
    assert seq == 13
    assert (said.by, said.at_ns, said.body["first_seq"], said.body["last_seq"]) == ("edge-1", 5, 5, 12)


def test_followers_that_are_behind_are_no_news(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("note", "test", 0, {})] * 4)
        go_on_behind_what_was_seen(journal, records, "edge-1", 5)
        assert journal.last_seq() == 4
    records.close()
