"""Who a journal is, what its channels measure, and statements that come too late."""

import json

import pytest

from gateway.errors import InputError, JournalError, Outdated
from gateway.journal import identity, schema
from gateway.journal.backup import backup, restore
from gateway.journal.channels import ChannelRow
from gateway.journal.database import all_rows, connect
from gateway.journal.identity import name_of
from gateway.journal.journal import Journal, Statement
from gateway.journal.stats import stats
from gateway.journal.verify import verify
from tests.unit.journal.journal_data import NOON_NS, bits, noisy, sorted_bits

NOTE = Statement("note", "li.wei", NOON_NS, {"text": "lid closed"})


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "journal.sqlite"


@pytest.fixture
def journal(path):
    with Journal.open(path) as opened:
        yield opened


def as_of_0_1_0(path):
    """A journal that the program of schema 2 made, with readings and a statement."""
    with pytest.MonkeyPatch.context() as past:
        past.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        past.setattr(schema, "CURRENT", 2)
        schema.open_writing(path).close()
    with Journal.open(path.with_name("donor.sqlite")) as donor:
        donor.commit(noisy(30), statements=[NOTE])
        rows = all_rows(donor._connection, "SELECT * FROM entry")
    with connect(path, writing=True) as old:
        old.execute("INSERT INTO channel (name) VALUES ('lid')")
        old.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        assert all_rows(old, "PRAGMA user_version") == [(2,)]
    old.close()


def test_a_journal_has_an_id_of_its_own_from_its_creation(tmp_path):
    ids = set()
    for number in range(50):
        path = tmp_path / f"{number}.sqlite"
        with Journal.open(path) as journal:
            ids.add(journal.id)
        with Journal.open_reading(path) as reader:
            assert reader.id in ids
            assert [i.ancestor for i in reader.identities()] == [""]
    assert len(ids) == 50
    assert all(len(one) == 8 and set(one) <= set(identity._ALPHABET) for one in ids)
    assert len(set("".join(ids))) > 25  # of 32 characters


def test_a_journal_of_0_1_0_gets_an_id_and_keeps_what_it_holds(path):
    as_of_0_1_0(path)
    with pytest.raises(JournalError, match="start this gateway once"):
        Journal.open_reading(path)
    with Journal.open(path) as journal:
        own = journal.id
        assert len(own) == 8
        assert bits(journal.read(None, 0, None)) == sorted_bits(noisy(30))
        assert [s.body for _, s in journal.statements("note")] == [NOTE.body]
        assert journal.channels() == {1: ChannelRow(1, "lid", None, None)}
    with Journal.open(path) as journal:
        assert journal.id == own
    assert not verify(path).problems


def test_a_backup_and_its_way_back_keep_the_id(path, tmp_path):
    with Journal.open(path) as journal:
        journal.commit(statements=[NOTE])
    backup(path.parent, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "back")
    assert stats(tmp_path / "back" / "journal.sqlite", 0).identity == stats(path, 0).identity


def test_a_copy_that_goes_on_by_itself_has_a_new_id_and_remembers_its_ancestor(path, tmp_path):
    with Journal.open(path) as journal:
        journal.commit(statements=[NOTE])
        first = journal.id
    backup(path.parent, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "copy", as_new=True)
    assert {p.name for p in (tmp_path / "copy").iterdir()} == {"archive", "journal.sqlite"}
    copied = tmp_path / "copy" / "journal.sqlite"
    with Journal.open(copied) as journal:
        journal.commit(statements=[NOTE])
        assert journal.id != first
        assert journal.identities()[-1].ancestor == first
        name = name_of(journal.identities())
        assert (name(1), name(2)) == (f"{first}-1", f"{journal.id}-2")
    assert not verify(copied).problems
    told = stats(copied, 0).public()
    assert told["ancestor"] == first != told["id"]


def test_this_version_backs_up_what_an_earlier_one_wrote(path, tmp_path):
    """Before the upgrade it is the way back: the journal stays as it is."""
    as_of_0_1_0(path)
    path.with_name("donor.sqlite").unlink()
    backup(path.parent, tmp_path / "backup")
    assert schema.older(path) == 2
    restore(tmp_path / "backup", tmp_path / "back")
    with Journal.open_reading(tmp_path / "back" / "journal.sqlite") as journal:
        assert bits(journal.read(None, 0, None)) == sorted_bits(noisy(30))


