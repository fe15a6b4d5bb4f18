"""Backups: one whole state of the journal, and the way back proven; what is damaged is said, not restored."""

import json
import os
import shutil

import pytest

from gateway.errors import InputError, JournalError
from gateway.journal import backup as module
from gateway.journal.backup import backup, restore
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, bits, noisy
from tests.unit.journal.test_rollover import log, rolled


@pytest.fixture
def data(tmp_path):
    """A data folder with an archive of two files, hot entries and records."""
    folder = tmp_path / "data"
    folder.mkdir()
    fill(folder, 0)
    rolled(folder / "journal.sqlite")
    fill(folder, 1)
    rolled(folder / "journal.sqlite")
    fill(folder, 2)
    records = Records(folder / "records.sqlite")
    with records.transaction():
        records.move_cursor("sink:x", 3)
    records.close()
    return folder


def fill(folder, hour):
    with Journal.open(folder / "journal.sqlite") as journal:
        journal.channel_numbers(["a", "b"])
        start_ns = NOON_NS + hour * HOUR_NS
        journal.commit(noisy(500, start_ns=start_ns), statements=[Statement("note", "me", hour, {})])


def state(folder):
    """Everything a journal says."""
    with Journal.open_reading(folder / "journal.sqlite") as journal:
        return log(journal, 0, 10**6), bits(journal.read(None, 0, None)), journal.channel_names()


def test_what_comes_back_is_what_was_there(data, tmp_path):
    done = backup(data, tmp_path / "backup")
    assert (done.files, done.copied, done.last_seq) == (2, 2, 6)
    back = restore(tmp_path / "backup", tmp_path / "back")
    assert (back.last_seq, back.files) == (6, 2)
    assert state(tmp_path / "back") == state(data)
    records = Records(tmp_path / "back" / "records.sqlite", read_only=True)
    assert records.cursor("sink:x") == 3
    records.close()
    fill(tmp_path / "back", 3)  # it is a journal like any other
    assert sorted(p.name for p in (tmp_path / "back").iterdir()) == [
        "archive",
        "journal.sqlite",
        "records.sqlite",
    ]


def test_without_archive_and_records(tmp_path):
    (tmp_path / "data").mkdir()
    fill(tmp_path / "data", 0)
    backup(tmp_path / "data", tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "back")
    assert state(tmp_path / "back") == state(tmp_path / "data")


def test_a_second_backup_takes_only_what_is_new_and_replaces_the_rest(data, tmp_path):
    folder = tmp_path / "backup"
    backup(data, folder)
    kept = {p.name: p.stat().st_ino for p in (folder / "archive").iterdir()}
    rolled(data / "journal.sqlite")
    fill(data, 3)
    (folder / "journal-20200101T000000.sqlite.partial").write_bytes(b"a backup that was interrupted")
    (folder / "archive" / "000000000099.parquet").write_bytes(b"of the same one")
    (folder / "README").write_text("of the operator")
    done = backup(data, folder)
    assert (done.files, done.copied) == (3, 1)
    assert {p.name: p.stat().st_ino for p in (folder / "archive").iterdir()}.items() >= kept.items()
    assert len(list((folder / "archive").iterdir())) == 3
    assert sorted(p.name.split("-")[0] for p in folder.iterdir()) == [
        "README",
        "archive",
        "journal",
        "manifest.json",
        "records",
    ]
    restore(folder, tmp_path / "back")
    assert state(tmp_path / "back") == state(data)


def test_to_another_disk_files_are_copied(data, tmp_path, monkeypatch):
    def no_link(source, target):
        raise OSError(18, "Invalid cross-device link")

    assert backup(data, tmp_path / "linked").linked == 2
    monkeypatch.setattr(os, "link", no_link)
    done = backup(data, tmp_path / "copied")
    assert (done.copied, done.linked) == (2, 0)
    restore(tmp_path / "copied", tmp_path / "back")
    assert state(tmp_path / "back") == state(data)


