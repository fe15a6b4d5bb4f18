"""A channel's name and unit stand in the journal twice: one flipped bit changes no answer, and is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.timeline import timeline_of
from gateway.errors import JournalError
from gateway.journal import channels
from gateway.journal.damaged import Damaged
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.journal.verify import verify
from gateway.statements import recovery
from tests.unit.alarming.alarm_desk import Desk
from tests.unit.journal.journal_data import noisy

MEANT = {"c1": ("temperature", "degC"), "c2": ("pressure", "Pa")}
DAMAGES = (
    "UPDATE channel SET name = 'b2' WHERE name = 'c2'",
    "UPDATE channel SET unit = 'Pb' WHERE name = 'c2'",
    "UPDATE channel SET quantity = NULL WHERE name = 'c2'",
    "UPDATE channel SET number = 66 WHERE name = 'c2'",
    "UPDATE channel SET name = CAST(x'6332ff' AS TEXT) WHERE name = 'c2'",
    "DELETE FROM channel WHERE name = 'c2'",
    "UPDATE channel_copy SET name = 'b2' WHERE name = 'c2'",
    "UPDATE channel_copy SET crc = crc + 1 WHERE name = 'c2'",
    "UPDATE channel_copy SET unit = NULL WHERE name = 'c2'",
    "UPDATE channel_copy SET number = 66 WHERE name = 'c2'",
    "DELETE FROM channel_copy WHERE name = 'c2'",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        journal.channel_numbers([f"c{k}" for k in range(1, 11)])
        journal.describe_channels(MEANT)
        journal.rename_channel("c10", "crown")
        journal.commit(noisy(30))
    return path


def known(path: Path) -> dict[int, channels.ChannelRow]:
    with Journal.open_reading(path) as journal:
        return journal.channels()


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_answer_changes_and_the_next_start_mends_it(path: Path, damage: str) -> None:
    before = known(path)
    assert len(before) == 10 and before[10].name == "crown"
    connect(path, writing=True).execute(damage)
    assert known(path) == before
    assert any("channel" in problem and "is damaged" in problem for problem in verify(path).problems)
    with Journal.open(path) as journal:
        assert journal.channels() == before
        ((_, said),) = journal.statements(recovery.KIND)
        assert "made again from what stands there twice" in recovery.of(said.body).message
    assert verify(path).problems == []
    Journal.open(path).close()
    with Journal.open_reading(path) as journal:
        assert len(list(journal.statements(recovery.KIND))) == 1  # said once


def test_a_journal_of_an_earlier_version_gets_its_copies(path: Path) -> None:
    before = known(path)
    connection = connect(path, writing=True)
    connection.execute("DROP TABLE channel_copy")
    connection.execute("DROP TABLE exhibit")
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    Journal.open(path).close()
    connect(path, writing=True).execute(DAMAGES[0])
    assert known(path) == before


def test_what_is_left_of_one_that_is_lost_stays(path: Path) -> None:
    connection = connect(path, writing=True)
    connection.execute("DELETE FROM channel WHERE name = 'c2'")
    connection.execute("UPDATE channel_copy SET name = 'b2' WHERE name = 'c2'")
    Journal.open(path).close()
    assert connection.execute("SELECT name FROM channel_copy WHERE number = 2").fetchall() == [("b2",)]
    assert any("nothing says any more which it is" in problem for problem in verify(path).problems)


def test_what_cannot_be_mended_is_logged_once_by_all_connections(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect(path, writing=True)
    connection.execute("DELETE FROM channel WHERE name = 'c2'")
    connection.execute("UPDATE channel_copy SET name = 'b2' WHERE name = 'c2'")
    damaged = Damaged()
    for known in (damaged, damaged, Damaged(damaged)):
        Journal.open(path, damaged=known).close()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    Journal.open(path).close()  # a command by itself
    assert len(caplog.records) == 2


def test_what_both_have_lost_is_a_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.journal._connection.execute("UPDATE channel SET name = 'tip' WHERE name = 'top'")
    desk.journal._connection.execute("DELETE FROM channel_copy WHERE name = 'top'")
    with pytest.raises(JournalError, match=r"channel top stood in a configuration.*restore a backup"):
        timeline_of(desk.journal).identities()
        timeline_of(desk.journal).number("top")
