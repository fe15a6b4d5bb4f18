"""A channel whose name was damaged before it stood in the journal twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import JournalError
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.questions.channel_names import contradicted, refuse_contradicted
from gateway.questions.start import would_follow
from tests.unit.alarming.alarm_desk import CONFIG, Desk

RENAMED = CONFIG.replace("[channels.top]", '[channels.tip]\nwas = "top"')


def archive(desk: Desk) -> None:
    with RollOver(desk.folder / "journal.sqlite") as roll:
        while roll.step(2**62, SegmentEnd(0, most_entries=1)):
            pass


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With readings of `top` and `shipper` in the archive, and `top` renamed since."""
    desk = Desk(tmp_path)
    desk.read(("top", 0, -190.0), ("shipper", 0, -190.0))
    archive(desk)
    desk.configure(RENAMED)
    desk.read(("tip", 3600, -190.0))
    archive(desk)
    return desk


def damaged(desk: Desk, name: str, found: str) -> Path:
    """As a version without copies left it: the damage is all that there is."""
    desk.journal.close()
    connection = connect(desk.folder / "journal.sqlite", writing=True)
    connection.execute("UPDATE channel SET name = ? WHERE name = ?", (found, name))
    connection.execute("DROP TABLE channel_copy")
    connection.execute("DROP TABLE exhibit")
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    return desk.folder / "journal.sqlite"


def test_what_was_renamed_contradicts_nothing(desk: Desk) -> None:
    assert contradicted(desk.folder / "journal.sqlite") == []
    assert contradicted(damaged(desk, "tip", "tip")) == []
    refuse_contradicted(desk.folder / "journal.sqlite")


@pytest.mark.parametrize("name", ["tip", "shipper"])
def test_a_damaged_name_is_found_before_it_is_copied_and_after(desk: Desk, name: str) -> None:
    path = damaged(desk, name, "xip")
    found = contradicted(path)
    assert f"channel {name} stood in a configuration, and the journal has no such channel" in found[0]
    assert "is called 'xip', and archive file" in found[1] and len(found) == 2
    assert would_follow(desk.configuration, desk.folder).problems == tuple(found)
    with pytest.raises(JournalError, match=f"channel {name} stood in a configuration"):
        refuse_contradicted(path)
    Journal.open(path).close()  # a version that did not look has copied it
    assert contradicted(path) == found


def test_a_damaged_number_is_found_by_what_is_not_archived(desk: Desk) -> None:
    desk.read(("tip", 7200, -120.0))
    number = desk.numbers["tip"]
    path = damaged(desk, "tip", "tip")
    connection = connect(path, writing=True)
    connection.execute("UPDATE channel SET number = ? WHERE number = ?", (number + 64, number))
    connection.close()
    expected = f"there are readings of channel {number}, and the journal has no such channel: it is damaged"
    assert any(one.startswith(expected) for one in contradicted(path))
    with pytest.raises(JournalError, match="it is damaged; stop the gateway and restore a backup"):
        refuse_contradicted(path)


@pytest.mark.parametrize(("column", "found"), [("quantity", "temperaturg"), ("unit", "degB")])
def test_what_nothing_measures_is_damage_and_no_reason_to_retire_a_channel(
    desk: Desk, column: str, found: str
) -> None:
    path = damaged(desk, "tip", "tip")
    connection = connect(path, writing=True)
    connection.execute("UPDATE channel SET quantity = 'temperature', unit = 'degC' WHERE name = 'tip'")
    assert contradicted(path) == []
    connection.execute(f"UPDATE channel SET {column} = ? WHERE name = 'tip'", (found,))
    connection.close()
    [problem] = contradicted(path)
    assert found in problem and "which nothing does: it is damaged" in problem
    with pytest.raises(JournalError, match="which nothing does"):
        refuse_contradicted(path)


def test_a_channel_that_only_imports_know_is_found_by_the_archive(desk: Desk) -> None:
    desk.numbers |= desk.journal.channel_numbers(["logger"])
    desk.read(("logger", 7200, 4.0))
    archive(desk)
    assert contradicted(desk.folder / "journal.sqlite") == []
    [problem] = contradicted(damaged(desk, "logger", "lodger"))
    assert "is called 'lodger'" in problem and "as 'logger'" in problem


def test_a_journal_of_before_archive_and_identity_is_left_to_the_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    refuse_contradicted(path)
    connect(path, writing=True).execute("CREATE TABLE channel (number INTEGER PRIMARY KEY, name TEXT)")
    with pytest.raises(JournalError, match="another program"):
        refuse_contradicted(path)