def test_a_first_backup_that_is_interrupted_can_be_taken_again(data, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    with monkeypatch.context() as patch:
        patch.setattr(module, "_bring", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backup(data, folder)
    with pytest.raises(InputError, match="never finished"):
        restore(folder, tmp_path / "back")
    backup(data, folder)
    restore(folder, tmp_path / "back")
    assert state(tmp_path / "back") == state(data)


@pytest.mark.parametrize("step", ["_index", "_bring", "_replace"])
def test_a_backup_that_is_interrupted_leaves_the_one_before(data, tmp_path, monkeypatch, step):
    folder, before = tmp_path / "backup", state(data)
    backup(data, folder)
    rolled(data / "journal.sqlite")
    fill(data, 3)
    with monkeypatch.context() as patch:
        patch.setattr(module, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backup(data, folder)
    restore(folder, tmp_path / "back")
    assert state(tmp_path / "back") == before
    backup(data, folder)
    restore(folder, tmp_path / "again")
    assert state(tmp_path / "again") == state(data)


def test_a_folder_of_something_else_is_refused(data, tmp_path):
    with pytest.raises(InputError, match="no backup"):
        backup(data, data)
    with pytest.raises(InputError, match="no backup"):
        restore(data, tmp_path / "back")
    with pytest.raises(InputError, match="no backup"):
        restore(tmp_path / "nowhere", tmp_path / "back")


def test_restoring_over_anything_is_refused(data, tmp_path):
    backup(data, tmp_path / "backup")
    before = state(data)
    with pytest.raises(InputError, match=r"not empty.*move that folder aside"):
        restore(tmp_path / "backup", data)
    assert state(data) == before
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "backup", tmp_path / "empty")
    assert state(tmp_path / "empty") == before


def test_a_damaged_backup_restores_nothing(data, tmp_path, monkeypatch):
    folder = tmp_path / "backup"
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(18, "other disk")))
    backup(data, folder)
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"]
    assert len(files) == 4
    for number, path in enumerate(files):
        good = path.read_bytes()
        path.write_bytes(
            good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1 :]
        )
        with pytest.raises(JournalError, match=f"{path.name} is damaged"):
            restore(folder, tmp_path / f"back{number}")
        assert not (tmp_path / f"back{number}").exists()
        path.unlink()
        with pytest.raises(JournalError, match=path.name):
            restore(folder, tmp_path / f"back{number}")
        path.write_bytes(good)
    restore(folder, tmp_path / "back")


def flip(file):
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [flip, lambda file: file.unlink(), lambda file: file.write_bytes(b"")])
def test_a_damaged_archive_file_is_named_and_everything_else_is_taken(data, tmp_path, damage):
    file, other = sorted((data / "archive").iterdir())
    damage(file)
    left = file.read_bytes() if file.exists() else None
    for _ in range(2):  # a second backup takes it for no better
        done = backup(data, tmp_path / "backup")
        (problem,) = done.damaged
        assert file.name in problem
        assert (tmp_path / "backup" / "archive" / other.name).read_bytes() == other.read_bytes()
    back = restore(tmp_path / "backup", tmp_path / "back")
    assert back.damaged == done.damaged
    restored = tmp_path / "back" / "archive" / file.name
    assert (restored.read_bytes() if restored.exists() else None) == left  # what could be rescued is there
    with Journal.open(tmp_path / "back" / "journal.sqlite", damaged=(passed := Damaged())) as journal:
        assert len(journal.read(None, 0, None)) == 1000
        assert [one.file for one in passed.all()] == [file.name]


def test_a_sound_file_of_an_earlier_backup_is_never_replaced_by_a_damaged_one(data, tmp_path, monkeypatch):
    file = min((data / "archive").iterdir())
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    backup(data, tmp_path / "backup")
    before, sound = state(data), file.read_bytes()
    flip(file)
    (tmp_path / "backup" / "manifest.json").write_text(json.dumps(module._stated(0, {}, {})))  # interrupted
    for _ in range(2):
        assert backup(data, tmp_path / "backup").damaged == ()
        assert (tmp_path / "backup" / "archive" / file.name).read_bytes() == sound
    restore(tmp_path / "backup", tmp_path / "back")
    assert state(tmp_path / "back") == before


def test_a_journal_that_was_damaged_when_it_was_backed_up_is_said(data, tmp_path):
    with Journal.open(data / "journal.sqlite") as journal:
        journal._connection.execute("UPDATE entry SET body = zeroblob(9) WHERE seq = 5")
    backup(data, tmp_path / "backup")
    with pytest.raises(JournalError, match=r"of a damaged journal:\njournal entry 5"):
        restore(tmp_path / "backup", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_manifest_of_the_future_is_refused(data, tmp_path):
    backup(data, tmp_path / "backup")
    path = tmp_path / "backup" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    with pytest.raises(InputError, match="format 2"):
        restore(tmp_path / "backup", tmp_path / "back")


def test_a_file_that_retention_replaced_meanwhile_is_no_failure(data, tmp_path, monkeypatch):
    original, calls = module._index, []

    def first_time_gone(journal):
        last, segments = original(journal)
        calls.append(journal)
        return (last, segments) if len(calls) > 1 else (last, {**segments, "gone.parquet": (1, "ab")})

    monkeypatch.setattr(module, "_index", first_time_gone)
    backup(data, tmp_path / "backup")
    shutil.rmtree(data / "archive")
    restore(tmp_path / "backup", tmp_path / "back")
