"""Who may read what is stored."""

import contextlib
import os

import pytest

from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import CryogateError
from gateway.journal.backup import backup, restore
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.notifiers import jsonl
from gateway.questions.export import export
from gateway.running.lock import locked
from gateway.sinks import FixedPlaces, Place, csv, parquet
from tests.system.alarm_changes import fault
from tests.unit.journal.journal_data import NOON_NS, noisy
from tests.unit.journal.test_rollover import rolled


@pytest.mark.parametrize(
    ("umask", "file", "folder"), [(0, 0o640, 0o750), (0o022, 0o640, 0o750), (0o077, 0o600, 0o700)]
)
def test_what_is_stored_is_for_the_gateway_and_its_group(tmp_path, umask, file, folder):
    before = os.umask(umask)
    try:
        data = tmp_path / "data"
        data.mkdir(0o750)
        with Records(data / "records.sqlite") as records, records.transaction():
            records.move_cursor("a", 1)
        with Journal.open(data / "journal.sqlite") as journal:
            journal.commit(noisy(100), statements=[Statement("note", "li.wei", NOON_NS, {})])
            rolled(data / "journal.sqlite")
            backup(data, tmp_path / "backup")
            restore(tmp_path / "backup", tmp_path / "back")
            made = list(tmp_path.rglob("*"))
    finally:
        os.umask(before)
    assert {"journal.sqlite-wal", "journal.sqlite-shm", "manifest.json"} <= {path.name for path in made}
    assert {oct(p.stat().st_mode & 0o777) for p in made if p.is_file()} == {oct(file)}
    assert {oct(p.stat().st_mode & 0o777) for p in made if p.is_dir()} == {oct(folder)}


@pytest.mark.parametrize(
    ("umask", "file", "folder"), [(0, 0o640, 0o750), (0o022, 0o640, 0o750), (0o077, 0o600, 0o700)]
)
def test_what_sinks_notifiers_exports_and_commands_create(tmp_path, umask, file, folder):
    before, configuration = os.umask(umask), tmp_path / "cryogate.toml"
    try:
        out = tmp_path / "out"
        configuration.write_text('[gateway]\nname = "g"\ndata_dir = "out/a/data"\n')
        with open_desk(load(configuration)) as desk:
            for name in ("all.csv", "all.parquet"):
                export(desk.journal, out / name, None, (None, None))
        sinks = (
            csv.Sink(csv.Options(str(out / "csv"))),
            parquet.Sink(parquet.Options(str(out / "parts"), "day", 1)),
        )
        for sink in sinks:
            sink.resume(None)
            sink.write(noisy(100), FixedPlaces({k: Place("top") for k in range(1, 11)}))
            sink.write_alarms([fault(1)])
        jsonl.Notifier(jsonl.Options(str(out / "phone" / "notifications.jsonl"))).notify(fault(1))
        with contextlib.suppress(CryogateError), locked(out / "b" / "data"):
            pass
        made = [out, *out.rglob("*")]
    finally:
        os.umask(before)
    assert {"lock", "all.csv", "all.parquet", "notifications.jsonl", "part-000001.parquet"} <= {
        path.name for path in made
    }
    secret = {p for p in made if p.name == "chain.key"}
    assert {p.stat().st_mode & 0o777 for p in secret} == {0o600}
    assert {p for p in set(made) - secret if p.is_file() and p.stat().st_mode & 0o777 != file} == set()
    assert {p for p in made if p.is_dir() and p.stat().st_mode & 0o777 != folder} == set()


def test_a_file_that_is_there_keeps_its_rights(tmp_path):
    path = tmp_path / "journal.sqlite"
    Journal.open(path).close()
    path.chmod(0o660)
    with Journal.open(path) as journal:
        journal.commit(noisy(1))
    assert path.stat().st_mode & 0o777 == 0o660