def test_a_backup_that_0_1_0_took_comes_back(path, tmp_path):
    as_of_0_1_0(path)
    path.with_name("donor.sqlite").unlink()
    with pytest.MonkeyPatch.context() as past:
        past.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        past.setattr(schema, "CURRENT", 2)
        backup(path.parent, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "back")
    with Journal.open_reading(tmp_path / "back" / "journal.sqlite") as journal:
        assert bits(journal.read(None, 0, None)) == sorted_bits(noisy(30))
        assert len(journal.id) == 8


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DELETE FROM identity", "has lost its id"),
        ("UPDATE identity SET id = 'o'", "id 'o' is damaged"),
        ("UPDATE identity SET after_seq = 9", "ancestors are damaged"),
        ("INSERT INTO identity VALUES ('ABCDEFGH', 'XXXXXXXX', 0, 0)", "ancestors are damaged"),
    ],
)
def test_verify_looks_at_the_id(path, change, problem):
    with Journal.open(path) as journal:
        journal.commit(statements=[NOTE])
        journal._connection.execute(change)
    (found,) = verify(path).problems
    assert problem in found and "restore a backup" in found


def test_a_lost_id_is_said_by_whoever_asks(journal):
    journal._connection.execute("DELETE FROM identity")
    with pytest.raises(JournalError, match="has lost its id"):
        journal.identities()


def test_what_a_channel_measures_is_written_down_once(journal):
    journal.channel_numbers(["lid", "core"])
    journal.describe_channels({"lid": ("temperature", "degC"), "level": ("level", "mm")})
    journal.describe_channels({"lid": ("temperature", "degC")})
    journal.describe_channels({})
    assert journal.channels() == {
        1: ChannelRow(1, "lid", "temperature", "degC"),
        2: ChannelRow(2, "core", None, None),
        3: ChannelRow(3, "level", "level", "mm"),
    }


@pytest.mark.parametrize("other", [("pressure", "Pa"), ("temperature", "K")])
def test_another_quantity_or_unit_under_a_name_is_refused(journal, other):
    journal.describe_channels({"lid": ("temperature", "degC")})
    why = rf"lid is temperature in degC, not {other[0]} in {other[1]}.*name of its own"
    with pytest.raises(InputError, match=why):
        journal.describe_channels({"new": ("level", "mm"), "lid": other})
    assert journal.channels() == {1: ChannelRow(1, "lid", "temperature", "degC")}


def test_a_renamed_channel_keeps_its_number_and_readings(journal):
    (number,) = journal.channel_numbers(["lid"]).values()
    journal.describe_channels({"lid": ("temperature", "degC")})
    journal.commit(noisy(10, channels=1))
    journal.rename_channel("lid", "shipper-7-lid")
    assert journal.channels() == {number: ChannelRow(number, "shipper-7-lid", "temperature", "degC")}
    assert journal.channel_numbers(["shipper-7-lid"]) == {"shipper-7-lid": number}
    assert journal.channel_numbers(["lid"]) == {"lid": number + 1}  # the name is free for another


def test_a_rename_that_cannot_be_is_refused(journal):
    journal.channel_numbers(["lid", "core"])
    with pytest.raises(InputError, match="no channel top"):
        journal.rename_channel("top", "roof")
    with pytest.raises(InputError, match="core is a channel of its own"):
        journal.rename_channel("lid", "core")
    assert journal.channel_names() == {1: "lid", 2: "core"}


def test_statements_know_their_numbers(journal):
    committed = journal.commit(noisy(5), statements=[NOTE, NOTE])
    assert committed.seqs == (2, 3)
    assert [seq for seq, _ in journal.statements("note")] == [2, 3]
    assert journal.commit(noisy(5)).seqs == ()
    assert journal.commit().seqs == ()


def test_who_looked_before_somebody_else_spoke_writes_nothing(journal, path):
    seen = journal.last_seq()
    with Journal.open(path) as other:
        other.commit(statements=[NOTE])
    with pytest.raises(Outdated, match=r"note was stated meanwhile \(entry 1\).*try again"):
        journal.commit(noisy(5), statements=[NOTE], unless_said_since=seen)
    assert journal.last_seq() == 1
    assert journal.commit(statements=[NOTE], unless_said_since=1).seqs == (2,)


@pytest.mark.parametrize("kind", ["transition", "notification", "progress", "clock", "fault"])
def test_readings_and_what_the_gateway_says_by_itself_outdate_nothing(journal, kind):
    journal.commit(noisy(5), statements=[Statement(kind, "gateway", NOON_NS, {})])
    assert journal.commit(statements=[NOTE], unless_said_since=0).seqs == (3,)


def test_the_id_is_plain_json(path):
    Journal.open(path).close()
    told = json.loads(json.dumps(stats(path, 0).public()))
    assert told["ancestor"] is None and len(told["id"]) == 8
