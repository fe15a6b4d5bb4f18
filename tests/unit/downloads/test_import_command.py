"""`cryogate import` and `replay --map`: look first, another mapping, another logger, folders, units."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import load
from gateway.errors import ConfigurationError, InputError
from gateway.journal import withdrawn
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.writing.introduction import introduce

ROOT = Path(__file__).parents[3]
MAPPING = """
format = "csv"
[options]
columns = [{ column = "A", unit = "K" }, { column = "B" }]
[channels]
A = "freezer-1-top"
"""
LOG = "Serial: 4711\ntime,A,B\n2026-01-05T11:00:00Z,123.15,-1\n2026-01-05T11:01:00Z,123.25,-2\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "cryogate.toml").write_text((ROOT / "docs" / "examples" / "demo.toml").read_text())
    (tmp_path / "map.toml").write_text(MAPPING.replace("[options]", "[options]\nskip_lines = 1"))
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def run(site: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--config", str(site / "cryogate.toml")])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def bring(site: Path, *arguments: str, file: str = "log.csv") -> str:
    return run(site, "import", str(site / file), "--map", str(site / "map.toml"), *arguments)


def readings(site: Path) -> int:
    with Journal.open_reading(site / "data" / "journal.sqlite") as journal:
        return len(journal.read(None, 0, None))


def start(site: Path) -> None:
    """As the gateway's start with the configuration does."""
    (site / "data").mkdir(exist_ok=True)
    with Journal.open(site / "data" / "journal.sqlite") as journal:
        introduce(load(site / "cryogate.toml"), journal, 1_767_600_000 * SECOND)


def withdraw_first_import(site: Path) -> str:
    with Journal.open_reading(site / "data" / "journal.sqlite") as journal:
        first = next(statement.id for _, statement in journal.statements("import"))
    return run(site, "withdraw", first, "--by", "Xi", "--reason", "another freezer")


def test_a_look_takes_nothing_and_shows_what_would_be_taken(site: Path) -> None:
    shown = bring(site, "--dry")
    assert "4 lines: 2 taken, 2 header, 0 not understood" in shown
    assert "logger says: Serial 4711" in shown
    assert "lowest -150 °C   highest -149.9 °C, converted from K" in shown
    assert "series 'B' is given to no channel" in shown
    assert shown.endswith("nothing was taken\n")
    assert not (site / "data").exists()
    (found,) = json.loads(bring(site, "--dry", "--json"))
    (series,) = found["series"]
    assert (series["readings"], series["new"], series["interval_s"], series["gaps"]) == (
        2,
        2,
        60.0,
        1,
    )  # the demo's max_gap_s is 10 s
    bring(site, "--by", "Li Na")
    (found,) = json.loads(bring(site, "--dry", "--json"))
    assert found["series"][0]["new"] == 0
    assert readings(site) == 2


def test_an_import_says_how_many_alarms_its_readings_mean(site: Path) -> None:
    """The demo's channel has no data after 10 s; its readings are above -150 degC from the second one on."""
    warm = "".join(f"2026-01-05T11:{k:02d}:00Z,{123.0 + k},-1\n" for k in range(2, 10))
    (site / "log.csv").write_text(LOG + warm)
    looked = bring(site, "--dry")
    assert "the import would raise 11 alarms (by its readings alone; one more" in looked
    (found,) = json.loads(bring(site, "--dry", "--json"))
    assert [one["rule"] for one in found["alarms"]] == ["above-150", "no-data", "above-170"]
    counts = {one["rule"]: (one["channel"], one["alarms"], one["severity"]) for one in found["alarms"]}
    assert counts["no-data"] == ("freezer-1-top", 9, "major")
    assert sum(one["alarms"] for one in found["alarms"]) == 11
    done = bring(site, "--by", "Li Na")
    assert "the import raises 11 alarms" in done and "freezer-1-top: 9 no-data, major" in done
    assert "would raise no alarm" in bring(site, "--dry")  # there is nothing new in it


def test_a_look_refuses_what_the_import_would_refuse(site: Path) -> None:
    (site / "log.csv").write_text(LOG.replace("2026-01-05T11:01", "2099-01-05T11:01"))
    with pytest.raises(InputError, match="lies in the future"):
        bring(site, "--dry")
    with pytest.raises(InputError, match="say who brings them"):
        bring(site)


def test_a_channel_that_is_not_configured_is_named(site: Path) -> None:
    mapping = site / "map.toml"
    mapping.write_text(mapping.read_text().replace("freezer-1-top", "freezer-1-tpo"))
    for how in (("--dry",), ("--by", "Li Na")):
        with pytest.raises(ConfigurationError, match="unknown channel 'freezer-1-tpo'"):
            bring(site, *how)


