"""What is lost, damaged or put in place of another: the log goes on as one story, or says why not."""

from __future__ import annotations

import json
import shutil

import pytest

from gateway.errors import CryogateError, EvidenceError, InputError, JournalError
from gateway.evidence import proving
from gateway.evidence.compare import damaged_leaves
from gateway.evidence.keeping import begin
from gateway.evidence.store import Store
from gateway.evidence.tree import consistent
from gateway.journal import backup
from gateway.journal.items import Items
from gateway.journal.records import Records
from gateway.writing.recovery import go_on_behind_what_was_seen
from tests.unit.evidence.evidence_data import GATEWAY, MINUTE, Box, compared, entries, signed


def test_a_log_that_is_ahead_of_the_journal_is_refused(box):
    box.follow()
    shutil.copytree(box.folder, box.folder.with_name("earlier"))
    box.say()
    size, _, _ = box.follow()
    put_back(box)
    found = box.follow()
    assert "entries up to 2, and the journal only up to 1" in found[2] and found[0] == size


def put_back(box):
    """The journal of before; the log stays as it is."""
    for path in box.folder.glob("journal.sqlite*"):
        path.unlink()
    shutil.copy(box.folder.with_name("earlier") / "journal.sqlite", box.path)


def test_a_gateway_that_starts_with_an_older_journal_goes_on_behind_what_is_logged(box):
    """No number is given again, so the log goes on and keeps leaves of what was lost."""
    box.follow()
    shutil.copytree(box.folder, box.folder.with_name("earlier"))
    box.day()
    size, _, _ = box.follow()
    put_back(box)
    with box.journal() as journal, Records(box.folder / "records.sqlite") as records:
        go_on_behind_what_was_seen(journal, records, GATEWAY, box.now_ns)
        assert journal.last_seq() == 11
    box.say()
    later, _, problem = box.follow()
    assert problem == "" and later == size + 2
    found = compared(box)
    assert found.differing == [] and found.missing
    assert all(one.endswith("does not have it any more") for one in found.missing)


def test_numbers_that_were_given_again_are_a_fork_and_refused(box):
    box.follow()
    shutil.copytree(box.folder, box.folder.with_name("earlier"))
    box.say("one thing")
    size, root, _ = box.follow()
    mark = (box.folder / "evidence.checkpoint").read_text()
    put_back(box)
    box.say("another")
    box.say("more")
    assert box.follow() == (size, root, box.follow()[2])
    assert "entry 2 of the journal is not what the evidence log has of it" in box.follow()[2]
    box.lose_log()
    assert "differs from what it had" in box.follow()[2]
    assert (box.folder / "evidence.checkpoint").read_text() == mark
    again(box, "an older backup was restored")
    assert box.follow()[2] == ""
    told = [one["said"] for one in entries(box) if one["type"] == "evidence log"]
    assert [one["goes_on"] for one in told] == [False, False]
    assert told[-1]["reason"] == "an older backup was restored"
    assert told[-1]["before"] in mark


def again(box, reason):
    with Items(box.path, writing=True) as items:
        begin(box.folder, items, GATEWAY, reason).close()


def test_an_older_log_than_what_was_signed_catches_up_and_goes_on(box):
    box.day()
    box.follow()
    shutil.copy(box.folder / "evidence.sqlite", box.folder / "kept")
    box.day()
    size, root, _ = box.follow()
    box.lose_log()
    (box.folder / "kept").rename(box.folder / "evidence.sqlite")
    with box.keeping() as keeping:
        assert f"{size} were signed" in keeping.problem
        assert keeping.sign() is None
    assert box.follow() == (size, root, "")


def test_another_key_begins_another_log_that_goes_on_with_the_tree(box):
    box.day()
    size, _root, _ = box.follow()
    before = signed(box)
    again(box, "the key was read by somebody")
    later, _, problem = box.follow()
    now = signed(box)
    assert problem == "" and now.origin != before.origin and later == size + 1
    with Store(box.folder / "evidence.sqlite") as store:
        proof = store.tree.consistency(before.size, now.size)
        assert [one.origin for one in store.checkpoints()] == [before.origin, now.origin]
        told = json.loads(list(store.exhibits())[-1][1])["said"]
    assert consistent(before.size, before.root, now.size, now.root, proof)
    assert (told["goes_on"], told["origin"]) == (True, now.origin)
    assert len(list(box.folder.glob("evidence.key.*"))) == 1


