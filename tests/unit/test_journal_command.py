"""`cryogate journal` as a person and as a script use it."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import load
from gateway.errors import JournalError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples

EXAMPLE = (Path(__file__).parents[2] / "docs" / "examples" / "demo.toml").read_text()
START_NS = 1_767_614_400 * SECOND


@pytest.fixture
def config(tmp_path):
    """A gateway with two archived hours of its first channel and a hot one."""
    path = tmp_path / "cryogate.toml"
    path.write_text(EXAMPLE)
    configuration = load(path)
    configuration.data_dir.mkdir()
    journal_path = configuration.data_dir / "journal.sqlite"
    with Journal.open(journal_path) as journal:
        number = journal.channel_numbers(list(configuration.channels))[next(iter(configuration.channels))]
        journal.describe_channels({next(iter(configuration.channels)): ("temperature", "degC")})
        for part in range(3):
            time = START_NS + (part * 3600 + np.arange(3600)) * SECOND
            value = np.round(-185 + np.sin(np.arange(3600) / 100), 2)
            channel = np.full(3600, number, np.int32)
            journal.commit(Arrivals(Samples(time, channel, value, np.zeros(3600, np.uint8)), time))
            if part == 1:
                with RollOver(journal_path) as roll:
                    assert roll.step(2**62, SegmentEnd(0)) == 7200
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(app, ["journal", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.stdout


def test_stats(config):
    found = json.loads(run("stats", "-c", config, "--json"))
    assert (found["archived"]["readings"], found["hot"]["readings"], found["archived"]["files"]) == (
        7200,
        3600,
        1,
    )
    assert found["growth_bytes_per_day"] is None  # committed just now
    text = run("stats", "-c", config)
    assert "archived   7,200 readings" in text and "not known before an hour" in text


def test_verify(config):
    assert "3 entries" not in run("verify", "-c", config)
    assert json.loads(run("verify", "-c", config, "--json"))["intact"] is True
    (file,) = (config.parent / "data" / "archive").iterdir()
    file.unlink()
    assert "copy it from the folder archive of a backup" in run("verify", "-c", config, code=1)
    found = json.loads(run("verify", "-c", config, "--json", code=1))
    assert (found["intact"], len(found["problems"])) == (False, 1)


def test_export(config, tmp_path):
    out = tmp_path / "out.csv"
    name = next(iter(load(config).channels))
    interval = ("--from", "2026-01-05T12:59:58Z", "--to", "2026-01-05T13:00:02Z")
    assert "4 readings" in run("export", out, "--channel", name, *interval, "-c", config)
    lines = out.read_text().splitlines()
    assert lines[0] == "time,channel,value,unit,quality,received,device_time"
    assert (
        lines[1] == f"2026-01-05T12:59:58.000000000Z,{name},-185.99,degC,good,2026-01-05T12:59:58.000000000Z,"
    )
    found = json.loads(run("export", tmp_path / "out.parquet", "-c", config, "--json"))
    assert found["readings"] == 10_800


def test_backup_and_restore(config, tmp_path):
    folder = tmp_path / "backup"
    found = json.loads(run("backup", folder, "-c", config, "--json"))
    assert (found["archive_files"], found["new_files"], found["last_entry"]) == (1, 1, 3)
    assert "1 archive file (0 new)" in run("backup", folder, "-c", config)
    assert "every file and every entry compared" in run("restore", folder, "--to", tmp_path / "back")
    with Journal.open_reading(tmp_path / "back" / "journal.sqlite") as journal:
        assert len(journal.read(None, 0, None)) == 10_800
    done = CliRunner().invoke(app, ["journal", "restore", str(folder), "--to", str(config.parent / "data")])
    assert done.exit_code == 1 and "not empty" in str(done.exception)


def test_a_backup_into_what_is_no_folder_is_a_sentence(config, tmp_path):
    (tmp_path / "file").touch()
    for to in (tmp_path / "file", tmp_path / "file" / "deep"):
        done = CliRunner().invoke(app, ["journal", "backup", str(to), "-c", str(config)])
        assert isinstance(done.exception, JournalError)
        assert "Not a directory; check the path" in str(done.exception)


def test_without_a_journal(tmp_path):
    (tmp_path / "cryogate.toml").write_text(EXAMPLE)
    for command in (["stats"], ["verify"], ["export", "x.csv"], ["backup", str(tmp_path / "b")]):
        done = CliRunner().invoke(app, ["journal", *command, "-c", str(tmp_path / "cryogate.toml")])
        assert "no journal yet" in str(done.exception)


def test_holds_and_retention(config):
    assert "everything is kept for ever" in run("retain", "--dry-run", "-c", config)
    name, made = next(iter(load(config).channels.items()))
    with config.open("a") as file:
        file.write(
            f'\n[retention.short]\nkeep_days = 1\nholds_units = false\nassets = ["{made.table.asset}"]\n'
        )
    said = ["--by", "Li Na", "--why", "audit", "-c", str(config)]
    done = CliRunner().invoke(
        app, ["hold", "--asset", made.table.asset, "--to", "2026-01-05T13:00:00Z", *said]
    )
    identity = done.stdout.split()[0]
    assert done.exit_code == 0 and identity.startswith("H-")
    shown = f"{identity}  {made.table.asset} from the first to 2026-01-05T13:00:00Z"
    assert shown in run("holds", "-c", config)
    (only,) = json.loads(run("holds", "-c", config, "--json"))
    assert (only["by"], only["why"]) == ("Li Na", "audit")
    with Records(config.parent / "data" / "records.sqlite") as records, records.transaction():
        records.register({"screening": True, "sink:copy": True})
    keeps = "screening keeps what it has not taken yet: it is at entry 0, the archive at 2"
    assert keeps in run("holds", "-c", config)
    told = run("retain", "--dry-run", "-c", config)
    waits = "screening (at entry 0) and sink copy (at entry 0)"
    assert f"3600 readings stay until they are taken by {waits}; start the gateway" in told
    assert "0 readings in 0 files deleted" in run("retain", "--by", "Li Na", "-c", config)
    assert json.loads(run("retain", "--dry-run", "-c", config, "--json").splitlines()[0]) == []
    with Records(config.parent / "data" / "records.sqlite") as records, records.transaction():
        records.move_cursor("screening", 3)
        records.move_cursor("sink:copy", 3)
    assert "keeps" not in run("holds", "-c", config)
    assert "3600 readings in 1 file would go; nothing was changed" in run("retain", "--dry-run", "-c", config)
    assert json.loads(run("retain", "--dry-run", "-c", config, "--json"))[0]["channels"] == {name: 3600}
    done = CliRunner().invoke(app, ["journal", "retain", "-c", str(config)])
    assert "say who deletes" in str(done.exception)
    assert "3600 of 7200 readings" in run("retain", "--by", "Li Na", "-c", config)
    done = CliRunner().invoke(app, ["release", "H-0", *said])
    assert f"there is {identity}" in str(done.exception)
    assert CliRunner().invoke(app, ["release", identity, *said]).exit_code == 0
    assert "0 in force" in run("holds", "-c", config)
    assert "3600 readings in 1 file deleted" in run("retain", "--by", "Li Na", "-c", config)
    assert ": no problem, read by" in run("verify", "-c", config)