def test_a_file_goes_to_no_channel_that_the_gateway_would_not_start_with(site: Path) -> None:
    """Under a former name: to the channel that has it, or, if another one is to have that name, nowhere."""
    configured = site / "cryogate.toml"
    before = configured.read_text()
    start(site)
    renamed = before.replace("[channels.freezer-1-top]", '[channels.crown]\nwas = "freezer-1-top"')
    configured.write_text(renamed)
    start(site)
    again = 'asset = "freezer-1"\nzone = "top"\nsource = "loggers"\naddress = "A"\nmax_gap_s = 3600'
    configured.write_text(f"{renamed}\n[channels.freezer-1-top]\n{again}\n")
    for how in (("--dry",), ("--by", "Li Na")):
        with pytest.raises(ConfigurationError, match="is the same channel as 'crown'"):
            bring(site, *how)
    configured.write_text(before)
    bring(site, "--dry")
    bring(site, "--by", "Li Na")
    with Journal.open_reading(site / "data" / "journal.sqlite") as journal:
        names = journal.channel_names()
        (hour,) = journal.scan(None, 0, None)
        assert {names[n] for n in hour.samples.channel.tolist()} == {
            "crown"
        } and "freezer-1-top" not in names.values()


def test_a_file_that_is_not_taken_leaves_no_channel(site: Path) -> None:
    (site / "log.csv").write_text(LOG.replace("2026-01-05T11:01", "2099-01-05T11:01"))
    with pytest.raises(InputError, match="lies in the future"):
        bring(site, "--by", "Li Na")
    with Journal.open_reading(site / "data" / "journal.sqlite") as journal:
        assert journal.channel_names() == {}


def test_the_same_file_under_another_mapping_is_another_import(site: Path) -> None:
    bring(site, "--by", "Li Na")
    assert "was imported by Li Na" in bring(site, "--by", "Xi")
    text = (site / "map.toml").read_text()
    (site / "map.toml").write_text(text + 'B = "freezer-1-bottom"\n')
    assert "4 readings, 2 of them new" in bring(site, "--by", "Xi")
    assert "was imported by Xi" in bring(site, "--by", "Li Na")
    assert readings(site) == 4
    with Journal.open_reading(site / "data" / "journal.sqlite") as journal:
        first, second = (s.body for _, s in journal.statements("import"))
    assert first["sha256"] == second["sha256"] and first["mapping"] != second["mapping"]
    assert (second["lines_taken"], second["lines_header"], second["lines_not_understood"]) == (2, 2, 0)


def test_a_withdrawal_names_the_files_that_shared_readings_with_it(site: Path) -> None:
    """The memory of a logger grows: the second file has the readings of the first one, too."""
    bring(site, "--by", "Li Na")
    (site / "more.csv").write_text(LOG + "2026-01-05T11:02:00Z,123.35,-3\n")
    bring(site, "--by", "Li Na", file="more.csv")
    (site / "later.csv").write_text(LOG.splitlines()[0] + "\ntime,A,B\n2026-01-05T12:00:00Z,123.15,-1\n")
    bring(site, "--by", "Li Na", file="later.csv")
    assert readings(site) == 4
    said = withdraw_first_import(site)
    assert "about the same time; bring again what it shared with this: more.csv\n" in said
    assert readings(site) == 2
    assert "3 readings, 2 of them new" in bring(site, "--by", "Li Na", file="more.csv")
    assert readings(site) == 4


def test_a_withdrawal_names_them_where_the_channel_was_renamed_in_between(site: Path) -> None:
    """A channel of before and after is one channel; what was said of it since is named, too."""
    start(site)
    bring(site, "--by", "Li Na")
    configured, mapping = site / "cryogate.toml", site / "map.toml"
    renamed = '[channels.crown]\nwas = "freezer-1-top"'
    configured.write_text(configured.read_text().replace("[channels.freezer-1-top]", renamed))
    mapping.write_text(mapping.read_text().replace("freezer-1-top", "crown"))
    start(site)
    (site / "more.csv").write_text(LOG + "2026-01-05T11:02:00Z,123.35,-3\n")
    bring(site, "--by", "Li Na", file="more.csv")
    said = withdraw_first_import(site)
    assert "bring again what it shared with this: more.csv\n" in said
    assert "said since about the same, to be looked at again:\n" in said and "imported more.csv" in said
    assert "3 readings, 2 of them new" in bring(site, "--by", "Li Na", file="more.csv")


