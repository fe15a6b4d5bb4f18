"""What an operator can get wrong about folders and files is answered with a sentence that says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.errors import CryogateError, JournalError
from gateway.journal import schema
from gateway.journal.journal import Journal
from gateway.journal.rights import NO_FOLDERS, OF_DATABASES
from gateway.journal.rollover import RollOver
from gateway.statements import Statement
from tests.unit.alarming.alarm_desk import CONFIG, Desk

MAP = 'format = "csv"\n[options]\ncolumns = [{ column = "A" }]\n[channels]\nA = "top"\n'
LOG = "time,A\n2026-01-05T11:00:00Z,-190\n"
UNITS = "scheme,code,asset,from\nholder,BAG-1,freezer,2026-01-05T11:00:00Z\n"
WRITES = {
    "run": "data_dir must be a folder in which this user may write",
    "import log.csv --map map.toml --by me": "this user may write there, and it is not read-only",
    "load units.csv --by me": "this user may write there, and it is not read-only",
    "empty freezer --by me --reason x": "this user may write there, and it is not read-only",
}
READS = {
    "check": "data cannot be written by",
    "doctor": "the disk of data is read-only",
    "statements": "this user may write there, and it is not read-only",
    "journal backup ../backup": "SQLITE_CANTOPEN; check that its folder exists",
    "journal stats": "this user may write there, and it is not read-only",
    "replay": "this user may write there, and it is not read-only",
    "status": "no gateway answers in data",
}
REMOUNTED = """mount --bind data data && mount -o remount,ro,bind data || exit 99
exec "$0" -c "$1" "$2"
"""
TYPE_ALL = """
import json, sys
from typer.testing import CliRunner, Result
from gateway.cli import app
print(json.dumps({c: str(r.output) + str(r.exception) for c in json.loads(sys.argv[1])
    for r in [CliRunner().invoke(app, c.split())]}))
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRYOGATE_CONFIG", raising=False)
    for name, text in (
        ("cryogate.toml", CONFIG),
        ("map.toml", MAP),
        ("log.csv", LOG),
        ("units.csv", UNITS),
    ):
        Path(name).write_text(text)
    return tmp_path


def typed(*words: str) -> Result:
    """It ends, and without a traceback."""
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit | CryogateError), repr(done)
    return done


def answered(*words: str) -> str:
    done = typed(*words)
    assert done.exit_code != 0
    return done.output + str(done.exception)


def test_a_data_folder_that_is_read_only(site: Path) -> None:
    """In a mount namespace of its own: whoever is root may write anywhere else."""
    (site / "data").mkdir()
    Desk(site / "data").journal.close()
    commands = json.dumps([*WRITES, *READS])
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed, which is needed for a read-only mount")
    done = subprocess.run(
        [unshare, "--mount", "sh", "-c", REMOUNTED, sys.executable, TYPE_ALL, commands],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and not done.stdout:
        pytest.skip(f"this user may not mount anything: {done.stderr.strip()[-200:]}")
    told = json.loads(done.stdout)
    for command, words in (WRITES | READS).items():
        assert words in told[command], (command, told[command])
        assert "Traceback" not in told[command]


@pytest.mark.parametrize("command", [*WRITES, "check", "doctor", "status", "statements"])
def test_a_file_in_place_of_the_data_folder(site: Path, command: str) -> None:
    (site / "data").write_text("x")
    assert "data" in answered(*command.split())
    assert (site / "data").read_text() == "x"


@pytest.mark.parametrize("command", ["journal backup units.csv/b", "journal export units.csv/x.csv"])
def test_a_file_on_the_way_to_what_is_written(site: Path, command: str) -> None:
    (site / "data").mkdir()
    Desk(site / "data").journal.close()
    assert "units.csv" in answered(*command.split())


def test_what_they_say_of_it(site: Path) -> None:
    (site / "data").write_text("x")
    assert "data is no folder" in answered("check")
    assert "data is no folder" in answered("doctor") and "give another data_dir" in answered("doctor")
    run = answered("run")
    assert "data is no folder" in run and "data_dir must be a folder" in run
    assert "data is no folder" in answered("empty", "freezer", "--by", "me", "--reason", "x")


@pytest.mark.parametrize("name", NO_FOLDERS)
def test_a_folder_in_place_of_a_file(site: Path, name: str) -> None:
    (site / "data" / name).mkdir(parents=True)
    assert f"data/{name} is a folder; move it away" in answered("check")
    told = answered("doctor")
    assert f"data/{name} is a folder" in told and "move it away" in told
    for command in ("statements", "alarms"):
        typed(*command.split())
    assert f"data/{name} is a folder; move it away" in answered("run")


@pytest.mark.parametrize("name", OF_DATABASES)
def test_a_pipe_in_place_of_a_database(site: Path, name: str) -> None:
    """SQLite reads it as a disk that fails, or waits for ever."""
    (site / "data").mkdir()
    os.mkfifo(site / "data" / name)
    for command in ("check", "doctor", "run"):
        told = answered(command)
        assert f"data/{name} is a pipe, a device or the like" in told and "move it away" in told


@pytest.mark.parametrize("name", ["chain.key", "drill.key", "token.key"])
@pytest.mark.parametrize(
    ("put", "words"),
    [
        (os.mkfifo, "it is a pipe, a device or the like, and no file; move it away"),
        (Path.mkdir, "Is a directory; move it away"),
        (lambda path: path.symlink_to("/nowhere/x"), "is a link to /nowhere/x, which is not there"),
        (lambda path: path.write_text("many words"), "expected 64 hex digits"),
    ],
    ids=["a pipe", "a folder", "a link", "no key"],
)
def test_what_is_no_key_of_the_gateway(
    site: Path, name: str, put: Callable[[Path], object], words: str
) -> None:
    """A gateway starts without, and raises a fault or sends no links."""
    (site / "data").mkdir()
    put(site / "data" / name)
    for command in ("check", "doctor"):
        told = answered(command)
        assert f"data/{name}" in told and all(part in told for part in words.split("; "))


@pytest.mark.parametrize("name", ["", "journal.sqlite", "records.sqlite", "lock"])
def test_a_link_to_a_disk_that_is_not_mounted(site: Path, name: str) -> None:
    if name:
        (site / "data").mkdir()
    (site / "data" / name).symlink_to("/nowhere/disk")
    for command in ("check", "doctor", "run"):
        told = answered(command)
        assert f"{Path('data') / name} is a link to /nowhere/disk, which is not there" in told, told
        assert "mount its disk" in told


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (lambda path: path.write_text("x"), "data/archive is not a folder"),
        (lambda path: path.symlink_to("/nowhere/x"), "data/archive is a link to /nowhere/x"),
    ],
    ids=["a file", "a link"],
)
def test_a_folder_of_the_archive_that_is_none(site: Path, put: Callable[[Path], object], words: str) -> None:
    """A gateway starts, because it can watch, and says why nothing is archived."""
    (site / "data").mkdir()
    put(site / "data" / "archive")
    assert words in answered("check")
    assert words in answered("doctor")
    Desk(site / "data").journal.close()
    with pytest.raises(JournalError, match=words):
        RollOver(site / "data" / "journal.sqlite")