def test_a_key_that_is_lost_signs_nothing_until_another_log_begins(box):
    size, _, _ = box.follow()
    mark = (box.folder / "evidence.checkpoint").read_text()
    (box.folder / "evidence.key").unlink()
    box.say()
    later, _, problem = box.follow()
    assert later == size + 1 and "evidence.key" in problem and "begin a new log" in problem
    assert (box.folder / "evidence.checkpoint").read_text() == mark
    (box.folder / "evidence.key").write_text("ab" * 32)
    assert "is not the key of this log" in box.follow()[2]
    again(box, "the key was lost")
    assert box.follow()[2] == ""


@pytest.mark.parametrize("at", [0, 60, 5000, -3000])
def test_a_log_that_is_damaged_is_made_again_with_the_same_tree(box, at):
    box.day()
    size, root, _ = box.follow()
    path = box.folder / "evidence.sqlite"
    with box.database("evidence.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at : at + 2000] = bytes(2000)
    path.write_bytes(data)
    found = box.follow()
    assert found == (size, root, "")
    assert compared(box).same == size


def test_a_leaf_that_is_damaged_is_found(box):
    box.day()
    box.follow()
    with box.database("evidence.sqlite") as connection:
        connection.execute("UPDATE leaf SET entry = CAST('x' AS BLOB) WHERE number = 2")
        connection.execute("DELETE FROM leaf WHERE number = 7")
    with Store(box.folder / "evidence.sqlite") as store:
        assert damaged_leaves(store) == ["leaf 2 is not what the tree has the hash of", "leaf 7 is gone"]


def test_a_restored_backup_begins_a_log_of_its_own(box, tmp_path_factory):
    """It may be older than what was signed, and nothing there would say so."""
    box.day()
    box.follow()
    first = signed(box)
    away = tmp_path_factory.mktemp("backup")
    backup.backup(box.folder, away / "backup")
    backup.restore(away / "backup", away / "data")
    other = Box(away / "data")
    assert other.follow()[2] == ""
    assert signed(other).origin != first.origin


def test_the_log_of_another_journal_is_refused(box, tmp_path_factory):
    box.follow()
    other = Box(tmp_path_factory.mktemp("other"))
    other.say()
    other.follow()
    for name in ("evidence.sqlite", "evidence.key", "evidence.checkpoint"):
        shutil.copy(box.folder / name, other.folder / name)
    for path in other.folder.glob("evidence.sqlite-*"):
        path.unlink()
    assert "follows journal" in other.follow()[2]


def test_an_archive_that_is_not_mounted_holds_the_log_up_and_says_so(box):
    box.day()
    box.now_ns += 24 * 60 * MINUTE
    box.roll()
    (box.folder / "archive").rename(box.folder / "away")
    assert "is in the archive, which is not there: mount it" in box.follow()[2]
    (box.folder / "away").rename(box.folder / "archive")
    assert box.follow()[2] == ""


def archived(box):
    """Two files of the archive, that the log has not seen; the first of them, and its entries."""
    box.day()
    box.day()
    box.now_ns += 24 * 60 * MINUTE
    box.roll()
    first, *others = sorted((box.folder / "archive").glob("*.parquet"))
    assert others
    return first


def test_a_file_of_the_archive_that_is_lost_for_good_is_said_and_holds_up_nothing(box):
    whole = archived(box)
    away = whole.rename(box.folder / "away")
    assert "it is tried again for 10 minutes" in box.follow(600.0)[2]
    size = box.follow(600.0)[0]
    assert box.follow(0.0)[2] == ""
    said = entries(box)
    assert "lost" in {one.get("missing") for one in said} and len(said) > size
    assert all("committed" in one for one in said if one.get("missing") == "lost")
    found = compared(box)
    assert not found.differing and found.same + len(found.missing) == found.leaves
    away.rename(whole)
    found = compared(box)
    assert not found.differing and any(one.endswith(": lost") for one in found.missing)


def test_a_disk_that_fails_for_a_moment_leaves_no_damaged_leaf(box):
    whole = archived(box)
    data = whole.read_bytes()
    whole.write_bytes(bytes(len(data)))
    with box.keeping(600.0) as keeping:
        while keeping.step():
            pass
        assert "cannot be read (damaged)" in keeping.problem
        assert keeping.sign() is not None, "what was read is signed meanwhile"
        assert not keeping.step(), "it is not looked at again at once"
        whole.write_bytes(data)
        keeping._patience._again_s = 0.0
        while keeping.step():
            pass
        assert keeping.problem == ""
    assert not [one for one in entries(box) if "missing" in one]
    assert compared(box).missing == []


def test_a_reason_that_no_tile_can_hold_is_refused(box):
    box.follow()
    with pytest.raises(InputError, match="4000 at most"):
        again(box, "x" * 4001)
    again(box, "\udcff" + "字" * 3999)
    assert box.follow()[2] == ""
    with Store(box.folder / "evidence.sqlite") as store:
        proving.write_tiles(store, box.folder.parent / "tiles")


def test_a_folder_of_another_log_is_refused(box, tmp_path_factory):
    box.day()
    box.follow()
    folder = box.folder.parent / "tiles"
    with Store(box.folder / "evidence.sqlite") as store:
        assert proving.write_tiles(store, folder)
    again(box, "the key was seen")
    box.follow()
    with Store(box.folder / "evidence.sqlite") as store:
        assert proving.write_tiles(store, folder), "the log goes on with the same tree"
    other = Box(tmp_path_factory.mktemp("other"))
    other.day()
    other.follow()
    with Store(other.folder / "evidence.sqlite") as store:
        with pytest.raises(EvidenceError, match="a folder of its own"):
            proving.write_tiles(store, folder)
        half = other.folder / "tiles"
        assert proving.write_tiles(store, half) > 1
        (half / "checkpoint").unlink()
        assert proving.write_tiles(store, half) == 0, "an interrupted first time is gone on with"
        (half / "checkpoint").unlink()
        next(path for path in (half / "tile" / "0").rglob("*") if path.is_file()).write_bytes(b"x")
        with pytest.raises(EvidenceError, match="is of another log"):
            proving.write_tiles(store, half)


def test_old_checkpoints_are_thinned_to_one_a_day(box):
    for _ in range(3):
        box.say()
        box.follow()
    box.now_ns += 40 * 24 * 60 * MINUTE
    box.say()
    box.follow()
    with Store(box.folder / "evidence.sqlite") as store:
        assert [one.size for one in store.checkpoints()] == [5, 6]


def test_a_log_that_cannot_be_opened_now_is_kept(box):
    box.day()
    before = box.follow()
    in_the_way = box.folder / "evidence.sqlite-wal"
    in_the_way.mkdir()
    with pytest.raises(JournalError):
        box.follow()
    in_the_way.rmdir()
    assert box.follow() == before
    assert not list(box.folder.glob("evidence.sqlite.before-*"))


@pytest.mark.parametrize("name", ["evidence.checkpoint", "evidence.key"])
def test_what_cannot_be_read_now_begins_no_other_log(box, name):
    box.day()
    before = box.follow()
    box.lose_log()
    (box.folder / name).rename(box.folder / "kept")
    (box.folder / name).mkdir()
    with pytest.raises(CryogateError):
        box.follow()
    (box.folder / name).rmdir()
    (box.folder / "kept").rename(box.folder / name)
    assert box.follow() == before


def test_a_checkpoint_that_is_signed_while_somebody_verifies_is_no_problem(box):
    box.day()
    box.follow()
    with Store(box.folder / "evidence.sqlite") as opened, Items(box.path) as items:
        box.day()
        box.follow()
        assert proving.verify(opened, items, []).problems == []
        assert proving.prove(opened, 0).index == 0