@pytest.mark.parametrize("step", [1, 7, withdrawn.FIRST_STEP])
def test_of_an_import_that_is_withdrawn_no_row_counts(
    site: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Daily extremes: 120 readings, 119 rows NO_DATA between them, each in an hour of its own."""
    monkeypatch.setattr(withdrawn, "FIRST_STEP", step)
    (site / "map.toml").write_text((ROOT / "docs" / "examples" / "import-fridgetag.toml").read_text())
    sample = str(ROOT / "tests" / "data" / "fridgetag" / "sample-fridge-tag.txt")
    assert "120 readings, 120 of them new" in bring(site, "--by", "Li Na", file=sample)
    assert readings(site) == 239
    withdraw_first_import(site)
    assert readings(site) == 0
    assert "120 readings, 120 of them new" in bring(site, "--by", "Li Na", file=sample)


def test_what_contradicts_readings_that_are_there_is_counted(site: Path) -> None:
    bring(site, "--by", "Li Na")
    assert "contradict what" not in bring(site, "--dry")
    right = (site / "map.toml").read_text()
    (site / "map.toml").write_text(right.replace('"K"', '"degF"'))
    (site / "log.csv").write_text(LOG + "2026-01-05T11:02:00Z,123.35,-3\n")
    shown = bring(site, "--dry")
    assert "3 readings, 3 new" in shown and " 2 contradict what is there" in shown
    (look,) = json.loads(bring(site, "--dry", "--json"))
    assert look["series"][0]["contradicting"] == 2
    assert " 2 contradict what is there" in bring(site, "--by", "Li Na")
    assert "contradict what" not in bring(site, "--by", "Li Na")


def test_bad_against_a_value_contradicts_and_another_quality_of_the_same_value_does_not(site: Path) -> None:
    bring(site, "--by", "Li Na")
    (site / "log.csv").write_text(LOG.replace("123.15", "9.91e37"))
    assert " 1 contradict what is there" in bring(site, "--dry")
    calibrated = (
        '[channels.freezer-1-top.calibration]\ncertificate = "C"\ndate = 2020-01-01\ndue = 2021-01-01\n'
    )
    text = (site / "cryogate.toml").read_text()
    (site / "cryogate.toml").write_text(f"{text}\n{calibrated}expanded_uncertainty_degC = 0.1\n")
    (site / "log.csv").write_text(LOG)
    shown = bring(site, "--dry")
    assert "2 readings, 2 new" in shown and "contradict what" not in shown


def test_the_file_of_another_logger_is_refused(site: Path) -> None:
    text = (site / "map.toml").read_text()
    (site / "map.toml").write_text(text + '[logger]\nSerial = "4712"\n')
    with pytest.raises(InputError, match=r"from another logger: Serial is '4711', .logger. demands '4712'"):
        bring(site, "--dry")
    (site / "map.toml").write_text(text + '[logger]\nLot = "1"\n')
    with pytest.raises(InputError, match=r"says no 'Lot' of its logger, .*it says Serial = '4711'"):
        bring(site, "--dry")
    (site / "map.toml").write_text(text + '[logger]\nSerial = "4711"\n')
    assert "2 readings" in bring(site, "--dry")


def test_a_file_that_names_two_loggers_is_refused(site: Path) -> None:
    mapping = site / "map.toml"
    mapping.write_text(
        'logger = { Serial = "4711" }\n' + mapping.read_text().replace("skip_lines = 1", "skip_lines = 2")
    )
    (site / "log.csv").write_text(LOG.replace("time,A,B", "Serial: 4712\ntime,A,B"))
    with pytest.raises(InputError, match=r"Serial is '4711 and 4712', .* demands '4711'"):
        bring(site, "--dry")


def test_of_a_folder_the_files_are_taken_that_are_called_so(site: Path) -> None:
    (site / "logs" / "monday").mkdir(parents=True)
    (site / "logs" / "monday" / "a 1.csv").write_text(LOG)
    (site / "logs" / "a 2.csv").write_text(LOG.replace("11:0", "12:0"))
    (site / "logs" / "b.csv").write_text("something else")
    (site / "map.toml").write_text('files = "a *.csv"\n' + (site / "map.toml").read_text())
    assert bring(site, "--by", "Li Na", file="logs").count("2 readings, 2 of them new") == 2
    with pytest.raises(InputError, match=r"is not called 'a \*.csv'"):
        bring(site, "--by", "Li Na", file="logs/b.csv")
    (site / "empty").mkdir()
    with pytest.raises(InputError, match="no file in this folder matches `files` of the mapping"):
        bring(site, "--by", "Li Na", file="empty")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("file = 1", "file: unknown key"),
        ("files = 1", "files: expected how the files are called"),
        ("logger = 1", "logger: expected a table of words"),
        ("[logger]\nSerial = 4711", "logger: expected a table of words"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(site: Path, line: str, message: str) -> None:
    text = (site / "map.toml").read_text()
    (site / "map.toml").write_text(f"{line}\n{text}" if "[" not in line else f"{text}\n{line}\n")
    with pytest.raises(ConfigurationError, match=message):
        bring(site, "--dry")


def test_replay_reads_a_loggers_file_and_says_its_units(site: Path) -> None:
    shown = run(site, "replay", "--input", str(site / "log.csv"), "--map", str(site / "map.toml"))
    assert "2 readings" in shown
    assert "freezer-1-top: taken in K, converted to degC" in shown
    (site / "plain.csv").write_text("time,channel,value\n2026-01-05T11:00:00Z,freezer-1-top,-150\n")
    shown = run(site, "replay", "--input", str(site / "plain.csv"))
    assert "no unit is given, so these were taken as degC: freezer-1-top" in shown
    with pytest.raises(InputError, match="give them with --input"):
        run(site, "replay", "--map", str(site / "map.toml"))


def test_a_reading_that_the_mapping_passes_over_is_said(site: Path) -> None:
    (site / "map.toml").write_text(MAPPING.replace("[options]", "[options]\nskip_lines = 1\nskip_rows = 1"))
    remark = "  line 3 is not taken because of `skip_rows`, but can be read as a reading: check `skip_rows`\n"
    assert remark in bring(site, "--dry")
    (found,) = json.loads(bring(site, "--dry", "--json"))
    assert found["lines"]["remarks"] == [remark.strip()]
    assert remark in bring(site, "--by", "me")


def test_an_import_before_any_gateway_ran_is_neither_denied_nor_passed_over(site: Path) -> None:
    """The journal has readings, but knows no configuration that judges them."""
    bring(site, "--by", "Li Na")
    with pytest.raises(InputError, match="no gateway has run with channel 'freezer-1-top' yet"):
        run(site, "clocks", "freezer-1-top", "--from", "2026-01-05T11:00:00Z", "--to", "2026-01-05T12:00:00Z")
    done = CliRunner().invoke(app, ["replay", "--config", str(site / "cryogate.toml")])
    assert "0 readings, 0 excursions" in done.stdout
    assert "left out, because no gateway has run with them yet: freezer-1-top" in done.output


BOX = """
[channels.{name}]
asset = "box-2"
source = "loggers"
address = "b"
{more}
"""


def into_box(site: Path, name: str = "box", more: str = "unit = 'K'", unit: str = "K") -> None:
    demo = (ROOT / "docs" / "examples" / "demo.toml").read_text()
    (site / "cryogate.toml").write_text(demo + BOX.format(name=name, more=more))
    mapping = MAPPING.replace("[options]", "[options]\nskip_lines = 1").replace(
        'unit = "K"', f'unit = "{unit}"'
    )
    (site / "map.toml").write_text(mapping.replace("freezer-1-top", name))


def test_what_is_imported_before_any_gateway_ran_is_exported_with_its_unit(site: Path) -> None:
    """Without one, a replay of the export would take degC in the unit of the channel."""
    into_box(site)
    bring(site, "--by", "me")
    run(site, "journal", "export", str(site / "all.csv"))
    assert ",box,-150.0,degC,good," in (site / "all.csv").read_text()
    config = str(site / "cryogate.toml")
    replayed = CliRunner().invoke(app, ["replay", "--input", str(site / "all.csv"), "--config", config])
    assert "2 readings" in replayed.output
    assert "no unit is given" not in replayed.output


def test_a_file_is_not_taken_into_a_channel_that_has_readings_of_another_quantity(site: Path) -> None:
    into_box(site)
    bring(site, "--by", "me")
    into_box(site, more="quantity = 'humidity'\nunit = 'percent'", unit="percent")
    for words in (("--dry",), ("--by", "me")):
        with pytest.raises(InputError, match="box is temperature in degC, not humidity in percent"):
            bring(site, *words)


@pytest.mark.parametrize("ran", [False, True], ids=["no gateway ran", "a gateway ran"])
def test_an_import_between_a_new_name_and_the_start_goes_to_the_same_channel(site: Path, ran: bool) -> None:
    """Otherwise the new name would be taken, and the gateway could not start any more."""
    into_box(site)
    if ran:
        (site / "data").mkdir()
        with Journal.open(site / "data" / "journal.sqlite") as journal:
            introduce(load(site / "cryogate.toml"), journal, 1)
    bring(site, "--by", "me")
    into_box(site, "chest", more="unit = 'K'\nwas = 'box'")
    assert json.loads(bring(site, "--dry", "--json"))[0]["series"][0]["new"] == 0
    bring(site, "--by", "me")
    assert "channels.chest: is 'box' under a new name" in run(site, "check")
    with Journal.open(site / "data" / "journal.sqlite") as journal:
        introduce(load(site / "cryogate.toml"), journal, 2)
        named = [row.name for row in journal.channels().values()]
    assert "chest" in named
    assert "box" not in named
    assert readings(site) == 2