NINES, DEEP = "9" * 5000, "[" * 5000 + "]" * 5000
FILES = {
    "cryogate.toml": ["check", "run", "doctor", "status", "import log.csv --map map.toml --by me"],
    "map.toml": ["import log.csv --map map.toml --by me", "replay --input log.csv --map map.toml"],
    "limits.toml": ["preview --profile limits.toml"],
}


@pytest.mark.parametrize(("file", "command"), [(f, c) for f, several in FILES.items() for c in several])
@pytest.mark.parametrize(("value", "words"), [(NINES, "thousands of digits"), (DEEP, "more than 40 deep")])
def test_toml_with_long_numbers_and_deep_lists(
    site: Path, file: str, command: str, value: str, words: str
) -> None:
    (site / "data").mkdir()
    Desk(site / "data").journal.close()
    path = site / file
    path.write_text((path.read_text() if path.exists() else "") + f"x = {value}\n")
    told = answered(*command.split())
    assert file in told and words in told
    assert len(told) < 1000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[{{"code": {NINES}}}]', "a number has thousands of digits"),
        (DEEP, "lists within lists, too deep to be a list of units"),
        ('{"a":' * 5000, "too deep"),
        (f"scheme,code,asset,from\nholder,{NINES},freezer,2026-01-05T11:00:00Z\n", "line 2, code"),
        (f"scheme,code,asset,from\nholder,B,freezer,{NINES}\n", "line 2, from"),
    ],
)
def test_units_in_long_numbers_and_deep_lists(site: Path, text: str, words: str) -> None:
    for name in ("units.csv", "units.json"):
        (site / name).write_text(text)
    told = answered("load", "units.json" if text[0] in "[{" else "units.csv", "--by", "me")
    assert words in told and "nothing was taken" in told
    assert len(told) < 1000


def test_a_cell_with_a_long_number(site: Path) -> None:
    (site / "log.csv").write_text(LOG.replace("-190", NINES))
    told = typed("import", "log.csv", "--map", "map.toml", "--dry").output
    assert (
        "1 reading, 1 new" in told and "of these BAD: 1" in told and len(told) < 1000
    )  # no instrument has it


def test_a_backup_whose_manifest_is_deep(site: Path) -> None:
    (site / "backup").mkdir()
    (site / "backup" / "manifest.json").write_text(DEEP)
    assert "no backup" in answered("journal", "restore", "backup", "--to", "data")


@pytest.mark.parametrize("name", [NINES, "x" * 10_000, "\udcff"])
def test_paths_that_no_file_can_have(site: Path, name: str) -> None:
    """NUL is not among them: no system takes a program's argument with one."""
    for command in ("check", "status", "statements", "journal stats", "alarms"):
        answered(*command.split(), "--config", name)
    text = json.dumps(name) if name.isascii() else '"\\uDCFF"'
    config = CONFIG.replace('name = "test"', f'name = "test"\ndata_dir = {text}')
    (site / "cryogate.toml").write_text(config)
    for command in ("check", "doctor", "run", "status", "statements", "journal stats", "alarms"):
        answered(*command.split())


def test_check_is_fine_with_a_journal_that_the_start_brings_up_to_date(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "data").mkdir()
    with monkeypatch.context() as past:
        past.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:5])
        past.setattr(schema, "CURRENT", 5)
        schema.open_writing(site / "data" / "journal.sqlite").close()
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == 0, done.output
    words = f"the journal has schema 5: the start brings it to {schema.CURRENT}"
    assert words in " ".join(done.output.split())


def test_check_is_fine_where_the_gateway_starts_in_spite_of_damage(site: Path) -> None:
    (site / "data").mkdir()
    with Journal.open(site / "data" / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("acknowledge", "Li Na", 1, {"schema": 1}) for _ in range(2)])
        journal._connection.execute("UPDATE entry SET committed_ns = 7")
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == 0, done.output
    assert "journal entry 2 (of kind 'acknowledge') is damaged" in " ".join(done.output.split())
