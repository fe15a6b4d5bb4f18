"""Logger downloads: whole or not at all, exactly what the file says, the same file once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.downloads import csv, fridgetag
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import Quality
from gateway.tables.cells import Column
from gateway.times import format_rfc3339

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "data" / "fridgetag" / "sample-fridge-tag.txt"
GERMAN = csv.Options(
    columns=(Column("Temp A"), Column("Temp B", "degF")),
    time_columns=("Datum", "Zeit"),
    time_format="%d.%m.%Y %H:%M:%S",
    time_zone="Europe/Berlin",
    separator=";",
    decimal=",",
    skip_lines=1,
)
GERMAN_FILE = """Logger 4711
Datum;Zeit;Temp A;Temp B;Status
05.01.2026;12:00:00;-190,25;-310,0;OK
25.10.2026;02:30:00;-189,5;---;OK
"""


def test_a_csv_with_german_habits() -> None:
    a, b = csv.read(GERMAN_FILE.encode(), GERMAN).series
    assert [format_rfc3339(t)[:19] for t in a.time] == ["2026-01-05T11:00:00", "2026-10-25T00:30:00"]
    assert a.value.tolist() == [-190.25, -189.5]
    assert a.quality.tolist() == [Quality.GOOD, Quality.UNCERTAIN]  # the clock showed 02:30 twice that night
    assert (b.unit, b.value[0]) == ("degF", -310.0)
    assert np.isnan(b.value[1]) and b.quality[1] == Quality.BAD


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-190,25", "-190.25", "line 3: Temp A: '-190.25' has a point, but decimal is ','"),
        ("-190,25", "kalt", "line 3: Temp A: 'kalt' is not a number"),
        ("-190,25", "1e_9", "line 3: Temp A: '1e_9' is not a number"),
        ("05.01.2026", "31.02.2026", "line 3: day is out of range"),
        ("25.10.2026", "29.03.2026", "line 4: clocks in Europe/Berlin never showed 2026-03-29 02:30:00"),
        ("05.01.2026", "05.01.1970", "line 3: time '1970-01-05 12:00:00' lies outside 2000 to 2100"),
        ("Temp B", "Temp C", "line 2: no column 'Temp B'"),
    ],
)
def test_a_mistake_is_named_by_its_line_and_nothing_is_taken(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        csv.read(GERMAN_FILE.replace(old, new, 1).encode(), GERMAN)
    assert message in str(caught.value)


def test_every_mistake_is_listed_up_to_a_bound() -> None:
    rows = "".join(f"x{i},1\n" for i in range(50))
    with pytest.raises(InputError) as caught:
        csv.read(("time,t\n" + rows).encode(), csv.Options(columns=(Column("t"),)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 21 and lines[-1] == "... and 30 more"


@pytest.mark.parametrize(
    ("shown", "time_format"),
    [
        ("2026-01-05T12:00:00.250+01:00", "rfc3339"),
        ("1767610800.25", "unix_s"),
        ("1767610800250", "unix_ms"),
        ("05/01/26 12:00:00.250000 +0100", "%d/%m/%y %H:%M:%S.%f %z"),
    ],
)
def test_ways_to_write_a_moment(shown: str, time_format: str) -> None:
    options = csv.Options(columns=(Column("t"),), time_format=time_format)
    (series,) = csv.read(f"time,t\n{shown},1\n".encode(), options).series
    assert series.time.tolist() == [1_767_610_800_250_000_000]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"time_format": "%d.%m.%Y"}, "never guessed"),
        ({"time_format": "iso"}, "expected rfc3339"),
        ({"columns": ()}, "at least one column"),
    ],
)
def test_a_mapping_that_can_not_be_meant(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        csv.Options(**{"columns": (Column("t"),), **wrong})


def test_random_bytes_are_refused() -> None:
    dice = np.random.default_rng(1)
    for _ in range(50):
        data = dice.bytes(300)
        with pytest.raises(InputError):
            fridgetag.read(data, fridgetag.Options("UTC"))
        with pytest.raises(InputError):
            csv.read(data, GERMAN)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    text = (ROOT / "docs" / "examples" / "demo.toml").read_text()
    (tmp_path / "cryogate.toml").write_text(text)
    return tmp_path / "cryogate.toml"


def run(config: Path, *arguments: str) -> Any:
    return CliRunner().invoke(
        app, ["import", *arguments, *([] if "--by" in arguments else ["--by", "me"]), "--config", str(config)]
    )


def test_a_file_goes_into_the_journal_once_with_its_hash(config: Path) -> None:
    mapping = str(ROOT / "docs" / "examples" / "import-fridgetag.toml")
    first = run(config, str(SAMPLE), "--map", mapping, "--by", "Li Na", "--json")
    assert first.exit_code == 0, first.output
    (result,) = json.loads(first.stdout)
    assert (result["readings"], result["new"], result["no_data"]) == (120, 120, 119)  # 120 extremes
    again = run(config, str(SAMPLE), "--map", mapping)
    assert "was imported by Li Na" in again.stdout
    with Journal.open_reading(config.parent / "data" / "journal.sqlite") as journal:
        ((_, statement),) = journal.statements("import")
        assert statement.by == "Li Na" and statement.body["sha256"] == result["sha256"]
        assert len(journal.read(None, 0, None)) == 239


def test_units_are_converted_and_those_that_do_not_fit_refused(config: Path, tmp_path: Path) -> None:
    mapping = (ROOT / "docs" / "examples" / "import-csv.toml").read_text()
    (tmp_path / "map.toml").write_text(mapping)
    (tmp_path / "log.csv").write_text(GERMAN_FILE)
    done = run(config, str(tmp_path / "log.csv"), "--map", str(tmp_path / "map.toml"))
    assert done.exit_code == 0, done.output
    with Journal.open_reading(config.parent / "data" / "journal.sqlite") as journal:
        names = journal.channel_names()
        samples = journal.read(None, 0, None).samples
        bottom = samples.value[[names[c] == "freezer-1-bottom" for c in samples.channel]]
    assert bottom[0] == pytest.approx(-190.0)
    (tmp_path / "map.toml").write_text(mapping.replace('unit = "degF"', 'unit = "kPa"'))
    (tmp_path / "other.csv").write_text(GERMAN_FILE + "\n")
    refused = run(config, str(tmp_path / "other.csv"), "--map", str(tmp_path / "map.toml"))
    assert refused.exit_code != 0 and "unknown unit for channel 'freezer-1-bottom'" in str(refused.exception)


def test_a_logger_whose_clock_is_ahead_is_not_taken(config: Path, tmp_path: Path) -> None:
    """A reading of tomorrow would look like the newest one until then."""
    mapping = str(ROOT / "docs" / "examples" / "import-csv.toml")
    (tmp_path / "log.csv").write_text(
        GERMAN_FILE.replace("05.01.2026", "05.01.2098").replace("25.10.2026", "05.01.2099")
    )
    refused = run(config, str(tmp_path / "log.csv"), "--map", mapping)
    assert refused.exit_code != 0
    assert "2098-01-05T11:00:00" in str(refused.exception) and "clock" in str(refused.exception)
    with Journal.open_reading(config.parent / "data" / "journal.sqlite") as journal:
        assert len(journal.read(None, 0, None)) == 0


def test_the_example_mappings_say_what_the_documentation_says() -> None:
    for name in ("import-csv", "import-fridgetag"):
        assert set(tomllib.loads((ROOT / "docs" / "examples" / f"{name}.toml").read_text())) == {
            "format",
            "options",
            "channels",
        }
